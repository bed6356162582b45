"""A full house turns people away in a moment, so that those inside are served."""

import asyncio

import pytest
from graphql import OperationType

from gql_server import admission
from gql_server.admission import ADMISSION, Admission, Full, Lane

QUERY, MUTATION = OperationType.QUERY, OperationType.MUTATION


def made(seats: int, waiting: int) -> Lane:
    """Make a lane in which a burst is no longer than a crowd."""
    return Lane(seats, waiting=waiting, burst=waiting)


async def assert_nobody_more_may_wait(lane: Lane) -> None:
    """Fill a lane, hold that the next is turned away at once, and let all leave."""
    leave = asyncio.Event()

    async def visit() -> None:
        async with lane.seat():
            await leave.wait()

    visits = []
    while not lane.is_full:
        visits.append(asyncio.create_task(visit()))
        await asyncio.sleep(0)
    with pytest.raises(Full):
        async with lane.seat():
            pytest.fail("There was no seat.")
    leave.set()
    await asyncio.gather(*visits)
    assert not lane.is_full


async def test_who_finds_no_seat_in_a_moment_is_turned_away(monkeypatch):
    monkeypatch.setattr(admission, "BURST_SECONDS", 0.05)
    lane = made(1, 5)
    async with lane.seat():
        with pytest.raises(Full):
            async with lane.seat():
                pytest.fail("There was no seat.")
    async with lane.seat():
        pass


async def test_who_waits_gets_the_seat_that_becomes_free(monkeypatch):
    monkeypatch.setattr(admission, "BURST_SECONDS", 30)
    lane, served = made(2, 10), []

    async def visit(name: int) -> None:
        async with lane.seat():
            await asyncio.sleep(0)
            served.append(name)

    await asyncio.gather(*(visit(name) for name in range(10)))
    assert sorted(served) == list(range(10))
    assert not lane.is_full


async def test_nobody_waits_behind_those_who_may_wait(monkeypatch):
    monkeypatch.setattr(admission, "BURST_SECONDS", 30)
    lane = made(1, 3)

    await assert_nobody_more_may_wait(lane)


async def test_who_leaves_while_waiting_takes_no_seat(monkeypatch):
    monkeypatch.setattr(admission, "BURST_SECONDS", 30)
    lane = made(1, 3)
    async with lane.seat():
        waiting = asyncio.create_task(lane.seat().__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    for _ in range(3):
        async with lane.seat():
            pass
    assert lane._waiting == 0


async def test_a_burst_is_waited_out(monkeypatch):
    for seconds in ("BURST_SECONDS", "CALM_SECONDS"):
        monkeypatch.setattr(admission, seconds, 30)
    lane = Lane(2, waiting=3, burst=200)

    async def visit() -> None:
        async with lane.seat():
            await asyncio.sleep(0.002)

    await asyncio.gather(*(visit() for _ in range(150)))
    assert lane._waiting == 0


async def test_a_crowd_that_lasts_is_turned_away_sooner_and_until_it_is_over(monkeypatch):
    monkeypatch.setattr(admission, "CALM_SECONDS", 0.0)
    for seconds in ("BURST_SECONDS", "WAIT_SECONDS"):
        monkeypatch.setattr(admission, seconds, 30)
    lane = Lane(1, waiting=2, burst=200)

    await assert_nobody_more_may_wait(lane)
    async with lane.seat():
        pass


async def test_those_who_read_take_no_seat_of_those_who_write():
    lanes = Admission()
    assert lanes.lane(QUERY) is lanes.lane(OperationType.SUBSCRIPTION)
    assert lanes.lane(QUERY) is not lanes.lane(MUTATION)


async def test_a_full_house_answers_in_json_and_says_when_to_come_back(serve, database_url):
    async with serve(database_url) as client:
        lanes = client.app[ADMISSION]
        lanes._reads = Lane(0, waiting=0, burst=0)
        async with client.post("/graphql", json={"query": "{ site { title } }"}) as answer:
            [error] = (await answer.json())["errors"]
            assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
            assert error["extensions"]["code"] == "OVERLOADED"
        left = {"query": 'mutation { unsubscribe(input: {token: "x"}) { errors { __typename } } }'}
        async with client.post("/graphql", json=left) as answer:
            assert answer.status == 200
        lanes._writes = Lane(0, waiting=0, burst=0)
        # Not even read any more.
        async with client.post("/graphql", data=b"x" * 50_000) as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
        async with client.get("/healthz") as answer:
            assert answer.status == 200
