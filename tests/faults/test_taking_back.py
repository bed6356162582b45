"""Who leaves while a batch is sent gets no letter of it, however far the letter has come."""

import asyncio

import pytest

import models
from mailers.post_office import MOST_LINES
from tests.faults import lab
from tests.faults.conftest import NONE, states, work_left

GOODBYE = "Je bent afgemeld"


@pytest.fixture
def hold_outcomes(monkeypatch):
    """Hold the pen that writes outcomes into the store."""
    may_write, write = asyncio.Event(), models.settle

    async def settle(outcomes):
        await may_write.wait()
        await write(outcomes)

    monkeypatch.setattr(models, "settle", settle)
    return may_write


@pytest.fixture
async def the_post_knows(monkeypatch):
    """Wait until the post knows that the letters of these readers are not to go out."""
    looked, known, look = asyncio.Condition(), set(), models.Delivery.withdrawn

    async def withdrawn(ids, **more):
        gone = await look(ids, **more)
        async with looked:
            known.update(gone)
            looked.notify_all()
        return gone

    async def wait(*readers):
        letters = models.Delivery.filter(subscription_id__in=[reader.id for reader in readers])
        ids = set(await letters.filter(kind=models.LetterKind.WELCOME).values_list("id", flat=True))
        async with asyncio.timeout(30), looked:
            await looked.wait_for(lambda: known >= ids)

    monkeypatch.setattr(models.Delivery, "withdrawn", withdrawn)
    return wait


@pytest.mark.parametrize("everything", [False, True], ids=["a topic", "everything"])
@pytest.mark.parametrize("elsewhere", [False, True], ids=["here", "in another process"])
async def test_who_leaves_while_a_batch_is_sent(
    everything, elsewhere, site, sink, promise, working, postman, hold_outcomes, the_post_knows
):
    topic = "newsletter", (await models.Newsletter.main(site)).id
    other = "newsletter", (await models.Newsletter.start(site, "Recepten")).id
    readers = await promise((f"reader{number}" for number in range(200)), topic, other)
    asked_for = []
    sink.answers = {"RCPT": lambda command: asked_for.append(command) or "250 ok"}
    async with working(sink):
        # Ten are with the server, their outcomes not in the store; ten more are announced and asked for.
        await sink.until(lambda: sink.heard_times("DATA") == 2 * MOST_LINES)
        announced = next(reader for reader in readers if sink.copies[reader.email] < is_in(reader, asked_for))
        in_the_lane, read, in_the_store = readers[30], readers[95], readers[-1]
        leavers = [announced, in_the_lane, read, in_the_store]
        topics = None if everything else [topic]
        if elsewhere:
            leaving = await postman(lab.leave, sink, topics, *(reader.id for reader in leavers))
            await leaving.tells("left")
        else:
            for reader in leavers:
                await reader.leave(site, lab.FORM, topics=topics)
        await the_post_knows(announced, in_the_lane, read)
        hold_outcomes.set()
        await sink.until(lambda: len(sink.copies) == 200 - 4 * (not everything))
    for reader in leavers:
        assert [subject[: len(GOODBYE)] for subject in sink.subjects(reader.email)] == [GOODBYE] * everything
    assert set(sink.copies.values()) == {1}
    assert await states() == {models.State.CANCELLED: 4, models.State.SENT: 200 - 4 * (not everything)}
    assert await work_left() == NONE


def is_in(reader, commands):
    return any(f"<{reader.email}>" in command for command in commands)
