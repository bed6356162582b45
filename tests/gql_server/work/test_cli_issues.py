"""Whoever runs the server sees from the command line what went to subscribers, and stops it."""

import asyncio

import pytest
from click.testing import CliRunner

import models
from gql_server.cli import main
from models.interests import set_topics
from models.tokens import fresh_seed


@pytest.fixture
def say(database_url):
    """Give a command and read its answer."""

    async def say(*words):
        runner, settings = CliRunner(), {"GQL_SERVER_DATABASE_URL": database_url}
        # A command runs a loop of its own, so it gets a thread of its own.
        result = await asyncio.to_thread(runner.invoke, main, ["issues", *words], env=settings)
        return result.exit_code, result.output.splitlines()

    return say


@pytest.fixture
async def issue(site, write):
    post = await write("Over de heg")
    await post.publish(newsletters=[await models.Newsletter.main(site)])
    await models.announce_post(post.id)
    return await models.Issue.get()


async def test_issues_are_listed_and_shown(site, say, issue):
    code, [line] = await say("list")
    assert code == 0
    assert line.startswith("1  post  sending  ")
    assert line.endswith("  0 of 0  Over de heg")
    code, lines = await say("show", "1")
    assert (code, lines[1].split()) == (0, ["audience", "0"])
    assert {line.split()[0] for line in lines[1:]} == {"audience", *map(str, models.State)}


async def test_a_title_shows_what_a_terminal_would_obey(site, say, write):
    post = await write("Caf\u202eé over de heg")
    await post.publish(newsletters=[await models.Newsletter.main(site)])
    await models.announce_post(post.id)
    _, [line] = await say("list")
    assert line.endswith("  Caf\\u202eé over de heg")


async def test_what_is_no_number_of_an_issue_is_told_as_such(say):
    code, lines = await say("retry", "x")
    assert code == 2
    assert lines[-1] == "Error: Invalid value for 'ID': 'x' is no number; write one such as 7."
    assert "not in the range" in (await say("retry", "0"))[1][-1]


async def test_an_empty_list_says_how_it_is_filled(site, say):
    assert await say("list") == (
        0,
        ["Nothing went to subscribers yet; publish a post with `newsletterSlugs`."],
    )


async def test_an_issue_is_paused_resumed_and_recalled(say, issue):
    for verb, status in (("pause", "paused"), ("resume", "sending"), ("recall", "recalled")):
        code, _ = await say(verb, "1")
        assert (code, (await models.Issue.get()).status) == (0, status)
    assert await say("pause", "1") == (1, ["Error: This issue is recalled already."])
    assert (await say("retry", "1"))[0] == 1
    assert await say("pause", "7") == (1, ["Error: There is no such issue."])
    assert (await say("pause", "0"))[0] == 2


async def test_letters_that_were_given_up_are_tried_again(site, say, issue):
    ann = await models.Subscription.create(
        site_id=site.id, email="ann@example.org", mailbox="ann@example.org", language="nl",
        seed=fresh_seed(), created_at=models.now(), confirmed_at=models.now(),
        status=models.SubscriptionStatus.CONFIRMED,
    )  # fmt: skip
    await set_topics(ann.id, [("newsletter", (await models.Newsletter.main(site)).id)])
    letter = ann.letter(models.LetterKind.NEWSLETTER, site, key="1:1")
    letter.issue_id, letter.batch, letter.state = issue.id, 1, models.State.FAILED
    await letter.save()
    await models.Issue.filter(id=issue.id).update(is_written=True, status="sent")
    code, [line] = await say("retry", "1")
    assert (code, line) == (0, "1 letter of issue 1 tried again; `issues show 1` tells how it stands.")
    assert (await models.Issue.get()).status == "sending"


async def test_a_letter_is_tried_out_on_one_of_the_staff(site, say, write):
    await write("Nog niet af")
    await models.User.welcome(site, "corrie@achterom.example", "Corrie", models.Role.EDITOR)
    code, [line] = await say("test", "nog-niet-af", "--to", "corrie@achterom.example")
    assert (code, "corrie@achterom.example" in line) == (0, True)
    assert await models.Delivery.filter(kind="newsletter", subscription_id=None).count() == 1
    assert (await say("test", "nog-niet-af", "--to", "eve@example.org"))[0] == 1
    assert await say("test", "elders", "--to", "corrie@achterom.example") == (
        1, ["Error: There is no post of that slug."],
    )  # fmt: skip
