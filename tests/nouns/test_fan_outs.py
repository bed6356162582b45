"""An issue goes out in parts: whatever happens between them, each letter is somewhere, and once."""

import random
from asyncio import gather
from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest

import models
from models import fan_outs
from models.deliveries import HELD, OPEN
from models.interests import set_topics_of_each
from models.tokens import fresh_seed

State, Status = models.State, models.IssueStatus
FORM = models.Trace(door="test")
MANY = 23


@pytest.fixture
async def main(site):
    return await models.Newsletter.main(site)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(fan_outs, "A_CHUNK", 4)
    monkeypatch.setattr(fan_outs, "A_SWEEP", 3)
    monkeypatch.setattr(fan_outs, "A_BATCH", 3)


@pytest.fixture
def subscribe(site, main):
    """Subscribe so many readers to the main newsletter."""

    async def subscribe(number):
        await models.Subscription.bulk_create(
            [
                models.Subscription(
                    site_id=site.id, email=f"r{each}@example.org", mailbox=f"r{each}@example.org",
                    language="nl",
                    seed=fresh_seed(), created_at=models.now(), confirmed_at=models.now(),
                    status=models.SubscriptionStatus.CONFIRMED,
                )
                for each in range(number)
            ]
        )  # fmt: skip
        rows = await models.Subscription.all().order_by("id")
        await set_topics_of_each({row.id: [("newsletter", main.id)] for row in rows})
        return rows

    return subscribe


@pytest.fixture
def begin(write, main):
    """Begin the issue of a post; give it."""

    async def begin():
        post = await write()
        await post.publish(newsletters=[main])
        await models.announce_post(post.id)
        return await models.Issue.get()

    return begin


async def again(issue):
    return await models.Issue.by_id(issue.id)


async def carry(issue):
    """Do what can be done for an issue now."""
    with suppress(models.TryLater):
        await models.carry_issue(issue.id)


async def one_step(issue):
    """Write one chunk, or do whatever comes next."""
    row = await again(issue)
    if row.finished_at is None:
        with suppress(models.TryLater):
            await fan_outs._STEPS[row.status](row)


async def states(issue):
    return Counter(await models.Delivery.filter(issue_id=issue.id).values_list("state", flat=True))


async def test_each_chunk_costs_the_same_few_statements(subscribe, begin, statements, monkeypatch):
    await subscribe(MANY)
    issue = await begin()
    sent = []
    for size in (3, 12):
        monkeypatch.setattr(fan_outs, "A_CHUNK", size)
        with statements() as counted:
            await one_step(issue)
        sent.append(len(counted))
    assert sent[0] == sent[1]


async def test_an_issue_that_is_carried_twice_at_once_is_written_once(subscribe, begin):
    await subscribe(MANY)
    issue = await begin()
    stale = await again(issue)
    await one_step(issue)
    with pytest.raises(fan_outs._Overtaken):
        await fan_outs._write(stale)
    await carry(issue)
    assert await states(issue) == {State.QUEUED: MANY}


async def test_a_worker_that_dies_between_chunks_is_replaced(subscribe, begin, monkeypatch):
    class Died(BaseException):
        pass

    async def dies(*_, **__):
        raise Died

    await subscribe(MANY)
    issue = await begin()
    await one_step(issue)
    with monkeypatch.context() as patch:
        patch.setattr(models.Issue, "put", dies)
        with pytest.raises(Died):
            await models.carry_issue(issue.id)
    assert await states(issue) == {State.QUEUED: 4}
    await carry(issue)
    assert await states(issue) == {State.QUEUED: MANY}
    assert len(set(await models.Delivery.all().values_list("subscription_id", flat=True))) == MANY


async def test_a_paused_issue_sends_nothing_until_it_is_resumed(subscribe, begin, post, time_passes):
    await subscribe(MANY)
    issue = await begin()
    await one_step(issue)
    await issue.pause()
    await carry(issue)  # before the post has begun with any
    await post.comes()
    assert (await again(issue)).status is Status.PAUSED
    assert await models.Delivery.filter(issue_id=issue.id, batch=HELD).count() == 4
    assert [letter for letter in post.carrier.outbox.letters if letter.headers.bulk] == []
    await (await again(issue)).resume()
    await models.Issue.filter(id=issue.id).update(held_at=models.now() - timedelta(minutes=1))
    for _ in range(3):
        await post.comes()
        await time_passes(timedelta(minutes=2))
    assert len([letter for letter in post.carrier.outbox.letters if letter.headers.bulk]) == MANY
    assert await (await again(issue)).progress() == models.Progress(audience=MANY, sent=MANY)


async def test_what_was_held_waits_until_every_worker_has_let_go_of_it(subscribe, begin):
    await subscribe(3)
    issue = await begin()
    await one_step(issue)
    await issue.pause()
    await carry(issue)
    await issue.resume()
    with pytest.raises(models.TryLater):
        await models.carry_issue(issue.id)
    assert await models.Delivery.filter(batch=HELD).count() == 3


