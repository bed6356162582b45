"""Files in a folder of this machine."""

import asyncio
import errno
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from secrets import token_hex
from typing import Any, BinaryIO, TypeVar
from urllib.parse import unquote, urlsplit

from models.disk import sync
from models.engines.transactions import Unavailable
from models.errors import NotFound

PIECE = 256 * 1024
T = TypeVar("T")


class Folder:
    """Files in a folder, which is made when the first one comes. Names are ours, and never a path."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.place = str(folder)

    async def keep(self, name: str, content: bytes) -> None:
        """Keep a file."""
        await self._aside(self._keep, name, content)

    async def size(self, name: str) -> int | None:
        """Tell how many bytes a file has."""
        try:
            return (await self._aside(os.stat, self._folder / name)).st_size
        except NotFound:
            return None

    async def read(self, name: str, start: int, stop: int) -> AsyncIterator[bytes]:
        """Give some of a file, in pieces."""
        file: BinaryIO = await self._aside(open, self._folder / name, "rb")
        try:
            await self._aside(file.seek, start)
            while start < stop and (piece := await self._aside(file.read, min(PIECE, stop - start))):
                yield piece
                start += len(piece)
        finally:
            file.close()

    async def check(self) -> None:
        """Write something and take it away again."""
        await self._aside(self._check)

    def _check(self) -> None:
        if self._folder.exists():
            name = f".check-{token_hex(8)}"
            self._keep(name, b"fine")
            (self._folder / name).unlink()
            return
        # It is not made now: whoever looks may be another user than the server is.
        above = next(folder for folder in self._folder.parents if folder.exists())
        if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, "no folder can be made there")

    def _keep(self, name: str, content: bytes) -> None:
        path = self._folder / name
        if path.exists():
            return
        if not self._folder.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            sync(self._folder.parent)
        unfinished = self._folder / f".{token_hex(8)}"
        try:
            with unfinished.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            # Named only when it is whole and on the disk: a name never stands for half a file.
            unfinished.rename(path)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        sync(self._folder)

    async def _aside(self, work: Callable[..., T], *given: Any) -> T:
        try:
            return await asyncio.to_thread(work, *given)
        except FileNotFoundError:
            raise NotFound from None
        except OSError as error:
            raise Unavailable(f"{self.place} cannot be used: {error.strerror}") from error


def files_at(url: str) -> Folder:
    """Give the files in the folder that a url names; raise ValueError when it names none."""
    parts = urlsplit(url)
    path = unquote(parts.path)
    if parts.netloc or parts.query or parts.fragment or not path.startswith("/") or "\0" in path:
        raise ValueError(url)
    return Folder(Path(path))
