"""Nothing that was saved is lost: each save stays as a revision, to compare and to go back to."""

from datetime import timedelta

import time_machine

import models
from models.revisions import MOST

REVISIONS = """query($id: ID!) { post(by: {id: $id}) { version revisions(first: 100) { totalCount nodes {
  id version restoredVersion editorName title excerpt contentSource { format text } } } } }"""
DIFFS = """query($id: ID!) { post(by: {id: $id}) { revisions(first: 5) { nodes { diff {
  titleBefore titleAfter excerptBefore excerptAfter
  hunks { oldStart newStart lines { change text } } } } } } }"""
LATER = timedelta(minutes=6)


async def history(person, post):
    return (await person.ask(REVISIONS, id=post["id"]))["post"]["revisions"]["nodes"]


async def test_an_author_goes_back_to_what_was_written_before(anna, eva):
    with time_machine.travel(models.now()) as clock:
        post = await anna.does("createPost", title="Een", contentMarkdown="eerste\n\nregel", excerpt="Kort.")
        clock.shift(LATER)
        await eva.does("updatePost", id=post["id"], title="Twee", contentHtml="<p>a</p><p>b</p>")
        clock.shift(LATER)
        newest, first = await history(anna, post)
        assert (newest["editorName"], newest["version"], first["editorName"]) == ("Eva", 2, "Anna")
        assert first["contentSource"] == {"format": "MARKDOWN", "text": "eerste\n\nregel"}
        back = await anna.does("restoreRevision", id=first["id"], expectedVersion=2)
        assert (back["title"], back["version"], back["excerpt"]) == ("Een", 3, "Kort.")
        assert back["contentSource"] == first["contentSource"]
        restored, *others = await history(anna, post)
        assert (restored["restoredVersion"], restored["version"]) == (1, 3)
        assert [other["id"] for other in others] == [newest["id"], first["id"]]
        stale = await anna.errs("restoreRevision", id=first["id"], expectedVersion=2)
        assert (stale["code"], stale["currentVersion"]) == ("CONFLICT", 3)


async def test_what_changed_is_told_line_by_line(anna):
    with time_machine.travel(models.now()) as clock:
        lines = [f"regel {number}" for number in range(12)]
        post = await anna.does("createPost", title="Een", contentMarkdown="\n".join(lines))
        clock.shift(LATER)
        lines[8] = "anders"
        await anna.does("updatePost", id=post["id"], title="Twee", contentMarkdown="\n".join(lines))
    found = (await anna.ask(DIFFS, id=post["id"]))["post"]["revisions"]["nodes"]
    first = (await history(anna, post))[-1]
    assert found[0]["diff"] == {
        "titleBefore": "Een", "titleAfter": "Twee", "excerptBefore": None, "excerptAfter": None,
        "hunks": [{
            "oldStart": 6, "newStart": 6,
            "lines": [
                *({"change": "KEPT", "text": f"regel {number}"} for number in (5, 6, 7)),
                {"change": "REMOVED", "text": "regel 8"}, {"change": "ADDED", "text": "anders"},
                *({"change": "KEPT", "text": f"regel {number}"} for number in (9, 10, 11)),
            ],
        }],
    }  # fmt: skip
    assert found[1]["diff"]["titleBefore"] is None
    assert [line["change"] for line in found[1]["diff"]["hunks"][0]["lines"]] == ["ADDED"] * 12
    since = """query($id: ID!, $since: ID!) { node(id: $id) { ... on Revision {
      diff(since: $since) { hunks { oldStart } } } } }"""
    same = await anna.ask(since, id=first["id"], since=first["id"])
    assert same["node"]["diff"] == {"hunks": []}
    assert (await anna.ask(since, id=first["id"], since="bm9uc2Vucw=="))["node"]["diff"] is None


