"""Values that fit no list, calendar or language are refused or find nothing, alike on both stores."""

import pytest
from babel import localedata
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

pytestmark = pytest.mark.asyncio(loop_scope="session")

fuzzed = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
SLUG = """
query ($slug: String!) {
  post(by: { slug: $slug }) { id }  page(by: { slug: $slug }) { id }  author(by: { slug: $slug }) { id }
  site { menu(slug: $slug) { id } }
}"""
PATH = "query ($path: String!) { post(by: { path: $path }) { id } }"
SINCE = "query ($from: DateTime) { posts(filter: { published: { from: $from } }) { totalCount } }"
AT = "query ($at: DateTime) { posts(filter: { published: { from: $at, until: $at } }) { totalCount } }"
IN_MONTH = "query ($month: YearMonth) { posts(filter: { month: $month }) { totalCount } }"
FILTERED = "query ($f: PostFilter) { posts(filter: $f) { totalCount } }"
LABELS = "query ($language: LanguageTag) { archiveMonths(year: 2024) { label(language: $language) } }"
ANY_LABELS = "query ($language: LanguageTag) { archiveMonths { label(language: $language) } }"
NO_INTS = [2**31, 2**63, 2**64, 1.5, 1e300, "1", "9" * 5_000, True, [1, 2], {}]
NO_MOMENTS = [
    "2021-03-01", "2021-03-01T09:00:00", "2021-03-01 09:00:00Z", "2016-12-31T23:59:60Z",
    "2021-02-29T00:00:00Z", "2021-13-01T00:00:00Z", "2021-00-01T00:00:00Z", "0000-01-01T00:00:00Z",
    "10000-01-01T00:00:00Z", "+12021-01-01T00:00:00Z", "2021-03-01T24:00:01Z", "2021-03-01T09:00:00+25:00",
    "2021-03-01T09:00:00+0100", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
    "٢٠٢١-03-01T09:00:00Z", "2021-03-01T09:00:00Z" * 4_000, "now", "", 0, 1614589200, True, [], {},
]  # fmt: skip
NO_MONTHS = ["2021-13", "0000-00", "2021-00", "2021-3", "2021", "21-03", "2021-03-01", "", 202103]
SLUGS = ["nobody", "", " ", "%", "_", "'; DROP TABLE post; --", "é" * 15_000, "x" * 90_000]
PATHS = ["", "/", "//", "x", "/posts/", "/posts/../x", "/" + "x" * 90_000, "/posts/" + "x" * 600]
LISTS = [[], [""], ["x" * 90_000], ["x"] * 100, ["x"] * 101, ["x", None], "x", None, [["x"]], {}, 7]
NO_LANGUAGES = ["xx", "zz-ZZ", "en_GB", "e", "", "x" * 50_000, "i-klingon", "en-a-b-c-d-e-f-g", 1]


def short(value: object) -> str:
    """Name a case by the beginning of its value."""
    return f"{value!r:.25} of {len(repr(value))}"


@pytest.mark.parametrize("argument", ["first", "last"])
@pytest.mark.parametrize("size", [-1, -(2**31), 101, 1_000_000, 2**31 - 1])
async def test_a_page_of_no_size_is_refused(doors, argument, size):
    given = await doors.ask(f"query ($size: Int) {{ posts({argument}: $size) {{ totalCount }} }}", size=size)
    written = await doors.ask(f"{{ posts({argument}: {size}) {{ totalCount }} }}")
    for answer in (given, written):
        answer.assert_refused(200)
        assert answer.codes == {"BAD_USER_INPUT"}
        assert argument in answer.message


@pytest.mark.parametrize(
    "size", [2**31, 2**63, 2**64, 1.5, 1e300, "1", "9" * 5_000, True, [1, 2], {}], ids=short
)
async def test_a_size_that_is_no_int_is_refused(doors, size):
    (await doors.ask("query ($size: Int) { posts(first: $size) { totalCount } }", size=size)).assert_refused(
        200
    )


async def test_first_and_last_are_not_asked_together(doors):
    (await doors.ask("{ posts(first: 1, last: 1) { totalCount } }")).assert_refused(200)


