"""What changed in the graph since the last release: what is new, may surprise a client, or breaks one."""

import re
import sys
from pathlib import Path

from graphql import BreakingChange, DangerousChange, SafeChange, build_schema, find_schema_changes

ROOT = Path(__file__).resolve().parents[2]
# Schema coordinates, the most telling first: @cost(weight:) or Post.title; the union a type left; a type.
COORDINATES = (r"@\w+(?:\(\w+:\))?|\b\w+\.\w+(?:\(\w+:\))?", r"(?<=union type )\w+", r"^\w+")
Change = BreakingChange | DangerousChange | SafeChange


def main() -> int:
    """Print what changed; give 1 when clients break and no fragment says so."""
    released, now = (
        (ROOT / "docs" / name).read_text("utf-8") for name in ("released.graphql", "schema.graphql")
    )
    lines, is_fine = account(released, now, announced(ROOT / "changes"))
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if is_fine else 1


def account(released: str, now: str, announced: set[str]) -> tuple[list[str], bool]:
    """Tell the changes from one schema to another, a line each, and whether all that breaks is announced."""
    changes = find_schema_changes(build_schema(released), build_schema(now))
    breaking = [change for change in changes if isinstance(change, BreakingChange)]
    unannounced = [change for change in breaking if coordinate(change) not in announced]
    dangerous = [change for change in changes if isinstance(change, DangerousChange)]
    additions = [
        change for change in changes if isinstance(change, SafeChange) and change.type.name.endswith("_ADDED")
    ]
    counted = (
        f"{len(additions)} added since the release, {len(dangerous)} dangerous, {len(breaking)} breaking"
    )
    return [
        f"{'schema':8} {'FAILED' if unannounced else 'fine':8} {counted}",
        *(f"  breaking: {change.description}{_missing(change, unannounced)}" for change in breaking),
        *(f"  dangerous: {change.description}" for change in dangerous),
    ], not unannounced


def coordinate(change: Change) -> str:
    """Name what a change is about, as GraphQL names it: `Post.title`."""
    found = (re.search(pattern, change.description) for pattern in COORDINATES)
    return next(match[0] for match in found if match)


def announced(folder: Path) -> set[str]:
    """Give what the fragments say was removed or changed: all that stands in them between back-quotes."""
    fragments = [*folder.glob("*.removed.md"), *folder.glob("*.changed.md")]
    return {name for file in fragments for name in re.findall(r"`([^`]+)`", file.read_text("utf-8"))}


def _missing(change: Change, unannounced: list[BreakingChange]) -> str:
    if change not in unannounced:
        return ""
    return f" Keep it, or name `{coordinate(change)}` in changes/N.removed.md or changes/N.changed.md."


if __name__ == "__main__":
    sys.exit(main())
