"""Asks graphql-core and a plan the same, and holds that they answer alike."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from graphql import execute

from schema.context import Publication
from schema.documents import Documents
from schema.plans import Plans


def asking_both(publication: Publication, statements: Any) -> Callable[..., Awaitable[tuple[Any, list[str]]]]:
    """Give what asks both: it gives the answer, and the statements of the plan."""
    documents = Documents()

    async def ask(query: str, **variables: Any) -> tuple[Any, list[str]]:
        operation, plans = documents.read(query).operation(None), Plans(documents.core)
        operation.plans = None
        whole: Any = await execute(
            documents.core,
            operation.document,
            context_value=await publication.context(),
            variable_values=variables,
        )
        context = await publication.context()
        with statements() as sent:
            planned = await plans.answer(operation, variables, context)
        assert not whole.errors
        assert planned is not None
        assert json.loads(planned.body) == {"data": whole.data}
        return whole.data, sent

    return ask
