"""How a row points at another: a foreign key, indexed, that hangs nothing on the row pointed at."""

from typing import Any

from tortoise import fields
from tortoise.fields.base import OnDelete


def belongs_to(noun: str, *, on_delete: OnDelete = OnDelete.CASCADE, indexed: bool = True) -> Any:
    """Declare the row this one belongs to; say `indexed=False` where another index begins with it."""
    return fields.ForeignKeyField(f"models.{noun}", related_name=False, on_delete=on_delete, db_index=indexed)


def may_point_to(noun: str, *, on_delete: OnDelete = OnDelete.SET_NULL, indexed: bool = True) -> Any:
    """Declare a row that this one may point at; forgotten when that one is deleted, unless told otherwise."""
    return fields.ForeignKeyField(
        f"models.{noun}", related_name=False, on_delete=on_delete, null=True, db_index=indexed
    )
