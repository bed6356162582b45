"""Starts the command line: `python -m gql_server`."""

import os
import sys

STDERR = 2


def main() -> None:
    """Run the command line; a Ctrl-C while it is still loading ends it in silence."""
    _have_streams()
    try:
        from gql_server.cli import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()


def _have_streams() -> None:
    """Open what whoever starts us has closed, or the next file or socket would take its place."""
    while (spare := os.open(os.devnull, os.O_RDWR)) <= STDERR:
        pass
    os.close(spare)
    # Python has none where there was none.
    sys.stderr = sys.stderr or os.fdopen(STDERR, "w", encoding="utf-8", closefd=False)


if __name__ == "__main__":
    main()
