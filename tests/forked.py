"""Runs the command line in processes that are forked from one in which all of it was read already.

Many a story begins with a server, and reading its modules takes longer than the story. What a process is by
itself (how it starts and ends) is told by tests/gql_server/test_process.py, which starts it anew.
"""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from gql_server.__main__ import main

# Whoever forks first in these tests says what is read before: so all of them fork from here.
forking = multiprocessing.get_context("forkserver")
forking.set_forkserver_preload(
    [__name__, "gql_server.cli_serve", "gql_server.cli_comments", "gql_server.cli_users", "tests.faults.lab"]
)


class Forked:
    """A process of the command line, with what these tests use of one that was started anew."""

    def __init__(
        self, arguments: tuple[str, ...], folder: Path, environment: Mapping[str, str], out: Path, log: Path
    ) -> None:
        how = arguments, folder, dict(environment), out, log
        self._process = forking.Process(target=_run, args=how, daemon=True)
        self._process.start()

    @property
    def pid(self) -> int:
        """Give its number."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """Give the exit code of what has ended."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """Give the exit code, or None while it runs."""
        return self._process.exitcode

    def wait(self, seconds: float | None = None) -> int:
        """Wait for its end; give the exit code."""
        self._process.join(seconds)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("gql_server", seconds or 0)
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Send a signal to what has not ended."""
        if self._process.exitcode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self._process.terminate()

    def kill(self) -> None:
        """End it as if the power were cut."""
        self._process.kill()


def _run(
    arguments: tuple[str, ...], folder: Path, environment: Mapping[str, str], out: Path, log: Path
) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for file, descriptor in ((out, 1), (log, 2)):
        opened = os.open(file, os.O_WRONLY | os.O_CREAT)
        os.dup2(opened, descriptor)
        os.close(opened)
    sys.argv = ["gql-server", *arguments]
    main()
