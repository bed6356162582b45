"""Plans take what they can answer, leave the rest to graphql-core, and grow no further than their bounds."""

import json
import os

import pytest
from graphql import execute, parse
from tortoise.context import require_context

import models
from schema import permissions
from schema.documents import Documents
from schema.ids import global_id
from schema.kept import Kept
from schema.plans import MOST_WAYS, Plans
from schema.plans.asking import NotPlanned
from schema.plans.selections import Selections
from tests.schema.garden import plant

pytestmark = pytest.mark.skipif(os.environ.get("GQL_SERVER_PLANS") == "off", reason="plans are off")


@pytest.fixture
async def asked(site, publication):
    """Ask graphql-core and a plan the same: `whole, planned = await asked(query, variables)`."""
    await plant(site)
    documents = Documents()
    plans = Plans(documents.core)

    async def ask(query, **variables):
        operation = documents.read(query).operation(None)
        context = await publication.context()
        result = execute(documents.core, operation.document, context_value=context, variable_values=variables)
        whole = result if not hasattr(result, "__await__") else await result
        return whole, await plans.answer(operation, variables, await publication.context()), operation

    return ask


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("query ($v: Boolean = true) { site { title timeZone @skip(if: $v) } }", {"v": None}),
        ('query ($s: String = "bea") { author(by: { slug: $s }) { name } }', {"s": None}),
        ("{ posts(first: 1, last: 1) { totalCount } }", {}),
        ('{ posts(after: "nothing") { totalCount } }', {}),
        ("{ posts { nodes { excerpt(length: 0) } } }", {}),
        ('{ archiveMonths { label(language: "xx-nowhere") } }', {}),
        ("query ($n: Int!) { posts(first: $n) { totalCount } }", {}),
        ("query ($n: Int!) { posts(first: $n) { totalCount } }", {"n": "many"}),
    ],
)
async def test_what_errs_is_not_a_plans(asked, query, variables):
    whole, planned, _ = await asked(query, **variables)
    assert whole.errors
    assert planned is None


async def test_what_would_err_in_a_row_does_not_where_there_is_none(asked):
    query = """query ($n: Int = 1) {
      posts(filter: { ids: [] }) { nodes { a: excerpt(length: 0) b: excerpt(length: $n) } } }"""
    whole, planned, _ = await asked(query, n=None)
    assert json.loads(planned.body) == {"data": whole.data} == {"data": {"posts": {"nodes": []}}}


@pytest.mark.parametrize(
    "query",
    [
        '{ newsletterSubscription(token: "x") { email } }',
        "{ __schema { queryType { name } } }",
        'mutation { unsubscribe(input: { token: "x" }) { errors { __typename } } }',
    ],
)
async def test_what_is_not_everybodys_to_read_is_not_a_plans(asked, query):
    whole, planned, _ = await asked(query)
    assert not whole.errors
    assert planned is None


CLOSED = [
    (kind, field)
    for kind, rows in permissions.TABLE.items()
    for who, fields in rows.items()
    if who != permissions.EVERYBODY
    for field in fields.split()
]
OPEN = """{ site { title } posts { edges { cursor node { title blocks { ... on HeadingBlock { depth } } } }
  pageInfo { endCursor } nodes { comments { nodes { author { name } } } } } }"""


def test_no_plan_takes_a_field_that_the_table_does_not_give_to_everybody():
    core = Documents().core
    assert ("Comment", "heldBecause") in CLOSED
    for kind, field in CLOSED:
        document = parse(f"{{ {field} }}")
        [operation] = document.definitions
        with pytest.raises(NotPlanned):
            Selections(core, document, {}).of(core.type_map[kind], [operation.selection_set])


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("Query", "site"),
        ("Site", "title"),
        ("Post", "title"),
        ("PostConnection", "edges"),
        ("PostEdge", "cursor"),
        ("PageInfo", "endCursor"),
        ("HeadingBlock", "depth"),
        ("CommentAuthor", "name"),
    ],
)
async def test_a_field_that_is_taken_from_everybody_is_taken_from_plans(asked, monkeypatch, kind, field):
    assert (await asked(OPEN))[1] is not None
    monkeypatch.setitem(permissions._ROWS, (kind, field), permissions.KNOWN)
    assert (await asked(f"{OPEN} # anew"))[1] is None


async def test_pages_stand_in_the_order_of_their_paths_by_bytes_on_both_stores(asked, site):
    # To people aa is the last letter in Danish, and hyphens may not count.
    for title in ("zee", "aarde", "a b", "ab", "a", "a 2", "a2", "a c"):
        page = await models.Page.draft(site.id, title, "")
        await page.publish()
        if title == "a":
            below = await models.Page.draft(site.id, "onder", "", parent=page)
            await below.publish()
    whole, planned, _ = await asked("{ pages { path } }")
    assert json.loads(planned.body) == {"data": whole.data}
    paths = [page["path"] for page in whole.data["pages"]]
    assert paths == sorted(paths)
    assert {"/a", "/a-b", "/a/onder", "/a2", "/aarde", "/zee"} <= set(paths)


@pytest.mark.parametrize("dialect", ["postgres"])
async def test_what_rows_are_ordered_by_is_compared_by_bytes_whatever_the_database_speaks(store, dialect):
    rows = (
        await require_context()
        .db()
        .execute_query_dict(
            "SELECT table_name AS noun, column_name AS name FROM information_schema.columns "
            "WHERE table_schema = 'public' AND collation_name = 'C'"
        )
    )
    by_bytes = {(row["noun"], row["name"]) for row in rows}
    assert by_bytes == {("author", "sort_key"), ("post", "sort_key"), ("tag", "sort_key"), ("page", "path")}


