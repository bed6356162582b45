"""Day or month first: who is heard, and who is believed."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gql_server.importers.weebly.dates import Order, Witness, moment, written
from gql_server.importers.weebly.witnesses import Clues, Court
from gql_server.importers.weebly.zones import zone_of

UNKNOWN = Clues(written=written("4/3/2020"))


def court(
    *posts: Clues, comments: tuple[str, ...] = (), sidebar: frozenset[str] = frozenset(), language: str = "nl"
):
    return Court(posts, comments=filter(None, map(written, comments)), sidebar=sidebar, language=language)


@pytest.mark.parametrize(
    ("clues", "day", "witness"),
    [
        (Clues(written=written("24/3/2020")), date(2020, 3, 24), Witness.NUMBER),
        (Clues(written=written("03/24/2020")), date(2020, 3, 24), Witness.NUMBER),
        (
            Clues(written=written("4/3/2020"), months=frozenset({"2020-04"})),
            date(2020, 4, 3),
            Witness.MONTH_PAGE,
        ),
        (Clues(written=written("4/3/2020"), feed_day=date(2020, 3, 5)), date(2020, 3, 4), Witness.FEED),
        (Clues(written=written("5/5/2020")), date(2020, 5, 5), Witness.SAME),
        (Clues(written=None, feed_day=date(2020, 3, 5)), date(2020, 3, 5), Witness.FEED),
        (Clues(written=written("99/99/2020"), hint="2020-03"), date(2020, 3, 1), Witness.HINT),
    ],
)
def test_a_post_with_a_witness_of_its_own(clues, day, witness):
    settled = court(clues).settle(clues)
    assert settled is not None
    assert (settled.day, settled.witness) == (day, witness)


def test_the_sidebar_witnesses_when_one_reading_fits():
    settled = court(UNKNOWN, sidebar=frozenset({"2020-04", "2019-01"})).settle(UNKNOWN)
    assert settled == (date(2020, 4, 3), Witness.SIDEBAR, "")


def test_the_sidebar_is_silent_when_both_readings_fit():
    settled = court(UNKNOWN, sidebar=frozenset({"2020-03", "2020-04"})).settle(UNKNOWN)
    assert settled is not None
    assert settled.witness is Witness.NOBODY


def test_a_number_elsewhere_on_the_site_decides():
    american = court(UNKNOWN, comments=("2/18/2023 05:21:41 pm",))
    assert american.settle(UNKNOWN) == (date(2020, 4, 3), Witness.SITE, "")


@pytest.mark.parametrize(
    ("language", "day"), [("nl", date(2020, 3, 4)), ("en-GB", date(2020, 3, 4)), ("en-US", date(2020, 4, 3))]
)
def test_without_any_witness_the_language_is_a_guess(language, day):
    settled = court(UNKNOWN, language=language).settle(UNKNOWN)
    assert settled is not None
    assert (settled.day, settled.witness) == (day, Witness.NOBODY)
    assert settled.doubt


def test_a_date_against_the_sites_order_is_doubtful():
    odd = Clues(written=written("3/24/2020"))
    divided = court(odd, Clues(written=written("25/3/2020")), Clues(written=written("26/3/2020")))
    settled = divided.settle(odd)
    assert divided.is_divided
    assert settled is not None
    assert settled.doubt == "stands against the site's order D/M"


def test_a_post_without_any_date_stays_without_one():
    assert court().settle(Clues(written=None)) is None


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("2/18/2023 05:21:41 pm", Order.MONTH_FIRST, datetime(2023, 2, 18, 17, 21, 41)),  # noqa: DTZ001
        ("2/8/2023 12:05:00 am", Order.MONTH_FIRST, datetime(2023, 2, 8, 0, 5)),  # noqa: DTZ001
        ("19/1/2015 11:13:19", Order.DAY_FIRST, datetime(2015, 1, 19, 11, 13, 19)),  # noqa: DTZ001
        ("07/08/2015 00:03", Order.DAY_FIRST, datetime(2015, 8, 7, 0, 3)),  # noqa: DTZ001
        ("07/08/2015", Order.DAY_FIRST, datetime(2015, 8, 7, 12, 0)),  # noqa: DTZ001
        ("07/08/2015 99:99", Order.DAY_FIRST, datetime(2015, 8, 7, 12, 0)),  # noqa: DTZ001
    ],
)
def test_comment_times_in_every_format(text, order, expected):
    found = moment(text, order, None)
    assert found == expected


@given(st.text())
def test_any_text_is_a_moment_or_none(text):
    assert moment(text, Order.DAY_FIRST, None) is None or written(text) is not None


@pytest.mark.parametrize(
    ("language", "clock", "zone"),
    [
        ("nl", None, "Europe/Amsterdam"),
        ("nl-NL", None, "Europe/Amsterdam"),
        ("nl-BE", None, "Europe/Brussels"),
        ("en", None, "UTC"),
        ("nl", "2020-03-24T10:00:00+01:00", "Europe/Amsterdam"),
        ("en", "2020-01-24T10:00:00-08:00", "America/Los_Angeles"),
        ("en", "2020-07-24T10:00:00-04:00", "America/New_York"),
        ("nl", "2020-07-24T10:00:00+00:00", "UTC"),
        ("en", "2020-07-24T10:00:00+13:45", "UTC"),
    ],
)
def test_the_zone_comes_from_the_feed_then_from_the_language(language, clock, zone):
    found = zone_of(language, datetime.fromisoformat(clock) if clock else None)
    assert found.name == zone
    assert found.reason
