"""Logs: one line an event, structured, without anybody's data."""

import json
import logging
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import click
import orjson
import structlog

import models
from models.instants import rfc_3339

# Some of these would tell what clients sent, as it came.
NOISY = (
    "tortoise", "aiosqlite", "asyncpg", "asyncio", "aiohttp.access", "aiohttp.websocket",
    "strawberry.execution",
)  # fmt: skip


class _Whenever:
    """Writes to a stream when it takes something, and goes on when it does not.

    The disk under a log may be full, or the program that it goes to gone: readers are answered all the same.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, said: Any) -> None:
        with suppress(OSError):
            self._stream.write(said)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


def set_up_logs() -> None:
    """Write events to standard error: for eyes on a terminal, as JSON lines elsewhere."""
    to_people = sys.stderr.isatty()
    shared: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if to_people else "iso", utc=not to_people),
    ]
    renderer: structlog.typing.Processor = structlog.processors.JSONRenderer(_json)
    stream: Any = _Whenever(sys.stderr if to_people else sys.stderr.buffer)
    factory: Callable[..., structlog.typing.WrappedLogger] = structlog.BytesLoggerFactory(stream)
    if to_people:
        # Not the pretty traceback: it shows the values of variables, and those are somebody's.
        renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        factory = structlog.PrintLoggerFactory(stream)
    else:
        shared.append(structlog.processors.format_exc_info)
    structlog.configure(
        processors=[*shared, renderer],
        logger_factory=factory,
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s"
    )
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.CRITICAL if name.startswith("strawberry") else logging.ERROR)


def say(line: str) -> None:
    """Tell whoever starts a process that stays a line; go on when nobody takes it."""
    with suppress(OSError):
        click.echo(line)


def tell_all(log: structlog.typing.FilteringBoundLogger, event: str, lines: Sequence[dict[str, Any]]) -> None:
    """Log the same event of many at once."""
    factory = structlog.get_config()["logger_factory"]
    if not lines or not isinstance(factory, structlog.BytesLoggerFactory):
        for line in lines:
            log.info(event, **line)
        return
    # As structlog would write them; one by one they take a tenth of the time of a sign-up.
    more = {"event": event, "level": "info", "timestamp": rfc_3339(models.now())}
    factory().msg(b"\n".join([_json({**line, **more}, repr) for line in lines]))


def _json(event: Any, default: Callable[[Any], Any]) -> bytes:
    try:
        return orjson.dumps(event, default)
    except TypeError:
        # Half a character in somebody's message, say; slower, and takes all.
        return json.dumps(event, default=default).encode()
