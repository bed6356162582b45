"""Plans: query documents made once into statements and functions, which answer as graphql-core would.

A plan gives answers without errors. Whatever it does not take, and whatever errs, graphql-core answers: the
whole room may go, and a slower server remains that passes every test.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import structlog
from graphql import GraphQLError, GraphQLSchema, OperationType, get_variable_values
from graphql.execution.values import VariableValues

import models
from models.engines.steps import Steps
from models.reading import dialect, read
from schema.context import Context
from schema.documents import Operation
from schema.plans.arguments import arguments_of
from schema.plans.asking import READERS, Asking, NotPlanned
from schema.plans.compiling import Compiling
from schema.plans.fields import shown
from schema.plans.roots import Root, plan_of
from schema.plans.selections import Selections, deciding

# A document with conditions has a plan for each way of deciding them; more ways than these go without.
MOST_WAYS = 8
log = structlog.get_logger("plans")


@dataclass(frozen=True, slots=True)
class Planned:
    """A whole answer as JSON, the tags of what it has read, and the moment at which it may be another."""

    body: bytes
    reads: frozenset[str] | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class _Plan:
    """An operation as it is read on one store, with its conditions decided: a root for each name."""

    roots: dict[str, Root | str]
    compiling: Compiling


class Plans:
    """Makes plans of operations, keeps each with its operation, and answers by them."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema

    async def answer(
        self, operation: Operation, given: dict[str, Any], context: Context, *, audience: str = READERS
    ) -> Planned | None:
        """Answer a query; None when that is not a plan's to do."""
        if operation.kind is not OperationType.QUERY or operation.is_deferred:
            return None
        variables = get_variable_values(self._schema, operation.node.variable_definitions or (), given)
        if not isinstance(variables, VariableValues):
            return None
        try:
            plan = self._plan(operation, variables, audience)
            return None if plan is None else await self._answered(plan, variables, context)
        except (NotPlanned, GraphQLError, models.Refused):
            return None
        except models.Unavailable:
            raise
        except Exception as error:
            # Nobody has to miss an answer because of us; whoever runs the server has to know.
            log.error("a plan failed", operation=operation.name, exc_info=error)
            return None

    async def _answered(self, plan: _Plan, variables: VariableValues, context: Context) -> Planned:
        x = Asking(context, variables, is_postgres=plan.compiling.is_postgres)

        def begin() -> Steps[dict[str, Any]]:
            x.reads.clear()
            return _steps(plan, x)

        is_long = any(root.is_long(x) for root in plan.roots.values() if not isinstance(root, str))
        data = await read(begin, is_long=is_long)
        reads = frozenset(x.reads | plan.compiling.reads) if x.is_kept else None
        return Planned(orjson.dumps({"data": data}), reads, context.masthead.next_change)

    def _plan(self, operation: Operation, variables: VariableValues, audience: str) -> _Plan | None:
        ways = operation.plans
        names = ways.get("deciding")
        if names is None:
            names = ways["deciding"] = tuple(sorted(deciding(operation.document)))
        decided = {name: variables.coerced[name] for name in names}
        key = (audience, dialect(), *decided.values())
        if key not in ways:
            if len(ways) > MOST_WAYS:
                return None
            ways[key] = self._made(operation, decided)
        return ways[key]  # type: ignore[no-any-return]

    def _made(self, operation: Operation, decided: dict[str, bool]) -> _Plan | None:
        query = self._schema.query_type
        assert query is not None
        selections = Selections(self._schema, operation.document, decided)
        compiling = Compiling(self._schema, selections, shown, is_postgres=dialect() == "postgres")
        roots: dict[str, Any] = {}
        try:
            for name, nodes in selections.of(query, [operation.node.selection_set]).items():
                field = nodes[0].name.value
                if field == "__typename":
                    roots[name] = query.name
                    continue
                definition = query.fields.get(field)
                if definition is None:
                    return None
                given = arguments_of(self._schema, definition, nodes[0])
                roots[name] = plan_of(compiling, definition, field, nodes, given)
        except (NotPlanned, GraphQLError, models.Refused):
            return None
        return _Plan(roots, compiling)


def _steps(plan: _Plan, x: Asking) -> Steps[dict[str, Any]]:
    data: dict[str, Any] = {}
    for name, root in plan.roots.items():
        data[name] = root if isinstance(root, str) else (yield from root.read(x))
    return data
