"""Input objects are read by a shorter way, to the same as by graphql-core."""

from typing import Any

import pytest
from graphql import GraphQLInputObjectType, GraphQLNonNull, Undefined, coerce_input_value
from hypothesis import given
from hypothesis import strategies as st

from schema.graph import schema
from schema.plans.variables import _coercing

CORE = schema._schema
INPUTS = sorted(
    (kind for kind in CORE.type_map.values() if isinstance(kind, GraphQLInputObjectType)), key=str
)
NAMED = pytest.mark.parametrize("kind", sorted(INPUTS, key=str), ids=str)
TEXTS = (
    "",
    "Lezer",
    "lezer@example.org",
    "https://example.org/",
    "nl",
    "UG9zdDox",
    "DESC",
    "IMMEDIATE",
    "2026-11",
)
# One of several, in a list and alone.
NESTED = (
    {"tagSlug": "zee"},
    {"tagSlug": "zee", "authorSlug": "a"},
    {"newsletterSlug": None},
    {"slug": "zee"},
)
PLAIN = (*TEXTS, None, True, False, 0, 1, -1, 2**40, 1.5, [], ["nl"], [None], {}, {"a": 1})
VALUES = st.sampled_from([*PLAIN, *NESTED, [*NESTED], *([one] for one in NESTED)])


def inputs(kind: GraphQLInputObjectType) -> Any:
    """Draw what a client may send for an input object: its fields with any value, and sometimes another."""
    some = st.dictionaries(st.sampled_from([*kind.fields]), VALUES)
    return some | st.dictionaries(st.sampled_from([*kind.fields, "unknown"]), VALUES) | VALUES


@NAMED
@given(data=st.data())
def test_it_is_coerced_as_by_graphql_core(kind, data):
    value = data.draw(inputs(kind))
    for asked in (kind, GraphQLNonNull(kind)):
        told, expected = _coercing(asked)(value), coerce_input_value(value, asked)
        assert (told is Undefined) == (expected is Undefined)
        assert told == expected
