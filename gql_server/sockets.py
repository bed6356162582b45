"""The protocol graphql-transport-ws: many operations over one websocket, each answered for itself."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import aclosing, suppress
from functools import partial
from typing import Any

import orjson
from aiohttp import WSMessage, WSMsgType, web
from graphql import GraphQLError, OperationType

import models
from gql_server.answering import ANSWERING
from gql_server.answers import Answer, Asker, refused
from gql_server.identity import bearer_in, principal_behind, principal_of, watched
from gql_server.listening import LISTENING
from gql_server.open_connections import OPEN_CONNECTIONS
from gql_server.persisted import NOT_FOUND, Missing
from gql_server.questions import Question, Unreadable, question_of
from gql_server.rate_limits import RateLimit
from gql_server.requests import LARGEST_BODY
from gql_server.visitors import VISITORS
from schema.errors import UNAVAILABLE, refusal

PROTOCOL = "graphql-transport-ws"
INIT_SECONDS = 5
# aiohttp pings this often, and hangs up on who does not answer within half of it.
HEARTBEAT_SECONDS = 10
MOST_OPERATIONS = 50
GOING_AWAY_SECONDS = 6
CLOSING_SECONDS = 2
STOPPING_SECONDS = 0.1
LONGEST_ID = 200
MOST_REASON = 123
REVOKED = (4403, "What you came with opens nothing any more")
# A page that opens says much at once; nobody has as much to say for long.
MESSAGES_AT_ONCE = 1_000
MESSAGES_A_SECOND = 100


class Broken(Exception):
    """The client broke the protocol: the code and the reason that the socket is closed with."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code

    @property
    def reason(self) -> bytes:
        """The reason as a close frame has room for it (RFC 6455, 5.5)."""
        return str(self).encode()[:MOST_REASON].decode(errors="ignore").encode()


