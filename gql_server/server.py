"""The process that serves: it listens, and stops when told to without dropping what is in flight."""

import asyncio
import errno
import gc
import signal
import socket
from typing import Any

import msgspec
from aiohttp import web, web_server

import models
from gql_server.app import build, stop_work, work_inside
from gql_server.connection import Connection
from gql_server.logs import say, set_up_logs
from gql_server.publication import PUBLICATION
from gql_server.settings import Settings, SettingsError, read_settings
from models.store import locate

SHUTDOWN_SECONDS = 10
# Who takes nothing of what is sent for so long is hung up on.
UNREAD_SECONDS = 25
# Things that hold others, more than have gone.
COLLECTED_AFTER = 10_000
CONNECTIONS: dict[str, Any] = {
    "keepalive_timeout": 20,
    "lingering_time": 2,
    # The door refuses packed requests itself; unpacking one is work for whoever sends a bomb.
    "auto_decompress": False,
}

# aiohttp has no setting for this class: its server makes its connections by this name.
web_server.RequestHandler = Connection  # type: ignore[attr-defined]


def serve_until_stopped(settings: Settings, *, demonstration: bool, reuse_port: bool = False) -> None:
    """Serve until SIGTERM or Ctrl-C; with `reuse_port` others may serve on the same port."""
    if reuse_port:
        _require_postgres(settings)
    listening = _listen(settings, reuse_port=reuse_port)
    port = listening.getsockname()[1]
    settings = settings_with_port(settings, port)
    loop = _loop()
    _end_when_told(loop)
    web.run_app(
        working(settings, demonstration=demonstration),
        sock=listening,
        loop=loop,
        handle_signals=False,  # aiohttp hears a second SIGTERM as "at once", and drops what is in flight
        shutdown_timeout=SHUTDOWN_SECONDS,
        access_log=None,
        # Who has left is not worked for; what is being kept is kept whole all the same.
        handler_cancellation=True,
        **CONNECTIONS,
        print=lambda _: say(f"The blog lives at {settings.own_url}/  (graph: {settings.own_url}/graphql)"),
    )


async def for_gunicorn() -> web.AppRunner:
    """Serve as one of gunicorn's processes, which gives us the sockets it listens on."""
    settings = read_settings()
    _require_postgres(settings)
    set_up_logs()
    return web.AppRunner(
        working(settings, demonstration=False),
        shutdown_timeout=SHUTDOWN_SECONDS,
        access_log=None,
        handler_cancellation=True,
        **CONNECTIONS,
    )


def _require_postgres(settings: Settings) -> None:
    if locate(settings.database_url).dialect == "sqlite":
        raise SettingsError("Several processes need PostgreSQL; on SQLite `gql-server serve` is the one.")


def working(settings: Settings, *, demonstration: bool) -> web.Application:
    """Build the server with its own worker, unless work is done apart."""
    app = build(settings, demonstration=demonstration)
    if settings.work == "inside":
        # Not in `build`: a test drains the worker itself, and nothing works behind its back.
        app.cleanup_ctx.append(work_inside)
        # At once, and not when the last request is answered: both may take their time.
        app.on_shutdown.append(stop_work)
    app.on_startup.append(_tell_owner)
    app.on_startup.append(_settle)
    return app


async def _tell_owner(app: web.Application) -> None:
    """Give whoever starts a new publication the link that makes it theirs, until somebody has used it."""
    if (token := await models.owner_token(await models.found())) is not None:
        # Where the pages of the site are, its cookies are too.
        absolute = await app[PUBLICATION].absolute()
        say(f"Make it yours: {absolute(f'/sign-in/{token}')}")


async def _settle(_app: web.Application) -> None:
    """Let the collector leave alone what stays: to look at the whole schema again stops everybody."""
    gc.collect()
    gc.freeze()
    # Answers are trees, and go as soon as they are sent; he would look through a large one while it grows.
    gc.set_threshold(COLLECTED_AFTER)


def settings_with_port(settings: Settings, port: int) -> Settings:
    """Give the settings with the port that was really taken; port 0 asks for any free one."""
    return msgspec.structs.replace(settings, port=port)


def _listen(settings: Settings, *, reuse_port: bool) -> socket.socket:
    # Listened before the store is opened, so that a taken port is told at once.
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if reuse_port:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # on Linux
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_SECONDS * 1000)
    try:
        listening.bind((settings.host, settings.port))
        listening.listen()
    except (UnicodeError, TypeError):
        listening.close()
        raise SettingsError(f"Cannot listen on {settings.host!r}: this is no host name.") from None
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise SettingsError(f"Port {settings.port} is taken; choose another with --port.") from None
        raise SettingsError(f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}.") from None
    return listening


def _end_when_told(loop: asyncio.AbstractEventLoop) -> None:
    """End in good order, however often a supervisor says so; a second Ctrl-C ends at once."""

    def end() -> None:
        loop.add_signal_handler(signal.SIGTERM, lambda: None)
        raise web.GracefulExit

    loop.add_signal_handler(signal.SIGTERM, end)
    loop.add_signal_handler(signal.SIGINT, end)


def _loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
