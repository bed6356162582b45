"""The interfaces: what can be fetched again by id, and what has a page of its own."""

from collections.abc import Callable
from typing import Any

import strawberry

from schema.ids import global_id
from schema.scalars import URL
from schema.sources import SOURCE, Identified


@strawberry.interface(description="An object with a global identifier.")
class Node:
    id: strawberry.ID = strawberry.field(description="Opaque global identifier.")


@strawberry.interface(
    description="Something with its own page: a search result or the target of a menu item."
)
class Linkable(Node):
    label: str = strawberry.field(description="Human-readable name.")
    path: str = strawberry.field(description="Path below the site's URL, with a leading slash.")
    url: URL = strawberry.field(description="Canonical URL.")


def identifier(kind: str, key: str = "id") -> Any:
    """Declare the global identifier of a kind, made from a column of its rows."""

    def resolve(root: Any) -> strawberry.ID:
        return strawberry.ID(global_id(kind, getattr(root, key)))

    return strawberry.field(
        resolver=resolve, description="Opaque global identifier.", metadata={SOURCE: Identified(kind, key)}
    )


def rows_of(*kinds: type) -> Callable[[Any, Any], bool]:
    """Tell which rows a type of the graph stands for."""
    return staticmethod(lambda value, _info: isinstance(value, kinds))
