"""A digest comes in the morning of whoever asked for one, once a day or a week, with what is new to them."""

from asyncio import gather
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

import models
from models import fan_outs
from models.digests import DigestTurn, due_before
from models.recipients import Recipient

FORM = models.Trace(door="test")
DAILY, WEEKLY = models.Frequency.DAILY, models.Frequency.WEEKLY
AMSTERDAM = "Europe/Amsterdam"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOON = datetime(2021, 3, 31, 12, tzinfo=UTC)


@pytest.fixture
async def main(site):
    await models.move_to_time_zone(site, AMSTERDAM)
    return await models.Newsletter.main(site)


@pytest.fixture
def publish(write, main, clock):
    """Publish a post to the main newsletter, or to those named, a second later."""

    async def publish(title, *, newsletters=None, **more):
        clock.shift(timedelta(seconds=1))
        post = await write(title=title, **more)
        await post.publish(newsletters=[main] if newsletters is None else newsletters)
        await models.announce_post(post.id)
        return post

    return publish


@pytest.fixture
def morning(clock, post):
    """Sleep until a moment in the zone of the site, and let what is due come."""

    async def morning(*moment, zone=AMSTERDAM):
        clock.move_to(datetime(*moment, tzinfo=ZoneInfo(zone)))
        await models.digest()
        for issue in await models.Issue.filter(finished_at__isnull=True):
            with suppress(models.TryLater):
                await models.carry_issue(issue.id)
        for delivery in (
            await models.Delivery.filter(state=models.State.QUEUED).distinct().values_list("batch")
        ):
            await post.carrier.send(delivery[0])

    return morning


def digests(post, email):
    """Give the titles in each digest that came, the oldest first."""
    letters = [
        letter for letter in reversed(post.letters(email)) if letter.headers.list_id.startswith("digest.")
    ]
    return [
        [line for line in letter.text.splitlines() if line in {"Eén", "Twee", "Drie", "Vier"}]
        for letter in letters
    ]


async def test_a_daily_digest_comes_at_seven_with_what_is_new(clock, ann, publish, morning, post):
    await ann.joins(frequency=DAILY)
    await publish("Eén")
    clock.shift(HOUR)
    await publish("Twee")
    await morning(2021, 4, 1, 6, 59)
    assert digests(post, ann.email) == []
    await morning(2021, 4, 1, 7, 0)
    assert digests(post, ann.email) == [["Twee", "Eén"]]
    await morning(2021, 4, 1, 7, 15)
    await publish("Drie")
    await morning(2021, 4, 1, 23, 0)
    assert len(digests(post, ann.email)) == 1
    await morning(2021, 4, 2, 7, 0)
    assert digests(post, ann.email)[1:] == [["Drie"]]
    await morning(2021, 4, 3, 7, 0)
    assert len(digests(post, ann.email)) == 2
    assert await models.Issue.filter(kind="daily").count() == 2


async def test_a_weekly_digest_comes_on_monday(clock, ann, publish, morning, post):
    await ann.joins(frequency=WEEKLY)
    await publish("Eén")
    await morning(2021, 4, 4, 23, 59)
    assert digests(post, ann.email) == []
    await morning(2021, 4, 5, 7, 0)
    assert digests(post, ann.email) == [["Eén"]]


async def test_mornings_are_those_of_the_subscriber(clock, site, reader, publish, morning, post):
    zones = {"ann": "Pacific/Auckland", "bob": None, "eve": "Asia/Kathmandu"}
    for name, zone in zones.items():
        row = await reader(f"{name}@example.org").joins(frequency=DAILY)
        await row.choose(site, FORM, time_zone=zone)
    await publish("Eén")
    came = []
    for quarter in range(4 * 24):
        clock.shift(timedelta(minutes=15))
        await models.digest()
        came += [
            (issue.key, quarter)
            for issue in await models.Issue.filter(kind="daily")
            if issue.key not in dict(came)
        ]
    assert [key for key, _ in came] == [
        "daily:Pacific/Auckland:2021-03-31", "daily:Asia/Kathmandu:2021-04-01",
        "daily:Europe/Amsterdam:2021-04-01",
    ]  # fmt: skip
    for key, quarter in came:
        moment = NOON + timedelta(minutes=15) * (quarter + 1) + timedelta(seconds=1)
        assert moment.astimezone(ZoneInfo(key.split(":")[1])).strftime("%H:%M") == "07:00"


