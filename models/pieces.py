"""Pieces: of how many a picture's file may be made, for a decoder keeps each of them, or goes over it."""

import io
import mmap
import re
from pathlib import Path

from models.errors import Invalid

MOST_READS = 50_000  # by a decoder, which reads each segment, chunk or block by itself, in two to four steps
MOST_SCANS = 100  # of a JPEG, each of which goes over the whole picture once more
# As libjpeg reads them: what is no marker, or one without a length, hides nothing behind it.
MARKER = re.compile(rb"\xff+([\xc0-\xcf\xd8-\xfe])")
START, START_OF_SCAN, END = b"\xff\xd8", 0xDA, 0xD9


class Pieces(io.BufferedReader):
    """A file that is refused when it is read in too many pieces."""

    def __init__(self, path: Path) -> None:
        super().__init__(io.FileIO(path))
        self._left = MOST_READS

    def read(self, size: int | None = -1, /) -> bytes:
        """Read a piece."""
        self._left -= 1
        if self._left < 0:
            raise _too_many()
        return super().read(size)


def require_few_scans(path: Path) -> None:
    """Refuse a JPEG of too many scans, which are all read at once; whatever else a file is passes."""
    if not path.stat().st_size:
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content[: len(START)] == START:
            _count_scans(content)


def _count_scans(content: mmap.mmap) -> None:
    at, segments, scans = len(START), 0, 0
    while (found := MARKER.search(content, at)) and found[1][0] != END:
        segments, scans = segments + 1, scans + (found[1][0] == START_OF_SCAN)
        if scans > MOST_SCANS or segments > MOST_READS:
            raise _too_many()
        at = found.end() + int.from_bytes(content[found.end() : found.end() + 2], "big")


def _too_many() -> Invalid:
    return Invalid("file", "This picture is made of too many pieces.")