PICTURE = f"/media/{'c' * 64}-900.jpg"
WIDTHS = {None: "-900.jpg", 100: "-320", 640: "-640", 641: "-900", 2000: "-900", 1: "-320"}


@pytest.fixture
async def logo(site):
    logo = await models.Image.show(site.id, PICTURE)
    await models.Site.filter(id=site.id).update(logo_id=logo.id)


@pytest.mark.parametrize("width", [0, -5])
async def test_no_picture_is_less_than_a_pixel_wide(asked, logo, width):
    whole, planned, _ = await asked("query ($w: Int) { site { logo { url(width: $w) } } }", w=width)
    assert [str(error.original_error) for error in whole.errors] == ["`width` is a number of at least 1."]
    assert planned is None


async def test_a_picture_has_the_same_address_in_a_plan(asked, logo, write):
    post = await write(html=f"<p>Kijk.</p><figure><img src='{PICTURE}'></figure>")
    await post.publish()
    query = """query ($w: Int, $slug: String!) {
      site { logo { url(width: $w) thumbhash } }
      post(by: { slug: $slug }) { blocks { ... on ImageBlock { image { url(width: $w) thumbhash } } } } }"""
    for width, ending in WIDTHS.items():
        whole, planned, _ = await asked(query, w=width, slug=post.slug)
        assert json.loads(planned.body) == {"data": whole.data}
        url = f"http://127.0.0.1:8000/media/{'c' * 64}{ending}"
        for image in (whole.data["site"]["logo"], whole.data["post"]["blocks"][1]["image"]):
            assert image == {"url": url, "thumbhash": None}


async def test_whole_posts_in_great_number_are_answered_all_the_same(asked, write):
    for number in range(12):
        await (await write(f"Bericht {number}")).publish()
    query = "{ posts(first: 20) { nodes { contentText blocks { __typename } author: authors { name } } } }"
    whole, planned, _ = await asked(query)
    assert json.loads(planned.body) == {"data": whole.data}
    assert len(whole.data["posts"]["nodes"]) > 10


async def test_what_was_made_from_an_old_masthead_is_not_kept(site, publication):
    documents, kept = Documents(), Kept(1_000_000)
    kept.listen()
    plans = Plans(documents.core, kept)
    operation = documents.read("{ site { title } tags { label } }").operation(None)
    await models.pulse.catch_up()
    begun, old = plans.moment(), await publication.context()
    await site.change(title="Voorom")
    await plans.answer(operation, {}, old, begun=begun)
    after = await plans.answer(operation, {}, await publication.context())
    assert json.loads(after.body)["data"]["site"] == {"title": "Voorom"}


async def test_what_is_kept_holds_on_to_no_document(site, publication):
    documents, kept = Documents(), Kept(1_000_000)
    plans = Plans(documents.core, kept)
    for number in range(3):
        await models.pulse.catch_up()
        operation = documents.read(f"{{ a{number}: site {{ title }} tags {{ label }} }}").operation(None)
        answered = await plans.answer(operation, {}, await publication.context())
        assert json.loads(answered.body)["data"]["tags"] == []
        assert await plans.answer(operation, {}, await publication.context()) == answered
    # Each document has its own; none is found by the plan itself, which would stay when a document goes.
    assert len(kept) == 6
    assert {type(part) for key in kept._entries for part in key} == {str, int, bytes}


async def test_what_is_skipped_need_not_be_decided_otherwise(asked):
    query = """query ($a: Boolean = true, $b: Boolean!) {
      site { title language @include(if: $a) @skip(if: $b) } }"""
    whole, planned, _ = await asked(query, a=None, b=True)
    assert json.loads(planned.body) == {"data": whole.data} == {"data": {"site": {"title": "De tuin"}}}


async def test_each_way_of_deciding_has_a_plan_until_there_are_too_many(asked):
    names = [f"v{number}" for number in range(5)]
    declared = ", ".join(f"${name}: Boolean!" for name in names)
    fields = " ".join(f"{name}: title @include(if: ${name})" for name in names)
    query, taken = f"query ({declared}) {{ site {{ id {fields} }} }}", 0
    for number in range(2 ** len(names)):
        decided = {name: bool(number >> place & 1) for place, name in enumerate(names)}
        whole, planned, operation = await asked(query, **decided)
        if planned is not None:
            taken += 1
            assert json.loads(planned.body) == {"data": whole.data}
    assert taken == MOST_WAYS
    assert len(operation.plans.plans) == MOST_WAYS


async def test_what_an_operation_beside_it_decides_is_no_matter_to_a_plan(site, publication):
    await plant(site)
    documents = Documents()
    query = """query Those($v: [ID!]!) { nodes(ids: $v) { id } }
      query Other($v: Boolean!) { site { ...Told } } fragment Told on Site { title @skip(if: $v) }"""
    plans, named = Plans(documents.core), [global_id("Site", site.id)]
    those, other = map(documents.read(query).operation, ("Those", "Other"))
    planned = await plans.answer(those, {"v": named}, await publication.context())
    assert json.loads(planned.body) == {"data": {"nodes": [{"id": named[0]}]}}
    for skipped, told in ((True, {}), (False, {"title": "De tuin"})):
        planned = await plans.answer(other, {"v": skipped}, await publication.context())
        assert json.loads(planned.body) == {"data": {"site": told}}
