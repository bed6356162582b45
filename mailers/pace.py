"""How fast a server, and each domain behind it, lets us send: as fast as it can until it says no."""

from collections.abc import Callable
from time import monotonic

FIRST = 10.0  # letters a second, from the first "slow down" on
SLOWEST = 1.0
UNLIMITED = 1000.0
MOST_DOMAINS = 1000

Clock = Callable[[], float]


class Pace:
    """Gives letters their turn."""

    def __init__(self, clock: Clock = monotonic) -> None:
        self._clock = clock
        self._server: Bucket | None = None
        self._domains: dict[str, Bucket] = {}

    @property
    def free(self) -> bool:
        """Say whether nobody asked us to slow down."""
        return self._server is None and not self._domains

    def turn(self, domain: str, *, patience: float) -> float | None:
        """Take a turn and give the seconds until it comes; None when the domain's is further away."""
        wait: float | None = 0.0
        if bucket := self._domains.get(domain):
            wait = bucket.turn(patience)
        if wait is not None and self._server:
            wait = max(wait, self._server.turn(float("inf")) or 0.0)
        return wait

    def slow_server(self) -> None:
        """Send half as fast."""
        self._server = self._slowed(self._server)

    def slow_domain(self, domain: str) -> None:
        """Send half as fast to this domain."""
        while len(self._domains) >= MOST_DOMAINS and domain not in self._domains:
            del self._domains[next(iter(self._domains))]
        self._domains[domain] = self._slowed(self._domains.get(domain))

    def went_well(self, domain: str) -> None:
        """Send a little faster, and without limit again in the end."""
        if self._server and self._server.faster() > UNLIMITED:
            self._server = None
        if (bucket := self._domains.get(domain)) and bucket.faster() > UNLIMITED:
            del self._domains[domain]

    def _slowed(self, bucket: "Bucket | None") -> "Bucket":
        if bucket is None:
            return Bucket(self._clock)
        bucket.slower()
        return bucket


class Bucket:
    """Lets one letter pass at a time, so many a second."""

    def __init__(self, clock: Clock) -> None:
        self.rate = FIRST
        self._clock = clock
        self._next = clock() + 1 / FIRST

    def turn(self, patience: float) -> float | None:
        """Take the next turn and give the seconds until then; None, and no turn, when that is too long."""
        now = self._clock()
        wait = max(0.0, self._next - now)
        if wait > patience:
            return None
        self._next = now + wait + 1 / self.rate
        return wait

    def slower(self) -> None:
        """Halve the rate."""
        self.rate = max(SLOWEST, self.rate / 2)

    def faster(self) -> float:
        """Raise the rate by a twentieth, and give it."""
        self.rate *= 1.05
        return self.rate
