"""What the tests of the doors share: the demonstration blog served from both stores at once."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from aiohttp.test_utils import TestClient, TestServer
from multidict import CIMultiDictProxy

from gql_server.app import build
from gql_server.fast_path import FastPath
from gql_server.server import CONNECTIONS
from gql_server.settings import PREFIX, Settings
from models.store import APPS
from tests.forked import Forked

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60
SITE_URL = "https://blog.example"
TITLE = "{ site { title } }"
NUMBER = re.compile(r"number [0-9a-f]{16}")
# What belongs to the inside: our code and that of libraries, statements, files, objects.
INSIDE = re.compile(
    r"Traceback|\w(Error|Exception|Warning)\b|tortoise|strawberry|asyncpg|aiohttp|sqlite|orjson|msgspec"
    r"|SELECT |INSERT |\bargument \$|gql_server|site-packages|\.py\b|object at 0x|<class|bytearray|b'",
)


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes

    @property
    def media(self) -> str:
        return self.headers["Content-Type"].partition(";")[0]

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def errors(self) -> list[dict[str, Any]]:
        return self.json.get("errors", [])

    @property
    def codes(self) -> set[str]:
        return {error["extensions"]["code"] for error in self.errors}

    @property
    def message(self) -> str:
        [error] = self.errors
        return error["message"]

    def assert_tells_nothing_of_the_inside(self) -> None:
        found = INSIDE.search(self.body.decode())
        assert found is None, found

    def assert_refused(self, *statuses: int) -> None:
        """Hold that this is a clean refusal: never ours, always with a message and a code."""
        assert self.status < 500
        assert self.status in (statuses or {self.status})
        assert self.errors
        for error in self.errors:
            assert error["message"]
            assert error["extensions"]["code"] not in {"", "INTERNAL_SERVER_ERROR"}
        self.assert_tells_nothing_of_the_inside()

    def assert_answered(self) -> None:
        """Hold that this is data, or a clean refusal."""
        assert self.status == 200
        if self.errors:
            self.assert_refused()


@dataclass
class Client:
    """A client of a server that is a process, with what these tests use of aiohttp's test client."""

    session: ClientSession
    port: int
    host: str = "127.0.0.1"

    def request(self, method: str, path: str, **more: Any) -> Any:
        return self.session.request(method, path, **more)


@dataclass
class Doors:
    """The same blog behind two servers, one on each store; both are asked, and have to say the same."""

    clients: list[Client]

    async def request(self, method: str, path: str, **more: Any) -> Answer:
        first, second = [await _read(client, method, path, **more) for client in self.clients]
        assert first.status == second.status
        assert NUMBER.sub("number", first.body.decode()) == NUMBER.sub("number", second.body.decode())
        return first

    async def post(self, body: bytes | str, headers: dict[str, str] | None = None) -> Answer:
        sent = body.encode() if isinstance(body, str) else body
        return await self.request(
            "POST", "/graphql", data=sent, headers={"Content-Type": "application/json"} | (headers or {})
        )

    async def ask(self, query: str, /, **variables: Any) -> Answer:
        return await self.post(json.dumps({"query": query, "variables": variables}))

    async def get(self, **asked: str) -> Answer:
        return await self.request("GET", "/graphql", params=asked)

    async def say(self, sent: bytes) -> bytes:
        """Send bytes as they are, and read until the server closes the connection."""
        first, second = [await _say(client, sent) for client in self.clients]
        assert first.partition(b"\r\n")[0] == second.partition(b"\r\n")[0]
        return first

    async def assert_still_work(self) -> None:
        assert (await self.ask(TITLE)).json == {"data": {"site": {"title": "Achterom"}}}


Begin = Callable[[tuple[str, ...], Path, dict[str, str], Path, Path], Any]


class Process:
    """The command line, running."""

    def __init__(
        self, begin: Begin, arguments: tuple[str, ...], folder: Path, number: int, **settings: str
    ) -> None:
        # Whether there are plans is said once for all tests; no other setting comes from outside.
        others = f"{PREFIX}(?!PLANS$)"
        environment = {name: value for name, value in os.environ.items() if not re.match(others, name)}
        environment |= {f"{PREFIX}{name}": value for name, value in settings.items()}
        self.folder = folder
        self._out, self._log = folder / f"out-{number}", folder / f"log-{number}"
        for told in (self._out, self._log):
            told.touch()
        self.process = begin(arguments, folder, environment, self._out, self._log)

    @property
    def out(self) -> str:
        return self._out.read_text()

    @property
    def log(self) -> str:
        return self._log.read_text()

    @property
    def url(self) -> str:
        """Wait until it serves, and give its address."""
        found = self.told(r"The blog lives at (http://\S+)/ ")
        return found[1]

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def told(self, pattern: str) -> re.Match[str]:
        """Wait until something is told."""
        for _ in _patiently():
            if found := re.search(pattern, self.out + self.log):
                return found
            if self.process.poll() is not None and not re.search(pattern, self.out + self.log):
                pytest.fail(f"It ended with {self.process.returncode}: {self.out}{self.log}")
        raise AssertionError

    def ended(self) -> int:
        """Wait until it has ended; give its exit code."""
        return self.process.wait(PATIENCE)


