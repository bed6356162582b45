"""How we stand with a mail server: whether it takes connections and letters, and how fast."""

from datetime import timedelta
from time import monotonic

from mailers.pace import Clock, Pace
from mailers.servers import Server
from mailers.verdicts import Failed, NoLine, OursToFix, Sent, Stage, TryLater, Uncertain, Verdict, later

SHORTEST_PAUSE = 15.0  # seconds
LONGEST_PAUSE = 600.0
# One letter refused by a policy is perhaps its reader's own, one line cut at the dot is bad luck. So many in
# a row are not, and each more would be a letter sent twice.
REFUSALS_IN_A_ROW = 3
# Nor are so many readers gone at once: what is refused for good from there on is kept, for a person to look.
FAILURES_IN_A_ROW = 5
KEPT_FOR = timedelta(hours=1)


class Standing:
    """Remembers what one server told us."""

    def __init__(self, server: Server, clock: Clock = monotonic) -> None:
        self.server = server
        self.pace = Pace(clock)
        self._clock = clock
        self._no_letters_until = self._no_lines_until = clock()
        self._failures = self._refusals = self._failed = 0
        self._why: Verdict | None = None

    @property
    def paused(self) -> bool:
        """Say whether the server should get no letters now."""
        return self._clock() < self._no_letters_until

    @property
    def refusal(self) -> TryLater | OursToFix | None:
        """Give the verdict on a letter when no line may be opened now."""
        wait = max(self._no_letters_until, self._no_lines_until) - self._clock()
        if wait <= 0 or self._why is None:
            return None
        kind = OursToFix if isinstance(self._why, OursToFix) else NoLine
        return kind(later(timedelta(seconds=wait)), getattr(self._why, "reason", ""))

    def unreachable(self, why: Verdict) -> None:
        """Open no line for a while, twice as long each time; those that are open go on."""
        self._why = why
        self._no_lines_until = self._end_of_pause()

    def weighed(self, verdict: Verdict) -> Verdict:
        """Take for ours to fix what is refused for good again and again, while no letter is taken."""
        if isinstance(verdict, Failed):
            self._failed += 1
            if self._failed > FAILURES_IN_A_ROW:
                # Later than others wait: these must not be all that is tried when the server is tried again.
                return OursToFix(later(KEPT_FOR), verdict.reason)
        return verdict

    def answered(self, stage: Stage, verdict: Verdict, domain: str) -> None:
        """Learn from the verdict on a letter."""
        if isinstance(verdict, Sent):
            self._failures = self._refusals = self._failed = 0
            self.pace.went_well(domain)
        elif isinstance(verdict, OursToFix | Uncertain):
            self._refusals += 1
            if stage is Stage.MAIL or self._refusals >= REFUSALS_IN_A_ROW:
                self._why = verdict
                self._no_letters_until = self._end_of_pause()
        elif isinstance(verdict, TryLater) and " 4.2." not in verdict.reason:  # not one full mailbox
            if stage is Stage.RCPT:
                self.pace.slow_domain(domain)
            else:
                self.pace.slow_server()

    def _end_of_pause(self) -> float:
        # All lines hear of one failure at once: only what fails after a pause makes the next one longer.
        now, end = self._clock(), max(self._no_letters_until, self._no_lines_until)
        if now < end:
            return end
        self._failures = min(self._failures + 1, 10)
        return now + min(LONGEST_PAUSE, SHORTEST_PAUSE * (1 << self._failures - 1))
