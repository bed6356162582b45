"""Rate limits: how often one may ask; and the gates where letters are asked for and comments left."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta
from time import monotonic

import models
from gql_server.networks import network_of

MOST_NETWORKS = 10_000

Clock = Callable[[], float]


class RateLimit:
    """Lets so many pass at once, and one more each `every` seconds; kept by each process for itself."""

    def __init__(self, at_once: int, every: float, *, clock: Clock = monotonic) -> None:
        self._at_once = at_once
        self._every = every
        self._clock = clock
        # By key, the moment until which what has passed is paid for.
        self._paid_until: OrderedDict[str, float] = OrderedDict()

    def pass_one(self, key: str) -> None:
        """Let one pass, or raise TooMany with the time until the next may."""
        moment = self._clock()
        wait = self._wait(key, moment)
        paid = max(self._paid_until.pop(key, moment), moment)
        self._paid_until[key] = paid + self._every if wait <= 0 else paid
        while len(self._paid_until) > MOST_NETWORKS:
            self._paid_until.popitem(last=False)
        if wait > 0:
            raise models.TooMany(timedelta(seconds=wait))

    def is_open(self, key: str) -> bool:
        """Tell whether one may pass now."""
        return self._wait(key, self._clock()) <= 0

    def _wait(self, key: str, moment: float) -> float:
        paid = max(self._paid_until.get(key, moment), moment)
        # Rounded: in sums of floats the last who may pass would sometimes wait for no time at all.
        return round(paid - moment - self._every * (self._at_once - 1), 3)


class Gate:
    """Counts what is asked by network and by door; this machine itself is not counted as a network."""

    def __init__(self, networks: RateLimit, doors: RateLimit) -> None:
        self._networks = networks
        self._doors = doors

    def admit(self, address: str | None, door: str) -> None:
        """Let one request pass, or raise TooMany."""
        if (network := network_of(address)) is not None:
            self._networks.pass_one(network)
        self._doors.pass_one(door)


class SignUpGate(Gate):
    """Counts requests for letters."""

    def __init__(self, *, clock: Clock = monotonic) -> None:
        super().__init__(RateLimit(20, 120.0, clock=clock), RateLimit(10_000, 0.5, clock=clock))


class CommentGate(Gate):
    """Counts comments: a conversation is quicker than that only among machines."""

    def __init__(self, *, clock: Clock = monotonic) -> None:
        super().__init__(RateLimit(5, 30.0, clock=clock), RateLimit(1_000, 0.5, clock=clock))
