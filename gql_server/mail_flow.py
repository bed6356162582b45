"""The flow of letters: the log is told once when they begin to wait, and once when they go out again."""

import re
from collections.abc import Sequence

import structlog

from mailers.servers import Server
from mailers.standing import REFUSALS_IN_A_ROW
from mailers.verdicts import NoLine, OursToFix, Sent, Stage, TryLater, Verdict

# What is put off, with nothing sent meanwhile, is no trouble of a few readers any more.
PUT_OFF_IN_A_ROW = 10
# Of what a server answers to our signing in only the code is told: its words may repeat a password. Of what
# it answers to a letter they are what somebody needs to mend it, without the addresses in them.
ADDRESS = re.compile(r"\S*@\S*")
LONGEST_REASON = 200
ANSWER = re.compile(r"[^:]+: -?\d{3}\b(?: \d\.\d{1,3}\.\d{1,3}\b)?|[^:]+: -1\b")
log = structlog.get_logger("letters")


class MailFlow:
    """Remembers whether letters go out, whichever lane they are in."""

    def __init__(self, servers: Sequence[Server]) -> None:
        self._places = ", ".join(f"{server.host}:{server.port}" for server in servers)
        self._waits = False
        self._refusals = self._put_off = 0

    def saw(self, verdict: Verdict) -> None:
        """Learn from what became of a letter."""
        if isinstance(verdict, Sent):
            if self._waits:
                log.info("letters go out again", server=self._places)
            self._waits, self._refusals, self._put_off = False, 0, 0
        elif isinstance(verdict, TryLater | OursToFix) and not self._waits:
            # One letter that is refused is perhaps its reader's own trouble; a few in a row are not.
            is_refused = isinstance(verdict, NoLine | OursToFix)
            self._refusals += is_refused
            self._put_off += 1
            at_the_door = isinstance(verdict, NoLine) or verdict.reason.startswith(Stage.CONNECT.value)
            in_a_row = self._refusals >= REFUSALS_IN_A_ROW or self._put_off >= PUT_OFF_IN_A_ROW
            if at_the_door or in_a_row:
                self._waits = True
                log.warning("letters wait", server=self._places, reason=_in_short(verdict.reason))


def _in_short(reason: str) -> str:
    if not reason.startswith(Stage.CONNECT.value):
        return ADDRESS.sub("[address]", reason)[:LONGEST_REASON]
    answer = ANSWER.match(reason)
    return answer[0] if answer else reason
