"""The schema says what it is, and gives what it says."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    is_specified_directive,
    is_specified_scalar_type,
)  # fmt: skip
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import models
from schema.graph import schema, sdl
from schema.ids import global_id, read_id, row_id
from schema.loaders import Loaders
from schema.months import _month_names, month_label
from schema.scalars import read_language

WRITTEN = Path(__file__).parents[2] / "docs/schema.graphql"
MARCH = {
    "nl": "Maart", "en": "March", "en-GB": "March", "de": "März", "fr": "Mars", "es": "Marzo",
    "it": "Marzo", "pt": "Março", "pl": "Marzec", "cs": "Březen", "sk": "Marec", "hr": "Ožujak",
    "sr": "Март", "sr-Latn": "Mart", "hu": "Március", "ro": "Martie", "bg": "Март",
    "el": "Μάρτιος", "tr": "Mart", "lv": "Marts", "ru": "Март", "uk": "Березень", "lt": "Kovas",
    "et": "Märts", "fi": "Maaliskuu", "sv": "Mars", "da": "Marts", "nb": "Mars",
    "eu": "Martxoa", "ca": "Març", "he": "מרץ", "ja": "3月", "ko": "3월", "zh-Hant": "3月",
    "th": "มีนาคม",
}  # fmt: skip
PUBLISHED = datetime(2021, 3, 1, 9, 30, 0, 250_000, tzinfo=UTC)
IN_A_TEST = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
EVERY_BLOCK = (
    "<p>Een <b>alinea</b></p><h3>Kop</h3><ol><li>een</li></ol><blockquote>Groei<cite>Oma</cite></blockquote>"
    '<img src="/media/a.jpg" alt="A" width="3" height="2"><table><tr><td>cel</td></tr></table>'
    '<figure class="embed"><a href="https://video.example/1">Film</a></figure>'
)


def test_the_written_schema_is_the_schema():
    assert WRITTEN.read_text("utf-8") == sdl()


def test_everything_in_the_schema_is_described():
    silent = []
    for name, kind in schema._schema.type_map.items():
        if name.startswith("__") or is_specified_scalar_type(kind):
            continue
        silent += [name] * (not kind.description)
        parts: dict[str, Any] = {}
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            parts = dict(kind.fields)
        elif isinstance(kind, GraphQLEnumType):
            parts = dict(kind.values)
        for field, part in parts.items():
            silent += [f"{name}.{field}"] * (not part.description)
            arguments = getattr(part, "args", {})
            silent += [f"{name}.{field}({arg})" for arg in arguments if not arguments[arg].description]
    for directive in schema._schema.directives:
        if not is_specified_directive(directive):
            silent += [
                f"@{directive.name}({arg})" for arg, said in directive.args.items() if not said.description
            ]
    assert silent == []


@given(kind=st.sampled_from(["Post", "Page", "MenuItem"]), key=st.integers(1, 2**31 - 1))
def test_an_identifier_is_read_as_it_was_written(kind, key):
    assert read_id(global_id(kind, key)) == (kind, str(key))
    assert row_id(global_id(kind, key), kind) == key
    assert row_id(global_id(kind, key), "Author") is None


@IN_A_TEST
@given(id=st.one_of(st.text(max_size=30), st.text("PosGlb3t6MTI= +/-", max_size=20)))
@example(id=global_id("Post", "0"))
@example(id=global_id("Post", "01"))
@example(id=global_id("Post", 2**31))
@example(id=global_id("Post", 10**30))
@example(id=global_id("Image", "post-1-99999999999999999999"))
@example(id=global_id("Image", "page-99999999999999999999-0"))
@example(id=global_id("ArchiveMonth", "2021-13"))
@example(id=global_id("Query", 1))
@example(id=global_id("Site", 99))
@example(id=global_id("Menu", "x"))
@example(id=global_id("Post", "\N{ARABIC-INDIC DIGIT ONE}"))
@example(id="UG9zdDox\n")
async def test_what_is_no_identifier_finds_nothing(site, ask, id):
    query = """query($id: ID!) {
      node(id: $id) { id } nodes(ids: [$id, $id]) { id } post(by: {id: $id}) { id } page(by: {id: $id}) { id }
      author(by: {id: $id}) { id } posts(filter: {ids: [$id]}) { totalCount }
    }"""
    nothing = {"node": None, "nodes": [None, None], "post": None, "page": None, "author": None}
    assert await ask(query, id=id) == {**nothing, "posts": {"totalCount": 0}}


async def test_every_object_is_found_again_by_its_identifier(site, ask, write):
    author = await models.Author.named(site.id, "Anna")
    picture = await models.Image.show(site.id, "/media/b.png")
    tags = [await models.Tag.named(site.id, "ui")]
    post = await write(html=EVERY_BLOCK, authors=[author], tags=tags, image_id=picture.id)
    await post.publish(PUBLISHED)
    await models.Comment.keep(post, models.Writer(name="Gast"), "Ja", status=models.Fate.APPROVED)
    page = await models.Page.draft(site.id, "Over", EVERY_BLOCK)
    await page.publish()
    await models.arrange(site.id, "main", [models.Entry("Over", page)])
    told = await ask(
        """{ site { id menu { id items { id target { id } } } } tags { id } archiveMonths { id }
        posts { nodes { id image { id } authors { id } comments { nodes { id } }
          blocks { ... on ImageBlock { image { id } } } } } }"""
    )
    ids = sorted(_ids_in(told))
    assert len(ids) == 11
    again = await ask("query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", ids=ids)
    assert [node["id"] for node in again["nodes"]] == ids
    assert [node["__typename"] for node in again["nodes"]] == [(read_id(id) or ("",))[0] for id in ids]


@settings(deadline=None, max_examples=30)
@given(st.permutations(list(MARCH)))
@example(["ja", "nl", "fr"])
@example(["he", "nl", "fr"])
def test_a_month_is_named_in_each_language_whichever_was_asked_first(languages):
    month_label.cache_clear()
    _month_names.cache_clear()
    labels = {language: month_label("2021-03", language) for language in languages}
    assert labels == {language: f"{MARCH[language]} 2021" for language in languages}


@pytest.mark.parametrize(
    ("language", "label"), [("nl", "Maart 2021"), ("en-GB", "March 2021"), ("fr", "Mars 2021")]
)
async def test_an_archive_month_is_labelled_as_the_site_speaks_or_as_asked(site, ask, write, language, label):
    await site.change(title="De tuin", language="nl")
    await (await write()).publish(PUBLISHED)
    query = "query($l: LanguageTag) { archiveMonths { month label(language: $l) own: label } }"
    [month] = (await ask(query, l=language))["archiveMonths"]
    assert month == {"month": "2021-03", "label": label, "own": "Maart 2021"}


@given(tag=st.from_regex(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}", fullmatch=True))
@example(tag="root")
def test_any_language_tag_gives_a_label_or_a_refusal(tag):
    with suppress(models.Invalid):
        label = month_label("2021-03", read_language(tag))
        assert label == label.strip() != ""


async def test_a_moment_comes_out_in_utc_and_goes_in_with_any_offset(site, ask, answer, write):
    await (await write()).publish(PUBLISHED)
    query = """query($from: DateTime, $until: DateTime) {
      posts(filter: {published: {from: $from, until: $until}}) { nodes { publishedAt } }
    }"""
    inside = await ask(query, **{"from": "2021-03-01T10:30:00.25+01:00", "until": "2021-03-01t09:30:01z"})
    assert inside["posts"]["nodes"] == [{"publishedAt": "2021-03-01T09:30:00.250000Z"}]
    outside = await ask(query, until="2021-03-01T10:30:00.250000999+01:00")
    assert outside["posts"]["nodes"] == []
    for wrong in (
        "2021-03-01",
        "2021-03-01T09:30:00",
        "2021-02-30T00:00:00Z",
        "0001-01-01T00:00:00+23:59",
        5,
    ):
        assert (await answer(query, until=wrong)).errors


async def test_a_text_comes_in_blocks_of_each_kind(site, ask, write):
    await (await write(html=EVERY_BLOCK)).publish()
    query = """{ posts { nodes { blocks { __typename
      ... on ParagraphBlock { html text } ... on HeadingBlock { depth anchor text }
      ... on ListBlock { isOrdered items }
      ... on QuoteBlock { html attribution }
      ... on ImageBlock { image { url altText width height mediaType } }
      ... on EmbedBlock { url } ... on HtmlBlock { html } } } } }"""
    blocks = (await ask(query))["posts"]["nodes"][0]["blocks"]
    picture = {
        "url": "http://127.0.0.1:8000/media/a.jpg",
        "altText": "A", "width": 3, "height": 2, "mediaType": "image/jpeg",
    }  # fmt: skip
    table = "<table><tbody><tr><td>cel</td></tr></tbody></table>"
    assert blocks == [
        {"__typename": "ParagraphBlock", "html": "Een <b>alinea</b>", "text": "Een alinea"},
        {"__typename": "HeadingBlock", "depth": 3, "anchor": "kop", "text": "Kop"},
        {"__typename": "ListBlock", "isOrdered": True, "items": ["een"]},
        {"__typename": "QuoteBlock", "html": "Groei<cite>Oma</cite>", "attribution": "Oma"},
        {"__typename": "ImageBlock", "image": picture},
        {"__typename": "HtmlBlock", "html": table},
        {"__typename": "EmbedBlock", "url": "https://video.example/1"},
    ]


async def test_one_document_may_ask_one_list_in_several_ways(site, ask, write):
    for number in range(3):
        await (await write(f"Bericht {number}")).publish(datetime(2021, 3, number + 1, tzinfo=UTC))
    said = await ask(
        """query($yes: Boolean!, $no: Boolean!) {
          newest: posts(first: 1) { ...Titles } oldest: posts(last: 1) { ...Titles }
          sorted: posts(first: 2, orderBy: {field: TITLE, direction: ASC}) { ...Titles }
          left: posts @skip(if: $yes) { totalCount } tags @include(if: $no) { id }
          archiveMonths { one: posts(first: 1) { ...Titles } two: posts(first: 2, after: null) { ...Titles } }
        }
        fragment Titles on PostConnection {
          totalCount nodes { ... on Linkable { label } ...More @include(if: $no) }
        }
        fragment More on Post { slug }""",
        yes=True,
        no=False,
    )
    three = [{"label": f"Bericht {number}"} for number in range(3)]
    assert said == {
        "newest": {"totalCount": 3, "nodes": three[2:]},
        "oldest": {"totalCount": 3, "nodes": three[:1]},
        "sorted": {"totalCount": 3, "nodes": three[:2]},
        "archiveMonths": [
            {"one": {"totalCount": 3, "nodes": three[2:]}, "two": {"totalCount": 3, "nodes": three[:0:-1]}}
        ],
    }


async def test_one_part_that_fails_leaves_the_rest(site, ask, answer, write):
    await (await write()).publish()
    answered = await answer(
        """{ posts { nodes { title comments(first: 101) { totalCount } authors { name } } }
        tags { label } wrong: authors(first: -1) { totalCount } site { title } }"""
    )
    assert answered.data == {
        "posts": {"nodes": [{"title": "Een bericht", "comments": None, "authors": []}]},
        "tags": [], "wrong": None, "site": {"title": "My publication"},
    }  # fmt: skip
    paths = [error.path for error in answered.errors]
    assert sorted(paths, key=str) == [["posts", "nodes", 0, "comments"], ["wrong"]]


async def test_a_post_withdrawn_meanwhile_takes_no_other_body_with_it(site, write):
    shown, gone = await write("Blijft"), await write("Gaat")
    await shown.publish()
    bodies = Loaders().bodies
    there = bodies.load(shown.id)
    with pytest.raises(models.NotFound):
        await bodies.load(gone.id)
    assert (await there).html == "<p>Tekst.</p>"


@pytest.mark.parametrize(
    "path",
    ["", "/", "geen", "/" + "x" * 600, "/posts/" + "x" * 600, "//", "/posts/", "/a\0b", "/posts/a\ud800"],
    ids=ascii,
)
async def test_a_path_or_slug_of_nothing_finds_nothing(site, ask, path):
    query = """query($path: String!, $ids: [String!]) {
      post(by: {path: $path}) { id } page(by: {path: $path}) { id } named: post(by: {slug: $path}) { id }
      about: page(by: {slug: $path}) { id } author(by: {slug: $path}) { id } site { menu(slug: $path) { id } }
      posts(filter: {tagSlugs: $ids, authorSlugs: $ids}) { totalCount }
    }"""
    said = await ask(query, path=path, ids=[path])
    assert said.pop("site") == {"menu": None}
    assert said.pop("posts") == {"totalCount": 0}
    assert set(said.values()) == {None}


def _ids_in(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(_ids_in, value))
    if isinstance(value, dict):
        inner = set().union(*(_ids_in(item) for item in value.values()))
        return inner | ({value["id"]} if "id" in value else set())
    return set()
