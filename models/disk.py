"""The disk below the files of a store: what was written to it stays when the machine goes down."""

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Wait until the disk has what was written to a file, or which files a folder names."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
