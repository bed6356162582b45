"""What lives at a path: how a front end finds what an address shows, and leads an old one on."""

import pytest

import models
from schema.ids import global_id
from tests.stories.editors.people import Person

AT = "query($path: String!) { atPath(path: $path) { __typename id label path } }"


async def at(person: Person, path: str) -> dict[str, str] | None:
    return (await person.ask(AT, path=path))["atPath"]


@pytest.fixture
async def post(anna):
    """Publish a post with a tag."""
    made = await anna.does("createPost", title="Uien poten", tagSlugs=["ui"])
    return await anna.does("publishPost", id=made["id"])


async def test_what_has_a_page_of_its_own_is_found_at_its_path(post, eva, reader):
    page = await eva.does("createPage", title="Over ons")
    await eva.does("publishPage", id=page["id"])
    month = f"/archive/{post['archiveMonth']['month']}"
    paths = ["/posts/uien-poten", "/tags/ui", "/authors/anna", month, "/over-ons", "posts/uien-poten/"]
    found = [await at(reader, path) for path in paths]
    assert [one["__typename"] for one in found] == ["Post", "Tag", "Author", "ArchiveMonth", "Page", "Post"]
    assert [one["path"] for one in found] == [*paths[:-1], paths[0]]


async def test_an_old_path_leads_to_what_lives_elsewhere_now(post, eva, reader):
    tag = global_id("Tag", (await models.Tag.get(slug="ui")).id)
    await eva.does("updatePost", id=post["id"], slug="prei-poten")
    await eva.does("updateTag", id=tag, slug="uien")
    await eva.does("updateAuthor", id=eva.author, slug="eefje")
    paths = ["/posts/uien-poten", "/tags/ui", "/authors/eva"]
    assert [(await at(reader, path))["path"] for path in paths] == [
        "/posts/prei-poten", "/tags/uien", "/authors/eefje",
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["/archive/2021-031", f"/posts/{'x' * 121}", f"/tags/{'x' * 121}"])
async def test_nothing_lives_at_a_path_that_is_longer_than_any_of_its_kind(path, eva, reader):
    assert [await at(person, path) for person in (eva, reader)] == [None, None]


async def test_a_path_is_taken_as_a_browser_sends_it(post, reader):
    site, id = await models.Site.current(), int((await models.Post.get(slug="uien-poten")).id)
    await models.lead(site.id, "/blog/café & uien", post_id=id)
    encoded = "/blog/caf%C3%A9%20%26%20uien"
    assert (await at(reader, encoded))["path"] == "/posts/uien-poten"
    query = "query($path: String!) { post(by: { path: $path }) { path } }"
    for path in (encoded, "/blog/café & uien", "/posts/uien%2Dpoten"):
        assert (await reader.ask(query, path=path))["post"] == {"path": "/posts/uien-poten"}


@pytest.mark.parametrize(
    "path", ["", "/", "/posts", "/posts/", "/posts/no", "/tags/no", "/archive/1999-01", "%00", "%", "x" * 600]
)
async def test_where_nothing_lives_there_is_nothing(post, reader, path):
    assert await at(reader, path) is None


async def test_nobody_is_shown_more_than_they_may_see(anna, bas, eva, reader):
    draft = await anna.does("createPost", title="Nog niet", tagSlugs=["geheim"])
    page = await eva.does("createPage", title="Straks")
    link = await anna.does("createPreviewLink", postId=draft["id"])
    guest = Person(reader.client, link["token"])
    people = (reader, bas, guest, anna, eva)
    seen = [await at(one, "/posts/nog-niet") is not None for one in people]
    assert seen == [False, False, True, True, True]
    for path in (page["path"], "/tags/geheim"):
        seen = [await at(one, path) is not None for one in people]
        assert seen == [False, False, False, False, True]
