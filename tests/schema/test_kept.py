"""What is kept is made once, given until something it has read changes, and takes no more than its room."""

import asyncio
import gc
import tracemalloc
from datetime import timedelta

import pytest
import time_machine

import models
from models import pulse
from models.atomic import atomic
from schema import kept as room
from schema.kept import Kept, Made


@pytest.fixture
def dialect() -> str:
    return "sqlite"


@pytest.fixture
def kept(store, always_current) -> Kept:
    """Lend some room for what is kept."""
    kept = Kept(1_000_000)
    kept.listen()
    return kept


@pytest.fixture
def always_current(store, monkeypatch) -> None:
    """Let nobody else write, so that there is nothing to look for."""
    monkeypatch.setattr(pulse, "is_current", lambda: True)


@pytest.fixture
def deaf(kept, monkeypatch) -> None:
    """Let nobody know what others write, as on PostgreSQL without a line."""

    async def hear_nothing() -> None:
        pass

    monkeypatch.setattr(pulse, "is_current", lambda: False)
    monkeypatch.setattr(pulse, "catch_up", hear_nothing)


class Maker:
    """Makes a value when it is let, and counts how often."""

    def __init__(self, *reads: str, **more) -> None:
        self.reads, self.more = frozenset(reads), more
        self.begun = 0
        self.go_on = asyncio.Event()

    async def __call__(self) -> Made:
        self.begun += 1
        value = f"value {self.begun}"
        await self.go_on.wait()
        return Made(**{"value": value, "size": len(value), "reads": self.reads} | self.more)


def maker(*reads: str, **more) -> Maker:
    """Give one that makes at once."""
    made = Maker(*reads, **more)
    made.go_on.set()
    return made


@atomic
async def touch(*tags: str) -> None:
    pulse.touch(*tags)


async def begin(*waiting) -> list[asyncio.Task]:
    """Let some begin to wait."""
    tasks = [asyncio.create_task(each) for each in waiting]
    for _ in range(5):
        await asyncio.sleep(0)
    return tasks


async def test_what_is_kept_is_not_made_again(kept):
    make = maker("posts")
    assert kept.find("a") is None
    assert await kept.get("a", make) == "value 1"
    assert await kept.get("a", make) == kept.find("a") == "value 1"
    assert await kept.get("b", make) == "value 2"
    assert (kept.hits, kept.misses, len(kept), make.begun) == (2, 2, 2, 2)


async def test_many_who_ask_at_once_have_it_made_once(kept):
    make = Maker("posts")
    waiting = await begin(*(kept.get("a", make) for _ in range(50)))
    make.go_on.set()
    assert await asyncio.gather(*waiting) == ["value 1"] * 50


async def test_with_no_room_it_is_still_made_once_at_a_time(store, always_current):
    kept, make = Kept(0), Maker("posts")
    waiting = await begin(*(kept.get("a", make) for _ in range(3)))
    make.go_on.set()
    assert await asyncio.gather(*waiting) == ["value 1"] * 3
    assert await kept.get("a", make) == "value 2"
    assert (len(kept), kept.bytes) == (0, 0)


async def test_exactly_what_has_read_what_changed_is_forgotten(kept):
    await kept.get("page", maker("post-1", "comments-1", "any-post"))
    await kept.get("list", maker("posts", "post-1", "post-2"))
    await kept.get("other", maker("post-2"))
    await touch("post-1", "posts")
    assert [kept.find(key) is None for key in ("page", "list", "other")] == [True, True, False]
    assert (kept.forgotten, len(kept)) == (2, 1)
    await touch("everything")
    assert (kept.forgotten, len(kept), kept.bytes) == (3, 0, 0)


async def test_a_flight_that_began_before_a_change_is_not_joined_after_it(kept):
    early, late = Maker("posts"), Maker("posts")
    before = await begin(kept.get("a", early))
    await touch("posts")
    after = await begin(kept.get("a", late), kept.get("a", late))
    assert (early.begun, late.begun) == (1, 1)
    late.more["value"] = "new"
    late.go_on.set()
    assert await asyncio.gather(*after) == ["new", "new"]
    early.go_on.set()
    assert await before[0] == "value 1"
    assert kept.find("a") == "new"


async def test_what_was_read_before_a_change_of_it_is_given_and_not_kept(kept):
    make = Maker("posts")
    [waiting] = await begin(kept.get("a", make))
    await touch("comments-1")
    await touch("posts")
    make.go_on.set()
    assert await waiting == "value 1"
    assert kept.find("a") is None


async def test_what_was_read_before_a_change_of_something_else_is_kept(kept):
    make = Maker("posts")
    [waiting] = await begin(kept.get("a", make))
    await touch("comments-1")
    make.go_on.set()
    assert await waiting == kept.find("a") == "value 1"


async def test_whoever_began_to_read_too_many_changes_ago_keeps_nothing(kept, monkeypatch):
    begun = kept.moment()
    for _ in range(room.REMEMBERED):
        kept.forget(frozenset(["posts"]))
    made = Made("value", 5, frozenset(["comments-1"]))
    kept.keep("a", made, begun=begun)
    assert kept.find("a") == "value"
    kept.forget(frozenset(["posts"]))
    kept.keep("b", made, begun=begun)
    assert kept.find("b") is None


