"""Logs: one line an event, structured, without anybody's data."""

import logging
import sys

import structlog

# Some of these would tell what clients sent, as it came.
NOISY = (
    "tortoise", "aiosqlite", "asyncpg", "asyncio", "aiohttp.access", "aiohttp.websocket",
    "strawberry.execution",
)  # fmt: skip


def set_up_logs() -> None:
    """Write events to standard error: for eyes on a terminal, as JSON lines elsewhere."""
    to_people = sys.stderr.isatty()
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if to_people else "iso", utc=not to_people),
    ]
    renderer: structlog.typing.Processor = structlog.processors.JSONRenderer()
    if to_people:
        # Not the pretty traceback: it shows the values of variables, and those are somebody's.
        renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    else:
        shared.append(structlog.processors.format_exc_info)
    structlog.configure(
        processors=[*shared, renderer],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s"
    )
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.CRITICAL if name.startswith("strawberry") else logging.ERROR)
