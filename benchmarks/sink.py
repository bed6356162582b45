"""Lends Postfix's smtp-sink, which takes every letter, and keeps each as a file when it is told where."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PLACES = ("smtp-sink", "/usr/sbin/smtp-sink")


@contextmanager
def sink(folder: Path | None = None) -> Iterator[int]:
    """Run it on a free port of this machine; give the port."""
    found = next(filter(None, map(shutil.which, PLACES)), None)
    if found is None:
        raise SystemExit("smtp-sink is missing; it comes with Postfix (Debian: apt install postfix)")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    if folder is not None:
        folder.chmod(0o777)  # it gives up its rights
    kept = [] if folder is None else ["-d", f"{folder}/"]
    process = subprocess.Popen([found, *user, *kept, f"127.0.0.1:{port}", "200"])
    try:
        while process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                continue
        yield port
    finally:
        process.terminate()
        process.wait()
