"""The server, put together: what stands behind its doors, opens before them and closes after them."""

import asyncio
from collections.abc import AsyncIterator, Callable

import structlog
from aiohttp import web

import models
from gql_server import media, middleware, pulse_listener
from gql_server.admission import ADMISSION, Admission
from gql_server.answer_cache import ANSWER_CACHE, SEGMENTS, AnswerCache
from gql_server.answering import ANSWERING, Answering
from gql_server.carrier import CARRIER, Carrier
from gql_server.demonstration import tell_demonstration
from gql_server.doors import DOORS
from gql_server.fast_path import FAST_PATH, FastPath
from gql_server.followed import CHANGES, Changes
from gql_server.handlers import handlers_with
from gql_server.listening import LISTENING, Listening
from gql_server.manifests import read_manifests
from gql_server.open_connections import OPEN_CONNECTIONS, OpenConnections
from gql_server.origins import ORIGINS, Origins
from gql_server.pages import trouble
from gql_server.persisted import DOCUMENTS, PERSISTED, Persisted
from gql_server.publication import PUBLICATION, SETTINGS, publication_of
from gql_server.purging import PURGING, purging_as
from gql_server.requests import LARGEST_BODY
from gql_server.settings import Settings
from gql_server.sockets import SOCKETS, leave_sockets
from gql_server.streams import STREAMS, end_streams
from gql_server.uploads import UPLOADS, Uploads
from gql_server.visitors import VISITORS, Visitors
from gql_server.webhook_calls import Caller
from gql_server.worker import Worker
from models.store import open_store
from schema.documents import Documents
from schema.graph import development_schema, schema
from schema.kept import Kept
from schema.plans import Plans

WORKER = web.AppKey("worker", Worker)
MEGABYTE = 1_000_000
DEMONSTRATION = web.AppKey("demonstration", bool)
log = structlog.get_logger("server")


def build(settings: Settings, *, demonstration: bool = False) -> web.Application:
    """Build the server; with `demonstration` an empty store gets the demonstration blog."""
    app = web.Application(
        middlewares=[middleware.plain_errors, trouble.told_as_pages], client_max_size=LARGEST_BODY
    )
    app[SETTINGS] = settings
    app[DEMONSTRATION] = demonstration
    files = app[media.FILES] = models.files_at(settings.place_of_media)
    app[PUBLICATION] = publication_of(settings, files)
    app[CARRIER] = Carrier(app[PUBLICATION])
    app[VISITORS] = Visitors(settings, app[CARRIER])
    caller = Caller(app[PUBLICATION], near=settings.is_private)
    # Without a post letters are left to who has one: put off here, they would come a minute later each time.
    senders = (app[CARRIER], caller) if settings.has_post else (caller,)
    app[WORKER] = Worker(handlers_with(*senders, files=files))
    _prepare_graph(app, settings)
    app.add_routes(DOORS)
    app[FAST_PATH] = FastPath(app)
    app.on_shutdown.append(end_streams)
    app.on_shutdown.append(leave_sockets)
    app.on_cleanup.append(_write_lines)
    app.on_response_prepare.append(middleware.safe_headers)
    # Opened and served in one task, so that the store's context reaches every handler.
    app.cleanup_ctx.append(_store)
    app.cleanup_ctx.append(pulse_listener.listening)
    return app


def _prepare_graph(app: web.Application, settings: Settings) -> None:
    """Put together what answers questions on the graph."""
    documents = Documents(
        development_schema if settings.is_private else schema,
        introspection=settings.introspection == "on",
        suggestions=settings.is_private and settings.introspection == "on",
        defer=settings.defer == "on",
    )
    app[DOCUMENTS] = documents
    manifests = read_manifests(settings.documents)
    app[PERSISTED] = Persisted(documents, manifests, trusted_only=settings.trusted_only == "on")
    app[ADMISSION] = Admission()
    app[SEGMENTS] = Kept(settings.cache_mb * MEGABYTE // 2)
    plans = Plans(documents.core, app[SEGMENTS]) if settings.plans == "on" else None
    app[ANSWERING] = Answering(documents, app[PERSISTED], app[PUBLICATION], app[ADMISSION], plans)
    app[LISTENING] = Listening(documents, app[PUBLICATION], app[ADMISSION])
    app[ORIGINS] = Origins(settings)
    app[OPEN_CONNECTIONS] = OpenConnections()
    app[UPLOADS] = Uploads()
    app[CHANGES] = Changes()
    app[STREAMS], app[SOCKETS], app[PURGING] = set(), set(), []
    app[ANSWER_CACHE] = AnswerCache(
        settings.cache_mb * MEGABYTE // 2,
        tells_tags=bool(settings.purge_url),
        is_draft=settings.http_statuses == "draft",
    )


async def _store(app: web.Application) -> AsyncIterator[None]:
    def tell(line: str) -> None:
        log.info(line)

    async with open_store(app[SETTINGS].database_url, progress=tell):
        site = await models.found()
        if app[DEMONSTRATION] and await models.is_empty(site):
            await _tell(site, tell)
        await models.count_due()
        app[SEGMENTS].listen()
        app[ANSWER_CACHE].kept.listen()
        app[CHANGES].listen()
        async with app[CARRIER].with_post(app[SETTINGS], site), purging_as(app[SETTINGS]) as purging:
            app[PURGING].extend([purging] if purging else [])
            if app[CARRIER].outbox is not None:
                log.info("no mail server is set; letters are shown at /letters and reach nobody")
            yield
        await app[PERSISTED].close()


async def _write_lines(app: web.Application) -> None:
    app[ANSWERING].record_all()


async def work_inside(app: web.Application) -> AsyncIterator[None]:
    """Let the server's own worker run while the store is open; at the end it finishes what it does."""
    running = asyncio.create_task(app[WORKER].run())
    yield
    await stop_work(app)
    await running


async def stop_work(app: web.Application) -> None:
    """Take no new work, and finish the letters that are on their way."""
    app[WORKER].stop()
    app[CARRIER].stop()


async def _tell(site: models.Site, tell: Callable[[str], None]) -> None:
    try:
        await tell_demonstration(site, tell)
    except models.Unavailable:
        # As when the row is held by another server that started on the same store.
        tell("the demonstration blog is not told now; another server may be telling it")
