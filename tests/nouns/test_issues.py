"""A post reaches those who follow it: once each, and nobody who did not ask, or has left."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest

import models
from models.announcements import Announcement
from models.recipients import Recipient
from models.suppressions import SuppressionScope

State = models.State
FORM = models.Trace(door="test")
AGES = timedelta(minutes=2)


@pytest.fixture
async def main(site):
    return await models.Newsletter.main(site)


@pytest.fixture
def publish(write):
    """Publish a post to some newsletters."""

    async def publish(*newsletters, at=None, **more):
        written = await write(**more)
        await written.publish(at, newsletters=newsletters)
        return written

    return publish


@pytest.fixture
def all_comes(post, time_passes):
    """Let the post come, and the worker look at what it has sent."""

    async def comes():
        for _ in range(3):
            await post.comes()
            await time_passes(AGES)
        await post.comes()

    return comes


def news(post, email):
    """Give the subjects of the letters with news, the oldest first."""
    return [letter.subject for letter in reversed(post.letters(email)) if letter.headers.bulk]


async def test_a_post_comes_once_however_many_of_its_topics_one_follows(
    site, reader, publish, main, post, all_comes
):
    corrie, tag = await models.Author.named(site.id, "Corrie"), await models.Tag.named(site.id, "Buren")
    ann, bob, eve = reader("ann@example.org"), reader("bob@example.org"), reader("eve@example.org")
    await ann.joins(topics=[("tag", tag.id), ("author", corrie.id), ("newsletter", main.id)])
    await bob.joins(topics=[("tag", tag.id)])
    await eve.asks()  # and never says yes
    await publish(main, title="Over de heg", authors=[corrie], tags=[tag])
    await all_comes()
    assert [news(post, one.email) for one in (ann, bob, eve)] == [["Over de heg"], ["Over de heg"], []]
    assert [letter.topic for letter in await models.Delivery.filter(kind="newsletter").order_by("id")] == [
        f"newsletter-{main.id}", f"tag-{tag.id}",
    ]  # fmt: skip
    issue = await models.Issue.get()
    assert (issue.status, issue.finished_at is None) == (models.IssueStatus.SENT, False)
    assert await issue.progress() == models.Progress(audience=2, sent=2)
    assert not await Recipient.exists()


async def test_without_newsletters_who_follows_the_author_hears_of_it(
    site, reader, publish, main, post, all_comes
):
    corrie = await models.Author.named(site.id, "Corrie")
    ann, bob = reader("ann@example.org"), reader("bob@example.org")
    await ann.joins(topics=[("author", corrie.id)])
    await bob.joins()
    await publish(title="Voor wie haar leest", authors=[corrie])
    await all_comes()
    assert (news(post, ann.email), news(post, bob.email)) == (["Voor wie haar leest"], [])


async def test_nobody_is_written_to_unless_it_is_asked(ann, write, post, all_comes):
    await ann.joins()
    await (await write()).publish()
    await all_comes()
    assert not await models.Issue.exists()


@pytest.mark.parametrize(("sign", "is_whole"), [("a", True), ("ж", False)])
async def test_a_post_comes_whole_when_no_mail_program_cuts_it_off(
    sign, is_whole, ann, publish, main, post, all_comes
):
    await ann.joins()
    await publish(main, html=f"<p>{f'{sign * 9} ' * 4_900}</p>")  # 49 000 signs, of one byte or two
    await all_comes()
    assert (await models.Issue.get()).facts["is_whole"] is is_whole


@pytest.mark.parametrize("why", ["pending", "paused", "daily", "left", "suppressed", "late", "erased"])
async def test_who_is_not_there_when_it_begins_is_not_written_to(
    why, site, reader, publish, main, post, all_comes
):
    ann, bob = reader("ann@example.org"), reader("bob@example.org")
    await bob.joins()
    if why == "pending":
        await ann.asks()
    elif why != "late":
        row = await ann.joins()
    match why:
        case "paused":
            await row.choose(site, FORM, paused_until=models.now() + timedelta(days=1))
        case "daily":
            await row.choose(site, FORM, frequency=models.Frequency.DAILY)
        case "left":
            await ann.leaves()
        case "suppressed":
            await models.Suppression.add(site, ann.email, SuppressionScope.LISTS, reason="complaint")
        case "erased":
            await models.erase(row)
    published = await publish(main)
    await models.announce_post(published.id)
    if why == "late":
        await ann.joins()
    await all_comes()
    assert (news(post, ann.email), news(post, bob.email)) == ([], ["Een bericht"])
    progress = await (await models.Issue.get()).progress()
    assert progress == models.Progress(
        audience=1 + (why == "suppressed"), sent=1, cancelled=why == "suppressed"
    )


@pytest.mark.parametrize("how", ["leaves", "leaves the topic", "pauses", "turns daily", "erased"])
async def test_who_goes_before_the_letter_is_written_is_counted_as_cancelled(
    how, site, reader, publish, main, post, all_comes
):
    other = await models.Newsletter.start(site, "Recepten")
    ann, bob = reader("ann@example.org"), reader("bob@example.org")
    row = await ann.joins(topics=[("newsletter", main.id), ("newsletter", other.id)])
    await bob.joins()
    await models.announce_post((await publish(main)).id)
    assert (await models.Issue.get()).audience == 2
    match how:
        case "leaves":
            await row.leave(site, FORM)
        case "leaves the topic":
            await row.leave(site, FORM, topics=[("newsletter", main.id)])
        case "pauses":
            await row.choose(site, FORM, paused_until=models.now() + timedelta(days=1))
        case "turns daily":
            await row.choose(site, FORM, frequency=models.Frequency.DAILY)
        case "erased":
            await models.erase(row)
    await all_comes()
    assert (news(post, ann.email), news(post, bob.email)) == ([], ["Een bericht"])
    assert await (await models.Issue.get()).progress() == models.Progress(audience=2, sent=1, cancelled=1)


async def test_a_scheduled_post_announces_itself_once_when_its_moment_comes(
    ann, publish, main, post, all_comes, clock
):
    await ann.joins()
    written = await publish(main, at=models.now() + timedelta(hours=1))
    await models.count_due()
    assert not await models.Job.cancel(f"announce:{written.id}")
    clock.shift(timedelta(hours=2))
    assert await models.count_due() == 1
    await models.count_due()
    clock.shift(timedelta(days=-400))
    await models.count_due()
    clock.shift(timedelta(days=800))
    await models.count_due()
    await all_comes()
    assert await models.Issue.all().count() == 1
    assert news(post, ann.email) == ["Een bericht"]


async def test_what_is_counted_anew_as_its_moment_comes_is_announced(site, publish, main, clock):
    await publish(main, at=models.now() + timedelta(hours=1))
    clock.shift(timedelta(hours=2))
    await models.recount(site)
    assert await Announcement.filter(number=1, is_due=False).exists()


async def test_two_workers_at_once_begin_one_issue(publish, main):
    published = await publish(main)
    for _ in range(2):
        await models.announce_post(published.id)
    assert await models.Issue.all().count() == 1


async def test_a_post_that_is_withdrawn_before_its_moment_is_not_announced(publish, main, clock):
    written = await publish(main, at=models.now() + timedelta(hours=1))
    await written.withdraw()
    clock.shift(timedelta(hours=2))
    await written.publish(models.now())
    await models.announce_post(written.id)
    assert not await Announcement.filter(number__gt=0).exists()


async def test_a_post_that_is_withdrawn_while_it_is_announced_is_taken_back(
    ann, publish, main, post, all_comes
):
    await ann.joins()
    written = await publish(main)
    await models.announce_post(written.id)
    await written.withdraw()
    await all_comes()
    issue = await models.Issue.get()
    assert (news(post, ann.email), issue.status) == ([], models.IssueStatus.RECALLED)
    assert await issue.progress() == models.Progress(audience=1, cancelled=1)


@pytest.mark.parametrize("is_paused", [False, True])
async def test_letters_that_wait_go_to_nobody_when_their_post_is_withdrawn(
    is_paused, reader, publish, main, post, all_comes, time_passes
):
    for name in ("ann", "bob"):
        await reader(f"{name}@example.org").joins()
    written = await publish(main)
    await models.announce_post(written.id)
    issue = await models.Issue.get()
    with pytest.raises(models.TryLater):
        await models.carry_issue(issue.id)
    first, _ = await models.Delivery.filter(issue_id=issue.id).order_by("id")
    await models.settle([models.Outcome(key=first.key, state=State.SENT)])
    if is_paused:
        await issue.pause()
        await models.carry_issue(issue.id)
    await written.withdraw()
    if is_paused:
        await issue.resume()
    with suppress(models.TryLater):
        await models.carry_issue(issue.id)
    await all_comes()
    issue = await models.Issue.get()
    assert (issue.status, issue.finished_at is None) == (models.IssueStatus.RECALLED, False)
    assert await issue.progress() == models.Progress(audience=2, sent=1, cancelled=1)
    assert not news(post, "bob@example.org")


async def test_publishing_anew_announces_anew_only_when_asked(ann, publish, main, post, all_comes):
    await ann.joins()
    written = await publish(main, title="Eerste")
    await all_comes()
    await written.rewrite("Tweede", "<p>Anders.</p>", authors=[], tags=[])
    await written.publish()
    await all_comes()
    assert news(post, ann.email) == ["Eerste"]
    await written.publish(newsletters=[main])
    await all_comes()
    assert news(post, ann.email) == ["Eerste", "Tweede"]


async def test_the_letters_of_an_erased_reader_and_old_letters_stay_counted(
    reader, publish, main, all_comes, clock, post, monkeypatch
):
    monkeypatch.setitem(models.purge.__globals__, "A_PART", 2)
    row = await reader("ann@example.org").joins()
    for number in range(4):
        await reader(f"bob{number}@example.org").joins()
    await publish(main)
    await all_comes()
    issue = await models.Issue.get()
    await models.erase(row)
    assert await (await models.Issue.by_id(issue.id)).progress() == models.Progress(audience=5, sent=5)
    clock.shift(timedelta(days=400))
    await asyncio.gather(models.purge(), models.purge())
    assert not await models.Delivery.filter(issue_id=issue.id).exists()
    assert await (await models.Issue.by_id(issue.id)).progress() == models.Progress(audience=5, sent=5)
