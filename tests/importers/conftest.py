"""Asks the graph what an import has brought."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from graphql import execute, parse

from models.store import Store
from schema.context import Publication
from schema.graph import schema

Ask = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
def ask(store: Store) -> Ask:
    """Answer a document that has nothing wrong with it."""

    async def ask(query: str, **variables: Any) -> dict[str, Any]:
        context = await Publication("http://127.0.0.1:8000", keep_seconds=0).context()
        document = parse(query)
        answered = await execute(schema._schema, document, context_value=context, variable_values=variables)
        assert answered.errors is None, answered.errors
        return answered.data

    return ask