async def test_only_what_one_follows_is_in_it_and_only_once(
    clock, site, reader, publish, main, morning, post
):
    corrie, tag = await models.Author.named(site.id, "Corrie"), await models.Tag.named(site.id, "Buren")
    ann, bob = reader("ann@example.org"), reader("bob@example.org")
    await ann.joins(frequency=DAILY, topics=[("author", corrie.id), ("tag", tag.id)])
    await bob.joins(frequency=DAILY)
    await publish("Eén", authors=[corrie], tags=[tag], newsletters=[])
    await publish("Twee")
    await publish("Drie", authors=[corrie])
    await morning(2021, 4, 1, 7, 0)
    assert digests(post, ann.email) == [["Drie", "Eén"]]
    assert digests(post, bob.email) == [["Drie", "Twee"]]


async def test_what_is_not_to_be_read_any_more_is_not_in_it(clock, ann, publish, morning, post):
    await ann.joins(frequency=DAILY)
    await publish("Eén")
    withdrawn, recalled = await publish("Twee"), await publish("Drie")
    await withdrawn.withdraw()
    await (await models.Issue.get(post_id=recalled.id)).recall()
    await morning(2021, 4, 1, 7, 0)
    assert digests(post, ann.email) == [["Eén"]]


async def test_after_days_of_silence_one_digest_has_all(clock, ann, publish, morning, post):
    await ann.joins(frequency=DAILY)
    await publish("Eén")
    clock.shift(2 * DAY)
    await publish("Twee")
    await morning(2021, 4, 4, 12, 0)
    assert digests(post, ann.email) == [["Twee", "Eén"]]
    await morning(2021, 4, 5, 7, 0)
    assert len(digests(post, ann.email)) == 1


async def test_who_pauses_gets_afterwards_what_was_new_meanwhile(clock, site, ann, publish, morning, post):
    row = await ann.joins(frequency=DAILY)
    await row.choose(site, FORM, paused_until=models.now() + 2 * DAY)
    await publish("Eén")
    await morning(2021, 4, 1, 7, 0)
    assert digests(post, ann.email) == []
    await morning(2021, 4, 3, 7, 0)
    assert digests(post, ann.email) == [["Eén"]]


async def test_who_gets_posts_at_once_and_turns_to_digests_gets_none_twice(
    clock, site, ann, publish, morning, post
):
    row = await ann.joins()
    await publish("Eén")
    clock.shift(HOUR)
    await row.choose(site, FORM, frequency=DAILY)
    clock.shift(HOUR)
    await publish("Twee")
    await morning(2021, 4, 1, 7, 0)
    assert digests(post, ann.email) == [["Twee"]]


async def test_who_turns_from_one_digest_to_another_misses_nothing(clock, site, ann, publish, morning, post):
    row = await ann.joins(frequency=DAILY)
    await morning(2021, 4, 1, 7, 0)
    clock.shift(2 * HOUR)
    await publish("Eén")
    clock.shift(2 * HOUR)
    await row.choose(site, FORM, frequency=WEEKLY)
    await morning(2021, 4, 5, 7, 0)
    assert digests(post, ann.email) == [["Eén"]]


async def test_what_is_announced_across_seven_comes_the_next_morning(
    clock, ann, publish, morning, post, monkeypatch
):
    async def freeze(*asked):
        frozen = await real(*asked)
        clock.move_to(datetime(2021, 4, 1, 7, 0, 1, tzinfo=ZoneInfo(AMSTERDAM)))
        return frozen

    real = Recipient.freeze
    monkeypatch.setattr(Recipient, "freeze", freeze)
    await ann.joins(frequency=DAILY)
    clock.move_to(datetime(2021, 4, 1, 6, 59, 58, tzinfo=ZoneInfo(AMSTERDAM)))
    await publish("Eén")
    monkeypatch.undo()
    await morning(2021, 4, 1, 7, 0, 2)
    assert digests(post, ann.email) == []  # it may have been made before the announcement could be seen
    await morning(2021, 4, 2, 7, 0)
    assert digests(post, ann.email) == [["Eén"]]


