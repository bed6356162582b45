"""The process that serves: it listens, and stops when told to without dropping what is in flight."""

import asyncio
import errno
import socket

import click
from aiohttp import web

from gql_server.app import build, work_inside
from gql_server.settings import Settings, SettingsError

SHUTDOWN_SECONDS = 10


def serve_until_stopped(settings: Settings, *, demonstration: bool) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    listening = _listen(settings)
    port = listening.getsockname()[1]
    settings = settings_with_port(settings, port)
    app = build(settings, demonstration=demonstration)
    # Not in `build`: a test drains the worker itself, and nothing works behind its back.
    app.cleanup_ctx.append(work_inside)
    web.run_app(
        app,
        sock=listening,
        loop=_loop(),
        shutdown_timeout=SHUTDOWN_SECONDS,
        keepalive_timeout=20,
        access_log=None,
        print=lambda _: click.echo(
            f"The blog lives at {settings.own_url}/  (graph: {settings.own_url}/graphql)"
        ),
    )


def settings_with_port(settings: Settings, port: int) -> Settings:
    """Give the settings with the port that was really taken; port 0 asks for any free one."""
    return Settings(settings.database_url, settings.host, port, settings.site_url)


def _listen(settings: Settings) -> socket.socket:
    # Listened before the store is opened, so that a taken port is told at once.
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise SettingsError(f"Port {settings.port} is taken; choose another with --port.") from None
        raise SettingsError(f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}.") from None
    return listening


def _loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
