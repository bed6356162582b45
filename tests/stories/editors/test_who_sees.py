"""Who sees what: a reader what is published, an author also their own, an editor all, a preview one post."""

import re
from datetime import timedelta

import pytest
import time_machine

import models
from schema.ids import global_id, row_id
from tests.stories.editors.people import Person

WORD = "kanariegeel"
LISTS = """{
  posts { totalCount nodes { id } } months: archiveMonths { month postCount }
  found: posts(filter: {search: "kanariegeel"}) { totalCount nodes { id } }
  named: posts(filter: {ids: ["%(id)s"]}) { totalCount nodes { id } }
  tagged: posts(filter: {tagSlugs: ["kanariegeel"]}) { totalCount nodes { id } }
  by: posts(filter: {authorSlugs: ["anna"]}, orderBy: {field: UPDATED_AT, direction: DESC}) {
    totalCount nodes { id } }
  authors { nodes { postCount posts { totalCount nodes { id } } } } tags { label postCount }
  site { menu { items { label target { label } } } }
}"""
DEEP = """query($id: ID!) { post(by: {id: $id}) { title contentHtml authors { name } tags { label }
  image { id altText } comments { nodes { contentText post { title } } } next { title } previous { title }
  blocks { ... on ImageBlock { image { id } } } archiveMonth { month } } }"""
STATUSES = (
    "query($in: [PostStatus!]) { posts(filter: {statuses: $in}) { totalCount nodes { title status } } }"
)


@pytest.fixture
async def hidden(anna, eva) -> list[str]:
    """Write a draft, a scheduled and an archived post of Anna's, with the word in everything they say."""
    ids = []
    image = await models.Image.show(1, f"/media/{WORD}.jpg", alt_text=WORD)
    await models.Image.filter(id=image.id).update(user_id=await _user_of(anna))
    for state in ("draft", "schedulePost", "archivePost"):
        post = await anna.does(
            "createPost", title=f"{WORD} {state}", contentHtml=f"<p>{WORD}</p><img src='/media/{WORD}.png'>",
            excerpt=WORD, tagSlugs=[WORD], imageId=global_id("Image", image.id), seoTitle=WORD,
        )  # fmt: skip
        if state == "schedulePost":
            await anna.does(state, id=post["id"], at="2090-01-01T00:00:00Z")
        if state == "archivePost":
            await anna.does("publishPost", id=post["id"])
            await anna.does(state, id=post["id"])
        row = await models.Post.get(id=row_id(post["id"], "Post"))
        await models.Comment.keep(row, models.Writer(name="Gast"), WORD, status=models.Fate.APPROVED)
        ids.append(post["id"])
    items = [{"label": "Verborgen", "target": {"postId": ids[0]}}]
    await eva.does("updateMenu", items=items)
    return ids


async def _user_of(person: Person) -> int:
    user = await models.User.get(author_id=row_id(person.author, "Author"))
    return int(user.id)


async def previewing(person: Person, id: str) -> Person:
    link = await person.does("createPreviewLink", postId=id)
    assert link["url"].endswith(f"?preview={link['token']}")
    return Person(person.client, link["token"])


async def test_no_list_shows_anybody_what_is_not_published(hidden, anna, bas, eva, reader):
    preview = await previewing(anna, hidden[0])
    answers = [
        [await person.ask(LISTS % {"id": id}) for id in hidden]
        for person in (reader, bas, anna, eva, preview)
    ]
    assert answers[1:] == answers[:1] * 4
    assert WORD not in str(answers)
    assert answers[0][0]["posts"] == {"totalCount": 0, "nodes": []}
    assert answers[0][0]["months"] == []


async def test_what_is_not_published_is_seen_by_its_authors_and_by_editors(
    hidden, anna, bas, eva, ada, reader
):
    for id in hidden:
        assert await reader.sees(id) is None
        assert await bas.sees(id) is None
        seen = [await person.sees(id) for person in (anna, eva, ada)]
        assert seen == [seen[0]] * 3
        assert WORD in seen[0]["title"]
        assert seen[0]["viewerCanEdit"] is True