@pytest.mark.parametrize("moment", NO_MOMENTS, ids=short)
async def test_what_no_calendar_has_is_refused(doors, moment):
    (await doors.ask(SINCE, **{"from": moment})).assert_refused(200)


@given(
    moment=some.datetimes(),
    offset=some.integers(0, 99 * 60),
    sign=some.sampled_from("+-"),
    digits=some.integers(0, 9),
)
@fuzzed
async def test_every_moment_of_the_calendar_is_survived(doors, moment, offset, sign, digits):
    fraction = f".{'9' * digits}" if digits else ""
    written = f"{moment.isoformat()[:19]}{fraction}{sign}{offset // 60:02}:{offset % 60:02}"
    (await doors.ask(AT, at=written)).assert_answered()


@pytest.mark.parametrize("month", NO_MONTHS, ids=short)
async def test_what_is_no_month_is_refused(doors, month):
    (await doors.ask(IN_MONTH, month=month)).assert_refused(200)


@pytest.mark.parametrize("year", [-(2**31), -1, 0, 1, 9999, 10_000, 2**31 - 1])
async def test_a_year_without_posts_has_no_months(doors, year):
    answer = await doors.ask("query ($year: Int) { archiveMonths(year: $year) { month } }", year=year)
    assert answer.json == {"data": {"archiveMonths": []}}


@pytest.mark.parametrize("slug", SLUGS, ids=short)
async def test_an_unknown_slug_finds_nothing_or_is_too_long(doors, slug):
    answer = await doors.ask(SLUG, slug=slug)
    answer.assert_answered()
    assert answer.json["data"] == {"post": None, "page": None, "author": None, "site": {"menu": None}}


@pytest.mark.parametrize("path", PATHS, ids=short)
async def test_an_unknown_path_finds_nothing_or_is_too_long(doors, path):
    answer = await doors.ask(PATH, path=path)
    answer.assert_answered()
    assert answer.json["data"] == {"post": None}


@pytest.mark.parametrize("field", ["authorSlugs", "tagSlugs", "ids"])
@pytest.mark.parametrize("listed", LISTS, ids=short)
async def test_a_filter_takes_a_list_or_refuses_it(doors, field, listed):
    (await doors.ask(FILTERED, filter={field: listed})).assert_answered()


@given(words=some.text(max_size=120))
@fuzzed
async def test_any_words_can_be_searched(doors, words):
    answer = await doors.ask(FILTERED, filter={"search": words})
    if "\0" in words:
        answer.assert_refused(400)
    else:
        answer.assert_answered()


@pytest.mark.parametrize("language", NO_LANGUAGES, ids=short)
async def test_an_unknown_language_is_refused(doors, language):
    answer = await doors.ask(ANY_LABELS, language=language)
    answer.assert_refused(200)
    assert answer.codes == {"BAD_USER_INPUT"}


async def test_every_language_there_are_words_for_is_survived(doors):
    for tag in localedata.locale_identifiers()[::11]:
        (await doors.ask(LABELS, language=tag.replace("_", "-"))).assert_answered()


@given(language=some.from_regex(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,6}", fullmatch=True))
@fuzzed
async def test_any_tag_of_a_language_is_survived(doors, language):
    (await doors.ask(LABELS, language=language)).assert_answered()


@pytest.mark.parametrize(
    ("query", "given"),
    [
        ("query ($slug: String) { post(by: {slug: $slug}) { title } }", {"slug": None}),
        ("query ($slug: String!) { post(by: {slug: $slug}) { title } }", {"slug": None}),
        (
            "query ($f: PostFilter) { posts(filter: $f) { totalCount } }",
            {"f": {"ids": [None]}},
        ),
        ("{ posts(filter: {ids: [null]}) { totalCount } }", {}),
    ],
)
async def test_what_is_null_and_may_not_be_is_called_null(doors, query, given):
    answer = await doors.ask(query, **given)
    assert answer.message.endswith(" not to be null.")
    assert "None" not in answer.message
