"""A text in blocks says all that it says in HTML, and its headings can be linked to."""

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from models.content import OPENING, Content
from models.text import plain

KINDS = {
    "<p>Een <b>alinea</b></p>": [{"kind": "paragraph", "html": "Een <b>alinea</b>", "text": "Een alinea"}],
    "los": [{"kind": "paragraph", "html": "los", "text": "los"}],
    "roos<b>roos</b> <i>tulp</i>": [
        {"kind": "paragraph", "html": "roos<b>roos</b> <i>tulp</i>", "text": "roosroos tulp"}
    ],
    "<span>a<p>b</p></span>": [{"kind": "html", "html": "<span>a<p>b</p></span>"}],
    "<h1>Kop</h1>": [{"kind": "heading", "depth": 2, "text": "Kop", "anchor": "kop"}],
    "<h5>Kop</h5>": [{"kind": "heading", "depth": 5, "text": "Kop", "anchor": "kop"}],
    "<ol><li>a</li><li><i>b</i></li></ol>": [{"kind": "list", "ordered": True, "items": ["a", "<i>b</i>"]}],
    "<blockquote><p>Groei</p><cite>Oma</cite></blockquote>": [
        {"kind": "quote", "html": "<p>Groei</p><cite>Oma</cite>", "attribution": "Oma"}
    ],
    "<p><img src='/a.jpg' alt='A' width='10' height='x'></p>": [
        {"kind": "image", "url": "/a.jpg", "alt": "A", "caption": None, "width": 10, "height": None}
    ],
    "<figure><img src='/a.jpg'><figcaption><b>o</b></figcaption></figure>": [
        {"kind": "image", "url": "/a.jpg", "alt": "", "caption": "<b>o</b>", "width": None, "height": None}
    ],
    "<p></p><br><h2> </h2>": [],
}  # fmt: skip


def test_code_that_begins_with_empty_lines_is_kept_with_all_around_it():
    content = Content.of("<h2>Kop</h2><pre>" + "\n" * 9 + "code\n\n\nmeer</pre><p><a href='/x'>daar</a></p>")
    assert "<pre>code\n\n\nmeer</pre>" in content.html
    assert [block["kind"] for block in content.blocks] == ["heading", "html", "paragraph"]
    assert Content.of(content.html).html == content.html


WORD = st.sampled_from(["roos", "tulp", "é", "&amp;", "2021"])
WORDS = st.lists(WORD, min_size=1, max_size=3).map(" ".join)
INLINE = st.one_of(
    WORDS, WORDS.map("<b>{}</b>".format), WORDS.map("<a href='https://a.example'>{}</a>".format)
)
IMAGE = st.just("<img src='/a.jpg' alt='roos'>")
LEAF = st.one_of(
    INLINE,
    INLINE.map("<p>{}</p>".format),
    st.builds("<h{0}>{1}</h{0}>".format, st.integers(1, 6), st.one_of(INLINE, st.just(""))),
    IMAGE,
    st.builds("<p>{}{}</p>".format, IMAGE, st.one_of(st.just(""), INLINE)),
    st.builds("<figure>{}<figcaption>{}</figcaption></figure>".format, IMAGE, INLINE),
    st.builds("<figure>{}{}</figure>".format, IMAGE, INLINE.map("<p>{}</p>".format)),
    st.builds("<table><tr><td>{}</td></tr></table>".format, INLINE),
    st.just("<hr>"),
)
HTML = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map("".join),
        st.lists(inner.map("<li>{}</li>".format), max_size=3).map("".join).map("<ul>{}</ul>".format),
        st.builds("<ul><li>{}</li>{}</ul>".format, INLINE, inner),
        inner.map("<blockquote>{}</blockquote>".format),
        inner.map("<div>{}</div>".format),
    ),
    max_leaves=8,
)


@pytest.mark.parametrize("html", KINDS)
def test_a_piece_becomes_a_block_of_its_kind(html):
    assert Content.of(html).blocks == KINDS[html]


def test_an_embed_keeps_where_it_leads_and_a_table_stays_html():
    film = '<figure class="embed"><a href="https://video.example/1">Film</a></figure>'
    table = "<table><tbody><tr><td>a</td></tr></tbody></table>"
    embed, other = Content.of(film + table).blocks
    assert (embed["kind"], embed["url"]) == ("embed", "https://video.example/1")
    assert other == {"kind": "html", "html": table}


@settings(max_examples=200, deadline=None)
@given(HTML)
def test_blocks_say_every_word_of_the_text_in_its_order(html):
    content = Content.of(html)
    assert _words(" ".join(map(_said, content.blocks))) == _words(content.text)
    json.dumps(content.blocks)


@settings(max_examples=100, deadline=None)
@given(HTML, st.lists(st.sampled_from(["Zaaien", "zaaien!", "", "日本", "Zaaien 2"]), max_size=6))
def test_each_heading_has_an_anchor_of_its_own_that_its_html_has_too(html, titles):
    content = Content.of(html + "".join(f"<h2>{title}</h2>" for title in titles))
    anchors = [block["anchor"] for block in content.blocks if block["kind"] == "heading"]
    assert len(set(anchors)) == len(anchors)
    assert all(re.fullmatch("[a-z0-9-]+", anchor) for anchor in anchors)
    assert [node.attributes["id"] for node in LexborHTMLParser(content.html).css("[id]")] == anchors


@given(st.integers(0, 600))
def test_the_opening_ends_at_a_word_and_says_that_more_follows(number):
    content = Content.of("<p>" + "tulp " * number + "</p>")
    assert len(content.opening) <= OPENING
    assert set(content.opening.removesuffix("…").split()) <= {"tulp"}
    assert content.opening.endswith("…") is (len(content.text) > OPENING)
    assert content.word_count == number


OPENINGS = {
    "<h2>Kop</h2><ul><li>een</li><li>twee</li></ul><table><tr><td>1</td></tr></table>": "een; twee",
    "<p>Nodig:</p><ul><li>ui</li><li>prei,</li><li>zout <ul><li>grof</li></ul></li></ul><p>Roer.</p>": (
        "Nodig: ui; prei, zout; grof. Roer."
    ),
    "<ol><li>Roer.</li><li>‘Proef!’</li><li></li><li><p>Eet</p></li></ol><p>Rust.</p>": (
        "Roer. ‘Proef!’ Eet. Rust."
    ),
    "<p>Een</p><h3>Kop</h3><p>twee <b>d</b>rie<br>vier</p>": "Een twee drie vier",
    "<h2>Niets dan een kop</h2>": "Niets dan een kop",
    "": "",
}


@pytest.mark.parametrize("html", OPENINGS)
def test_the_opening_leaves_headings_and_tables_out_and_sets_items_apart(html):
    assert Content.of(html).opening == OPENINGS[html]


def _said(block: dict[str, Any]) -> str:
    if block["kind"] == "list":
        return " ".join(map(plain, block["items"]))
    if block["kind"] == "image":
        return plain(block["caption"] or "")
    return plain(block["html"]) if "html" in block else str(block["text"])


def _words(text: str) -> list[str]:
    return re.findall(r"\w+|&", text)