async def test_what_stands_in_a_hidden_post_is_as_hidden(hidden, anna, bas, reader):
    comment, image = global_id("Comment", 1), global_id("Image", 1)
    inline = global_id("Image", f"post-{row_id(hidden[0], 'Post')}-1")
    nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    ids = [comment, image, inline]
    for person, sees in ((reader, False), (bas, False), (anna, True)):
        found = (await person.ask(nodes, ids=ids))["nodes"]
        assert found == [{"id": id} if sees else None for id in ids]


async def test_a_picture_of_a_hidden_post_is_nobody_elses_to_show(hidden, anna, bas, eva):
    image, own = global_id("Image", 1), await anna.does("createPost", title="Van Anna", imageId=None)
    refused = await bas.errs("createPost", title="Van Bas", imageId=image)
    assert (refused["code"], refused["path"], refused["missingId"]) == (
        "NOT_FOUND",
        ["input", "imageId"],
        image,
    )
    assert (await bas.errs("updateAuthor", id=bas.author, avatarId=image))["code"] == "NOT_FOUND"
    for person in (anna, eva):
        shown = await person.does("updatePost", id=own["id"], imageId=image)
        assert shown["image"] == {"altText": WORD}
    await anna.does("publishPost", id=own["id"])
    assert (await bas.does("createPost", title="Van Bas", imageId=image))["image"] == {"altText": WORD}


async def test_a_preview_shows_one_post_and_all_that_is_in_it(hidden, anna, reader):
    guest = await previewing(anna, hidden[0])
    seen = (await guest.ask(DEEP, id=hidden[0]))["post"]
    assert (seen["title"], seen["image"]["altText"]) == (f"{WORD} draft", WORD)
    assert seen["authors"] == [{"name": "Anna"}]
    assert seen["tags"] == [{"label": WORD}]
    assert seen["comments"]["nodes"] == [{"contentText": WORD, "post": {"title": f"{WORD} draft"}}]
    assert (seen["next"], seen["previous"], seen["archiveMonth"]) == (None, None, None)
    assert (await guest.sees(hidden[0]))["viewerCanEdit"] is False
    for other in hidden[1:]:
        assert await guest.sees(other) is None
    for verb in ("updatePost", "publishPost", "deletePost"):
        assert (await guest.errs(verb, id=hidden[0]))["code"] == "FORBIDDEN"
    refused = await guest.answer(STATUSES, **{"in": ["DRAFT"]})
    assert [error["extensions"]["code"] for error in refused["errors"]] == ["FORBIDDEN"]


async def test_a_preview_ends_with_its_week_and_with_its_post(hidden, anna, reader):
    guest = await previewing(anna, hidden[0])
    other = await previewing(anna, hidden[2])
    await anna.does("deletePost", id=hidden[2])
    look = {"query": "{ site { title } }"}
    for person, days, status in ((guest, 6, 200), (guest, 8, 401), (other, 0, 401)):
        with time_machine.travel(models.now() + timedelta(days=days)):
            headers = {"Authorization": f"Bearer {person.token}"}
            reply = await person.client.post("/graphql", json=look, headers=headers)
            assert reply.status == status


async def test_posts_are_listed_by_state_to_who_writes(hidden, anna, bas, eva, reader):
    post = await bas.does("createPost", title="Van Bas")
    await bas.does("publishPost", id=post["id"])
    states = {
        "DRAFT": [f"{WORD} draft"], "SCHEDULED": [f"{WORD} schedulePost"],
        "ARCHIVED": [f"{WORD} archivePost"], "PUBLISHED": ["Van Bas"],
    }  # fmt: skip

    async def listed(person, *asked):
        page = (await person.ask(STATUSES, **{"in": asked}))["posts"]
        assert page["totalCount"] == len(page["nodes"])
        return [node["title"] for node in page["nodes"]]

    for state, titles in states.items():
        assert await listed(eva, state) == await listed(anna, state) == titles
        assert await listed(bas, state) == (titles if state == "PUBLISHED" else [])
    everything = sorted(title for titles in states.values() for title in titles)
    assert sorted(await listed(eva, *states)) == sorted(await listed(anna, *states)) == everything
    assert await listed(bas, *states) == ["Van Bas"]
    assert await listed(reader, "PUBLISHED") == ["Van Bas"]
    for asked in (["DRAFT"], ["PUBLISHED", "SCHEDULED"], []):
        refused = await reader.answer(STATUSES, **{"in": asked})
        assert [error["extensions"]["code"] for error in refused["errors"]] == ["UNAUTHENTICATED"]