async def test_nothing_is_kept_longer_than_its_seconds_though_nothing_is_told(
    store, always_current, monkeypatch
):
    now = 100.0
    monkeypatch.setattr(room, "monotonic", lambda: now)
    kept = Kept(1_000_000, seconds=10)
    await kept.get("a", maker("posts"))
    now += 9.9
    assert kept.find("a") == "value 1"
    now += 0.2
    assert kept.find("a") is None
    assert (len(kept), kept.bytes) == (0, 0)


async def test_nothing_is_kept_past_the_moment_at_which_something_appears(kept):
    with time_machine.travel("2021-03-10T12:00:00Z", tick=False) as clock:
        await kept.get("a", maker("posts", until=models.now() + timedelta(seconds=5)))
        assert kept.find("a") == "value 1"
        clock.shift(timedelta(seconds=5))
        assert kept.find("a") is None
        assert await kept.get("b", maker("posts", until=models.now())) == "value 1"
        assert kept.find("b") is None


async def test_what_was_asked_for_least_recently_goes_first(store, always_current):
    kept = Kept(4 * (1000 + room.ENTRY_BYTES + room.TAG_BYTES + 100))
    for key in "abcd":
        await kept.get(key, maker("posts", size=1000))
    assert kept.find("a")
    await kept.get("e", maker("posts", size=1000))
    assert [bool(kept.find(key)) for key in "abcde"] == [True, False, True, True, True]
    assert kept.evicted == 1
    assert await kept.get("large", maker("posts", size=kept.most_bytes)) == "value 1"
    assert kept.find("large") is None
    assert len(kept) == 4


@pytest.mark.parametrize("tags", [1, 30, 100])
async def test_what_is_kept_takes_no_more_than_its_room(store, always_current, tags):
    most = 1_000_000
    kept = Kept(most)
    gc.collect()
    tracemalloc.start()
    try:
        for number in range(most // 1000):
            reads = frozenset(f"comments-{number}{place}" for place in range(tags))
            key = (b"%032d" % number, b"%032d" % number, "readers")
            kept.keep(key, Made(bytes(500), 500, reads), begun=kept.moment())
        gc.collect()
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept.evicted > 0
    assert taken < most
    assert most * 0.8 < kept.bytes <= most
    kept.clear()
    assert not kept._readers


async def test_whoever_walks_away_takes_nothing_from_the_others(kept):
    make = Maker("posts")
    first, second = await begin(kept.get("a", make), kept.get("a", make))
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    make.go_on.set()
    assert await second == kept.find("a") == "value 1"


async def test_when_all_have_left_it_is_made_all_the_same(kept):
    make = Maker("posts")
    [waiting] = await begin(kept.get("a", make))
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    gc.collect()
    make.go_on.set()
    await begin()
    assert kept.find("a") == "value 1"


async def test_a_failure_is_told_to_all_who_wait_and_not_kept(kept):
    go_on, failures = asyncio.Event(), 0

    async def fail() -> Made:
        nonlocal failures
        failures += 1
        await go_on.wait()
        raise LookupError

    waiting = await begin(*(kept.get("a", fail) for _ in range(3)))
    go_on.set()
    ends = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(end) for end in ends] == [LookupError] * 3
    assert failures == 1
    assert await kept.get("a", maker("posts")) == "value 1"


async def test_a_failure_that_nobody_waits_for_is_let_go(kept):
    go_on = asyncio.Event()

    async def fail() -> Made:
        await go_on.wait()
        raise LookupError

    [waiting] = await begin(kept.get("a", fail))
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    go_on.set()
    await begin()
    # A task whose failure nobody has looked at complains as it is collected, and warnings are errors.
    gc.collect()


async def test_what_may_not_be_kept_is_shared_by_who_ask_at_the_same_time(kept):
    make = Maker(reads=None)
    waiting = await begin(*(kept.get("a", make) for _ in range(3)))
    make.go_on.set()
    assert await asyncio.gather(*waiting) == ["value 1"] * 3
    assert kept.find("a") is None
    assert len(kept) == 0


async def test_while_others_cannot_be_heard_nothing_kept_is_given(kept, deaf):
    kept.keep("a", Made("value", 5, frozenset(["posts"])), begun=kept.moment())
    assert kept.find("a") is None
    assert await kept.get("a", maker("posts", value="new")) == "new"


async def test_while_others_cannot_be_heard_a_computation_is_shared_for_a_moment_only(
    kept, deaf, monkeypatch
):
    now = 100.0
    monkeypatch.setattr(room, "monotonic", lambda: now)
    make = Maker("posts")
    waiting = await begin(kept.get("a", make), kept.get("a", make))
    assert make.begun == 1
    now += 2 * room.SHARED_SECONDS
    waiting += await begin(kept.get("a", make))
    assert make.begun == 2
    make.go_on.set()
    assert sorted(await asyncio.gather(*waiting)) == ["value 1", "value 1", "value 2"]


async def test_who_is_dropped_is_not_told_any_more(store):
    kept = Kept(1000)
    kept.listen()
    watchers = pulse._pulse().watchers._watchers
    assert len(watchers) == 1
    del kept
    gc.collect()
    assert not watchers
