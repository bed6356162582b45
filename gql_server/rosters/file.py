"""A roster's file, looked at as a whole before any of it is believed, then read line by line."""

import codecs
import csv
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO

import models
from gql_server.rosters.columns import Columns, ours
from gql_server.rosters.errors import RosterRefused

DELIMITERS = ",;\t"
LONGEST_LINE = 65_536  # characters
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
WESTERN = "windows-1252"
KeepIp = Callable[[str], str | None]


class Strict(csv.excel):
    """A quote that is never closed is told: else it would swallow the next lines in silence."""

    strict = True
    skipinitialspace = True


@dataclass(frozen=True)
class RosterFile:
    """A file that was looked at; going through it gives its lines, and what cannot be read as one."""

    file: BinaryIO
    encoding: str
    delimiter: str
    columns: Columns
    lines: int
    keep_ip: KeepIp

    def __iter__(self) -> Iterator[models.RosterLine | models.RosterProblem]:
        with _as_text(self.file, self.encoding) as text:
            rows = csv.reader(text, Strict, delimiter=self.delimiter)
            next(rows)
            while True:
                number = rows.line_num + 1
                try:
                    row = next(rows)
                except StopIteration:
                    return
                except csv.Error:
                    yield models.RosterProblem(number, "", _unreadable(number, rows.line_num))
                    continue
                if any(cell.strip() for cell in row):
                    yield self._read(number, row)

    def _read(self, number: int, row: list[str]) -> models.RosterLine | models.RosterProblem:
        if any(cell.strip() for cell in row[self.columns.width :]):
            reason = "This line has more cells than there are columns; put quotes round a cell with a comma."
            return models.RosterProblem(number, "", reason)
        given = self.columns.given(row)
        for column, cell in given.items():
            if "\n" in cell or "\r" in cell:
                reason = "This cell goes over several lines; perhaps a quote is not closed."
                return models.RosterProblem(number, column, reason)
        if given.get("confirmed_ip"):
            given["confirmed_ip"] = self.keep_ip(given["confirmed_ip"]) or ""
        return models.RosterLine(number, ours(given))


@contextmanager
def open_roster(path: Path, *, keep_ip: KeepIp) -> Iterator[RosterFile]:
    """Open a file, or what comes in when it is called `-`; `keep_ip` says what is kept of an address."""
    with ExitStack() as stack:
        try:
            roster = _looked_at(stack.enter_context(_opened(path)), keep_ip)
        except OSError as error:
            raise RosterRefused(f"{path} cannot be read: {error.strerror}.") from None
        yield roster


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    if str(path) == "-":
        with _copied(sys.stdin.buffer) as copy:
            yield copy
        return
    with path.open("rb") as file, _copied(file) as copy:
        yield copy


@contextmanager
def _copied(source: BinaryIO) -> Iterator[BinaryIO]:
    # It is gone through more than once, and must not change meanwhile.
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(source, copy)
        copy.seek(0)
        yield copy


def _looked_at(file: BinaryIO, keep_ip: KeepIp) -> RosterFile:
    encoding, lines = _survey(file)
    if not lines:
        raise RosterRefused("The file is empty.")
    with _as_text(file, encoding) as text:
        header = text.readline(LONGEST_LINE)
    if not header.strip() or "\0" in header:
        raise RosterRefused(
            "The first line is no text; let it name the columns, and save it as CSV in UTF-8."
        )
    found = [(_columns(header, delimiter), delimiter) for delimiter in DELIMITERS]
    columns, delimiter = max(found, key=lambda pair: len(pair[0].used))
    if not columns.hold_addresses:
        raise RosterRefused("The first line names no column for addresses; call it email.")
    return RosterFile(file, encoding, delimiter, columns, lines - 1, keep_ip)


def _survey(file: BinaryIO) -> tuple[str, int]:
    """Find the encoding in which all of a file can be read, and count its lines."""
    start = file.read(4)
    marked = next((name for mark, name in MARKS.items() if start.startswith(mark)), None)
    for encoding in [marked] if marked else ["utf-8", WESTERN]:
        try:
            with _as_text(file, encoding) as text:
                return encoding, _count(text)
        except UnicodeError:
            continue
    raise RosterRefused("This is no text in UTF-8, UTF-16 or Windows-1252; save it as CSV in UTF-8.")


def _count(text: TextIOWrapper) -> int:
    number = 0
    while piece := text.readline(LONGEST_LINE):
        number += 1
        if len(piece) == LONGEST_LINE:
            raise RosterRefused(f"Line {number} is longer than {LONGEST_LINE} characters; this is no roster.")
    return number


def _columns(header: str, delimiter: str) -> Columns:
    try:
        return Columns(next(csv.reader([header], Strict, delimiter=delimiter)))
    except csv.Error:
        return Columns([])


@contextmanager
def _as_text(file: BinaryIO, encoding: str) -> Iterator[TextIOWrapper]:
    file.seek(0)
    text = TextIOWrapper(file, encoding, newline="")
    try:
        yield text
    finally:
        # Who is interrupted has closed the file by now.
        if not file.closed:
            text.detach()


def _unreadable(first: int, last: int) -> str:
    lines = f"Lines {first} to {last}" if last > first else "This line"
    return f"{lines} cannot be read: a quote is not closed, or stands inside of a cell and is not doubled."
