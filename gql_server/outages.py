"""Outages of the store: the log is told what keeps it away, which no client is."""

from time import monotonic

import structlog

import models

TOLD_AGAIN_AFTER = 60  # seconds
log = structlog.get_logger("outages")


class Outages:
    """Remembers when it was told last: a line for each who asks would fill the disk that is full."""

    def __init__(self) -> None:
        self._told_at = float("-inf")

    def tell(self, error: models.Unavailable) -> None:
        """Tell it, unless it was told a moment ago."""
        if monotonic() - self._told_at >= TOLD_AGAIN_AFTER:
            self._told_at = monotonic()
            log.warning("the store is away", reason=" ".join(str(error).split()))


# Of this process, whichever door somebody asked at.
OUTAGES = Outages()
