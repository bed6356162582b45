"""A connection of HTTP: has plain requests answered on the fast path, and answers what is no HTTP."""

import asyncio
from contextlib import suppress
from functools import partial
from typing import Any

import structlog
from aiohttp import web
from aiohttp.http_parser import RawRequestMessage
from aiohttp.web_protocol import RequestHandler

from gql_server import middleware
from gql_server.fast_path import FAST_PATH, FastPath
from schema.kept import Made

log = structlog.get_logger("http")


class Connection(RequestHandler):
    """Reads one connection."""

    __slots__ = ("_answering", "_fast_path", "_held", "_unsent")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        app = getattr(self._request_handler, "__self__", None)
        self._fast_path: FastPath | None = app.get(FAST_PATH) if isinstance(app, web.Application) else None
        self._held = self._unsent = b""
        self._answering: asyncio.Future[Any] | None = None
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        # Nothing comes from aiohttp itself, for what it has yet to read.
        if not data or (not self._held and self._is_waited_for):
            self._take(data)
            return
        # Between an answer and the wait for the next request there is a turn of the loop. A fast client asks
        # again in it, and would go the long way for ever.
        if not self._held:
            self._loop.call_soon(self._take_held)
        self._held += data

    @property
    def _is_waited_for(self) -> bool:
        """Whether somebody waits for data, is at work, or has requests to take."""
        return self._waiter is not None or self._current_request is not None or bool(self._messages)

    def eof_received(self) -> None:
        # The connection closes soon after.
        self._take_held()
        self._send()
        super().eof_received()

    def _take_held(self) -> None:
        data, self._held = self._held, b""
        if data and self._manager is not None:
            self._take(data)

    def _take(self, data: bytes) -> None:
        waiter, is_long = self._waiter, bool(self._messages) and self._answering is None
        if waiter is None or self._fast_path is None or is_long:
            super().data_received(data)
            return
        # Whoever waits for a request is called only when it is not answered already.
        self._waiter = None
        super().data_received(data)
        self._waiter = waiter
        if self._answering is None:
            self._go_on(waiter, self._fast_path)

    def _go_on(self, waiter: "asyncio.Future[None]", fast_path: FastPath) -> None:
        """Answer what is asked, or call who waits for it."""
        # Whoever reads nothing is answered the long way, which waits until he does.
        is_short = len(self._messages) == 1 and not self._paused
        if is_short and self._takes_on(fast_path, *self._messages[0]):
            if self._answering is None:
                self._take_one()
        elif self._messages and not waiter.done():
            self._send()
            waiter.set_result(None)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        # aiohttp would log the caller's address and a piece of what was sent.
        # Of an answer that broke off there is a line already.
        is_under_way = middleware.is_under_way(request)
        if status >= 500 and not (is_under_way and isinstance(exc, ConnectionError)):
            log.error("failed", exc_info=exc)
        if is_under_way:
            raise ConnectionError("an answer was under way already")
        return middleware.no_http(status)

    def _takes_on(self, fast_path: FastPath, message: Any, payload: Any) -> bool:
        transport, request_of = self.transport, self._request_factory
        # What is no HTTP comes as an error instead of a message.
        if transport is None or request_of is None or not isinstance(message, RawRequestMessage):
            return False
        if (found := fast_path.find(message, payload)) is None:
            return False
        # Without a writer or a task of aiohttp's.
        request: Any = request_of(message, payload, self, None, None)  # type: ignore[arg-type]
        if transport.is_closing():
            return False
        if (written := fast_path.written(found, request)) is not None:
            self._write_soon(written)
            return True
        if not found.may_wait:
            return False
        coming = fast_path.coming(found, request)
        if coming is not None:
            self._answering = coming
            coming.add_done_callback(partial(self._take_over, fast_path, request))
        else:
            self._answering = answer = self._loop.create_task(self._answer(fast_path, request))
            answer.add_done_callback(self._look_at)
        # As aiohttp knows that a handler is at work.
        self._request_in_progress = True
        return True

    async def _answer(self, fast_path: FastPath, request: web.Request) -> None:
        # At once: when the task is looked at, a turn of the loop has gone by.
        self._write(await fast_path.wait(request))

    def _look_at(self, answer: asyncio.Task[None]) -> None:
        error = None if answer.cancelled() else answer.exception()
        if error is not None:
            log.error("failed", exc_info=error)
        self._go_on_after(is_answered=error is None and not answer.cancelled())

    def _take_over(self, fast_path: FastPath, request: web.Request, coming: "asyncio.Future[Made]") -> None:
        if not coming.cancelled():
            self._write(fast_path.come(coming, request))
        self._go_on_after(is_answered=not coming.cancelled())

    def _write_soon(self, written: bytes) -> None:
        """Write in the next turn of the loop, as all do who are answered in this one.

        Who is answered sooner asks sooner, and alone; a turn for each takes longer than to find an answer.
        """
        if not self._unsent:
            self._loop.call_soon(self._send)
        self._unsent += written

    def _send(self) -> None:
        unsent, self._unsent = self._unsent, b""
        if unsent:
            self._write(unsent)

    def _write(self, written: bytes) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(written)

    def _go_on_after(self, *, is_answered: bool) -> None:
        """Go on with what has come while somebody waited."""
        self._answering, self._request_in_progress = None, False
        if self._handler_waiter is not None and not self._handler_waiter.done():
            self._handler_waiter.set_result(None)
        if not is_answered:
            # As aiohttp does when it is no handler that fails.
            self.force_close()
            return
        self._take_one()
        if self._close or self._force_close:
            self.close()
        elif self._waiter is not None and self._fast_path is not None:
            self._go_on(self._waiter, self._fast_path)

    def close(self) -> None:
        # What is being answered is answered first.
        self._send()
        self._close = True
        if self._answering is None:
            super().close()

    async def shutdown(self, timeout: float | None = 15.0) -> None:  # noqa: ASYNC109 - as aiohttp calls it
        # Whoever is answered the long way is waited for there, until he has taken it.
        if self._current_request is None:
            with suppress(TimeoutError, ConnectionError):
                async with asyncio.timeout(timeout):
                    await self._taken()
        await super().shutdown(timeout)

    async def _taken(self) -> None:
        """Wait until what is being answered here is answered, and taken by the one who asked."""
        if self._answering is not None:
            await asyncio.wait((self._answering,))
        if self.transport is not None and not self.transport.is_closing():
            # All of it: what is left when the process ends reaches nobody.
            self.transport.set_write_buffer_limits(0)
            await self._drain_helper()

    def _process_keepalive(self) -> None:
        if self._answering is not None:
            # Somebody waits for a request all the while; the connection is not idle for that.
            self._next_keepalive_close_time = self._loop.time() + self._keepalive_timeout
        super()._process_keepalive()

    def connection_lost(self, exc: BaseException | None) -> None:
        if self._answering is not None:
            self._answering.cancel()
        super().connection_lost(exc)

    def _take_one(self) -> None:
        """Go on as after every request."""
        self._messages.popleft()
        if self._parser is not None:
            self._parser.message_consumed()
        if self._manager is not None:
            self._manager.requests_count += 1
        self._next_keepalive_close_time = self._loop.time() + self._keepalive_timeout
