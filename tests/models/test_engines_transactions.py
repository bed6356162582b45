"""A step that must be whole is not torn by any number of cancellations."""

import asyncio

import pytest

from models.engines.transactions import whole


async def test_a_cancellation_waits_for_the_end_of_the_step():
    begun, go_on, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def step() -> None:
        begun.set()
        await go_on.wait()
        ended.set()

    caller = asyncio.create_task(whole(step()))
    await begun.wait()
    for _ in range(3):
        caller.cancel()
        await asyncio.sleep(0)
    assert not caller.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert ended.is_set()


async def test_a_step_hands_on_its_answer_and_its_failure():
    async def answer() -> str:
        return "beet"

    async def fail() -> None:
        raise LookupError

    assert await whole(answer()) == "beet"
    with pytest.raises(LookupError):
        await whole(fail())
