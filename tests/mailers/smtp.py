"""A mail server that answers as it is told and writes down what it hears."""

import asyncio
import ssl
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from mailers.servers import Security, Server

DROP = "drop the line"
GOOD = {
    "BANNER": "220 here",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    "DOT": "250 2.0.0 taken",
}
GOOD |= {"RSET": "250 ok", "QUIT": "221 bye", "AUTH": "235 2.7.0 welcome", "STARTTLS": "220 go on"}


@dataclass
class Taken:
    """A letter that was taken, over which line, from whom and to whom."""

    line: int
    sender: str
    recipient: str
    content: bytes


@dataclass
class MailServer:
    """Listens on a port of this machine; `answers` say what it does at a verb.

    A list gives one answer after the other, a function looks at the command; `DATA?` answers a DATA that
    comes without a recipient.
    """

    answers: Mapping[str, str | Sequence[str] | Callable[[str], str]] = field(default_factory=dict)
    offers: Sequence[str] = ("PIPELINING",)
    tls: ssl.SSLContext | None = None
    security: Security = Security.PLAIN
    username: str = ""
    hold: Mapping[str, asyncio.Event] = field(default_factory=dict)
    heard: list[tuple[int, str]] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    lines: int = 0

    def __post_init__(self) -> None:
        self._asked: dict[str, int] = defaultdict(int)
        self._changed = asyncio.Condition()
        self._sessions: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        implicit = self.tls if self.security is Security.TLS else None
        self._server = await asyncio.start_server(self._session, "127.0.0.1", 0, ssl=implicit)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for session in self._sessions:
            session.cancel()
        await asyncio.gather(*self._sessions, return_exceptions=True)

    @property
    def address(self) -> Server:
        return Server(
            host="127.0.0.1", port=self.port, username=self.username, password="pw", security=self.security
        )

    async def until(self, what) -> None:
        """Wait until this is true of the server."""
        async with asyncio.timeout(30), self._changed:
            await self._changed.wait_for(what)

    async def until_left(self) -> None:
        """Wait until everybody has hung up."""
        async with asyncio.timeout(5):
            await asyncio.gather(*self._sessions)

    def heard_times(self, verb: str) -> int:
        return sum(heard == verb for _, heard in self.heard)

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        self._sessions.add(task)
        self.lines += 1
        try:
            await self._talk(self.lines, reader, writer)
        except (ConnectionError, asyncio.CancelledError, ssl.SSLError):
            pass
        finally:
            self._sessions.discard(task)
            writer.transport.abort()

    async def _talk(self, line, reader, writer) -> None:
        sender = recipient = ""
        if not await self._answer(writer, line, "BANNER"):
            return
        while command := (await reader.readline()).decode():
            verb = command.split()[0].split(":")[0].upper() if command.split() else "?"
            if verb == "EHLO":
                offers = ["chaos", *self.offers]
                rows = [f"250{' ' if row is offers[-1] else '-'}{row}\r\n" for row in offers]
                default = "".join(rows).rstrip()
            elif verb == "MAIL" and sender:
                default = "503 5.5.1 nested MAIL"
            elif verb == "DATA" and not recipient:
                default = self._next("DATA?", GOOD["DATA"])
            else:
                default = GOOD.get(verb, "502 what?")
            going_on = await self._answer(writer, line, verb, default, command)
            if not going_on or verb == "QUIT":
                return
            if verb == "MAIL" and going_on < 300:
                sender, recipient = command, ""
            elif verb == "RSET":
                sender = recipient = ""
            elif verb == "RCPT" and going_on < 300:
                recipient = command.partition("<")[2].partition(">")[0]
            elif verb == "STARTTLS" and going_on == 220:
                await writer.start_tls(self.tls)
            elif verb == "DATA" and going_on == 354:
                content = await self._content(reader)
                if content is None:
                    return
                given = self._next("DOT", GOOD["DOT"])
                if recipient and not given.startswith(("4", "5")):
                    self.taken.append(Taken(line, sender, recipient, content))
                sender = recipient = ""
                if not await self._answer(writer, line, "DOT", given):
                    return

    async def _content(self, reader: asyncio.StreamReader) -> bytes | None:
        content = b""
        while (row := await reader.readline()) != b".\r\n":
            if not row or "CONTENT" in self.answers:
                return None
            content += row.removeprefix(b".")
        return content

    async def _answer(self, writer, line: int, verb: str, default: str = "", command: str = "") -> int:
        self.heard.append((line, verb))
        async with self._changed:
            self._changed.notify_all()
        if verb in self.hold:
            await self.hold[verb].wait()
        answer = default if verb == "DOT" else self._next(verb, default or GOOD[verb], command)
        if answer is DROP:
            await writer.drain()
            return 0
        writer.write(answer.encode("latin-1") + b"\r\n")
        if answer.startswith("421"):
            await writer.drain()
            return 0
        return int(answer[:3]) if answer[:3].isdigit() else 999

    def _next(self, verb: str, default: str, command: str = "") -> str:
        answer = self.answers.get(verb, default)
        if callable(answer):
            return answer(command)
        if isinstance(answer, str):
            return answer
        number = self._asked[verb]
        self._asked[verb] += 1
        return answer[number] if number < len(answer) else default
