"""A command that comes again gets the answer it had, whole or not at all."""

import asyncio
from datetime import timedelta

import pytest

import models
from models.repeats import KEPT, Repeat

SECOND = timedelta(seconds=1)


class Work:
    """Does something that can be counted, and may refuse."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.refuses = refuses

    async def __call__(self) -> str:
        made = await models.Newsletter.start(await models.Site.get(), "Deep")
        if self.refuses:
            raise models.Invalid("title")
        return str(made.id)


async def done() -> int:
    return await models.Newsletter.filter(title="Deep").count()


async def test_a_command_that_comes_again_is_done_once(site):
    first = await Repeat.once("key", Work())
    assert [await Repeat.once("key", Work()) for _ in range(3)] == [first] * 3
    assert await done() == 1


async def test_another_command_is_another(site):
    assert await Repeat.once("key", Work()) != await Repeat.once("other", Work())
    assert await done() == 2


async def test_of_many_at_once_one_is_done_and_all_have_its_answer(site):
    answers = await asyncio.gather(*(Repeat.once("key", Work()) for _ in range(8)))
    assert len(set(answers)) == 1
    assert await done() == 1


async def test_a_refusal_leaves_nothing_and_the_next_may_do_it(site):
    for _ in range(2):
        with pytest.raises(models.Invalid):
            await Repeat.once("key", Work(refuses=True))
    assert await done() == 0
    assert not await Repeat.exists()
    await Repeat.once("key", Work())
    assert await done() == 1


async def test_of_two_at_once_the_second_does_what_the_first_refused(site):
    refused, answer = await asyncio.gather(
        Repeat.once("key", Work(refuses=True)), Repeat.once("key", Work()), return_exceptions=True
    )
    # Whichever came first: the answer was either there for the one that would refuse, or not.
    assert await done() == 1
    assert refused == answer or isinstance(refused, models.Invalid)


async def test_an_answer_is_kept_for_a_day(site, clock):
    first = await Repeat.once("key", Work())
    clock.shift(KEPT)
    assert await Repeat.once("key", Work()) == first
    clock.shift(SECOND)
    assert await Repeat.once("key", Work()) != first


@pytest.mark.parametrize("jump", [timedelta(days=400), -timedelta(days=400)], ids=["forth", "back"])
async def test_a_clock_that_jumps_keeps_no_answer_for_ever(site, clock, jump):
    first = await Repeat.once("key", Work())
    clock.shift(jump)
    assert await Repeat.once("key", Work()) != first
    assert await Repeat.all().count() == 1


async def test_old_answers_are_forgotten(site, clock):
    await Repeat.once("key", Work())
    clock.shift(KEPT + SECOND)
    await Repeat.once("other", Work())
    assert await Repeat.forget() == 1
    assert await Repeat.all().values_list("key", flat=True) == ["other"]


async def test_whoever_walks_away_from_a_command_leaves_it_whole(site):
    for _ in range(5):
        task = asyncio.create_task(Repeat.once("key", Work()))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await Repeat.once("key", Work())
    assert await done() == 1
