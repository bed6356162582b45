"""What a plan is to an engine: it yields statements with their values, is sent the rows, and returns."""

from collections.abc import Generator, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


class TooLong(Exception):
    """A read takes too long, or makes too much, to be done in the event loop; it is begun anew elsewhere."""


Steps = Generator[tuple[str, Sequence[Any]], list[Any], T]
