"""Conditions of one shape are asked by one statement, and those of another shape by another."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from models.post_conditions import ANY, PostConditions

few = st.none() | st.lists(st.sampled_from(["anne", "bea", "cor"]), max_size=3).map(tuple)
moments = st.none() | st.sampled_from([datetime(2020, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC)])
conditions = st.builds(
    PostConditions,
    month=st.none() | st.sampled_from(["2020-01", "2021-02"]),
    author_slugs=few,
    tag_slugs=few,
    ids=st.none() | st.lists(st.integers(1, 3), max_size=3).map(tuple),
    published_from=moments,
    published_until=moments,
    search=st.none() | st.sampled_from(["", "roos", "roos tulp"]),
)


@given(conditions, conditions)
def test_those_of_one_shape_have_the_same_stand_ins(one, other):
    assert (one.shape == other.shape) is (one.stands_in() == other.stands_in())


def test_who_asks_nothing_has_a_shape_of_its_own():
    assert ANY.shape != PostConditions(month="2020-01").shape
