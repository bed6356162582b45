"""What the mutations take and answer alike."""

from typing import Annotated, Any

import strawberry
from strawberry import UNSET, Info

from schema.mistakes import ConflictError, ForbiddenError, NotFoundError, ValidationError
from schema.queries import Query

EditingError = Annotated[
    ConflictError | ForbiddenError | NotFoundError | ValidationError,
    strawberry.union(
        "EditingError",
        description="What can go wrong with pages, menus, tags, authors, newsletters and the site.",
    ),
]
ONCE = "the same input with it again within a day repeats the first answer instead of the work."
ANEW = "what is sent again is done again."


def client_mutation_id(promise: str = ONCE) -> Any:
    """Declare what every input has; `promise` says what comes of sending it again."""
    return strawberry.field(default=UNSET, description=f"Chosen by the client and echoed; {promise}")


def expected_version() -> int | None:
    """Declare what an editor has read."""
    return strawberry.field(  # type: ignore[no-any-return]
        default=UNSET, description="Refuse with CONFLICT unless it still has this version."
    )


@strawberry.type(description="What every answer of a mutation has.")
class Payload:
    client_mutation_id: str | None = strawberry.field(
        default=None, description="The clientMutationId of the input."
    )

    @strawberry.field(description="The whole query root, to refetch what the change touched.")
    @staticmethod
    async def query(info: Info) -> Query | None:
        # A menu may lead to what was changed.
        await info.context.renew()
        return Query()


def errors() -> Any:
    """Declare what every payload has."""
    return strawberry.field(default_factory=list, description="What went wrong; empty on success.")


@strawberry.type(description="Answer of deletePage, deleteTag, deleteAuthor and deleteNewsletter.")
class DeletedPayload(Payload):
    deleted_id: strawberry.ID | None = strawberry.field(
        default=None, description="Identifier of what is gone."
    )
    errors: list[EditingError] = errors()
