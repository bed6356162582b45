"""Starts the command line: `python -m gql_server`."""

import sys


def main() -> None:
    """Run the command line; a Ctrl-C while it is still loading ends it in silence."""
    try:
        from gql_server.cli import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
