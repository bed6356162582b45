"""What the tests of hostile clients share: what a server takes of memory, and a place to tell figures."""

import subprocess
import sys
from collections.abc import Callable

import pytest


@pytest.fixture
def figures(capsys) -> Callable[[str], None]:
    """Tell what was measured; it is shown, never asserted: machines differ."""

    def tell(line: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n    {line}\n")

    return tell


@pytest.fixture
def megabytes() -> Callable[[int], float]:
    """Give the memory that a process has in use."""

    def measure(pid: int) -> float:
        shown = subprocess.run(
            ["ps", "-o", "rss=", "-p", str(pid)], check=True, capture_output=True, text=True
        )
        return int(shown.stdout) / 1024

    return measure
