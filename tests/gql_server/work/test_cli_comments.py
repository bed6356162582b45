"""Whoever runs the server says what happens to comments of guests, and decides about those that wait."""

import asyncio

import pytest
from click.testing import CliRunner

import models
from gql_server.cli import main

GUEST = models.Writer(name="Gast", email="gast@example.org")


@pytest.fixture
def say(database_url):
    """Give a command and read its answer."""

    async def say(*words):
        runner, settings = CliRunner(), {"GQL_SERVER_DATABASE_URL": database_url}
        # A command runs a loop of its own, so it gets a thread of its own.
        result = await asyncio.to_thread(runner.invoke, main, ["comments", *words], env=settings)
        return result.exit_code, result.output.splitlines()

    return say


@pytest.fixture
async def post(write):
    post = await write("Over de heg")
    await post.publish()
    return post


async def leave(post, words="Mooi gezegd.", *, parent=None, writer=GUEST):
    return await models.Comment.keep(post, writer, words, parent=parent)


async def shown():
    return await models.Comment.shown().order_by("id").values_list("id", flat=True)


async def test_comments_wait_until_it_is_said_otherwise(post, say):
    held = "held: a guest's comment waits until somebody approves it"
    at_once = "shown: a guest's comment is shown at once"
    assert await say("policy") == (0, [held])
    assert await say("policy", "shown") == (0, [at_once])
    assert await say("policy") == (0, [at_once])
    assert (await models.Comment.leave(post.id, GUEST, "Ja")).is_shown
    assert await say("policy", "held") == (0, [held])
    assert not (await models.Comment.leave(post.id, GUEST, "Ja")).is_shown
    code, lines = await say("policy", "perhaps")
    assert code == 2
    assert "'perhaps' is not one of 'held', 'confirmed', 'shown'" in lines[-1]
    assert (await say("policy", "confirmed"))[1][0].startswith("confirmed: ")


async def test_those_that_wait_are_listed_and_decided_about(post, say):
    assert await say("waiting") == (0, ["No comment waits."])
    one, two, three = [await leave(post, words) for words in ("Mooi gezegd.", "Koop nu!", "Bah.")]
    code, lines = await say("waiting")
    assert code == 0
    assert [line.split("  ")[:3] for line in lines] == [
        [str(comment.id), "over-de-heg", "Gast"] for comment in (one, two, three)
    ]
    assert lines[0].endswith(f"{one.created_at:%Y-%m-%d %H:%M} UTC  Mooi gezegd.")
    assert await say("approve", str(one.id)) == (0, ["1 comment approved."])
    assert await say("spam", str(two.id)) == (0, ["1 comment marked as spam."])
    assert await say("reject", str(three.id)) == (0, ["1 comment rejected."])
    assert await say("waiting") == (0, ["No comment waits."])
    assert await shown() == [one.id]
    assert await say("delete", str(two.id), str(three.id), str(two.id)) == (0, ["2 comments deleted."])
    deeds = models.Audit.filter(user_id__isnull=True).order_by("id")
    assert await deeds.values_list("deed", "subject_id") == [
        ("comment.approved", one.id), ("comment.spam", two.id), ("comment.rejected", three.id),
        ("comment.delete", two.id), ("comment.delete", three.id),
    ]  # fmt: skip


async def test_a_reply_is_approved_along_with_what_it_replies_to(post, say):
    one = await leave(post)
    two = await leave(post, parent=one)
    assert await say("approve", str(two.id), str(one.id), str(one.id)) == (0, ["2 comments approved."])
    assert await shown() == [one.id, two.id]


async def test_all_are_decided_about_or_none(post, say):
    one = await leave(post)
    assert await say("approve", str(one.id), "999") == (1, ["Error: There is no comment 999."])
    assert await shown() == []
    for wrong in ("0", "-1", "x", str(2**31)):
        assert (await say("approve", "--", wrong))[0] == 2
    assert (await say("approve"))[0] == 2


async def test_nobody_writes_to_the_terminal_by_a_comment_or_sees_an_address(post, say):
    writer = models.Writer(name="Ann\u202e", email="ann@example.org")
    await leave(post, "Een\u202eregel\n\nen \u2066nog een " + "x" * 100, writer=writer)
    _, [line] = await say("waiting")
    assert "Ann\\u202e" in line
    assert line.endswith("Een\\u202eregel en \\u2066nog een…")
    assert line.isprintable()
    assert "example.org" not in line


async def test_the_rules_are_told_and_set(post, say):
    at_first = [
        "days   a post never closes by age", "links  more than 2 in a comment make it wait",
        "form   not needed", "words  none is blocked",
    ]  # fmt: skip
    assert await say("rules") == (0, at_first)
    given = ["--days", "30", "--links", "0", "--form", "--block", "casino", "--block", "gratis geld"]
    told = [
        "days   a post closes after 30 days", "links  more than 0 in a comment make it wait",
        "form   needed: a comment without a formToken waits", "words  casino, gratis geld",
    ]  # fmt: skip
    assert await say("rules", *given) == (0, told)
    assert await say("rules") == (0, told)
    again = [
        "--days",
        "never",
        "--links",
        "2",
        "--no-form",
        "--unblock",
        "casino",
        "--unblock",
        "gratis geld",
    ]
    assert await say("rules", *again) == (0, at_first)
    for wrong in (
        ["--days", "0"],
        ["--days", "x"],
        ["--days", "-1"],
        ["--links", "101"],
        ["--block", "x" * 101],
    ):
        code, lines = await say("rules", *wrong)
        assert (code, lines[-1].startswith("Error: ")) == (1, True), wrong
    assert (await say("rules", "--links", "x"))[0] == 2
    assert await say("rules") == (0, at_first)


async def test_why_a_comment_waits_is_listed_and_it_can_be_deleted(post, say):
    one = await leave(post)
    await models.Comment.filter(id=one.id).update(held_because="links 4\nblocked_words cas\u202eino\n")
    _, [line] = await say("waiting")
    assert line.endswith("Mooi gezegd.  (links 4, blocked_words cas\\u202eino)")
    assert await say("delete", str(one.id), "99") == (1, ["Error: There is no comment 99."])
    assert await say("delete", str(one.id)) == (0, ["1 comment deleted."])
    assert not await models.Comment.exists()
