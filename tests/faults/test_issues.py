"""Whoever is killed while an issue goes out: each reader gets it, few twice, and nobody who has left."""

import random
import shutil
from datetime import timedelta

import pytest

import models
from benchmarks import issues
from benchmarks.sink import PLACES
from mailers.post_office import MOST_LINES
from models.interests import set_topics
from tests.faults import lab
from tests.faults.conftest import NONE, promise_letters, work_left

MANY = 3 * lab.A_SMALL_CHUNK - 5
A_WHILE = timedelta(minutes=2)


@pytest.fixture
def subscribe(site):
    """Subscribe readers by their names to the main newsletter, long ago; one more has left."""

    async def subscribe(names):
        topic = "newsletter", (await models.Newsletter.main(site)).id
        readers = await promise_letters(site, [*names, "gone"], topic)
        await models.Delivery.all().delete()
        await models.Subscription.all().update(confirmed_at=models.now() - timedelta(days=1))
        await readers[-1].leave(site, lab.FORM)
        await models.Delivery.all().delete()
        for reader in readers[:-1]:
            await set_topics(reader.id, [topic])
        return {reader.email for reader in readers[:-1]}

    return subscribe


@pytest.fixture
def come_to_an_end(drain, sink, time_passes):
    """Let the survivors do all there is to do."""

    async def end():
        while not await models.Issue.filter(finished_at__isnull=False).exists():
            await drain(sink)
            await time_passes(A_WHILE)
        await drain(sink)

    return end


@pytest.fixture
def announce(site, write):
    """Publish a post to the main newsletter."""

    async def announce():
        post = await write("Soep voor wie er is")
        await post.publish(newsletters=[await models.Newsletter.main(site)])

    return announce


async def assert_each_once(sink, readers, *, twice=0):
    """Hold that each has the issue, that few have it twice, and that nothing is left to do."""
    assert set(sink.copies) == readers
    assert sink.copies.total() - len(readers) <= twice
    sink.assert_copies_are_alike()
    assert await (await models.Issue.get()).progress() == models.Progress(
        audience=len(readers), sent=len(readers)
    )
    assert await work_left() == NONE


@pytest.mark.parametrize("step", lab.OF_AN_ISSUE)
async def test_an_issue_reaches_each_though_its_worker_is_killed(
    step, sink, subscribe, announce, postman, the_dead_are_missed, come_to_an_end
):
    readers = await subscribe(f"reader{number}" for number in range(MANY))
    await announce()
    killed = await postman(lab.carry, sink, step)
    await killed.tells(step)
    await killed.end()
    await the_dead_are_missed()
    await come_to_an_end()
    await assert_each_once(sink, readers, twice=MOST_LINES)


@pytest.mark.parametrize("kills", [4, pytest.param(50, marks=pytest.mark.faults)])
async def test_kills_at_any_moment_lose_no_letter_of_an_issue(
    kills, sink, subscribe, announce, postman, the_dead_are_missed, come_to_an_end
):
    readers = await subscribe(f"reader{number}" for number in range(100 * kills))
    await announce()
    for _ in range(kills):
        killed = await postman(lab.carry, sink)
        for _ in range(random.randrange(1, 300)):
            await killed.next()
        await killed.end()
        await the_dead_are_missed()
    await come_to_an_end()
    await assert_each_once(sink, readers, twice=kills * (MOST_LINES + 1))


@pytest.mark.faults
def test_an_issue_to_a_hundred_thousand_while_a_worker_is_killed_five_times(own_server):
    assert any(map(shutil.which, PLACES)), "smtp-sink is missing; it comes with Postfix"
    figures = issues.run(own_server.url, 100_000, 5)
    assert (figures.lost, figures.strangers, figures.late_after_leaving, figures.differing) == (0, 0, 0, 0)
    assert figures.duplicates <= figures.most_duplicates
    assert figures.slowest_confirmation < 2
