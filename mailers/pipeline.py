"""Letters over one line, each announced while the one before is on its way (RFC 2920)."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from mailers.lane import Lane
from mailers.ledger import Ledger
from mailers.mail import Mail
from mailers.reasons import HUNG_UP, NO_UTF8, OUT_OF_TURN, SLOW_DOWN, TAKEN_BACK
from mailers.replies import Lost, Replies
from mailers.standing import Standing
from mailers.verdicts import (
    AFTER_DOUBT,
    SOON,
    Outcome,
    Reply,
    Stage,
    TryLater,
    Uncertain,
    Verdict,
    judge,
    later,
)

# Seconds. RFC 5321 4.5.3.2.6 asks for ten minutes at the dot: who gives up sooner sends twice.
DOT_PATIENCE = 600.0
COMMAND_PATIENCE = 60.0
QUIT_PATIENCE = 5.0
TURN_PATIENCE = 1.0

_STAGES = (Stage.MAIL, Stage.RCPT, Stage.DATA)
_NO_UTF8 = Reply(550, f"5.6.7 {NO_UTF8}")


class Offers(NamedTuple):
    """What the server said that it can."""

    pipelining: bool
    utf8: bool


class Pipeline:
    """Sends letters over a line that is connected and signed in.

    The barrier: the next final dot is not sent before the outcome of the last one is durable.
    """

    def __init__(
        self, transport: asyncio.Transport, replies: Replies, standing: Standing, offers: Offers
    ) -> None:
        self._transport = transport
        self._replies = replies
        self._standing = standing
        self._offers = offers
        self._announced: Mail | None = None
        self._envelope_is_open = False  # a refused letter's envelope, to be closed by RSET
        self._resets = False
        self._ended: str | None = None

    @property
    def usable(self) -> bool:
        """Say whether the line can take a letter now."""
        return self._replies.quiet and not self._standing.paused

    async def carry(self, lane: Lane, ledger: Ledger) -> None:
        """Send the lane's letters until it ends or the server is paused; raise Lost when the line is lost."""
        durable: asyncio.Future[None] | None = None
        try:
            while (mail := self._announced or await self._begin(lane, ledger)) is not None:
                refusal = await self._go_ahead(mail)
                if durable is not None:
                    await durable
                if refusal is None and not await lane.let_out(mail):
                    # The server waits for the letter by now, and only hanging up keeps it from coming.
                    self._announced = None
                    raise Lost(TAKEN_BACK)
                if not self._replies.quiet:
                    raise Lost(OUT_OF_TURN)
                self._announced = self._following(lane) if self._ended is None else None
                stage, verdict = await self._hand_over(mail, refusal, ledger)
                if refusal is None or refusal[1] is not _NO_UTF8:
                    # What we say ourselves tells nothing of how the server stands to us.
                    verdict = self._standing.weighed(verdict)
                self._standing.answered(stage, verdict, mail.domain)
                durable = ledger.enter(Outcome(mail.key, verdict))
                if self._ended is not None:
                    raise Lost(self._ended)
            if durable is not None:
                await durable
        except Lost as lost:
            self._transport.abort()
            self._undo(lane, ledger, lost)
            if durable is not None:
                await durable  # another line comes in place of this one, and the barrier holds for both
            raise
        except BaseException:
            self._transport.abort()
            raise

    async def quit(self) -> None:
        """Say goodbye and hang up."""
        try:
            if self._replies.quiet:
                self._transport.write(b"QUIT\r\n")
                await self._replies.next(QUIT_PATIENCE)
        except Lost:
            pass
        finally:
            self._transport.abort()

    async def _begin(self, lane: Lane, ledger: Ledger) -> Mail | None:
        while not self._standing.paused and await lane.ready():
            if self._standing.paused or (mail := lane.take()) is None:
                continue
            wait = self._standing.pace.turn(mail.domain, patience=TURN_PATIENCE)
            if wait is None:
                ledger.enter(Outcome(mail.key, TryLater(later(SOON), SLOW_DOWN)))
                continue
            self._announced = mail
            if wait:
                await asyncio.sleep(wait)
            if not self._replies.quiet:
                raise Lost(HUNG_UP)
            if self._offers.pipelining:
                self._transport.write(b"".join(self._envelope(mail)))
            return mail
        return None

    def _following(self, lane: Lane) -> Mail | None:
        # What waits for its turn is not announced: the letter before it would wait as well.
        may_follow = self._offers.pipelining and self._standing.pace.free and not self._standing.paused
        return lane.take() if may_follow else None

    def _envelope(self, mail: Mail) -> Sequence[bytes]:
        if not (mail.recipient.isascii() or self._offers.utf8):
            return ()
        reset = (b"RSET\r\n",) if self._envelope_is_open else ()
        self._resets, self._envelope_is_open = self._envelope_is_open, False
        utf8 = "" if mail.recipient.isascii() else " SMTPUTF8"
        sender, recipient = f"MAIL FROM:<{mail.sender}>{utf8}\r\n", f"RCPT TO:<{mail.recipient}>\r\n"
        return (*reset, sender.encode(), recipient.encode(), b"DATA\r\n")

    async def _go_ahead(self, mail: Mail) -> tuple[Stage, Reply] | None:
        """Hear the answers to an envelope; give the first refusal."""
        if not (mail.recipient.isascii() or self._offers.utf8):
            return Stage.RCPT, _NO_UTF8
        replies = await (self._hear_all() if self._offers.pipelining else self._ask_each(mail))
        wanted = zip(_STAGES, replies, (2, 2, 3), strict=False)
        refusals = [(stage, reply) for stage, reply, kind in wanted if reply.code // 100 != kind]
        if not refusals:
            return None
        self._envelope_is_open = True
        if len(replies) == 3 and replies[2].code == 354:
            if replies[1].code >= 400:
                # RFC 2920 3.1: without a recipient a lone dot ends what DATA began.
                self._transport.write(b".\r\n")
                await self._hear()
            else:
                # What it said to the sender; and yet it asks for the letter.
                self._ended = f"{Stage.MAIL.value}: {refusals[0][1]}"
        return refusals[0]

    async def _hear_all(self) -> list[Reply]:
        if self._resets:
            await self._hear_reset()
        return [await self._hear() for _ in _STAGES]

    async def _ask_each(self, mail: Mail) -> list[Reply]:
        replies: list[Reply] = []
        for command in self._envelope(mail):
            self._transport.write(command)
            if command == b"RSET\r\n":
                await self._hear_reset()
                continue
            replies.append(await self._hear())
            if replies[-1].code >= 400:
                break
        return replies

    async def _hear_reset(self) -> None:
        reply = await self._hear()
        if reply.code >= 400:
            # RFC 5321 4.1.1.5 knows no refusal: who gives one may still hold the refused letter's envelope.
            raise Lost(f"RSET: {reply}")

    async def _hear(self) -> Reply:
        reply = await self._replies.next(COMMAND_PATIENCE)
        if reply.code == 421:
            raise Lost(str(reply))
        return reply

    async def _hand_over(
        self, mail: Mail, refusal: tuple[Stage, Reply] | None, ledger: Ledger
    ) -> tuple[Stage, Verdict]:
        """Send the letter, its dot and the next envelope at once; when it was refused only the latter."""
        following = self._envelope(self._announced) if self._announced is not None else ()
        if refusal is not None:
            self._transport.write(b"".join(following))
            return refusal[0], judge(*refusal)
        stuffed = mail.content.replace(b"\r\n.", b"\r\n..")
        self._transport.write(b"".join((stuffed, b".\r\n", *following)))
        try:
            with ledger.expecting():
                reply = await self._replies.next(DOT_PATIENCE)
        except Lost as lost:
            self._ended = str(lost)
            return Stage.DOT, Uncertain(later(AFTER_DOUBT), f"{Stage.DOT.value}: {lost}")
        verdict = judge(Stage.DOT, reply)
        if reply.code == 421 or isinstance(verdict, Uncertain):
            self._ended = str(reply)
        return Stage.DOT, verdict

    def _undo(self, lane: Lane, ledger: Ledger, lost: Lost) -> None:
        if self._announced is None or lane.give_back(self._announced):
            return
        verdict = TryLater(later(SOON), str(lost))
        self._standing.answered(Stage.CONNECT, verdict, self._announced.domain)
        ledger.enter(Outcome(self._announced.key, verdict))
