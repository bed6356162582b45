"""The field `search`: things of three kinds in one list, with the passages they were found by."""

import os

import pytest
from graphql import GraphQLError, execute
from structlog.testing import capture_logs

import models
from models.search import Search
from schema.documents import Documents
from schema.plans import Plans
from tests.schema.garden import plant

SEARCH = """query (
  $words: String!, $kinds: [SearchKind!]! = [AUTHOR, PAGE, POST], $first: Int, $after: String
) {
  search(query: $words, kinds: $kinds, first: $first, after: $after) {
    edges {
      cursor score snippetHtml
      node { __typename id label path ... on Post { excerpt authors { name } } ... on Author { postCount } }
    }
    nodes { label }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    totalCount
  }
}"""


@pytest.fixture
async def posts(site, write):
    """Publish some posts, and a page, by one author."""
    anna = await models.Author.named(site.id, "Anna Zeilen", bio_html="<p>Vaart.</p>")
    for number in range(6):
        title = f"Zeilen {number}" if number % 2 else f"Bericht {number}"
        post = await write(title, f"<p>Wij zeilen &amp; varen {number}.</p>", authors=[anna])
        await post.publish(models.now().replace(year=2021, month=1, day=number + 1))
    await (await models.Page.draft(site.id, "Vloot", "<p>Waarmee we zeilen.</p>")).publish()
    await write("Zeilen, een kladje", "<p>zeilen</p>", authors=[anna])


async def test_all_kinds_come_in_one_list_with_their_passages(posts, ask):
    found = (await ask(SEARCH, words="zeil", first=3))["search"]
    assert [edge["node"]["label"] for edge in found["edges"]] == ["Anna Zeilen", "Zeilen 5", "Zeilen 3"]
    assert [node["label"] for node in found["nodes"]] == ["Anna Zeilen", "Zeilen 5", "Zeilen 3"]
    first, second, _ = found["edges"]
    assert first["node"] | {"id": ""} == {
        "__typename": "Author", "id": "", "label": "Anna Zeilen", "path": "/authors/anna-zeilen",
        "postCount": 6,
    }  # fmt: skip
    assert (first["score"], first["snippetHtml"]) == (1.0, "Vaart.")
    assert second["node"]["authors"] == [{"name": "Anna Zeilen"}]
    assert second["snippetHtml"] == "Wij <mark>zeilen</mark> &amp; varen 5."
    assert found["totalCount"] == 8
    info = found["pageInfo"]
    assert (info["hasNextPage"], info["hasPreviousPage"]) == (True, False)
    assert [info["startCursor"], info["endCursor"]] == [found["edges"][at]["cursor"] for at in (0, 2)]
    rest = (await ask(SEARCH, words="zeil", after=info["endCursor"]))["search"]
    assert [node["label"] for node in rest["nodes"]] == [
        "Zeilen 1", "Vloot", "Bericht 4", "Bericht 2", "Bericht 0",
    ]  # fmt: skip
    assert rest["pageInfo"]["hasPreviousPage"] is True
    assert {edge["score"] for edge in rest["edges"]} == {1.0, 0.5}


async def test_only_some_kinds_are_searched(posts, ask):
    found = (await ask(SEARCH, words="zeilen", kinds=["PAGE"]))["search"]
    assert ([node["label"] for node in found["nodes"]], found["totalCount"]) == (["Vloot"], 1)
    nothing = (await ask(SEARCH, words="zeilen", kinds=[]))["search"]
    assert (nothing["edges"], nothing["totalCount"]) == ([], 0)


async def test_staff_finds_what_readers_find(posts, ask, staff):
    editor = await staff(models.Role.EDITOR)
    assert await ask(SEARCH, words="zeil", principal=editor.principal) == await ask(SEARCH, words="zeil")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"words": "x" * 101}, "query"),
        ({"words": "zeil", "after": "onzin"}, "after"),
        ({"words": "zeil", "first": 101}, "first"),
        ({"words": "zeil", "first": -1}, "first"),
    ],
)
async def test_what_cannot_be_asked_is_refused(posts, answer, given, field):
    answered = await answer(SEARCH, **given)
    [error] = answered.errors
    assert field in error.message


async def test_however_much_is_found_it_takes_as_many_statements(posts, site, write, publication, statements):
    async def sent(**given):
        documents = Documents()
        operation = documents.read(SEARCH).operation(None)
        context = await publication.context()
        with statements() as told:
            if os.environ.get("GQL_SERVER_PLANS") == "off":
                await execute(
                    documents.core, operation.document, context_value=context, variable_values=given
                )
            else:
                assert await Plans(documents.core).answer(operation, given, context) is not None
        return len(told)

    before = await sent(words="zeil")
    for number in range(20):
        await (await write(f"Zeilen {number}", "<p>zeilen</p>")).publish()
    assert await sent(words="zeil") <= before


@pytest.mark.skipif(os.environ.get("GQL_SERVER_PLANS") == "off", reason="there are no plans")
async def test_what_goes_after_it_was_found_leaves_the_answer_to_the_graph_and_no_error(
    posts, ask, publication, monkeypatch
):
    walk = Search.page

    def page(search, window):
        found = yield from walk(search, window)
        found.rows.insert(1, found.rows[1]._replace(id=99_999))
        return found

    monkeypatch.setattr(Search, "page", page)
    documents = Documents()
    operation = documents.read(SEARCH).operation(None)
    context = await publication.context()
    with capture_logs() as told:
        planned = await Plans(documents.core).answer(operation, {"words": "zeil"}, context)
    assert (planned, told) == (None, [])
    found = (await ask(SEARCH, words="zeil"))["search"]
    assert [edge["node"]["label"] for edge in found["edges"]][:2] == ["Anna Zeilen", "Zeilen 5"]


def test_passages_have_their_price():
    searches = " ".join(f'a{n}: search(query: "zeil", first: 100) {{ edges {{ %s }} }}' for n in range(4))
    documents = Documents()
    documents.read(f"{{ {searches % (('cursor',) * 4)} }}").operation(None).cost.given({})
    with pytest.raises(GraphQLError) as refused:
        documents.read(f"{{ {searches % (('snippetHtml',) * 4)} }}").operation(None).cost.given({})
    assert refused.value.extensions["limit"] == "cost"


async def test_what_hides_in_a_garden_is_found_by_nobody(site, ask):
    await plant(site)
    shown = {
        (await models.Post.get(id=id)).title
        for id in await models.Post.published().values_list("id", flat=True)
    }
    found = (await ask(SEARCH, words="e", kinds=["POST"], first=100))["search"]
    assert {node["label"] for node in found["nodes"]} <= shown
    assert found["totalCount"] == len(found["nodes"]) > 0


async def test_edges_of_which_all_is_left_out_are_as_many(posts, ask):
    found = await ask('{ search(query: "zeil", first: 3) { edges { cursor @skip(if: true) } } }')
    assert found == {"search": {"edges": [{}, {}, {}]}}


async def test_a_count_alone_is_right_and_refuses_what_is_no_cursor(posts, ask, answer):
    assert await ask('{ search(query: "zeil") { totalCount } }') == {"search": {"totalCount": 8}}
    answered = await answer('{ search(query: "zeil", after: "onzin") { totalCount } }')
    [error] = answered.errors
    assert "after" in error.message
