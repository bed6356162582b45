"""Whether a row's columns can keep what someone wrote, asked before the store fails on it."""

from typing import Any

from tortoise.models import Model

from models import text
from models.errors import Invalid


def fitting(noun: type[Model], values: dict[str, Any]) -> dict[str, Any]:
    """Give the values back when they fit; refuse what no store keeps and what is longer than its column."""
    for name, value in values.items():
        if isinstance(value, str):
            plain(name, value)
            longest = getattr(noun._meta.fields_map[name], "max_length", None)
            if longest is not None and len(value) > longest:
                message = f"`{as_asked(name)}` holds at most {longest} characters."
                raise Invalid(as_asked(name), message, limit=longest)
    return values


def line(noun: type[Model], name: str, words: str, *, missing: str) -> str:
    """Give a name or title as one line; refuse what cannot be seen, in those words, and what is too long."""
    said = text.clean_line(words)
    fitting(noun, {name: said})
    if not text.is_seen(said):
        raise Invalid(as_asked(name), missing)
    return said


def plain(name: str, value: str) -> str:
    """Give a text back when a store can keep each of its characters."""
    if not text.is_plain(value):
        raise Invalid(as_asked(name), "A text holds no NUL and no lone surrogate.", why="not plain")
    return value


def as_asked(name: str) -> str:
    """Give the name of a column as whoever filled it in knows it."""
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))
