"""Opens the store a url names, brings it up to date, and closes it whole."""

import asyncio
import importlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.context import TortoiseContext, require_context
from tortoise.exceptions import DBConnectionError, OperationalError
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.writer import MigrationWriter, slugify_migration_name

from models import pulse
from models.atomic import atomic, settled
from models.changes import EVERYTHING
from models.engines.migrator import Migrator
from models.engines.transactions import Unavailable
from models.errors import StoreError

# What any reader's question may read: the answers that were kept are forgotten when it is written.
SHOWN = (
    "models.site",
    "models.menus",
    "models.pages",
    "models.authors",
    "models.tags",
    "models.posts",
    "models.bylines",
    "models.counters",
    "models.comments",
    "models.images",
    "models.redirects",
    "models.newsletters",
)
NOUNS = (
    *SHOWN,
    "models.revisions",
    "models.timetable",
    "models.subscriptions",
    "models.interests",
    "models.consents",
    "models.suppressions",
    "models.caps",
    "models.signups",
    "models.deliveries",
    "models.announcements",
    "models.issues",
    "models.recipients",
    "models.digests",
    "models.repeats",
    "models.persisted_documents",
    "models.users",
    "models.keys",
    "models.sign_ins",
    "models.audit",
    "models.pens",
    "models.commenters",
    "models.spam",
    "models.webhooks",
    "models.webhook_calls",
)
Apps = Mapping[str, Mapping[str, Any]]
APPS: Apps = {"models": {"models": NOUNS, "migrations": "models.migrations"}}
Progress = Callable[[str], object]
PATIENCE = 30.0

_SCHEMES = {"sqlite": "sqlite", "postgresql": "postgres", "postgres": "postgres"}
_FORMS = (
    "sqlite:///absolute/path.sqlite3 or postgresql://user:password@host/name, "
    "with signs such as / and @ in a password as %2F and %40"
)
_POSTGRES_OPTIONS = {"host": "host", "port": "port", "sslmode": "ssl"}


@dataclass(frozen=True)
class Address:
    """Where a store is and what speaks to it."""

    dialect: str
    url: str
    credentials: Mapping[str, Any] = field(repr=False)
    engine: ModuleType


@dataclass(frozen=True)
class Store:
    """An open store; `url` has no password in it, `migrated` names what was brought up to date."""

    dialect: str
    url: str
    migrated: tuple[str, ...] = ()


@asynccontextmanager
async def open_store(
    url: str,
    *,
    migrate: bool = True,
    progress: Progress | None = None,
    apps: Apps = APPS,
    patience: float | None = None,
) -> AsyncIterator[Store]:
    """Open a store for the current task and those it starts; wait `patience` seconds for a silent server."""
    address, tell = locate(url), progress or _say_nothing
    async with TortoiseContext() as context:
        await context.init(_config(address, apps), use_tz=True, timezone="UTC")
        try:
            assert context.apps is not None
            pulse.begin(context.apps.get_models_iterable(), SHOWN)
            await _reach(context.db(), address, tell, PATIENCE if patience is None else patience)
            done = await _bring_up_to_date(url, apps, tell) if migrate else []
            if done:
                await _forget_everything()
            yield Store(address.dialect, address.url, tuple(done))
        finally:
            await settled()


async def ready() -> None:
    """Ask the store one trivial question; raise `Unavailable` when no answer comes."""
    await require_context().db().execute_query("SELECT 1")


@asynccontextmanager
async def open_migrator(url: str, *, apps: Apps = APPS) -> AsyncIterator[Migrator]:
    """Lend a migrator with a connection of its own, inside an open store."""
    address = locate(url)
    options = {**address.credentials, **address.engine.MIGRATING, "connection_name": address.dialect}
    client: BaseDBAsyncClient = address.engine.client_class(**options)
    try:
        yield Migrator(client, _with_connection(address, apps))
    finally:
        await client.close()


async def make_migration(name: str, *, apps: Apps = APPS) -> list[Path]:
    """Write what the models say and no migration does yet as a new one; give the file."""
    drafts = await changes(apps=apps)
    for draft in drafts:
        draft.name = draft.name[: len("0001_")] + slugify_migration_name(name)
    return [draft.write() for draft in drafts]


async def changes(*, apps: Apps = APPS) -> list[MigrationWriter]:
    """Draft what the models say and no migration does yet."""
    config = _config(locate("sqlite:///nowhere"), apps)
    async with TortoiseContext() as context:
        await context.init(config, init_connections=False)
        assert context.apps is not None
        for model in context.apps.get_models_iterable():
            # Tortoise would call every new wording of a docstring a change of the schema.
            model._meta.table_description = ""
        return await MigrationAutodetector(context.apps, config["apps"]).changes()


