"""Markdown is read as its authors mean it, and does no more harm than HTML."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

import models
from models.content import Content, Format
from models.markdown import to_html
from models.text import is_plain, sanitise
from tests.nouns.attacks import PAYLOADS, harm_in

FRAMES = [
    "{}", "[x]({})", "![{}](/x.jpg)", "- {}\n", "> {}", "| a |\n|---|\n| {} |", "[x]: {}\n\n[x]", "<{}>",
]  # fmt: skip
OWN = [
    "[x](javascript:alert(1))", "[x](JaVaScript:alert(1))", "[x](data:text/html,<script>alert(1)</script>)",
    "![x](data:image/svg+xml;base64,PHN2Zy8+)", "<javascript:alert(1)>", "[x]: javascript:alert(1)\n\n[x]",
    "![x](https://a.example/x.png \"onerror=alert(1)\")", "[x](<javascript:alert(1)>)", "`<script>`",
    "[x](vbscript:x)", "<a href='java\nscript:x'>x</a>", "**<img src=x onerror=alert(1)>**",
    "[x](&#106;avascript:alert(1))", "[x](\\javascript:alert(1))", "<!-- <img src=x onerror=y> -->",
]  # fmt: skip
PARTS = st.sampled_from(
    ["# ", "* ", "1. ", "> ", "`", "```\n", "~~", "**", "_", "[a]", "(javascript:x)", "![", "](", ")", "|",
     "\n", "---", "<b>", "<script>", "</p>", "<!--", "&lt;", "\\", "woord ", "\t", "  \n", "é"]
)  # fmt: skip


def test_what_is_written_in_markdown_is_read_as_html_text_and_blocks():
    content = Content.of(
        "# Kop\n\nMet *nadruk*, ~~weg~~.\n\n| a |\n|---|\n| b |\n\n1. een\n", Format.MARKDOWN
    )
    assert '<h2 id="kop">Kop</h2>' in content.html
    assert "<p>Met <em>nadruk</em>, <s>weg</s>.</p>" in content.html
    assert "<td>b</td>" in content.html
    assert [block["kind"] for block in content.blocks] == ["heading", "paragraph", "html", "list"]
    assert content.text.split()[:3] == ["Kop", "Met", "nadruk,"]
    assert content.source.startswith("# Kop")


def test_no_heading_in_markdown_is_of_the_level_of_the_title():
    source = "# Een\n\nTwee\n===\n\n> # Drie\n\n## Vier\n\n###### Zes\n"
    headings = LexborHTMLParser(to_html(source)).css("h1, h2, h3, h4, h5, h6")
    assert [node.tag for node in headings] == ["h2", "h2", "h2", "h2", "h6"]


def test_html_within_markdown_stays_as_far_as_it_is_safe():
    film = '<figure class="embed"><a href="https://a.example">film</a></figure>'
    content = Content.of(film, Format.MARKDOWN)
    assert [block["kind"] for block in content.blocks] == ["embed"]


@pytest.mark.parametrize("frame", FRAMES)
def test_an_attack_in_markdown_is_taken_out(frame):
    for payload in [*OWN, *PAYLOADS]:
        _is_harmless(frame.replace("{}", payload.replace("\x00", "")))


@settings(max_examples=300)
@given(parts=st.lists(st.one_of(PARTS, st.text(max_size=3).filter(is_plain)), max_size=30))
def test_no_markdown_becomes_what_cleaning_twice_would_change(parts):
    _is_harmless("".join(parts))


@pytest.mark.parametrize("part", ["> ", "[", "![a](", "*a_ ", "- a\n  ", "|a", "`", "<a ", "[a]: b\n"])
async def test_no_text_in_markdown_takes_long_to_read(part):
    # Quadratic work would take minutes.
    await Content.read(part * (100_000 // len(part)), Format.MARKDOWN)


@pytest.mark.parametrize("format", list(Format))
def test_a_text_beyond_measure_is_refused_before_it_is_read(format):
    with pytest.raises(models.Invalid) as refused:
        Content.of("x" * 500_001, format)
    assert refused.value.limit == 500_000


def _is_harmless(source: str) -> None:
    cleaned = sanitise(to_html(source))
    assert sanitise(cleaned) == cleaned
    assert harm_in(cleaned) == []
