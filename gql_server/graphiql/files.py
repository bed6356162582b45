"""The files that GraphiQL is made of: built by ./dev graphiql, kept packed, read once."""

import gzip
from dataclasses import dataclass
from pathlib import Path

MEDIA = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".ttf": "font/ttf",
    ".txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class File:
    """What a browser gets by a name."""

    media: str
    cache: str
    packed: bytes

    @property
    def plain(self) -> bytes:
        """The file for who takes nothing packed; so few do that it is not kept."""
        return gzip.decompress(self.packed)


def read_files(folder: Path) -> dict[str, File]:
    """Read what was built, by the names a browser asks for."""
    paths = [*sorted(folder.glob("*.gz")), folder / "LICENSES.txt"]
    return {path.name.removesuffix(".gz"): _read(path) for path in paths}


def _read(path: Path) -> File:
    if path.suffix != ".gz":
        return File(MEDIA[path.suffix], "no-cache", gzip.compress(path.read_bytes(), mtime=0))
    # Its name tells what it holds, so what has this name never changes.
    return File(MEDIA[Path(path.stem).suffix], "public, max-age=31536000, immutable", path.read_bytes())
