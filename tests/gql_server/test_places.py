"""Identifiers and cursors that name no row find nothing or are refused, alike on both stores."""

import base64
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

pytestmark = pytest.mark.asyncio(loop_scope="session")

fuzzed = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
KINDS = ["Post", "Author", "Page", "Tag", "Comment", "Image", "Site", "Menu", "MenuItem"]
KEYS = [0, 2**31 - 1, 2**31, 2**32 + 1, 2**63 - 1, 2**63, 10**39, "01", "-1", "١", ""]
BY_ID = """
query ($id: ID!) {
  node(id: $id) { id }  nodes(ids: [$id]) { id }
  post(by: { id: $id }) { id }  page(by: { id: $id }) { id }  author(by: { id: $id }) { id }
  posts(filter: { ids: [$id] }) { totalCount }
}"""
NOTHING = {
    "node": None, "nodes": [None], "post": None, "page": None, "author": None, "posts": {"totalCount": 0},
}  # fmt: skip
NO_IDS = {
    "nothing": "", "a sign": "=", "one letter": "a", "two letters": "ab", "a line end": "UG9zdDox\n",
    "a sign too many": "UG9zdDox=", "unpacked": "Post:1", "not ASCII": "é", "a picture": "🙂",
    "a mark of order": "\ufeff", "very long": "x" * 15_000, "a number": 7, "a large number": 2**53,
}  # fmt: skip
POSTS_AFTER = """
query ($cursor: String, $field: PostOrderField!) {
  posts(after: $cursor, first: 3, orderBy: { field: $field, direction: ASC }) { nodes { id } totalCount }
}"""
FIRST_CURSOR = "{ posts(first: 1, orderBy: { field: TITLE, direction: ASC }) { edges { cursor } } }"
FIELDS = {"PUBLISHED_AT": "published_at", "TITLE": "sort_key", "UPDATED_AT": "updated_at"}
PLACES = [0, 1, 2**31 - 1, 2**31, 2**63 - 1, 2**63, 2**70, -1, True, None, "1", 1.0, []]
TEXTS = {
    "a moment": "2021-01-01T00:00:00+00:00", "a day": "2021-01-01", "a moment nowhere": "2021-01-01T00:00:00",
    "the first moment": "0001-01-01T00:00:00+14:00", "the last": "9999-12-31T23:59:59.999999-14:00",
    "no day": "2021-13-01", "a letter": "a", "nothing": "", "a tab": "\t", "a ligature": "ﷺ" * 200,
    "a long text": "x" * 50_000, "a number": 5, "a large number": 2**70, "true": True, "null": None,
    "a fraction": 1.5, "a list": [], "an object": {},
}  # fmt: skip


def identifier(text: str) -> str:
    """Write an identifier as the server does."""
    return base64.b64encode(text.encode()).decode()


def cursor(*parts: object) -> str:
    """Write a cursor as the server does."""
    text = json.dumps(parts, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("key", KEYS)
async def test_an_identifier_of_nothing_finds_nothing(doors, kind, key):
    assert (await doors.ask(BY_ID, id=identifier(f"{kind}:{key}"))).json == {"data": NOTHING}


@pytest.mark.parametrize("month", ["2021-13", "0000-00", "2021", "2021-3", "x", "-"])
async def test_an_identifier_of_no_month_finds_nothing(doors, month):
    assert (await doors.ask(BY_ID, id=identifier(f"ArchiveMonth:{month}"))).json == {"data": NOTHING}


async def test_an_identifier_of_a_long_month_finds_nothing(doors):
    assert (await doors.ask(BY_ID, id=identifier("ArchiveMonth:2021-03-01"))).json == {"data": NOTHING}


@pytest.mark.parametrize("id", NO_IDS.values(), ids=NO_IDS)
async def test_what_is_no_identifier_finds_nothing(doors, id):
    assert (await doors.ask(BY_ID, id=id)).json == {"data": NOTHING}


@given(id=some.one_of(some.text(), some.binary().map(lambda raw: base64.b64encode(raw).decode())))
@fuzzed
async def test_no_identifier_brings_the_door_down(doors, id):
    answer = await doors.ask(BY_ID, id=id)
    if "\0" in id:
        answer.assert_refused(400)
    else:
        assert answer.json == {"data": NOTHING}


@given(
    kind=some.sampled_from([*KINDS, "ArchiveMonth"]), key=some.from_regex(r"[0-9a-z-]{1,40}", fullmatch=True)
)
@fuzzed
async def test_no_key_brings_the_door_down(doors, kind, key):
    (await doors.ask(BY_ID, id=identifier(f"{kind}:{key}"))).assert_answered()


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("key", TEXTS.values(), ids=TEXTS)
async def test_a_cursor_leads_somewhere_or_is_refused(doors, field, key):
    for id in PLACES:
        answer = await doors.ask(POSTS_AFTER, cursor=cursor(f"{FIELDS[field]}+", key, id), field=field)
        answer.assert_answered()
        assert answer.codes <= {"BAD_USER_INPUT"}


async def test_a_cursor_of_another_list_is_refused(doors):
    for code in ("sort_key-", "published_at+", "id+", "", None):
        answer = await doors.ask(
            POSTS_AFTER, cursor=cursor(code, "2021-01-01T00:00:00+00:00", 1), field="TITLE"
        )
        answer.assert_refused(200)


@given(text=some.one_of(some.text(), some.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode())))
@fuzzed
async def test_what_is_no_cursor_is_refused(doors, text):
    (await doors.ask(POSTS_AFTER, cursor=text, field="TITLE")).assert_refused(200, 400)


@given(place=some.integers(0, 10**6), letter=some.characters(codec="ascii", exclude_characters="\0"))
@fuzzed
async def test_a_cursor_with_one_letter_changed_is_survived(doors, place, letter):
    [edge] = (await doors.ask(FIRST_CURSOR)).json["data"]["posts"]["edges"]
    letters = list(edge["cursor"])
    letters[place % len(letters)] = letter
    (await doors.ask(POSTS_AFTER, cursor="".join(letters), field="TITLE")).assert_answered()
