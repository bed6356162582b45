"""Starts the command line: `python -m gql_server`."""

import gc
import sys


def main() -> None:
    """Run the command line; a Ctrl-C while it is still loading ends it in silence."""
    # All that is loaded stays: to look through it again and again would take a tenth of the time.
    gc.disable()
    try:
        from gql_server.cli import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    gc.enable()
    run()


if __name__ == "__main__":
    main()
