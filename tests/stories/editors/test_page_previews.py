"""A link shows one page that is not published to whoever has it, for a week, and nothing else."""

import re
from datetime import timedelta

import pytest
import time_machine

import models
from schema.ids import row_id
from tests.stories.editors.people import Person

WORD = "kanariegeel"
LISTS = """{
  pages { id title } search(query: "kanariegeel") { totalCount edges { node { id } } }
  shown: page(by: {path: "/over"}) { title children { id title } }
  site { menu { items { label target { label } } } }
}"""
PAGE = """fragment P on Page { id path title status contentHtml label version
  parent { id title } children { id } seo { title description } }"""
PICTURE = "query($id: ID!) { page(by: {id: $id}) { blocks { ... on ImageBlock { image { id } } } } }"
SOURCE = "query($id: ID!) { page(by: {id: $id}) { contentSource { text } } }"
NODE = "query($id: ID!) { node(id: $id) { id } }"
WAYS = """query($id: ID!, $path: String!) { byId: page(by: {id: $id}) { ...P }
  byPath: page(by: {path: $path}) { ...P } at: atPath(path: $path) { ... on Page { ...P } }
  node(id: $id) { ...P } nodes(ids: [$id]) { ...P } }"""


@pytest.fixture
async def hidden(eva: Person) -> list[dict[str, str]]:
    """Write drafts, one below a page that is published and one below that, and one that was withdrawn."""
    over = await eva.does("createPage", title="Over", slug="over")
    await eva.does("publishPage", id=over["id"])
    pages = []
    for slug, parent in (("een", over["id"]), ("twee", None), ("drie", over["id"])):
        above = pages[0]["id"] if slug == "twee" else parent
        said = {"seoTitle": WORD, "contentHtml": f"<p>{WORD}</p><img src='/media/{WORD}.png'>"}
        page = await eva.does("createPage", title=f"{WORD} {slug}", slug=slug, parentId=above, **said)
        pages.append(page)
    await eva.does("publishPage", id=pages[2]["id"])
    await models.Page.filter(slug="drie").update(published_at=models.now() + timedelta(days=400))
    items = [{"label": "Verborgen", "target": {"pageId": page["id"]}} for page in pages]
    await eva.does("updateMenu", items=items)
    return pages


async def previewing(person: Person, page: dict[str, str]) -> Person:
    link = await person.does("createPreviewLink", pageId=page["id"])
    assert link["url"].endswith(f"{page['path']}?preview={link['token']}")
    return Person(person.client, link["token"])


async def sees(person: Person, page: dict[str, str]) -> dict | None:
    """Look at a page in every way there is to name one; all have to agree."""
    seen = await person.ask(WAYS + PAGE, id=page["id"], path=page["path"])
    ways = [*(seen[way] for way in ("byId", "byPath", "at", "node")), *seen["nodes"]]
    assert ways == ways[:1] * 5
    return ways[0]


@pytest.mark.parametrize(("number", "status"), [(0, "DRAFT"), (1, "DRAFT"), (2, "SCHEDULED")])
async def test_a_preview_shows_one_page_and_no_other(hidden, eva, reader, number, status):
    guest, page = await previewing(eva, hidden[number]), hidden[number]
    seen = await sees(guest, page)
    assert (seen["title"], seen["status"], seen["path"]) == (page["title"], status, page["path"])
    assert WORD in seen["contentHtml"]
    assert seen["children"] == []
    refused = await guest.answer(SOURCE, id=page["id"])
    assert [error["extensions"]["code"] for error in refused["errors"]] == ["FORBIDDEN"]
    # The page above is told only when everybody may see it.
    assert (seen["parent"] and seen["parent"]["title"]) == (None if number == 1 else "Over")
    blocks = (await guest.ask(PICTURE, id=page["id"]))["page"]["blocks"]
    [image] = [block["image"]["id"] for block in blocks if block]
    assert [(await one.ask(NODE, id=image))["node"] for one in (guest, reader)] == [{"id": image}, None]
    for other in hidden:
        if other is not page:
            assert await sees(guest, other) is None
        assert await sees(reader, other) is None
    for verb in ("updatePage", "publishPage", "unpublishPage", "deletePage"):
        assert (await guest.errs(verb, id=page["id"]))["code"] == "FORBIDDEN"
    assert (await guest.errs("createPreviewLink", pageId=page["id"]))["code"] == "FORBIDDEN"


