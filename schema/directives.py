"""Directives of the schema: what null means, what a field costs, how long a list may get."""

import strawberry
from strawberry.schema_directive import Location


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="semanticNonNull",
    description="Null here only ever means that an error happened (specs.apollo.dev/nullability v0.4).",
)
class SemanticNonNull:
    levels: list[int] = strawberry.field(
        name="levels",
        default_factory=lambda: [0],
        description="List depths at which null only ever means an error.",
    )


@strawberry.schema_directive(
    locations=[
        Location.ARGUMENT_DEFINITION,
        Location.ENUM,
        Location.FIELD_DEFINITION,
        Location.INPUT_FIELD_DEFINITION,
        Location.OBJECT,
        Location.SCALAR,
    ],
    name="cost",
    description="Weight of a field in the cost analysis (IBM GraphQL cost directives).",
)
class Cost:
    weight: int = strawberry.field(
        name="weight", description="Weight; a field of an object type costs 1 by default, a scalar 0."
    )


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="listSize",
    description="How long a list may get, for the cost analysis.",
)
class ListSize:
    assumed_size: int | None = strawberry.field(
        name="assumedSize", default=strawberry.UNSET, description="Size when no slicing argument is given."
    )
    slicing_arguments: list[str] | None = strawberry.field(
        name="slicingArguments", default=strawberry.UNSET, description="Arguments that bound the list."
    )
    sized_fields: list[str] | None = strawberry.field(
        name="sizedFields", default=strawberry.UNSET, description="Sub-fields that hold the list."
    )
    require_one_slicing_argument: bool | None = strawberry.field(
        name="requireOneSlicingArgument",
        default=strawberry.UNSET,
        description="Refuse the field when no slicing argument is given.",
    )


SEMANTIC_NON_NULL = SemanticNonNull()
# A body is as long as its author likes.
LARGE = Cost(weight=1)
# Menus stand in memory, whole.
READ_ALREADY = Cost(weight=0)
# However little is shown of it, a search goes through the numbers of all that is found.
SEARCHED = Cost(weight=1000)


def bounded(size: int) -> ListSize:
    """Bound a plain list."""
    return ListSize(assumed_size=size)


def paged(size: int = 20) -> ListSize:
    """Bound a connection by its slicing arguments."""
    return ListSize(
        assumed_size=size,
        slicing_arguments=["first", "last"],
        sized_fields=["edges", "nodes"],
        require_one_slicing_argument=False,
    )
