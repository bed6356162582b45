"""What is known while a document is made into plans."""

from collections.abc import Callable, Iterable
from typing import Any

from graphql import GraphQLObjectType, GraphQLSchema

from models.changes import EVERYTHING
from schema.place import OF_MASTHEAD
from schema.plans.selections import Nodes, Selections

Show = Callable[["Compiling", Any, GraphQLObjectType, Nodes], str]


class Compiling:
    """One root field being made into a plan: its schema, what it selects, and what it will read and need."""

    def __init__(
        self, schema: GraphQLSchema, selections: Selections, show: Show, *, is_postgres: bool
    ) -> None:
        self.schema = schema
        self._show = show
        self.selections = selections
        self.is_postgres = is_postgres
        # Every answer has addresses below the site's own.
        self.reads: set[str] = {"any-site"}

    def show(self, place: Any, kind: GraphQLObjectType, nodes: Nodes) -> str:
        """Write an object of a kind with what is selected of it."""
        return self._show(self, place, kind, nodes)

    def look_at_masthead(self) -> None:
        """Note that the site is shown, and its menus with what they lead to."""
        self.reads |= OF_MASTHEAD - {EVERYTHING}

    def look_at(self, tables: Iterable[str]) -> None:
        """Note the tables that are read."""
        self.reads |= {f"any-{table}" for table in tables}
