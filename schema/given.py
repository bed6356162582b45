"""How the fields of an input are read, which may be left out, null or too long."""

from collections.abc import Sized
from typing import Any, TypeVar

from strawberry import UNSET

import models
from schema.ids import row_id

S = TypeVar("S", bound=Sized)


def given(input: Any, *names: str, **columns: str) -> dict[str, Any]:
    """Give what was said of some fields, null included, by the names of the columns."""
    said = {**{name: name for name in names}, **columns}
    return {column: value for name, column in said.items() if (value := getattr(input, name)) is not UNSET}


def at_most(most: int, field: str, value: S) -> S:
    """Give a list or a text back; refuse one that is longer than it may be."""
    if len(value) <= most:
        return value
    if isinstance(value, str):
        raise models.Invalid(field, f"`{field}` holds at most {most} characters.", limit=most)
    raise models.Invalid(field, f"`{field}` holds at most {most} values.", limit=most, why="too many")


def row_asked(id: str | None, kind: str) -> int | None:
    """Give the row that may be asked for; None when it is any, 0 when it can be none."""
    return None if id is None or id is UNSET else row_id(id, kind) or 0