def locate(url: str) -> Address:
    """Read a store's url."""
    try:
        parts = urlsplit(url)
        dialect = _SCHEMES[parts.scheme]
        if parts.fragment:
            raise ValueError(url)
        credentials = _sqlite(parts) if dialect == "sqlite" else _postgres(parts)
    except (KeyError, ValueError):
        raise StoreError(f"This is no store's url; write {_FORMS}") from None
    return Address(dialect, _without_password(parts), credentials, _engine(dialect))


def url_of(file: Path) -> str:
    """Name the store in a file by its url, whatever signs stand in the file's path."""
    return file.absolute().as_uri().replace("file:", "sqlite:", 1)


def _sqlite(parts: SplitResult) -> dict[str, Any]:
    path = unquote(parts.path)
    if parts.netloc or parts.query or not path.startswith("/"):
        raise ValueError(path)
    # Some write four slashes before an absolute path.
    return {"file_path": f"/{path.lstrip('/')}"}


def _postgres(parts: SplitResult) -> dict[str, Any]:
    if "@" in parts.path:  # the rest of a password with a slash in it, which nobody is to be shown
        raise ValueError(parts.path)
    options = {_POSTGRES_OPTIONS[name]: value for name, value in parse_qsl(parts.query, strict_parsing=True)}
    return {
        "user": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "database": unquote(parts.path[1:]) or None,
        "host": parts.hostname,
        "port": int(options.pop("port", parts.port or 5432)),
        **options,
    }


def _without_password(parts: SplitResult) -> str:
    user, at, host = parts.netloc.rpartition("@")
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{user.partition(':')[0]}{at}{host}{parts.path}{query}"


def _engine(dialect: str) -> ModuleType:
    try:
        return importlib.import_module(f"models.engines.{dialect}")
    except ModuleNotFoundError as missing:
        if missing.name != "asyncpg":
            raise
        raise StoreError(
            "PostgreSQL needs asyncpg; install it in a checkout: pip install '.[postgres]'"
        ) from None


def _config(address: Address, apps: Apps) -> dict[str, Any]:
    # Tortoise keeps compiled statements by connection name: the two dialects must not share one.
    connection = {"engine": address.engine.__name__, "credentials": dict(address.credentials)}
    return {"connections": {address.dialect: connection}, "apps": _with_connection(address, apps)}


def _with_connection(address: Address, apps: Apps) -> dict[str, dict[str, Any]]:
    return {
        label: {**app, "models": list(app["models"]), "default_connection": address.dialect}
        for label, app in apps.items()
    }


async def _reach(client: BaseDBAsyncClient, address: Address, progress: Progress, patience: float) -> None:
    if address.dialect == "sqlite":
        _make_file(Path(address.credentials["file_path"]))
    clock = asyncio.get_running_loop()
    # A file does not come up later; when it was busy, SQLite itself has waited.
    deadline = clock.time() + (0 if address.dialect == "sqlite" else patience)
    told = ""
    while True:
        try:
            return await client.create_connection(with_db=True)
        except Unavailable as silence:
            left = deadline - clock.time()
            if left <= 0:
                raise StoreError(f"The store at {address.url} cannot be reached: {silence}") from silence
            if str(silence) != told:
                told = str(silence)
                progress(f"waiting for the store at {address.url}, up to {patience:g} seconds: {told}")
            await asyncio.sleep(min(1.0, left))
        except (DBConnectionError, OperationalError) as refusal:
            raise StoreError(f"The store at {address.url} cannot be opened: {refusal}") from refusal


def _make_file(file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"The folder {file.parent} cannot be made: {error.strerror}") from error
    # For its owner alone: it holds addresses, and the site's secret. When it cannot be made, SQLite says why.
    with suppress(OSError):
        file.touch(mode=0o600, exist_ok=True)


async def _bring_up_to_date(url: str, apps: Apps, progress: Progress) -> list[str]:
    try:
        async with open_migrator(url, apps=apps) as migrator:
            pending = await migrator.pending()
            if not pending:
                return []
            if migrator.is_new:
                # Nobody waits for a single step where there are no rows yet.
                progress(f"making the store: {len(pending)} migrations")
                return await migrator.run()
            return await migrator.run(
                lambda name, number, total: progress(f"migrating {number}/{total}: {name}")
            )
    except Unavailable as silence:
        raise StoreError(f"The store could not be migrated: {silence}") from silence


@atomic
async def _forget_everything() -> None:
    pulse.touch(EVERYTHING)


def _say_nothing(_line: str) -> None:
    pass
