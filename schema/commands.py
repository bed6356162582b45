"""What all mutations share: a refusal goes back as data, and what is said twice is done once."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import orjson
import strawberry
from graphql import GraphQLField, GraphQLSchema, get_nullable_type
from strawberry import UNSET, Info

import models
from schema.directives import Cost
from schema.mistakes import mistake
from schema.payloads import Payload

P = ParamSpec("P")
R = TypeVar("R", bound=Payload)
DONE = "done"
COSTLY = Cost(weight=10)
SAID = strawberry.argument(description="Input.")


def mistakes_as_data(
    kind: type[R], *, token_at: str = "token", token_kind: str = ""
) -> Callable[[Callable[P, Awaitable[R | None]]], Callable[P, Awaitable[R | None]]]:
    """Answer a refusal with a payload that says it; `token_at` is the proof's input field, and `token_kind`
    its kind when it came in no letter.
    """

    def around(resolve: Callable[P, Awaitable[R | None]]) -> Callable[P, Awaitable[R | None]]:
        @wraps(resolve)
        async def answer(*args: P.args, **kwargs: P.kwargs) -> R | None:
            said: dict[str, Any] = {**kwargs}
            try:
                payload = await resolve(*args, **kwargs)
            except models.Refused as refusal:
                about = {"token_at": token_at, "token_kind": token_kind, "input": said["input"]}
                language = said["info"].context.language
                found = [mistake(one, language, **about) for one in (refusal, *refusal.others)]
                told: dict[str, Any] = {"errors": found}
                payload = kind(**told)
            # What was read before, for this change or for one of the same document, may be otherwise now.
            said["info"].context.read_anew()
            if payload is not None:
                payload.client_mutation_id = said["input"].client_mutation_id or None
            return payload

        return answer

    return around


async def once(info: Info, input: Any, work: Callable[[], Awaitable[str]]) -> str:
    """Do the work, unless the client has sent the same input with the same id before; give what it gave."""
    key = key_of(info, input)
    return await work() if key is None else await models.Repeat.once(key, work)


def key_of(info: Info, input: Any) -> str | None:
    """Name a command by all that was given, when the client gave it an id."""
    if not input.client_mutation_id:
        return None
    # What one principal was answered is no answer for another.
    who = (info.context.principal.user_id,) if info.context.principal.is_known else ()
    said = orjson.dumps(asdict(input), default=_told, option=orjson.OPT_SORT_KEYS).decode()
    return models.keyed_digest(info.context.site.secret, *who, type(input).__name__, said)


def _told(value: object) -> object:
    # What is left out says something else than what is empty; and no input is an object of nothing.
    return {} if value is UNSET else str(value)


def tell_what_is_done(graph: GraphQLSchema) -> None:
    """Let a mutation tell, and not do again, what came of it before, when the root value knows that by name.

    The root value holds a payload or an error for each response name that a plan has done.
    """
    assert graph.mutation_type is not None
    for field in graph.mutation_type.fields.values():
        field.resolve = _unless_done(field.resolve)


def _unless_done(resolve: Any) -> Any:
    def asked(outcomes: dict[str, Any] | None, info: Any, **given: Any) -> Any:
        if not outcomes or info.path.key not in outcomes:
            return resolve(None, info, **given)
        outcome = outcomes[info.path.key]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return asked


def forbidden(field: GraphQLField) -> Callable[[Any, Any, models.NotAllowed], Any]:
    """Let a mutation say in its payload that whoever asks may not."""
    kind: Any = get_nullable_type(field.type)
    payload: type[Payload] = kind.extensions["strawberry-definition"].origin

    def answer(info: Any, given: Any, refusal: models.NotAllowed) -> Payload:
        told: dict[str, Any] = {"errors": [mistake(refusal, info.context.language)]}
        said = payload(**told)
        said.client_mutation_id = given["input"].get("clientMutationId") or None
        return said

    return answer
