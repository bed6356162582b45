"""A copy of the whole store, checked before it is called one."""

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from models.disk import sync
from models.errors import StoreError
from models.store import locate


async def back_up(url: str, to: Path) -> int:
    """Copy a SQLite store to a new file while it is in use; give the copy's size in bytes."""
    address = locate(url)
    if address.dialect != "sqlite":
        raise StoreError("PostgreSQL brings its own: pg_dump --format=custom --file=FILE DATABASE_URL")
    return await asyncio.to_thread(_copy, Path(address.credentials["file_path"]), to)


async def require_sound(url: str) -> None:
    """Refuse a SQLite store whose file is damaged; PostgreSQL looks after its own."""
    address = locate(url)
    if address.dialect == "sqlite":
        await asyncio.to_thread(_read_through, Path(address.credentials["file_path"]))


def _read_through(store: Path) -> None:
    try:
        with closing(sqlite3.connect(f"{store.as_uri()}?mode=ro", uri=True)) as source:
            is_sound = source.execute("PRAGMA quick_check(1)").fetchall() == [("ok",)]
    except sqlite3.DatabaseError as error:
        raise StoreError(f"The store at {store} cannot be read: {error}") from error
    if not is_sound:
        raise StoreError(f"The store at {store} is damaged; put a copy in its place.")


def _copy(store: Path, to: Path) -> int:
    to = to.absolute()
    unchecked = to.with_name(f".{to.name}.unchecked")
    if not store.is_file():
        raise StoreError(f"There is no store at {store} yet; `migrate` makes it, and so does `serve`.")
    if not to.parent.is_dir() or not os.access(to.parent, os.W_OK | os.X_OK):
        raise StoreError(f"Nothing can be written into {to.parent}; name a folder that is there and yours.")
    if to.exists():
        raise StoreError(f"{to} is there already; name a new file.")
    try:
        unchecked.unlink(missing_ok=True)
        with closing(sqlite3.connect(f"{store.as_uri()}?mode=ro", uri=True)) as source:
            # As the store itself: nobody else is to read who subscribes. VACUUM fills a file that is empty.
            unchecked.touch(mode=0o600)
            source.execute("VACUUM INTO ?", [str(unchecked)])
        _check(unchecked)
        # Named only when it is whole and on the disk: a name never stands for half a copy.
        unchecked.rename(to)
        sync(to.parent)
    except (sqlite3.Error, OSError) as error:
        unchecked.unlink(missing_ok=True)
        _read_through(store)  # or it is the store that is damaged
        raise StoreError(f"The copy could not be made: {error}") from error
    return to.stat().st_size


def _check(copy: Path) -> None:
    with closing(sqlite3.connect(f"{copy.as_uri()}?mode=ro", uri=True)) as written:
        told = [row[0] for row in written.execute("PRAGMA integrity_check")]
        orphans = written.execute("PRAGMA foreign_key_check").fetchall()
        sites = written.execute("SELECT count(*) FROM site").fetchone()[0]
    if told != ["ok"] or orphans or not sites:
        raise sqlite3.DatabaseError("what was written does not read back as a whole store")
    sync(copy)