async def test_what_was_paused_for_days_is_tried_for_as_long_as_any_other(subscribe, begin, clock):
    await subscribe(3)
    issue = await begin()
    await carry(issue)
    [tried, *_] = await models.Delivery.filter(issue_id=issue.id).order_by("id")
    await models.settle([models.Outcome(key=tried.key, state=State.DEFERRED)])
    await issue.pause()
    await carry(issue)
    clock.shift(timedelta(days=4))
    await (await again(issue)).resume()
    clock.shift(timedelta(minutes=1))
    await carry(issue)
    letters = await models.Delivery.filter(issue_id=issue.id)
    await models.settle([models.Outcome(key=one.key, state=State.DEFERRED) for one in letters])
    # Each try of a letter gives the same bytes, its date among them.
    assert await states(issue) == {State.DEFERRED: 2, State.FAILED: 1}


async def test_an_issue_that_is_paused_again_lets_nothing_go(subscribe, begin):
    await subscribe(3)
    issue = await begin()
    await carry(issue)
    await issue.pause()
    await carry(issue)
    await issue.resume()
    stale = await again(issue)
    await (await again(issue)).pause()
    with pytest.raises(fan_outs._Overtaken):
        await fan_outs._let_go(stale)
    assert await models.Delivery.filter(issue_id=issue.id, batch=HELD).count() == 3


@pytest.mark.parametrize("is_paused", [False, True])
async def test_a_recalled_issue_takes_back_what_is_not_out(subscribe, begin, is_paused):
    await subscribe(MANY)
    issue = await begin()
    await one_step(issue)
    [first, *_] = await models.Delivery.filter(issue_id=issue.id).order_by("id")
    await models.settle([models.Outcome(key=first.key, state=State.SENT)])
    if is_paused:
        await issue.pause()
        await carry(issue)
    await issue.recall()
    await carry(issue)
    row = await again(issue)
    assert (row.status, row.finished_at is None) == (Status.RECALLED, False)
    assert await row.progress() == models.Progress(audience=MANY, sent=1, cancelled=MANY - 1)
    assert not await models.Delivery.filter(state=State.CANCELLED).exclude(facts={}).exists()


async def test_what_is_over_stays_as_it_is(subscribe, begin):
    await subscribe(1)
    issue = await begin()
    await issue.recall()
    await issue.recall()
    for verb in (issue.pause, issue.resume):
        with pytest.raises(models.Invalid, match="recalled already"):
            await verb()


async def refused(issue, number):
    """Let the mail server refuse so many letters of an issue, and take the others."""
    await carry(issue)
    letters = await models.Delivery.filter(issue_id=issue.id).order_by("id")
    fates = [State.FAILED if place < number else State.SENT for place in range(len(letters))]
    await models.settle(
        [models.Outcome(key=one.key, state=fate) for one, fate in zip(letters, fates, strict=True)]
    )
    await carry(issue)
    assert (await again(issue)).status is Status.SENT


async def test_what_was_given_up_is_tried_again_and_nothing_else_is(subscribe, begin, site):
    gone, bounced, paused, often, other, *_ = await subscribe(MANY)
    issue = await begin()
    await refused(issue, 9)
    await gone.leave(site, FORM)
    await models.Subscription.filter(id=bounced.id).update(status=models.SubscriptionStatus.BOUNCED)
    await paused.choose(site, FORM, paused_until=models.now() + timedelta(days=3))
    await often.choose(site, FORM, frequency=models.Frequency.DAILY)
    ui = await models.Tag.named(site.id, "ui")
    await other.choose(site, FORM, topics=[("tag", ui.id)])
    taken = await models.Delivery.filter(state=State.SENT).order_by("id").values_list("id", flat=True)
    assert await models.retry_issue(await again(issue)) == 4
    row = await again(issue)
    assert (row.status, row.finished_at) == (Status.SENDING, None)
    assert await row.progress() == models.Progress(audience=MANY, sent=MANY - 9, failed=5, queued=4)
    with pytest.raises(models.Invalid, match="only what went out"):
        await models.retry_issue(row)
    await carry(issue)
    letters = await models.Delivery.filter(issue_id=issue.id, state=State.QUEUED)
    assert len(letters) == 4
    assert all(letter.facts["paths"]["leave_link"] for letter in letters)
    await models.settle([models.Outcome(key=letter.key, state=State.SENT) for letter in letters])
    await carry(issue)
    assert await (await again(issue)).progress() == models.Progress(audience=MANY, sent=MANY - 5, failed=5)
    assert set(taken) < set(await models.Delivery.filter(state=State.SENT).values_list("id", flat=True))
    with pytest.raises(models.Invalid, match="No letter"):
        await models.retry_issue(await again(issue))


