"""Lines of a log are the same whether they are written one by one or together."""

import json
import os
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


UNHEARD = """
import os
import structlog
from gql_server.logs import say, set_up_logs, tell_all
set_up_logs()
log = structlog.get_logger("any")
for _ in range(2000):
    log.info("answered", operation="Home")
    tell_all(log, "answered", [{"operation": "Home"}])
    say("a line")
os._exit(7)
"""


def test_who_is_not_heard_goes_on():
    heard, said = os.pipe()
    os.close(heard)
    with os.fdopen(said, "wb") as nowhere:
        writer = subprocess.Popen([sys.executable, "-c", UNHEARD], stdout=nowhere, stderr=nowhere)
    assert writer.wait(60) == 7
