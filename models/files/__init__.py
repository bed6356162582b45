"""Files that rows speak of by name: kept in a folder of this machine, or in a bucket that many reach."""

import importlib
from collections.abc import AsyncIterator
from typing import Protocol
from urllib.parse import urlsplit

from models.errors import StoreError

ENGINES = {"file": "folder", "s3": "bucket"}
FORMS = "file:///absolute/folder or s3://key:secret@host/bucket?region=name"


class Files(Protocol):
    """Where files are kept. A file is whole or not there, and is never changed.

    Each of these raises Unavailable when the place cannot be reached, or written.
    """

    place: str

    async def keep(self, name: str, content: bytes) -> None:
        """Keep a file; return when it would outlive a power cut."""

    async def size(self, name: str) -> int | None:
        """Tell how many bytes a file has; None when it is not there."""

    def read(self, name: str, start: int, stop: int) -> AsyncIterator[bytes]:
        """Give the bytes from `start` until `stop`, in pieces; raise NotFound when there is no such file."""

    async def check(self) -> None:
        """Write something and take it away again."""


async def read_whole(files: Files, name: str) -> bytes | None:
    """Give all of a file; None when it is not there."""
    size = await files.size(name)
    return None if size is None else b"".join([piece async for piece in files.read(name, 0, size)])


def files_at(url: str) -> Files:
    """Give the files at the place that a url names; nothing is asked of it yet."""
    try:
        return _engine(ENGINES[urlsplit(url).scheme], url)
    except (KeyError, ValueError):
        raise StoreError(f"This is no place for files; write {FORMS}") from None


def _engine(name: str, url: str) -> Files:
    # Only one of them is needed, and obstore is not installed where there is no bucket.
    try:
        found: Files = importlib.import_module(f"models.files.{name}").files_at(url)
    except ModuleNotFoundError as missing:
        if missing.name != "obstore":
            raise
        raise StoreError("A bucket needs obstore; install it in a checkout: pip install '.[s3]'") from None
    return found