async def test_who_leaves_before_the_digest_is_written_gets_none(clock, site, ann, publish, morning, post):
    row = await ann.joins(frequency=DAILY)
    await publish("Eén")
    clock.move_to(datetime(2021, 4, 1, 7, tzinfo=ZoneInfo(AMSTERDAM)))
    await models.digest()
    await row.leave(site, FORM)
    await morning(2021, 4, 1, 7, 1)
    assert digests(post, ann.email) == []
    assert await (await models.Issue.get(kind="daily")).progress() == models.Progress(audience=1, cancelled=1)


@pytest.mark.parametrize("jump", [timedelta(days=400), timedelta(days=-400), timedelta(hours=-3)])
async def test_a_clock_that_jumps_brings_no_digest_twice(jump, clock, ann, publish, morning, post):
    await ann.joins(frequency=DAILY)
    await publish("Eén")
    await morning(2021, 4, 1, 7, 0)
    clock.shift(jump)
    await models.digest()
    await morning(2021, 4, 1, 7, 15)
    await publish("Twee")
    await morning(2021, 4, 2, 7, 0)
    await morning(2021, 4, 2, 7, 15)
    assert digests(post, ann.email) == [["Eén"], ["Twee"]]


async def test_what_is_looked_for_costs_the_same_however_many_posts_and_no_turn_is_taken_for_nothing(
    clock, ann, publish, morning, statements
):
    await ann.joins(frequency=DAILY)
    costs = []
    for day, posts in ((1, 1), (2, 5)):
        for number in range(posts):
            await publish(f"{day}.{number}")
        clock.move_to(datetime(2021, 4, day, 7, tzinfo=ZoneInfo(AMSTERDAM)))
        with statements() as sent:
            await models.digest()
        costs.append(len(sent))
    assert costs[0] >= costs[1]
    with statements() as sent:
        await models.digest()
    assert not [statement for statement in sent if not statement.startswith("SELECT")]


async def test_workers_that_look_at_once_take_one_turn(clock, ann, publish, morning):
    await ann.joins(frequency=DAILY)
    await publish("Eén")
    clock.move_to(datetime(2021, 4, 1, 7, tzinfo=ZoneInfo(AMSTERDAM)))
    for _ in range(3):
        await models.digest()
    assert await models.Issue.filter(kind="daily").count() == 1
    [turn] = await DigestTurn.all()
    assert turn.due_at == datetime(2021, 4, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "frequency", "due"),
    [
        ("2021-03-28T04:59Z", DAILY, "2021-03-27T06:00Z"),
        ("2021-03-28T05:00Z", DAILY, "2021-03-28T05:00Z"),  # the night that loses an hour
        ("2021-10-31T05:59Z", DAILY, "2021-10-30T05:00Z"),
        ("2021-10-31T06:00Z", DAILY, "2021-10-31T06:00Z"),  # the night that has one more
        ("2021-03-29T04:59Z", WEEKLY, "2021-03-22T06:00Z"),
        ("2021-03-29T05:00Z", WEEKLY, "2021-03-29T05:00Z"),
        ("2021-04-04T22:30Z", WEEKLY, "2021-03-29T05:00Z"),  # Monday here already, and too early
    ],
)
def test_seven_in_the_morning_is_seven_in_summer_and_winter(moment, frequency, due):
    assert due_before(datetime.fromisoformat(moment), frequency, AMSTERDAM) == datetime.fromisoformat(due)


@pytest.mark.parametrize(
    ("frequency", "announced", "due"),
    [
        (DAILY, (2021, 10, 30, 7, 30), (2021, 10, 31, 7)),
        (WEEKLY, (2021, 10, 25, 7, 30), (2021, 11, 1, 7)),
    ],
)
async def test_who_had_no_digest_yet_gets_all_of_the_day_that_ends_summer(
    frequency, announced, due, clock, ann, publish, morning, post
):
    row = await ann.joins(frequency=frequency)
    await models.Subscription.filter(id=row.id).update(digested_until=None)  # as who was brought in
    clock.move_to(datetime(*announced, tzinfo=ZoneInfo(AMSTERDAM)))
    await publish("Eén")
    await morning(*due)
    assert digests(post, ann.email) == [["Eén"]]


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "", "localtime"])
async def test_a_strange_time_zone_is_refused(zone, site, ann):
    row = await ann.joins()
    with pytest.raises(models.Invalid, match="time zone"):
        await row.choose(site, FORM, time_zone=zone)


