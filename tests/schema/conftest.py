"""Asks the graph as the door does, without the door."""

from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any

import pytest
from graphql import DocumentNode, ExecutionResult, execute, parse

import models
from models.store import Store
from schema.context import Publication
from schema.graph import schema

Answer = Callable[..., Awaitable[ExecutionResult]]
Ask = Callable[..., Awaitable[dict[str, Any]]]
Write = Callable[..., Awaitable[models.Post]]


@pytest.fixture
async def site(store: Store) -> models.Site:
    """Found the publication."""
    return await models.Site.found()


@pytest.fixture
def publication(store: Store) -> Publication:
    """Stand where the door stands; nothing is kept from one request to the next."""
    return Publication("http://127.0.0.1:8000", keep_seconds=0)


@pytest.fixture
def answer(publication: Publication) -> Answer:
    """Answer a document, errors and all."""

    async def answer(query: str, **variables: Any) -> ExecutionResult:
        context = await publication.context()
        answered = execute(schema._schema, _read(query), context_value=context, variable_values=variables)
        return answered if isinstance(answered, ExecutionResult) else await answered

    return answer


@pytest.fixture
def ask(answer: Answer) -> Ask:
    """Answer a document that has nothing wrong with it."""

    async def ask(query: str, **variables: Any) -> dict[str, Any]:
        answered = await answer(query, **variables)
        assert answered.errors is None, (query, variables, answered.errors)
        assert answered.data is not None
        return answered.data

    return ask


@pytest.fixture
def write(site: models.Site) -> Write:
    """Write a draft; what is not said does not matter."""

    async def write(title: str = "Een bericht", html: str = "<p>Tekst.</p>", **more: Any) -> models.Post:
        return await models.Post.draft(site, title, html, **{"authors": []} | more)

    return write


@cache
def _read(query: str) -> DocumentNode:
    return parse(query)
