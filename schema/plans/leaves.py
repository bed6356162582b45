"""Leaves: how values of the store are written in an answer, as source text of Python."""

from datetime import datetime
from functools import partial
from typing import Any

import orjson
from graphql import (
    GraphQLEnumType,
    GraphQLNonNull,
    GraphQLOutputType,
    get_named_type,
    get_nullable_type,
    is_list_type,
)  # fmt: skip
from tortoise import fields
from tortoise.fields.data import CharEnumFieldInstance

from models.instants import rfc_3339
from schema.plans.asking import NotPlanned
from schema.plans.writing import Writer

DATE_TIME = "DateTime"


def of_column(writer: Writer, value: str, column: fields.Field[Any], kind: GraphQLOutputType) -> str:
    """Write a column's value as the leaf of an answer."""
    if get_named_type(kind).name == DATE_TIME:
        # SQLite keeps the text of a moment in UTC, PostgreSQL the moment.
        told = f"{value}.isoformat()[:-6] + 'Z'"
        if not writer.is_postgres:
            told = f"{value}[:-6].replace(' ', 'T') + 'Z'"
        return told if isinstance(kind, GraphQLNonNull) else f"(None if {value} is None else {told})"
    if isinstance(column, fields.BooleanField) and not writer.is_postgres:
        return f"({value} == 1)"
    return of_value(writer, value, kind)


def of_value(writer: Writer, value: str, kind: GraphQLOutputType) -> str:
    """Write a value of Python as the leaf of an answer."""
    named = get_named_type(kind)
    if named.name != DATE_TIME and not isinstance(named, GraphQLEnumType):
        return value
    if is_list_type(get_nullable_type(kind)):
        raise NotPlanned(f"a list of {named.name}")
    if not isinstance(named, GraphQLEnumType):
        return f"{writer.name(_moment)}({value})"
    told = named.serialize if isinstance(kind, GraphQLNonNull) else partial(_enum_or_none, named)
    return f"{writer.name(told)}({value})"


def as_python(writer: Writer, value: str, column: fields.Field[Any]) -> str:
    """Write a column's value as the row of a noun would have it."""
    if isinstance(column, CharEnumFieldInstance):
        return f"{writer.name(column.enum_type)}({value})"
    if isinstance(column, fields.JSONField):
        return f"{writer.name(orjson.loads)}({value})"
    if writer.is_postgres:
        return value
    if isinstance(column, fields.DatetimeField):
        return f"{writer.name(_read_moment)}({value})"
    return f"({value} == 1)" if isinstance(column, fields.BooleanField) else value


def as_key(writer: Writer, value: str, column: fields.Field[Any]) -> str:
    """Write a column's value as a cursor names it."""
    if not isinstance(column, fields.DatetimeField):
        return value
    return f"{value}.isoformat()" if writer.is_postgres else f"{value}.replace(' ', 'T')"


def _moment(value: datetime | None) -> str | None:
    return None if value is None else rfc_3339(value)


def _enum_or_none(kind: GraphQLEnumType, value: Any) -> str | None:
    return None if value is None else kind.serialize(value)


def _read_moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
