"""Serves as `gql-server serve` does, but lets one machine write as often as it likes, and works on nothing.

A measurement of writing would else end at the rate limit after a thousand comments, and count the worker's
letters as the server's time: here it is as with a worker in a process of its own.
"""

from collections.abc import AsyncIterator

from aiohttp import web

from gql_server import server, visitors
from gql_server.logs import set_up_logs
from gql_server.settings import read_settings


class OpenGate:
    """Lets everybody pass."""

    def admit(self, address: str | None, door: str) -> None:
        """Count nothing."""


async def nothing_inside(_app: web.Application) -> AsyncIterator[None]:
    """Leave the work to others."""
    yield


def main() -> None:
    """Serve until stopped."""
    # By default lines would go where the address is read from, and nobody reads on there.
    set_up_logs()
    for place, name, stand_in in (
        (visitors, "SignUpGate", OpenGate),
        (visitors, "CommentGate", OpenGate),
        (server, "work_inside", nothing_inside),
    ):
        assert hasattr(place, name)
        setattr(place, name, stand_in)
    server.serve_until_stopped(read_settings(port=0), demonstration=False)


if __name__ == "__main__":
    main()