async def test_no_list_shows_a_page_to_who_has_its_link(hidden, eva, reader):
    guests = [await previewing(eva, page) for page in hidden]
    seen = await reader.ask(LISTS)
    assert [await guest.ask(LISTS) for guest in guests] == [seen] * 3
    assert WORD not in str(seen)
    assert [page["title"] for page in seen["pages"]] == ["Over"]


async def test_a_preview_of_a_page_shows_no_post_and_that_of_a_post_no_page(hidden, anna, eva):
    post = await anna.does("createPost", title="Een bericht")
    assert row_id(post["id"], "Post") == 1
    of_post = Person(eva.client, (await anna.does("createPreviewLink", postId=post["id"]))["token"])
    # The page that has the number of the post.
    over = await models.Page.get(id=1)
    await models.Page.filter(parent_id=1).update(status=models.Status.DRAFT, published_at=None)
    await (await models.Page.get(id=1)).withdraw(to=models.Status.DRAFT)
    page = {"id": (await eva.ask('{ page(by: {path: "/over"}) { id } }'))["page"]["id"], "path": over.path}
    of_page = await previewing(eva, page)
    assert await of_page.sees(post["id"]) is None
    assert await sees(of_post, page) is None
    assert (await of_post.sees(post["id"]))["title"] == "Een bericht"
    assert (await sees(of_page, page))["title"] == "Over"


async def test_who_does_not_edit_makes_no_link_to_a_page(hidden, anna, ada, reader):
    [page, *_] = hidden
    refused = await anna.errs("createPreviewLink", pageId=page["id"])
    assert (refused["code"], refused["requiredRole"]) == ("FORBIDDEN", "EDITOR")
    assert (await reader.errs("createPreviewLink", pageId=page["id"]))["code"] == "FORBIDDEN"
    assert await models.Key.filter(kind=models.KeyKind.PREVIEW).count() == 0
    assert (await ada.does("createPreviewLink", pageId=page["id"]))["token"]
    [audit] = await models.Audit.filter(deed="page.preview")
    assert audit.subject_id == row_id(page["id"], "Page")


async def test_a_link_shows_one_thing(hidden, anna, eva):
    post = await anna.does("createPost", title="Een bericht")
    for given in ({}, {"postId": post["id"], "pageId": hidden[0]["id"]}, {"pageId": None}):
        refused = await eva.errs("createPreviewLink", **given)
        assert (refused["code"], refused["path"]) == ("INVALID", ["input", "postId"])
    for name, id in (("pageId", post["id"]), ("pageId", "UGFnZTo5OTk="), ("postId", hidden[0]["id"])):
        refused = await eva.errs("createPreviewLink", **{name: id})
        assert (refused["code"], refused["path"]) == ("NOT_FOUND", ["input", name])
        assert refused["missingId"] == id
    assert await models.Key.filter(kind=models.KeyKind.PREVIEW).count() == 0


async def test_a_preview_ends_with_its_week_its_page_and_when_it_is_taken_back(hidden, eva):
    guest, other, revoked = [await previewing(eva, page) for page in (*hidden[:2], hidden[0])]
    await eva.does("deletePage", id=hidden[1]["id"])
    assert await models.Key.revoke(int(revoked.token.split("_")[1])) == 1
    look = {"query": "{ site { title } }"}
    for person, days, status in ((guest, 6, 200), (guest, 8, 401), (other, 0, 401), (revoked, 0, 401)):
        with time_machine.travel(models.now() + timedelta(days=days)):
            headers = {"Authorization": f"Bearer {person.token}"}
            reply = await person.client.post("/graphql", json=look, headers=headers)
            assert reply.status == status


async def test_what_a_link_shows_is_kept_for_nobody(hidden, eva, reader):
    guest, page = await previewing(eva, hidden[0]), hidden[0]
    query = "query($path: String!) { page(by: {path: $path}) { title } atPath(path: $path) { id } }"
    for _ in range(2):
        for person, title in ((guest, page["title"]), (reader, None)):
            headers = {"Authorization": f"Bearer {person.token}"} if person.token else {}
            body = {"query": query, "variables": {"path": page["path"]}}
            reply = await person.client.post("/graphql", json=body, headers=headers)
            said = (await reply.json())["data"]
            assert (said["page"] and said["page"]["title"], bool(said["atPath"])) == (title, bool(title))
            if person is guest:
                assert re.search("private|no-store", reply.headers["Cache-Control"])
                assert "ETag" not in reply.headers
