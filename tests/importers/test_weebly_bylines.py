"""Who wrote it, as the first lines of a post say."""

import pytest

from gql_server.importers.weebly import body
from gql_server.importers.weebly.bylines import Bylines

BYLINES = Bylines(["Zoë Blom", "Joris Dekker", "Joris Dekker-Blom", "Al"])


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        ("Blik van Zoë Blom", ["Zoë Blom"]),
        ("De blik van ZOE BLOM.", ["Zoë Blom"]),
        ("Door Joris Dekker", ["Joris Dekker"]),
        ("By Joris Dekker and Zoe Blom", ["Joris Dekker", "Zoë Blom"]),
        ("von Zoë Blom, Al und Joris Dekker", ["Zoë Blom", "Al", "Joris Dekker"]),
        ("Tekst: Joris Dekker & Zoë Blom", ["Joris Dekker", "Zoë Blom"]),
        ("Zoë Blom, 3 maart 2020", ["Zoë Blom"]),
        ("Zoë Blom - 3/3/2020", ["Zoë Blom"]),
        ("Zoë Blom (maart 2020)", ["Zoë Blom"]),
        ("By Zoë Blom, March 3, 2020", ["Zoë Blom"]),
        ("Joris\u00a0Dekker-Blom", ["Joris Dekker-Blom"]),
        ("Zoë Blom schrijft elke week over de haven.", []),
        ("Een gesprek met Zoë Blom", []),
        ("Door Zoë Blommers", []),
        ("Alle boten", []),
        ("", []),
        ("Door " * 60 + "Al", []),
    ],
)
def test_a_line_is_a_byline_or_it_is_not(line, authors):
    assert BYLINES.named(line) == authors


@pytest.mark.parametrize(
    ("markup", "authors", "html"),
    [
        ("<p><b>Door Zoë Blom</b><br>Tekst.</p>", ("Zoë Blom",), "<p>Tekst.</p>"),
        (
            "<p>Een onderkop</p><p>Zoë Blom</p><p>Tekst.</p>",
            ("Zoë Blom",),
            "<p>Een onderkop</p><p>Tekst.</p>",
        ),
        ("<p>Zoë Blom</p><p>Joris Dekker</p><p>Tekst.</p>", ("Zoë Blom", "Joris Dekker"), "<p>Tekst.</p>"),
        ("<h2>Door Zoë Blom</h2><hr><p>Tekst.</p>", ("Zoë Blom",), "<hr><p>Tekst.</p>"),
        (f"<p>{'Lang. ' * 30}</p><p>Zoë Blom</p>", (), None),
        ("<p>a</p><p>b</p><p>c</p><p>Zoë Blom</p>", (), None),
    ],
)
def test_only_the_byline_leaves_the_text(markup, authors, html):
    blocks = body.read(markup, "").blocks
    found, kept = BYLINES.take(blocks)
    assert found == authors
    assert "".join(block.html for block in kept) == (html or "".join(block.html for block in blocks))


def test_without_names_nothing_is_a_byline():
    assert Bylines([]).named("Door iemand") == []
