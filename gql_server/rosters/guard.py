"""Keeps spreadsheets from running a cell as a formula, in a way that reading takes back."""

import re

RISKY = re.compile(r"'*[=+\-@\t\r]")


def guarded(cell: str) -> str:
    """Give a cell that no spreadsheet takes for a formula: with an apostrophe before what would be one."""
    return f"'{cell}" if RISKY.match(cell) else cell


def unguarded(cell: str) -> str:
    """Give a cell as it was before it was guarded."""
    return cell[1:] if cell.startswith("'") and RISKY.match(cell) else cell
