"""What a plan is to an engine: it yields statements with their values, is sent the rows, and returns."""

from collections.abc import Generator
from typing import Any, TypeVar

T = TypeVar("T")
Steps = Generator[tuple[str, list[Any]], list[Any], T]
