"""An atomic verb happens whole or not at all."""

import asyncio
import gc
import re
from contextvars import ContextVar
from pathlib import Path

import pytest
from garden.nouns import Bed
from tortoise.exceptions import IntegrityError, TransactionManagementError

from models.atomic import atomic, settled
from models.engines.transactions import Unavailable
from models.errors import NotFound

ROOT = Path(__file__).parents[2]


@atomic
async def dig(*names: str) -> int:
    """Dig beds, all or none."""
    for name in names:
        await Bed.create(name=name)
    return len(names)


async def test_a_verb_keeps_all_it_did(garden):
    assert await dig("north", "south") == 2
    assert await Bed.all().count() == 2


async def test_a_verb_that_fails_keeps_nothing(garden):
    with pytest.raises(IntegrityError):
        await dig("north", "south", "north")
    assert await Bed.all().count() == 0


async def test_a_verb_inside_a_verb_shares_its_transaction(garden, statements):
    @atomic
    async def lay_out() -> None:
        await dig("north")
        await dig("south")
        raise LookupError

    with statements() as sent, pytest.raises(LookupError):
        await lay_out()
    assert len(sent) == 2
    assert await Bed.all().count() == 0


async def test_a_verb_ends_though_its_caller_leaves(garden):
    begun, go_on = asyncio.Event(), asyncio.Event()

    @atomic
    async def slow() -> None:
        await Bed.create(name="north")
        begun.set()
        await go_on.wait()
        await Bed.create(name="south")

    caller = asyncio.create_task(slow())
    await begun.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    go_on.set()
    await settled()
    assert await Bed.all().count() == 2


@pytest.mark.parametrize(
    ("error", "told"), [(Unavailable(), 0), (NotFound("No bed."), 0), (LookupError(), 1)]
)
async def test_what_fails_when_nobody_waits_is_told_only_when_it_is_a_fault_of_ours(garden, error, told):
    begun, go_on = asyncio.Event(), asyncio.Event()
    failures = []
    asyncio.get_running_loop().set_exception_handler(lambda _, failure: failures.append(failure["exception"]))

    @atomic
    async def slow() -> None:
        begun.set()
        await go_on.wait()
        raise error

    caller = asyncio.create_task(slow())
    await begun.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    go_on.set()
    await settled()
    gc.collect()
    assert failures == [error] * told


async def test_a_verb_sees_the_context_of_its_caller(garden):
    asking: ContextVar[str] = ContextVar("asking")
    asking.set("ann")

    @atomic
    async def who() -> str:
        return asking.get()

    assert await who() == "ann"


async def test_a_task_that_outlives_its_transaction_is_refused(garden):
    ended = asyncio.Event()
    late: list[asyncio.Task[Bed]] = []

    async def straggle() -> Bed:
        await ended.wait()
        return await Bed.create(name="late")

    @atomic
    async def start_one() -> None:
        late.append(asyncio.create_task(straggle()))

    await start_one()
    ended.set()
    with pytest.raises(TransactionManagementError):
        await late[0]
    assert await Bed.all().count() == 0


async def test_a_late_task_may_not_open_a_savepoint_either(garden):
    ended = asyncio.Event()
    late: list[asyncio.Task[tuple[Bed, bool]]] = []

    async def straggle() -> tuple[Bed, bool]:
        await ended.wait()
        return await Bed.get_or_create(name="late")

    @atomic
    async def start_one() -> None:
        late.append(asyncio.create_task(straggle()))

    await start_one()
    ended.set()
    with pytest.raises(TransactionManagementError):
        await late[0]
    assert await dig("north") == 1


async def test_a_hidden_failure_is_not_taken_for_success(garden):
    @atomic
    async def hide() -> None:
        await Bed.create(name="north")
        try:
            await Bed.create(name="north")
        except IntegrityError:
            return

    if garden.dialect == "postgres":
        with pytest.raises(TransactionManagementError):
            await hide()
        assert await Bed.all().count() == 0
    else:
        await hide()
        assert await Bed.all().count() == 1


async def test_a_failure_in_a_savepoint_spares_the_rest(garden):
    @atomic
    async def find() -> tuple[Bed, bool]:
        await Bed.create(name="north")
        return await Bed.get_or_create(name="north")

    bed, made = await find()
    assert (bed.name, made) == ("north", False)


def test_transactions_are_opened_in_one_place():
    sources = [
        path
        for folder in ("models", "schema", "mailers", "gql_server")
        for path in ROOT.glob(f"{folder}/**/*.py")
    ]
    users = {
        path.relative_to(ROOT).as_posix()
        for path in sources
        # What sqlite3's connection is asked by that name is a question.
        if re.search(r"(?<!connection\.)\bin_transaction\b", path.read_text())
    }
    assert users == {"models/atomic.py"}
