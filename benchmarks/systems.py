"""What is measured beside each other, and how each is asked."""

from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import aiohttp
import orjson

from benchmarks.asking import answers, tag
from benchmarks.asks import Ask
from benchmarks.servers import SERVE, Served, started
from benchmarks.wire import got, posted

OURS, CACHED, REVISITED, PLANS_OFF = "ours", "ours, cached", "ours, 304", "ours, plans off"
NAIVE, CONSTANT = "naive", "constant"
ANY_NUMBER = {"rate_limit": "0"}


class System(NamedTuple):
    """A server: the program, its settings, and whether it is asked if what a client has is still good."""

    name: str
    command: tuple[str, ...]
    settings: dict[str, str]
    revisits: bool = False

    @property
    def is_ours(self) -> bool:
        """Whether it is this project's."""
        return self.name not in (NAIVE, CONSTANT)


class Contender(NamedTuple):
    """A running server and what it is sent; the answers have a status, and hold something."""

    name: str
    address: str
    requests: list[bytes]
    status: int = 200
    holds: bytes = b""


READING = (
    System(OURS, SERVE, {**ANY_NUMBER, "plans": "on", "cache_mb": "0"}),
    System(CACHED, SERVE, {**ANY_NUMBER, "plans": "on", "cache_mb": "32"}),
    System(REVISITED, SERVE, {**ANY_NUMBER, "plans": "on", "cache_mb": "32"}, revisits=True),
    System(PLANS_OFF, SERVE, {**ANY_NUMBER, "plans": "off", "cache_mb": "0"}),
    System(NAIVE, ("-m", "benchmarks.naive"), {}),
    System(CONSTANT, ("-m", "benchmarks.constant"), {}),
)
WRITING = (
    System(OURS, ("-m", "benchmarks.writable"), {**ANY_NUMBER, "plans": "on", "cache_mb": "32"}),
    *READING[-2:],
)
GROWING = (READING[0], READING[-2])


class Field:
    """The servers of one store that run at the same time; `same` has what all of them answered alike."""

    def __init__(self, url: str, folder: Path, core: int | None) -> None:
        self._url = url
        self._folder = folder
        self._core = core
        self._running: dict[str, tuple[System, Served]] = {}
        self._stack = AsyncExitStack()

    async def start(self, systems: Iterable[System], asked: list[Ask]) -> None:
        """Start the servers; see to it that all of them answer alike, and keep that for the constant one."""
        for system in systems:
            if system.name == CONSTANT:
                await self._agree(asked)
            command = (*system.command, str(self._folder)) if system.name == CONSTANT else system.command
            server = await self._stack.enter_async_context(
                started(command, self._url, system.settings, core=self._core)
            )
            self._running[system.name] = (system, server)

    async def _agree(self, asked: list[Ask]) -> None:
        for ask in asked:
            said: dict[str, list[bytes]] = {
                name: await answers(f"{server.address}/graphql", ask)
                for name, (_, server) in self._running.items()
            }
            for name, found in said.items():
                for number, (ours, theirs) in enumerate(zip(said[OURS], found, strict=True)):
                    _compare(ask, number, name, orjson.loads(ours), orjson.loads(theirs))
            typical = sorted(said[OURS], key=len)[len(said[OURS]) // 2]
            (self._folder / ask.name).write_bytes(typical)

    async def contenders(self, ask: Ask) -> list[Contender]:
        """Give what each of the servers is sent; who gives no tags is not asked if one is still good."""
        found = []
        for name, (system, server) in self._running.items():
            address = f"{server.address}/{ask.name if name == CONSTANT else 'graphql'}"
            if system.revisits:
                if known := await _revisits(address, ask):
                    found.append(Contender(name, address, known, status=304))
                continue
            holds = b'"errors":[]' if ask.is_mutation else b'{"data":{'
            found.append(
                Contender(name, address, [posted(address, body) for body in ask.bodies], holds=holds)
            )
        return found

    async def stop(self) -> None:
        """Stop the servers."""
        await self._stack.aclose()


@asynccontextmanager
async def field(
    url: str, folder: Path, core: int | None, systems: Iterable[System], asked: list[Ask]
) -> AsyncIterator[Field]:
    """Run servers beside each other on one store."""
    running = Field(url, folder, core)
    try:
        await running.start(systems, asked)
        yield running
    finally:
        await running.stop()


async def _revisits(address: str, ask: Ask) -> list[bytes]:
    requests: list[bytes] = []
    async with aiohttp.ClientSession(headers={"Accept-Encoding": "identity"}) as session:
        for variables in ask.variables:
            text = orjson.dumps(variables).decode()
            url = f"{address}?query={quote(ask.document)}&variables={quote(text)}"
            known = await tag(session, url)
            if known is None:
                return []
            requests.append(got(address, ask.document, text, known))
    return requests


def _compare(ask: Ask, number: int, name: str, ours: Any, theirs: Any) -> None:
    if ours != theirs:
        place, one, other = _difference(ours, theirs)
        raise SystemExit(
            f"{ask.name} with {ask.variables[number]}: ours and {name} answer differently\n"
            f"at {place}: {one!r}\nand {other!r}"
        )


def _difference(one: Any, other: Any, place: str = "$") -> tuple[str, Any, Any]:
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        key = next(key for key in one if one[key] != other[key])
        return _difference(one[key], other[key], f"{place}.{key}")
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        number = next(
            number for number, pair in enumerate(zip(one, other, strict=True)) if pair[0] != pair[1]
        )
        return _difference(one[number], other[number], f"{place}[{number}]")
    return place, one, other
