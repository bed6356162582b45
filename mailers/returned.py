"""What comes back of letters: reports that one could not be delivered, and complaints about one."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, message_from_string
from email.message import Message
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import NamedTuple

from mailers.verdicts import NoSuchAddress, OursToFix, Reply, Stage, judge

# What RFC 5965 calls what readers do who press "this is spam"; `not-spam` is the opposite.
COMPLAINTS = {"abuse", "fraud", "virus", "other", "opt-out"}
_LINK = re.compile(r"<([^<>]*)>")
# How a report repeats what a server answered: `smtp; 550 5.1.1 No such user` (RFC 3464, 2.3.6).
_DIAGNOSTIC = re.compile(r"(?:[\w-]+\s*;\s*)?(?:([45]\d\d)[ -])?\s*(.*)", re.DOTALL)
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_ADDRESS = re.compile(r"<?[^\s<>@]+@[^\s<>@,;:]+>?")
_LONGEST_ANSWER = 200
# A letter of ours has one; whoever writes a report by hand may put a million into it.
_MOST_WAYS = 5
_HEADS = {"text/rfc822-headers", "message/global-headers"}
_LETTERS = {"message/rfc822", "message/global"}
_STATUSES = {"message/delivery-status", "message/global-delivery-status"}


class Fate(Enum):
    """What a report says."""

    NO_SUCH_ADDRESS = "nobody receives mail there"
    COMPLAINED = "the reader complained"
    REFUSED_US = "the server refused the sender, not the reader"
    NOT_DELIVERED = "not delivered, and the address is not to blame"
    NOT_FINAL = "not over yet, or delivered"
    NO_REPORT = "no report"


class Returned(NamedTuple):
    """What came back: the ways out that the letter had in its head, and when the letter was written; of a
    report of delivery, at which address it failed in the end, and what was answered there, without addresses.
    """

    fate: Fate
    ways_out: tuple[str, ...] = ()
    written_at: datetime | None = None
    reader: str = ""
    answer: str = ""


def read_returned(message: bytes) -> Returned:
    """Read what came back: a report of RFC 3464 or 6533, or a complaint of RFC 5965; else it is no report."""
    try:
        return _read(list(message_from_bytes(message).walk()))
    except Exception:
        # Parts within parts within parts, or a charset that nobody knows: a message that is made to break a
        # parser can make it raise anything, and those behind it are still to be read.
        return Returned(Fate.NO_REPORT)


def _read(parts: list[Message]) -> Returned:
    block = _block(parts)
    fate = _complaint(parts) or (_delivery(block) if block is not None else None)
    letter = next(_letters(parts), None)
    answer = _answer(block) if block is not None else ""
    if fate is None or letter is None:
        return Returned(fate or Fate.NO_REPORT, answer=answer)
    ways = "".join(str(letter.get("List-Unsubscribe", "")).split())
    reader = str(block.get("Final-Recipient", "")).rpartition(";")[2].strip() if block is not None else ""
    return Returned(fate, tuple(_LINK.findall(ways)[:_MOST_WAYS]), _moment(letter), reader, answer)


def _complaint(parts: list[Message]) -> Fate | None:
    for part in parts:
        if part.get_content_type() == "message/feedback-report":
            said = _fields(part).get("Feedback-Type", "")
            return Fate.COMPLAINED if str(said).strip().lower() in COMPLAINTS else Fate.NOT_FINAL
    return None


def _block(parts: list[Message]) -> Message | None:
    """Give what a report of delivery says of its one reader; of several it says nothing that can be used."""
    for part in parts:
        if part.get_content_type() in _STATUSES:
            readers = [block for block in _blocks(part) if block.get("Action")]
            return readers[0] if len(readers) == 1 else Message()
    return None


def _delivery(block: Message) -> Fate:
    if not block.get("Action"):
        return Fate.NOT_DELIVERED
    if str(block.get("Action", "")).strip().lower() != "failed":
        return Fate.NOT_FINAL
    found = _DIAGNOSTIC.fullmatch(" ".join(str(block.get("Diagnostic-Code", "")).split()))
    code, text = (found[1], found[2]) if found else (None, "")
    status = _STATUS.search(str(block.get("Status", "")))
    # The server's own words say more than a status that a relay has made of them: Sendmail makes 5.1.1 of
    # any 550, others make 5.0.0 of it.
    is_made = status is None or status[0].endswith(".0.0") or (code is not None and status[0] == "5.1.1")
    if status is not None and not is_made and not _STATUS.match(text):
        text = f"{status[0]} {text}"
    match judge(Stage.RCPT, Reply(int(code or 550), text)):
        case NoSuchAddress():
            return Fate.NO_SUCH_ADDRESS
        case OursToFix():
            return Fate.REFUSED_US
    return Fate.NOT_DELIVERED


def _answer(block: Message) -> str:
    said = " ".join(str(block.get("Diagnostic-Code", "")).split()) or str(block.get("Status", "")).strip()
    line = "".join(letter for letter in _ADDRESS.sub("…", said) if letter.isprintable())
    return line if len(line) <= _LONGEST_ANSWER else f"{line[: _LONGEST_ANSWER - 1]}…"


def _blocks(part: Message) -> list[Message]:
    """Give the blocks of fields of a report: one of the message, and one of each reader."""
    inside = part.get_payload()
    if part.get_content_type() == "message/delivery-status" and isinstance(inside, list):
        return [block for block in inside if isinstance(block, Message)]
    return [message_from_string(block) for block in re.split(r"\n\s*\n", _text(part))]


def _fields(part: Message) -> Message:
    return message_from_string(_text(part).lstrip())


def _letters(parts: list[Message]) -> Iterator[Message]:
    """Give the letter that a report is about, or its head."""
    for part in parts:
        inside = part.get_payload()
        if part.get_content_type() in _LETTERS and isinstance(inside, list) and inside:
            yield inside[0]  # type: ignore[misc]
        elif part.get_content_type() in _HEADS:
            yield _fields(part)


def _text(part: Message) -> str:
    inside = part.get_payload()
    if isinstance(inside, list):
        # What is called a message is read as one: the fields stand in its head, and further ones in its body.
        return "\n\n".join(str(one) for one in inside)
    read = part.get_payload(decode=True)
    return read.decode("utf-8", "replace").replace("\r\n", "\n") if isinstance(read, bytes) else ""


def _moment(letter: Message) -> datetime | None:
    try:
        moment = parsedate_to_datetime(str(letter.get("Date", "")))
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
