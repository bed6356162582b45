"""What a mail server's answer means for a letter."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import NamedTuple

SOON = timedelta(minutes=1)
AFTER_DOUBT = timedelta(minutes=15)

_ENHANCED = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})\b")
_NO_SUCH_ADDRESS = {"5.1.1", "5.1.2", "5.1.10", "5.2.1"}
# What a server may refuse at MAIL for the letter's own sake: its size (RFC 1870), or an address beyond ASCII
# (RFC 6531). All else there is about the sender, for nobody has said yet who the letter is for.
_TOO_MUCH_TO_ASK = {552, 555}
_NO_UTF8 = {"5.6.7"}
_NOT_SIGNED_IN = {530, 534, 535, 538}
# Gmail says 5.2.1 too of a mailbox that gets more letters than it takes.
_BUSY = re.compile(r"at a rate|too quickly|rate limit", re.IGNORECASE)
# That we may send no more today (Gmail, Exchange Online), or not by this name (Exchange Online).
_OUR_LIMITS = {"5.4.5", "5.1.90", "5.2.252"}
# How servers without enhanced codes refuse to pass letters on for us, Exim, qmail and Amazon among them.
_NOT_FOR_US = re.compile(r"relay|rcpthosts|authenticat|sender verif|is not verified", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail server took the letter."""

    reply: str


@dataclass(frozen=True, slots=True)
class TryLater:
    """Nothing was sent; try again, but not before this moment."""

    not_before: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class NoLine(TryLater):
    """No mail server could be reached, which says nothing of the letter."""


@dataclass(frozen=True, slots=True)
class NoSuchAddress:
    """Nobody receives mail there."""

    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """This letter was refused for good."""

    reason: str


@dataclass(frozen=True, slots=True)
class OursToFix:
    """We were refused, whoever the letter was for; the address is not to blame."""

    not_before: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Uncertain:
    """The line was cut when the letter was out; try again with the same bytes, not before this moment."""

    not_before: datetime
    reason: str


Verdict = Sent | TryLater | NoSuchAddress | Failed | OursToFix | Uncertain


class Outcome(NamedTuple):
    """What became of the letter with this key."""

    key: str
    verdict: Verdict


class Reply(NamedTuple):
    """What a mail server answered: a code, and the lines of text behind it."""

    code: int
    text: str

    def __str__(self) -> str:
        return f"{self.code} {self.text}"


class Stage(Enum):
    """What a mail server was answering to."""

    CONNECT = "connect"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    DOT = "the final dot"


def judge(stage: Stage, reply: Reply) -> Verdict:
    """Say what an answer means: a 2xx at the dot, or any refusal."""
    reason = f"{stage.value}: {reply}"
    if stage is Stage.DOT and 200 <= reply.code < 300:
        return Sent(str(reply))
    if 400 <= reply.code < 500:
        return (NoLine if stage is Stage.CONNECT else TryLater)(later(SOON), reason)
    if 500 <= reply.code < 600:
        return _judge_permanent(stage, reply, reason)
    return Uncertain(later(AFTER_DOUBT), reason) if stage is Stage.DOT else TryLater(later(SOON), reason)


def later(delay: timedelta) -> datetime:
    """Give the moment after a delay."""
    return datetime.now(UTC) + delay


def printable(text: str) -> str:
    """Give what a server said as it can be kept: PostgreSQL takes no NUL, and nobody reads the others."""
    return text if text.isprintable() else "".join(sign if sign.isprintable() else "�" for sign in text)


def _judge_permanent(stage: Stage, reply: Reply, reason: str) -> Verdict:
    found = _ENHANCED.match(reply.text)
    status = found[0] if found else ""
    about_us = stage is Stage.CONNECT
    about_us |= stage is Stage.MAIL and not (reply.code in _TOO_MUCH_TO_ASK or status in _NO_UTF8)
    about_us |= not status and _NOT_FOR_US.search(reply.text) is not None
    about_us |= status.startswith("5.7.") or status in _OUR_LIMITS or reply.code in _NOT_SIGNED_IN
    if about_us:
        return OursToFix(later(SOON), reason)
    is_none = status in _NO_SUCH_ADDRESS and not _BUSY.search(reply.text)
    return NoSuchAddress(reason) if is_none else Failed(reason)
