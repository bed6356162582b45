"""The documents in what an owner has: saved pages, a folder of them, the archive zip, a feed."""

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from zipfile import is_zipfile

from gql_server.importers.errors import ImportRefused
from gql_server.importers.weebly import archive

LARGEST_DOCUMENT = 20_000_000
SUFFIXES = {"", ".html", ".htm", ".xhtml", ".xml", ".rss"}


class Document(NamedTuple):
    """A page or feed as it lies there; the name is its path inside what was given."""

    name: str
    data: bytes


def documents(paths: Iterable[str | Path]) -> Iterator[Document]:
    """Give each document once, in the order given and by name inside folders and archives."""
    given = [Path(path) for path in paths]
    if not given:
        raise ImportRefused("Nothing was given to import.")
    for path in given:
        try:
            yield from _inside(path)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise ImportRefused(f"{printable(path)} cannot be read: {reason}.") from error


def printable(path: Path | str) -> str:
    """Show a file's name even when it holds bytes that are no text."""
    return str(path).encode("utf-8", "replace").decode("utf-8").replace("\0", "?")


def _inside(path: Path) -> Iterator[Document]:
    if path.is_dir():
        yield from _in_folder(path)
    elif path.is_file():
        yield from _in_file(path)
    else:
        raise ImportRefused(f"{printable(path)} is not there.")


def _in_folder(folder: Path) -> Iterator[Document]:
    found = sorted(path for path in folder.rglob("*") if is_document(path.relative_to(folder).as_posix()))
    files = [path for path in found if path.is_file()]
    if not files:
        raise ImportRefused(f"{printable(folder)} holds no page and no feed.")
    for path in files:
        yield Document(printable(path.relative_to(folder).as_posix()), _data(path))


def _in_file(path: Path) -> Iterator[Document]:
    if is_zipfile(path):
        members = archive.members(path, wanted=is_document, largest=LARGEST_DOCUMENT)
        yield from (Document(printable(name), data) for name, data in members)
    elif path.suffix.lower() == ".zip":
        raise ImportRefused(f"{printable(path)} is not a zip archive.")
    else:
        yield Document(printable(path.name), _data(path))


def is_document(name: str) -> bool:
    """Tell by its name whether a file may be a page or a feed."""
    path = PurePosixPath(name)
    is_hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    return not is_hidden and path.suffix.lower() in SUFFIXES


def _data(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(LARGEST_DOCUMENT + 1)
    if len(data) > LARGEST_DOCUMENT:
        raise ImportRefused(f"{printable(path)} is larger than {LARGEST_DOCUMENT // 1_000_000} MB.")
    return data
