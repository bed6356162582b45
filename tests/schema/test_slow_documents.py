"""Documents that validation would take seconds over are turned away before it."""

import pytest

from schema.documents import Documents
from schema.limits import MOST_ALIKE

EQUAL = "site{title} " * 400
UNUSED = f"fragment Unused on Query{{{EQUAL}}}"


@pytest.mark.parametrize(
    "query",
    [
        f"{{site{{title}}}} {UNUSED}",
        f"{{site{{title}}}} {UNUSED} fragment Unused on Query{{__typename}}",
        f"{{...Unused}} {UNUSED} fragment Unused on Query{{__typename}}",
        UNUSED,
        f"{{site{{title}}}} fragment Unused on Query{{... on Query{{{EQUAL}}}}}",
    ],
    ids=["unused", "hidden by a namesake", "hidden by a namesake that is used", "alone", "further in"],
)
def test_equal_fields_are_counted_in_fragments_that_nobody_spreads(query):
    [error] = Documents().read(query).errors
    assert error.extensions["limit"] == "equal names"


def test_fragments_that_nobody_spreads_may_not_nest_too_deeply():
    [error] = Documents().read("{__typename} fragment Unused on Post{...on Post{previous{...Unused}}}").errors
    assert error.extensions["limit"] == "depth"


def test_a_fragment_that_nobody_spreads_is_told_of_as_ever():
    equal = "site{title} " * MOST_ALIKE
    [error] = Documents().read(f"{{__typename}} fragment Unused on Query{{{equal}}}").errors
    assert error.message == "Fragment 'Unused' is never used."
