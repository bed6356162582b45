"""Lines of a log are the same whether they are written one by one or together."""

import json
import subprocess
import sys

import pytest

SAYS = """
import structlog
from gql_server.logs import set_up_logs, tell_all
set_up_logs()
log = structlog.get_logger("any")
lines = [{"operation": "Home", "ms": 1.5}, {"operation": "Café \\x00", "ms": 0.0}]
for line in lines:
    log.info("answered", **line)
tell_all(log, "answered", lines)
tell_all(log, "answered", [])
"""


@pytest.fixture
def dialect():
    """Lines are those of a process, whatever its store."""
    return "sqlite"


def test_lines_that_are_written_together_are_as_if_one_by_one():
    said = subprocess.run([sys.executable, "-c", SAYS], capture_output=True, check=True, timeout=60).stderr
    lines = [json.loads(line) for line in said.splitlines()]
    assert [list(line) for line in lines] == [["operation", "ms", "event", "level", "timestamp"]] * 4
    for line in lines:
        stamp = line.pop("timestamp")
        assert len(stamp) == len("2026-01-02T03:04:05.678901Z")
        assert stamp.endswith("Z")
    assert lines[:2] == lines[2:]
