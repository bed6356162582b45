"""Passages show the words that were looked for, among what stands around them."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.passages import LONGEST, passage
from models.text import search_words

FILLING = " ".join(["alinea"] * 60)


@pytest.mark.parametrize(
    ("said", "words", "shown"),
    [
        ("", ["x"], ""),
        ("Kort.", [], "Kort."),
        ("Niets te vinden.", ["rozen"], "Niets te vinden."),
        ("Rozen & <b>", ["roz"], "<mark>Rozen</mark> &amp; &lt;b&gt;"),
        ("Een café.", ["cafe"], "Een <mark>café</mark>."),
        ("Een cafe\u0301.", ["cafe"], "Een <mark>cafe\u0301</mark>."),
        ("STRASSE, Straße", ["strasse"], "<mark>STRASSE</mark>, <mark>Straße</mark>"),
        ("In 日本語 gezegd", ["日"], "In <mark>日本語</mark> gezegd"),
        ("twee\n\nregels  rozen", ["rozen"], "twee regels <mark>rozen</mark>"),
        ("עם שָׁלוֹם", ["שלום"], "עם <mark>שָׁלוֹם</mark>"),
        ("السَّلامُ عليكم", ["السلام"], "<mark>السَّلامُ</mark> عليكم"),
        ("か\u3099 en か", ["か"], "<mark>か\u3099</mark> en <mark>か</mark>"),
        ("het fiets\u00adpad", ["fietspad"], "het <mark>fiets\u00adpad</mark>"),
        ("x² en ½", ["x2"], "<mark>x²</mark> en ½"),
    ],
)
def test_words_are_marked_as_they_are_found(said, words, shown):
    assert passage(said, words) == shown


def test_a_long_text_is_cut_at_words_around_what_was_found():
    shown = passage(f"{FILLING} de rozen bloeien {FILLING}", ["rozen"])
    assert shown.startswith("…alinea")
    assert shown.endswith("alinea…")
    assert "de <mark>rozen</mark> bloeien" in shown
    assert len(re.sub("</?mark>", "", shown)) <= LONGEST + 2


def test_a_word_that_is_longer_than_a_passage_is_marked_as_far_as_it_is_shown():
    assert passage(f"De {'x' * 900} dus", ["xx"]) == f"De <mark>{'x' * (LONGEST - 3)}</mark>…"


def test_what_stands_behind_a_place_that_has_all_the_words_is_not_looked_through(monkeypatch):
    looked_at = []
    monkeypatch.setattr("models.text.search_words", lambda seen: looked_at.append(seen) or [seen[1:]])
    passage("érozen " * 10_000, ["rozen"])
    assert 0 < len(looked_at) < LONGEST


def test_where_most_of_the_words_stand_together_is_shown():
    said = f"rozen {FILLING} rozen en rozen {FILLING} tulpen bij rozen {FILLING}"
    assert "<mark>tulpen</mark> bij <mark>rozen</mark>" in passage(said, ["rozen", "tulpen"])


@given(st.text(max_size=500), st.lists(st.text(min_size=1, max_size=5), max_size=3))
def test_whatever_is_said_the_passage_is_text_with_marks_and_no_longer(said, asked):
    shown = passage(said, search_words(" ".join(asked)))
    bare = html.unescape(re.sub("</?mark>", "", shown))
    assert len(bare) <= LONGEST + 2
    assert bare.strip("…") in " ".join(said.split()) or "…" in said
    assert re.sub("</?mark>|&(amp|lt|gt);", "", shown).find("<") == -1
    assert shown.count("<mark>") == shown.count("</mark>")