async def test_saves_of_one_person_within_minutes_are_one_revision(anna, eva):
    with time_machine.travel(models.now()) as clock:
        post = await anna.does("createPost", title="Eerste zin")
        for number in range(4):
            clock.shift(timedelta(minutes=1))
            await anna.does("updatePost", id=post["id"], contentMarkdown="zin " * number)
        [only] = await history(anna, post)
        assert (only["version"], only["contentSource"]["text"]) == (5, "zin " * 3)
        await eva.does("updatePost", id=post["id"], contentMarkdown="zin van Eva")
        await anna.does("updatePost", id=post["id"], contentMarkdown="zin van Anna")
        assert [revision["editorName"] for revision in await history(anna, post)] == ["Anna", "Eva", "Anna"]


async def test_what_was_published_is_kept_however_soon_it_is_saved_again(eva):
    with time_machine.travel(models.now()):
        post = await eva.does("createPost", title="Een", contentMarkdown="eerste tekst")
        await eva.does("publishPost", id=post["id"])
        for text in ("tweede tekst", "derde tekst"):
            await eva.does("updatePost", id=post["id"], contentMarkdown=text)
        texts = [revision["contentSource"]["text"] for revision in await history(eva, post)]
        assert texts == ["derde tekst", "eerste tekst"]


async def test_what_is_said_no_otherwise_is_no_revision(anna):
    with time_machine.travel(models.now()) as clock:
        post = await anna.does("createPost", title="Een", contentMarkdown="x")
        clock.shift(LATER)
        await anna.does("updatePost", id=post["id"], tagSlugs=["ui"], title="Een", contentMarkdown="x")
        await anna.does("publishPost", id=post["id"])
    assert len(await history(anna, post)) == 1


async def test_what_a_post_said_before_anybody_kept_it_is_kept_at_the_first_change(anna, eva):
    site = await models.Site.current()
    row = await models.Post.draft(site, "Oud", "<p>Van elders.</p>", authors=[])
    [post] = (await eva.ask("{ posts(filter: {statuses: [DRAFT]}) { nodes { id } } }"))["posts"]["nodes"]
    assert await models.Revision.of_post(row.id).count() == 0
    await eva.does("updatePost", id=post["id"], contentHtml="<p>Nieuw.</p>")
    newest, first = await history(eva, post)
    assert (first["editorName"], first["version"], first["contentSource"]["text"]) == (
        "", 1, "<p>Van elders.</p>",
    )  # fmt: skip
    assert newest["editorName"] == "Eva"


async def test_of_very_many_revisions_the_first_the_latest_and_those_that_stood_long_stay(anna):
    with time_machine.travel(models.now()) as clock:
        post = await anna.does("createPost", title="0")
        for number in range(1, MOST + 5):
            clock.shift(timedelta(days=1) if number == 4 else LATER)
            row = await models.Post.get(id=1)
            await row.rewrite(str(number), by=models.Editor(1, "Anna"))
    titles = [revision["title"] for revision in await history(anna, post)]
    assert len(titles) == MOST
    assert titles[-1] == "0"
    assert titles[:10] == [str(number) for number in range(MOST + 4, MOST - 6, -1)]
    assert "3" in titles


async def test_revisions_are_of_those_who_may_edit_the_post(anna, bas, eva, reader):
    post = await anna.does("createPost", title="Van Anna", contentMarkdown="x")
    await anna.does("publishPost", id=post["id"])
    [revision] = await history(eva, post)
    node = "query($id: ID!) { node(id: $id) { id } }"
    assert (await anna.ask(node, id=revision["id"]))["node"] == {"id": revision["id"]}
    for other in (bas, reader):
        assert (await other.ask(node, id=revision["id"]))["node"] is None
    assert await history(bas, post) == []
    assert (await bas.errs("restoreRevision", id=revision["id"]))["code"] == "NOT_FOUND"
    refused = await reader.answer(REVISIONS, id=post["id"])
    assert {error["extensions"]["code"] for error in refused["errors"]} == {"UNAUTHENTICATED"}
