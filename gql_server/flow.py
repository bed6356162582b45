"""The flow of letters: the log is told once when they begin to wait, and once when they go out again."""

import re
from collections.abc import Sequence

import structlog

from mailers.servers import Server
from mailers.standing import REFUSALS_IN_A_ROW
from mailers.verdicts import NoLine, OursToFix, Sent, Stage, Verdict

# Of what a server answered only the code is told: its words may repeat an address or a password.
ANSWER = re.compile(r"[^:]+: -?\d{3}\b(?: \d\.\d{1,3}\.\d{1,3}\b)?|[^:]+: -1\b")
log = structlog.get_logger("letters")


class Flow:
    """Remembers whether letters go out, whichever lane they are in."""

    def __init__(self, servers: Sequence[Server]) -> None:
        self._places = ", ".join(f"{server.host}:{server.port}" for server in servers)
        self._waits = False
        self._refusals = 0

    def saw(self, verdict: Verdict) -> None:
        """Learn from what became of a letter."""
        if isinstance(verdict, Sent):
            if self._waits:
                log.info("letters go out again", server=self._places)
            self._waits, self._refusals = False, 0
        elif isinstance(verdict, NoLine | OursToFix) and not self._waits:
            # One letter that is refused is perhaps its reader's own trouble; a few in a row are not.
            self._refusals += 1
            at_the_door = isinstance(verdict, NoLine) or verdict.reason.startswith(Stage.CONNECT.value)
            if at_the_door or self._refusals >= REFUSALS_IN_A_ROW:
                self._waits = True
                log.warning("letters wait", server=self._places, reason=_in_short(verdict.reason))


def _in_short(reason: str) -> str:
    answer = ANSWER.match(reason)
    return answer[0] if answer else reason