class Socket:
    """One client's socket: what it has said, and which of its operations run."""

    def __init__(
        self, request: web.Request, socket: web.WebSocketResponse, principal: models.Principal
    ) -> None:
        self._request = request
        self._socket = socket
        self._principal = principal
        self._is_known = False
        self._is_leaving = False
        self._running: dict[str, asyncio.Task[None]] = {}
        self._lasting: set[str] = set()
        self._messages = RateLimit(MESSAGES_AT_ONCE, 1 / MESSAGES_A_SECOND)
        # Who reads slowly, or nothing, has one event's answer held for them, and not one of each operation.
        self._telling = asyncio.Lock()
        self._farewell: Broken | None = None
        self._knowing = asyncio.Event()
        self._gone = asyncio.Event()
        self._hearing = asyncio.ensure_future(self._hear_all())

    async def live(self) -> None:
        """Hear what the client says until it leaves, breaks the protocol or the server stops."""
        late = asyncio.get_running_loop().call_later(INIT_SECONDS, self._hurry)
        try:
            await self._heard_out()
            if self._farewell is not None:
                await self._bid(self._farewell)
        finally:
            late.cancel()
            # First: whoever is cancelled here, as a handler is whose client has left, may not come further.
            self._gone.set()
            await _end([self._hearing, *self._running.values()])
        if not self._hearing.cancelled():
            self._hearing.result()

    async def _heard_out(self) -> None:
        """Wait until the client has nothing more to say, or may not say more."""
        knowing = asyncio.ensure_future(self._knowing.wait())
        try:
            await asyncio.wait([self._hearing, knowing], return_when=asyncio.FIRST_COMPLETED)
        finally:
            knowing.cancel()
        async with watched(self._principal, lambda: self._say_farewell(*REVOKED)):
            await asyncio.wait([self._hearing])

    async def _bid(self, farewell: Broken) -> None:
        """Close the socket, when nobody waits for a message any more: aiohttp then lets the client answer."""
        with suppress(TimeoutError):
            # Of a server that stops aiohttp reads no more: the answer would not be heard.
            async with asyncio.timeout(STOPPING_SECONDS if self._is_leaving else None):
                await self._socket.close(code=farewell.code, message=farewell.reason)

    async def leave(self) -> None:
        """Let what is under way be answered, end what lasts, and tell the client that the server stops."""
        self._is_leaving = True
        await _end([task for id, task in self._running.items() if id in self._lasting])
        if self._running:
            await asyncio.wait(self._running.values(), timeout=GOING_AWAY_SECONDS)
        self._say_farewell(1001, "The server stops; connect again")
        await self._gone.wait()

    def _hurry(self) -> None:
        if not self._is_known:
            self._say_farewell(4408, "Connection initialisation timeout")

    def _say_farewell(self, code: int, reason: str) -> None:
        if not self._hearing.done():  # or the client has left by itself
            self._farewell = self._farewell or Broken(code, reason)
            self._hearing.cancel()

    async def _hear_all(self) -> None:
        try:
            # Who has left while being answered is not told so.
            with suppress(ConnectionError):
                async for message in self._socket:
                    await self._hear(message)
        except Broken as error:
            self._farewell = error

    async def _hear(self, message: WSMessage) -> None:
        try:
            self._messages.pass_one("")
        except models.TooMany:
            raise Broken(4429, "Too many messages") from None
        if message.type is not WSMsgType.TEXT:
            raise Broken(4400, "Messages are JSON in text frames")
        try:
            said = orjson.loads(message.data)
        except orjson.JSONDecodeError:
            raise Broken(4400, "A message is no valid JSON") from None
        kind = said.get("type") if isinstance(said, dict) else None
        if not isinstance(kind, str) or kind not in HEARD:
            raise Broken(4400, "A message is an object with a `type` of this protocol")
        if not isinstance(said.get("payload", {}), dict | None):
            raise Broken(4400, "A `payload` is an object")
        await HEARD[kind](self, said)

    async def _initialised(self, said: dict[str, Any]) -> None:
        if self._is_known:
            raise Broken(4429, "Too many initialisation requests")
        self._is_known = True
        try:
            if (token := bearer_in(said.get("payload"))) is not None:
                self._principal = await principal_behind(token)
        except Unreadable as refusal:
            raise Broken(4403, str(refusal)) from None
        except models.Unavailable:
            raise Broken(1013, "The store does not answer; try again in a moment") from None
        self._knowing.set()
        await self._say({"type": "connection_ack"})

    async def _pinged(self, said: dict[str, Any]) -> None:
        payload = said.get("payload")
        try:
            await self._say({"type": "pong"} | ({"payload": payload} if payload is not None else {}))
        except orjson.JSONEncodeError:
            raise Broken(4400, "A `payload` is nested too deeply") from None

    async def _ponged(self, _said: dict[str, Any]) -> None:
        """A pong asks for nothing."""

    async def _subscribed(self, said: dict[str, Any]) -> None:
        if not self._is_known:
            raise Broken(4401, "Unauthorized")
        id, payload = _id_of(said), said.get("payload")
        if not isinstance(payload, dict):
            raise Broken(4400, "A subscribe message has a `payload`")
        try:
            question = question_of(payload)
        except Unreadable as error:
            raise Broken(4400, str(error)[:100]) from None
        if id in self._running:
            raise Broken(4409, f"Subscriber for {id[:80]} already exists")
        if self._is_leaving:
            return
        if len(self._running) >= MOST_OPERATIONS:
            message = f"A socket runs at most {MOST_OPERATIONS} operations at once; end one first."
            await self._fail(id, [refusal(message, "RATE_LIMITED")])
            return
        task = self._running[id] = asyncio.create_task(self._run(id, question))
        # Not in the task itself: one that is ended before it began would never come to it.
        task.add_done_callback(partial(self._free, id))

    async def _completed(self, said: dict[str, Any]) -> None:
        if (task := self._running.get(_id_of(said))) is not None:
            await _end([task])

    async def _run(self, id: str, question: Question) -> None:
        asker = self._request.app[VISITORS].asker(self._request, self._principal)
        with suppress(ConnectionError):
            try:
                await self._answer(id, question, asker)
            except ConnectionError:
                raise  # who has left is told nothing
            except Exception as error:
                answer = refused(asker, GraphQLError("", original_error=error))
                await self._fail(id, answer.told["errors"])

    def _free(self, id: str, task: object) -> None:
        """Let an id be used again, unless it is already."""
        if self._running.get(id) is task:
            del self._running[id]
            self._lasting.discard(id)

    async def _answer(self, id: str, question: Question, asker: Asker) -> None:
        try:
            # As with each request: whoever was let in may have lost what they came with.
            if self._principal.is_known and not await models.Key.still_opens(self._principal):
                return self._say_farewell(*REVOKED)
        except models.Unavailable:
            return await self._fail(id, [refusal("The store does not answer; try again.", UNAVAILABLE)])
        answering = self._request.app[ANSWERING]
        try:
            self._request.app[VISITORS].admit(self._request)
            operation = await answering.operation(question, asker)
        except Unreadable as error:
            return await self._fail(id, [error.error])
        except Missing:
            return await self._fail(id, [refusal("PersistedQueryNotFound", NOT_FOUND)])
        if isinstance(operation, Answer):
            return await self._fail(id, operation.told["errors"])
        if operation.kind is OperationType.SUBSCRIPTION:
            self._lasting.add(id)
            events = self._request.app[LISTENING].events(operation, question, asker, turn=self._telling)
            async with aclosing(events) as answers:
                async for answer in answers:
                    if not answer.was_executed:
                        return await self._fail(id, answer.told["errors"])
                    await self._next(id, answer)
        else:
            answer = await answering.once(operation, question, asker)
            if not answer.was_executed:
                return await self._fail(id, answer.told["errors"])
            await self._next(id, answer)
        self._free(id, asyncio.current_task())
        return await self._say({"type": "complete", "id": id})

    async def _next(self, id: str, answer: Answer) -> None:
        await self._socket.send_str(
            f'{{"type":"next","id":{_written(id)},"payload":{answer.written().decode()}}}'
        )

    async def _fail(self, id: str, errors: list[dict[str, Any]]) -> None:
        self._free(id, asyncio.current_task())
        await self._say({"type": "error", "id": id, "payload": errors})

    async def _say(self, message: dict[str, Any]) -> None:
        await self._socket.send_str(orjson.dumps(message).decode())


