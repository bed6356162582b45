"""Reads SQL text just far enough to know where a statement ends and whether it only reads."""

import re
import sqlite3
from collections.abc import Iterator

_READ = re.compile(
    r"\s*(SELECT|EXPLAIN|VALUES|WITH(?!.*\b(INSERT|UPDATE|DELETE|REPLACE)\b))\b", re.IGNORECASE | re.DOTALL
)


def only_reads(statement: str) -> bool:
    """Tell whether a statement surely changes nothing."""
    return _READ.match(statement) is not None


def split(script: str) -> Iterator[str]:
    """Give the statements of a SQLite script one by one, with a trigger's body in one piece."""
    statement = ""
    for piece in script.split(";"):
        statement += piece
        if sqlite3.complete_statement(statement + ";"):
            if statement.strip():
                yield statement.strip()
            statement = ""
        else:
            statement += ";"
    if statement.strip("; \n\t"):
        yield statement.strip("; \n\t")
