"""Answers that come in parts (@defer): in the two formats that clients know, or put together into one."""

from collections.abc import AsyncGenerator, Callable, Collection
from typing import Any

from graphql import ExecutionResult, GraphQLError
from graphql import ExperimentalIncrementalExecutionResults as InParts
from graphql.execution import IncrementalDeferResult, PendingResult, SubsequentIncrementalExecutionResult

Part = dict[str, Any]
Told = Callable[[Collection[GraphQLError] | None], Part]
Path = list[str | int]
# As the Accept header names them: Apollo's clients ask for either, the second is that of the draft.
OF_2022 = "deferSpec=20220824"
OF_DRAFT = "incrementalSpec=v0.2"


async def parts(results: InParts, form: str, told: Told) -> AsyncGenerator[Part, None]:
    """Give each part as it comes, in a format; `told` writes its errors."""
    first = results.initial_result
    writer = _Of2022(told) if form == OF_2022 else _OfDraft(told)
    yield {"data": first.data, **told(first.errors), **writer.pending(first.pending), "hasNext": True}
    async for result in results.subsequent_results:
        yield {**writer.subsequent(result), "hasNext": result.has_next}


async def whole(results: InParts) -> ExecutionResult:
    """Put all parts together, for a client that takes one answer."""
    first = results.initial_result
    errors = list(first.errors or ())
    waiting = {one.id: one.path for one in first.pending}
    async for result in results.subsequent_results:
        waiting |= {one.id: one.path for one in result.pending or ()}
        for piece in result.incremental or ():
            assert isinstance(piece, IncrementalDeferResult)
            _merge(_at(first.data, [*waiting[piece.id], *(piece.sub_path or ())]), piece.data)
            errors += piece.errors or ()
        for done in result.completed or ():
            errors += done.errors or ()
    return ExecutionResult(first.data, errors or None)


class _OfDraft:
    """Names what is pending, and later says by name what came of it."""

    def __init__(self, told: Told) -> None:
        self._told = told

    def pending(self, pending: list[PendingResult]) -> Part:
        return {"pending": [dict(one.formatted) for one in pending]} if pending else {}

    def subsequent(self, result: SubsequentIncrementalExecutionResult) -> Part:
        part = self.pending(result.pending or [])
        if result.incremental:
            part["incremental"] = [self._piece(piece) for piece in result.incremental]
        if result.completed:
            part["completed"] = [{"id": done.id, **self._told(done.errors)} for done in result.completed]
        return part

    def _piece(self, piece: Any) -> Part:
        below = {"subPath": piece.sub_path} if piece.sub_path else {}
        return {"id": piece.id, "data": piece.data, **below, **self._told(piece.errors)}


class _Of2022:
    """Says of each piece where it belongs."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._known: dict[str, PendingResult] = {}

    def pending(self, pending: list[PendingResult]) -> Part:
        self._known |= {one.id: one for one in pending}
        return {}

    def subsequent(self, result: SubsequentIncrementalExecutionResult) -> Part:
        self.pending(result.pending or [])
        pieces = [
            self._piece(piece.id, piece.data, piece.errors, piece.sub_path or [])  # type: ignore[union-attr]
            for piece in result.incremental or ()
        ]
        failed = [done for done in result.completed or () if done.errors]
        pieces += [self._piece(done.id, None, done.errors, []) for done in failed]
        return {"incremental": pieces} if pieces else {}

    def _piece(self, id: str, data: Any, errors: list[GraphQLError] | None, below: Path) -> Part:
        known = self._known[id]
        label = {"label": known.label} if known.label else {}
        return {"data": data, "path": [*known.path, *below], **label, **self._told(errors)}


def _at(data: Any, path: Path) -> Any:
    for step in path:
        data = data[step]
    return data


def _merge(into: Any, more: Any) -> None:
    for name, value in more.items():
        if isinstance(value, dict) and isinstance(into.get(name), dict):
            _merge(into[name], value)
        else:
            into[name] = value