async def test_who_follows_a_merged_tag_gets_what_appeared_under_it(clock, site, ann, publish, morning, post):
    ui, prei = [await models.Tag.named(site.id, name) for name in ("ui", "prei")]
    row = await ann.joins(frequency=DAILY)
    await row.choose(site, FORM, topics=[("tag", ui.id)])
    await publish("Eén", newsletters=[], tags=[ui])
    await models.merge_tags(ui, prei)
    await morning(2021, 4, 1, 7, 0)
    assert digests(post, ann.email) == [["Eén"]]


@pytest.mark.parametrize("frequency", [models.Frequency.IMMEDIATE, DAILY])
async def test_letters_that_are_not_out_follow_a_merged_tag(clock, site, ann, publish, post, frequency):
    ui, prei = [await models.Tag.named(site.id, name) for name in ("ui", "prei")]
    row = await ann.joins(frequency=frequency)
    await row.choose(site, FORM, topics=[("tag", ui.id)])
    await publish("Eén", newsletters=[], tags=[ui])
    clock.move_to(datetime(2021, 4, 1, 7, tzinfo=ZoneInfo(AMSTERDAM)))
    await models.digest()
    kind = "post" if frequency is models.Frequency.IMMEDIATE else "daily"
    [issue] = await models.Issue.filter(kind=kind)
    stale = await models.Issue.by_id(issue.id)
    await models.merge_tags(ui, prei)
    with pytest.raises(fan_outs._Overtaken):
        await fan_outs._write(stale)
    with suppress(models.TryLater):
        await models.carry_issue(issue.id)
    [letter] = await models.Delivery.filter(issue_id=issue.id)
    assert (letter.state, letter.topic) == (models.State.QUEUED, f"tag-{prei.id}")


async def test_readers_leave_and_are_erased_while_tags_are_merged(site, reader, publish, morning):
    for number in range(4):
        ui, prei = [await models.Tag.named(site.id, f"{name} {number}") for name in ("ui", "prei")]
        rows = []
        for place in range(4):
            row = await reader(f"r{number}-{place}@example.org").joins()
            rows += [await row.choose(site, FORM, topics=[("tag", ui.id), ("tag", prei.id)])]
        await publish("Eén", newsletters=[], tags=[ui])
        issue = await models.Issue.all().order_by("-id").first()
        doing = [
            models.merge_tags(ui, prei), rows[0].leave(site, FORM, topics=[("tag", ui.id)]),
            models.erase(rows[1]), rows[2].leave(site, FORM), models.carry_issue(issue.id),
        ]  # fmt: skip
        done = await gather(*doing, return_exceptions=True)
        assert {type(one) for one in done} <= {type(None), models.Subscription, models.TryLater}, done
        with suppress(models.TryLater):
            await models.carry_issue(issue.id)
        letters = await models.Delivery.filter(subscription_id=rows[3].id, issue_id=issue.id)
        assert [letter.state for letter in letters] == [models.State.QUEUED]


@pytest.mark.parametrize("is_late", [False, True])
async def test_a_digest_that_was_given_up_is_sent_once_more(is_late, reader, publish, morning, post):
    ann, bob = reader("ann@example.org"), reader("bob@example.org")
    lost, _ = await ann.joins(frequency=DAILY), await bob.joins(frequency=DAILY)
    await publish("Eén")
    await morning(2021, 4, 1, 7, 0)
    [issue] = await models.Issue.filter(kind="daily")
    await models.Delivery.filter(issue_id=issue.id, subscription_id=lost.id).update(state=models.State.FAILED)
    await models.carry_issue(issue.id)
    post.carrier.outbox._kept.clear()
    await publish("Twee")
    if is_late:
        await morning(2021, 4, 2, 7, 0)
    assert await models.retry_issue(await models.Issue.by_id(issue.id)) == 1
    await morning(2021, 4, 2, 7, 1)
    assert sorted(digests(post, ann.email)) == [["Eén"], ["Twee"]]
    assert digests(post, bob.email) == [["Twee"]]
    await morning(2021, 4, 3, 7, 0)
    assert len(digests(post, ann.email)) == 2
    with pytest.raises(models.Invalid, match="No letter of this issue"):
        await models.retry_issue(await models.Issue.by_id(issue.id))