async def test_drafts_come_in_pages_by_their_last_change(anna):
    for number in range(5):
        await anna.does("createPost", title=f"Ontwerp {number}")
    query = """query($after: String) { posts(filter: {statuses: [DRAFT]}, first: 2, after: $after) {
      nodes { title } pageInfo { endCursor hasNextPage } } }"""
    titles, after, more = [], None, True
    while more:
        page = (await anna.ask(query, after=after))["posts"]
        titles += [node["title"] for node in page["nodes"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert titles == [f"Ontwerp {number}" for number in (4, 3, 2, 1, 0)]


async def test_an_author_changes_their_own_posts_alone(anna, bas, eva, reader):
    post = await anna.does("createPost", title="Van Anna")
    assert (await bas.errs("updatePost", id=post["id"], title="Van Bas"))["code"] == "NOT_FOUND"
    await anna.does("publishPost", id=post["id"])
    verbs = {
        "updatePost": {"title": "x"}, "publishPost": {}, "unpublishPost": {}, "archivePost": {},
        "deletePost": {}, "schedulePost": {"at": "2090-01-01T00:00:00Z"},
    }  # fmt: skip
    for verb, said in verbs.items():
        error = await bas.errs(verb, id=post["id"], **said)
        assert (error["code"], error["requiredRole"]) == ("FORBIDDEN", "EDITOR")
        assert (await reader.errs(verb, id=post["id"], **said))["code"] == "FORBIDDEN"
    assert (await bas.errs("createPreviewLink", postId=post["id"]))["code"] == "FORBIDDEN"
    assert (await bas.sees(post["id"]))["viewerCanEdit"] is False
    assert (await models.Post.get(id=1)).version == 2
    shared = await anna.does("updatePost", id=post["id"], authorIds=[bas.author, anna.author])
    assert shared["authors"] == [{"name": "Bas"}, {"name": "Anna"}]
    await bas.does("updatePost", id=post["id"], title="Van ons")


async def test_a_byline_of_an_author_names_them(anna, bas, eva):
    assert (await anna.errs("createPost", title="x", authorIds=[bas.author]))["code"] == "FORBIDDEN"
    assert (await anna.errs("createPost", title="x", authorIds=[]))["code"] == "FORBIDDEN"
    post = await anna.does("createPost", title="x", authorIds=None)
    assert post["authors"] == [{"name": "Anna"}]
    assert (await anna.errs("updatePost", id=post["id"], authorIds=None))["code"] == "FORBIDDEN"
    assert (await eva.does("updatePost", id=post["id"], authorIds=[bas.author]))["authors"] == [
        {"name": "Bas"}
    ]
    assert await anna.sees(post["id"]) is None


async def test_a_token_that_only_reads_changes_nothing_and_still_sees(anna, hidden):
    user = await models.User.get(name="Anna")
    _, token = await models.Key.grant(models.KeyKind.API, user, scopes=[models.Scope.CONTENT_READ])
    program = Person(anna.client, token)
    assert (await program.sees(hidden[0]))["viewerCanEdit"] is False
    assert (await program.errs("updatePost", id=hidden[0], title="x"))["code"] == "FORBIDDEN"


async def test_what_somebody_sees_is_kept_for_nobody(hidden, anna, reader):
    query = {"query": "query($id: ID!) { post(by: {id: $id}) { title } }", "variables": {"id": hidden[0]}}
    for _ in range(2):
        for person, title in ((anna, f"{WORD} draft"), (reader, None)):
            headers = {"Authorization": f"Bearer {person.token}"} if person.token else {}
            reply = await person.client.post("/graphql", json=query, headers=headers)
            said = (await reply.json())["data"]["post"]
            assert (said and said["title"]) == title
            if person is anna:
                assert re.search("private|no-store", reply.headers["Cache-Control"])
