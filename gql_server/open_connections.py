"""Open connections: the sockets and streams that stay for long, so many in all and so many of one network."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web

from gql_server.questions import Unreadable

MOST = 2_000
MOST_OF_NETWORK = 100
RETRY_SECONDS = 5


class OpenConnections:
    """Counts the lines that are open in this process."""

    def __init__(self) -> None:
        self._all = 0
        self._networks: Counter[str] = Counter()

    @property
    def open(self) -> int:
        """How many are open."""
        return self._all

    @contextmanager
    def line(self, network: str | None) -> Iterator[None]:
        """Hold a line open for a network, None for this machine; refuse when there are too many."""
        if self._all >= MOST:
            raise _refused(503, "Too many are listening", "OVERLOADED")
        if network is not None and self._networks[network] >= MOST_OF_NETWORK:
            raise _refused(429, "Too many lines of this network are open", "RATE_LIMITED")
        self._all += 1
        if network is not None:
            self._networks[network] += 1
        try:
            yield
        finally:
            self._all -= 1
            if network is not None:
                self._networks[network] -= 1
                if not self._networks[network]:
                    del self._networks[network]


def _refused(status: int, what: str, code: str) -> Unreadable:
    return Unreadable(status, f"{what}; try again in a moment.", code=code, retry_after=str(RETRY_SECONDS))


OPEN_CONNECTIONS = web.AppKey("lines", OpenConnections)
