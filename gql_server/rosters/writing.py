"""Writes a roster as CSV (RFC 4180), into a file that nobody else may read."""

import csv
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from io import StringIO
from pathlib import Path
from typing import BinaryIO

import models
from gql_server.rosters.errors import RosterRefused
from gql_server.rosters.guard import guarded

PRIVATE = 0o600


def header() -> bytes:
    """Give the line that names the columns."""
    return _line(models.ROSTER_COLUMNS)


def row(cells: Mapping[str, str]) -> bytes:
    """Give the line of one subscriber."""
    return _line([guarded(cells[column]) for column in models.ROSTER_COLUMNS])


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Lend a new file that gets its content when all of it is written; refuse a name that is taken."""
    try:
        # The name is taken at once, so that nobody's file is written over, and filled in one stroke.
        _new(path).close()
    except FileExistsError:
        raise RosterRefused(f"{path} is there already; name a new file.") from None
    except OSError as error:
        raise RosterRefused(f"{path} cannot be written: {error.strerror}.") from None
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        unfinished.unlink(missing_ok=True)
        with _new(unfinished) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException as error:
        with suppress(OSError):  # a name may be too long with what was put to it
            unfinished.unlink(missing_ok=True)
        path.unlink()
        if isinstance(error, OSError):
            raise RosterRefused(f"{path} cannot be written: {error.strerror}.") from None
        raise


def _new(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "wb")


def _line(cells: Sequence[str]) -> bytes:
    text = StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue().encode()