@pytest.fixture
def waited(monkeypatch):
    """Tell who waited on the fast path."""
    wait, seen = FastPath.wait, []

    def count(self, request):
        seen.append(request.method)
        return wait(self, request)

    monkeypatch.setattr(FastPath, "wait", count)
    return seen


@pytest.fixture(scope="session")
def blogs(databases, start_for_long) -> list[Process]:
    """Serve the demonstration blog twice: Tortoise speaks to one kind of store in a process."""
    return [
        start_for_long("serve", "--port", "0", "--demonstration", DATABASE_URL=url, SITE_URL=SITE_URL)
        for url in (databases.told("sqlite"), databases.empty("postgres"))
    ]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def doors(blogs) -> AsyncIterator[Doors]:
    """Lend the doors of both servers; nothing behind them is ever changed."""
    first, second = blogs
    async with ClientSession(first.url) as sqlite, ClientSession(second.url) as postgres:
        yield Doors([Client(sqlite, first.port), Client(postgres, second.port)])


@pytest.fixture(scope="session")
def start_for_long(tmp_path_factory) -> Iterator[Callable[..., Process]]:
    """Start servers that live as long as the tests: `start("serve", "--port", "0", HOST="::1")`."""
    yield from starter(tmp_path_factory.mktemp("processes"), Forked)


@pytest.fixture
def start(tmp_path) -> Iterator[Callable[..., Process]]:
    """Start the command line as a process of its own: `start("serve", "--port", "0", HOST="::1")`."""
    yield from starter(tmp_path, Forked)


@pytest.fixture
def start_anew(tmp_path) -> Iterator[Callable[..., Process]]:
    """Start it as it is started by people: by a Python that has read nothing yet."""
    yield from starter(tmp_path, _anew)


@pytest.fixture
def migrated_file(tmp_path, databases) -> Path:
    """Have a migrated store without rows where a command of this folder looks for it by itself."""
    file = tmp_path / "data" / "blog.sqlite3"
    file.parent.mkdir()
    return Path(shutil.move(databases.migrated("sqlite", APPS).removeprefix("sqlite://"), file))


@pytest.fixture
def patiently() -> Callable[[], Iterator[None]]:
    """Try again until a condition holds: `for _ in patiently(): ...`."""
    return _patiently


@pytest.fixture
def serve():
    """Lend the server of one store: `async with serve(url) as client: ...`."""
    return served


def _patiently() -> Iterator[None]:
    """Try again, until patience is at its end."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        yield
        time.sleep(0.01)
    pytest.fail(f"not within {PATIENCE} seconds")


def _anew(
    arguments: tuple[str, ...], folder: Path, environment: dict[str, str], out: Path, log: Path
) -> "subprocess.Popen[bytes]":
    with out.open("wb") as told, log.open("wb") as logged:
        return subprocess.Popen(
            [sys.executable, "-m", "gql_server", *arguments],
            stdout=told,
            stderr=logged,
            cwd=folder,
            env=environment | {"PYTHONPATH": str(ROOT)},
        )


def starter(folder: Path, begin: Begin) -> Iterator[Callable[..., Process]]:
    """Lend a way to start the command line in a folder; what still runs in the end is killed."""
    started: list[Process] = []

    def start(*arguments: str, **settings: str) -> Process:
        started.append(Process(begin, arguments, folder, len(started), **settings))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()


@asynccontextmanager
async def served(
    url: str, *, demonstration: bool = False, **more: Any
) -> AsyncIterator[TestClient[Any, Any]]:
    """Serve a store from a task of its own, as a process does: an open store belongs to its task."""
    settings = Settings(**{"database_url": url, "site_url": SITE_URL} | more)
    opened: asyncio.Future[TestClient[Any, Any]] = asyncio.get_running_loop().create_future()
    done = asyncio.Event()

    async def run() -> None:
        server = TestServer(build(settings, demonstration=demonstration))
        try:
            await server.start_server(**CONNECTIONS)
        except BaseException as error:
            opened.set_exception(error)
            return
        async with TestClient(server) as client:
            opened.set_result(client)
            await done.wait()

    task = asyncio.create_task(run())
    try:
        yield await opened
    finally:
        done.set()
        await task


async def _read(client: Any, method: str, path: str, **more: Any) -> Answer:
    async with client.request(method, path, **more) as response:
        return Answer(response.status, response.headers, await response.read())


async def _say(client: Any, sent: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(client.host, client.port)
    writer.write(sent)
    try:
        async with asyncio.timeout(PATIENCE):
            return await reader.read()
    finally:
        writer.close()
