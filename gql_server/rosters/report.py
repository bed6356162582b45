"""What became of the lines of a roster, told to who brought it in."""

from dataclasses import dataclass, field

import models
from models import Came

WORDS = {
    Came.CONFIRMED: "new, with a proof of their yes",
    Came.PENDING: "new, and get no newsletter before they confirm",
    Came.UNSUBSCRIBED: "new, kept so that nobody signs them up by mistake",
    Came.BOUNCED: "new, kept as addresses where nobody receives mail",
    Came.PROVEN: "were pending here, and are confirmed by their proof",
    Came.KNOWN: "known already, left as they are",
    Came.SUPPRESSED: "suppressed here, left out",
    Came.LEFT_OUT: "left out for what is told above; mend these lines and bring them in again",
}
UNPROVEN = "of the pending say yes, but not both when (confirmed_at) and where (confirmed_source)"
ASKED = "get a letter that asks to confirm; who does not within 30 days is forgotten"
UNASKED = (
    "are pending and were never asked: with --ask each gets a letter that asks to confirm; "
    "who does not within 30 days is forgotten"
)
CAPPED = "were not asked, because their inbox was lately; run this again tomorrow"


@dataclass
class Report:
    """Adds up what is told of each chunk."""

    asks: bool
    total: models.Brought = field(default_factory=models.Brought)

    @property
    def lines(self) -> int:
        """How many lines were looked at."""
        return self.total.came.total()

    @property
    def left_out(self) -> int:
        """How many lines were left out for a mistake in them."""
        return self.total.came[Came.LEFT_OUT]

    def add(self, brought: models.Brought) -> None:
        """Add what became of some lines."""
        self.total.came.update(brought.came)
        self.total.asked += brought.asked
        self.total.unasked += brought.unasked
        self.total.unproven += brought.unproven

    def __str__(self) -> str:
        rows = [(came.value, self.total.came[came], WORDS[came]) for came in Came] + [
            ("unproven", self.total.unproven, UNPROVEN),
            ("asked", self.total.asked, ASKED),
            ("unasked", self.total.unasked, CAPPED if self.asks else UNASKED),
        ]
        lines = [f"{word:<12} {number:>7}  {meaning}" for word, number, meaning in rows if number]
        if not self.asks:
            lines.append("Nothing was sent.")
        return "\n".join(lines)
