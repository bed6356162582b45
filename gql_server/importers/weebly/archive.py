"""The archive zip that Weebly hands out, read with suspicion."""

import struct
import zlib
from collections.abc import Callable, Iterator
from lzma import LZMAError
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile, ZipInfo

from gql_server.importers.errors import ImportRefused

MOST_ENTRIES = 20_000
MOST_BYTES = 500_000_000
HIGHEST_RATIO = 200
RATIO_COUNTS_FROM = 1_000_000
BROKEN = (BadZipFile, zlib.error, LZMAError, EOFError, NotImplementedError, RuntimeError, struct.error)


def members(path: Path, *, wanted: Callable[[str], bool], largest: int) -> Iterator[tuple[str, bytes]]:
    """Give name and bytes of each wanted file, by name; refuse the archive when anything in it is foul."""
    try:
        with ZipFile(path) as archive:
            entries = archive.infolist()
            _examine(path.name, entries)
            files = (entry for entry in entries if not entry.is_dir() and wanted(entry.filename))
            chosen = sorted(files, key=lambda entry: entry.filename)
            _weigh(path.name, chosen, largest)
            if not chosen:
                raise ImportRefused(f"{path.name} holds no page and no feed.")
            for entry in chosen:
                with archive.open(entry) as file:
                    yield entry.filename, file.read(largest)
    except BROKEN as error:
        raise ImportRefused(f"{path.name} is a broken or locked zip archive.") from error


def _examine(name: str, entries: list[ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise ImportRefused(f"{name} holds more than {MOST_ENTRIES} files.")
    for entry in entries:
        place = PurePosixPath(entry.filename.replace("\\", "/"))
        if place.is_absolute() or ".." in place.parts or ":" in (place.parts or ("",))[0]:
            raise ImportRefused(f"{name} holds a file that would lie outside it: {entry.filename!r}.")


def _weigh(name: str, entries: list[ZipInfo], largest: int) -> None:
    if sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise ImportRefused(f"{name} unpacks to more than {MOST_BYTES // 1_000_000} MB.")
    for entry in entries:
        ratio = entry.file_size / max(1, entry.compress_size)
        if entry.file_size > largest or (entry.file_size > RATIO_COUNTS_FROM and ratio > HIGHEST_RATIO):
            raise ImportRefused(f"{name} holds a file that unpacks suspiciously large: {entry.filename!r}.")