async def test_who_follows_an_author_or_a_tag_is_tried_again_too(subscribe, write, main, site):
    corrie, ui = await models.Author.named(site.id, "Corrie"), await models.Tag.named(site.id, "ui")
    follow = [("newsletter", main.id), ("author", corrie.id), ("tag", ui.id)]
    rows = await subscribe(len(follow))
    await set_topics_of_each({row.id: [topic] for row, topic in zip(rows, follow, strict=True)})
    post = await write(authors=[corrie], tags=[ui])
    await post.publish(newsletters=[main])
    await models.announce_post(post.id)
    issue = await models.Issue.get()
    await refused(issue, len(follow))
    assert await models.retry_issue(await again(issue)) == len(follow)


async def test_of_two_who_try_again_at_once_one_does(subscribe, begin):
    await subscribe(5)
    issue = await begin()
    await refused(issue, 5)
    rows = [await again(issue), await again(issue)]
    done = await gather(*map(models.retry_issue, rows), return_exceptions=True)
    assert sorted(map(type, done), key=str) == [int, models.Invalid]
    await carry(issue)
    assert await states(issue) == {State.QUEUED: 5}


async def test_who_is_erased_while_letters_are_tried_again_is_counted_once(subscribe, begin):
    rows = await subscribe(5)
    issue = await begin()
    for _ in range(3):
        await refused(issue, 5)
        await gather(models.retry_issue(await again(issue)), models.erase(rows.pop()))
        await carry(issue)
        progress = await (await again(issue)).progress()
        assert (progress.queued, progress.audience) == (len(rows), 5)
        assert sum(getattr(progress, state.value) for state in State) == 5


async def test_who_left_after_the_second_promise_gets_nothing(subscribe, begin, site):
    rows = await subscribe(4)
    issue = await begin()
    await refused(issue, 4)
    await models.retry_issue(await again(issue))
    await rows[0].leave(site, FORM)
    await carry(issue)
    assert await states(issue) == {State.QUEUED: 3, State.CANCELLED: 1}


async def test_what_waits_or_was_taken_back_is_not_tried_again(subscribe, begin):
    await subscribe(4)
    issue = await begin()
    with pytest.raises(models.Invalid, match="only what went out"):
        await models.retry_issue(issue)
    await refused(issue, 4)
    stale = await again(issue)
    await models.Issue.filter(id=issue.id).update(status=Status.RECALLED)
    with pytest.raises(models.Invalid, match="is recalled"):
        await models.retry_issue(stale)
    await models.Issue.filter(id=issue.id).delete()
    with pytest.raises(models.NotFound):
        await models.retry_issue(stale)
    assert await states(issue) == {State.FAILED: 4}


@pytest.mark.parametrize("seed", range(6))
async def test_the_counters_sum_to_the_frozen_audience_whatever_happens(seed, subscribe, begin, site):
    draw = random.Random(seed)
    rows = await subscribe(MANY)
    issue = await begin()
    verbs = ["step"] * 4 + ["settle"] * 4 + ["leave", "erase", "pause", "resume", "retry"]
    for _ in range(40):
        match draw.choice(verbs):
            case "step":
                await one_step(issue)
            case "settle":
                letters = await models.Delivery.filter(issue_id=issue.id, state__in=OPEN)
                outcomes = [
                    models.Outcome(
                        key=letter.key, state=draw.choice([State.SENT, State.DEFERRED, State.FAILED])
                    )
                    for letter in draw.sample(letters, min(3, len(letters)))
                ]
                await models.settle(outcomes)
            case "leave" if rows:
                await rows.pop(draw.randrange(len(rows))).leave(site, FORM)
            case "erase" if rows:
                await models.erase(rows.pop(draw.randrange(len(rows))))
            case "retry":
                with suppress(models.Invalid):
                    await models.retry_issue(await again(issue))
            case "pause" if (await again(issue)).status is Status.SENDING:
                await (await again(issue)).pause()
            case "resume" if (await again(issue)).status is Status.PAUSED:
                await (await again(issue)).resume()
                await models.Issue.filter(id=issue.id).update(held_at=models.now() - timedelta(minutes=1))
        await assert_sums(issue)
    row = await again(issue)
    if row.status is not Status.SENT:
        await row.recall()
        await carry(issue)
    progress = await assert_sums(issue)
    assert (progress.queued, progress.deferred) == (0, 0)


async def assert_sums(issue):
    """Hold that each of the audience is counted once, and that what is queued can be found."""
    row = await again(issue)
    progress, counted = await row.progress(), await states(issue)
    assert progress.audience == row.audience == MANY
    parts = [getattr(progress, state.value) for state in State]
    assert sum(parts) == MANY
    assert min(parts) >= 0
    to_write = await fan_outs.Recipient.left(row)
    assert progress.queued == counted[State.QUEUED] + to_write
    return progress