HEARD: dict[str, Callable[[Socket, dict[str, Any]], Awaitable[None]]] = {
    "connection_init": Socket._initialised,
    "ping": Socket._pinged,
    "pong": Socket._ponged,
    "subscribe": Socket._subscribed,
    "complete": Socket._completed,
}
SOCKETS: web.AppKey[set[Any]] = web.AppKey("sockets", set)


def is_asked_for(request: web.Request) -> bool:
    """Tell whether a request asks for a websocket."""
    return request.method == "GET" and request.headers.get("Upgrade", "").lower() == "websocket"


async def serve(request: web.Request) -> web.WebSocketResponse:
    """Serve a client over a websocket, for as long as it stays."""
    principal = await principal_of(request)
    with request.app[OPEN_CONNECTIONS].line(request.app[VISITORS].network_of(request)):
        response = web.WebSocketResponse(
            protocols=(PROTOCOL,),
            heartbeat=HEARTBEAT_SECONDS,
            timeout=CLOSING_SECONDS,
            max_msg_size=LARGEST_BODY,
            compress=False,
        )
        await response.prepare(request)
        if response.ws_protocol != PROTOCOL:
            await response.close(code=4406, message=b"Subprotocol not acceptable")
            return response
        socket = Socket(request, response, principal)
        request.app[SOCKETS].add(socket)
        try:
            await socket.live()
        finally:
            request.app[SOCKETS].discard(socket)
        return response


async def leave_sockets(app: web.Application) -> None:
    """Tell all who are connected that the server stops."""
    leaving: set[Socket] = app[SOCKETS]
    await asyncio.gather(*[socket.leave() for socket in leaving], return_exceptions=True)


def _id_of(said: dict[str, Any]) -> str:
    id = said.get("id")
    if not isinstance(id, str) or not 0 < len(id) <= LONGEST_ID:
        raise Broken(4400, "A message has an `id`, a string that is not empty")
    return id


async def _end(tasks: Iterable[asyncio.Task[None]]) -> None:
    ending = list(tasks)
    for task in ending:
        task.cancel()
    await asyncio.gather(*ending, return_exceptions=True)


def _written(text: str) -> str:
    return orjson.dumps(text).decode()
