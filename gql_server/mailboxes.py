"""Reads messages from where mail programs keep them: a file of one or of many, a folder, standard input."""

import mailbox
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

# Bytes. The head of the letter that a report repeats comes before all that is long.
LONGEST = 200_000


def messages(path: Path) -> Iterator[bytes]:
    """Give the messages of a path: a Maildir, a folder of files, an mbox, or one; `-` is standard input."""
    if str(path) == "-":
        yield sys.stdin.buffer.read(LONGEST)
    elif (path / "cur").is_dir() and (path / "new").is_dir():
        box = mailbox.Maildir(path, create=False)
        for key in sorted(box.keys()):
            yield box.get_bytes(key)[:LONGEST]
    elif path.is_dir():
        for one in sorted(inside for inside in path.iterdir() if inside.is_file()):
            yield from messages(one)
    else:
        with path.open("rb") as file:
            begun = file.read(5)
            if begun != b"From ":
                yield begun + file.read(LONGEST)
                return
        with closing(mailbox.mbox(path, create=False)) as many:
            for key in many.iterkeys():
                yield many.get_bytes(key)[:LONGEST]
