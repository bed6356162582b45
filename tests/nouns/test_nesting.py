"""What nests beyond reason is refused before anything parses it, however its end tags pretend otherwise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from models.errors import Invalid
from models.nesting import EMPTY, SELF_ENDING, nesting
from models.text import DEEPEST, sanitise

PRETENDING = [
    "<div><!--</div>-->",
    "<div><!x </div>",
    "<div></ </div>",
    "<div><i title='</div>'>",
    '<div><br title="></div>">',
    '<div><br " title="></div>">',
    '<div><br ="a="></div>">',
    "<div></b a='</div>'>",
    "<div><table></div></table>",
    "<div><textarea></div></textarea>",
    "<noscript><li></noscript>",
    "<dt><span><li><option></span>",
    "<dd><li>",
    "<li><p><dt>",
    "<mark></mar\u212a>",
]
HONEST = [
    "<ul><li>one<li>two<p>and more</ul>",
    "<dl><dt>one<dd>two<ul><li>three<li>four</ul><dt>five<dd>six</dl>",
    "<table><tr><td>one<td>two</table>",
    "<DIV Class=a><P>A line<BR>and <B>more</B></DIV>",
    """<p title="it's">Zo'n <a href=/?a="b" title='a > b'>dag</a><img src=x alt='"'></p>""",
    "<!-- a </b> --><!--[if mso]>x<![endif]--><section><!doctype html><!--></section>",
]
NAMED = "div table b i p li ul textarea style svg select a noscript span section"
PIECES = [
    *(f"<{end}{name}>" for name in NAMED.split() for end in ("", "/")),
    *("<tr>", "<td>", "<dt>", "<dd>", "<option>", "<!--", "-->", "--!>", "<!-->", "<!x", "</", "</ ", ">"),
    *('<br title="', "<br a='", '"', "'", "=", "<br =", "<span", "/", " ", "x"),
]
# What a parser adds where nobody wrote it.
NOT_COUNTED = SELF_ENDING | EMPTY | {"tbody", "colgroup"}


def depth(html: str) -> int:
    """Tell how deep a parser nests."""
    deepest, waiting = 0, [(LexborHTMLParser(f"<body>{html}").body, 0)]
    while waiting:
        node, level = waiting.pop()
        child = node.child
        while child is not None:
            below = level + (
                not child.is_text_node and child.tag[0].isalpha() and child.tag not in NOT_COUNTED
            )
            deepest = max(deepest, below)
            waiting.append((child, below))
            child = child.next
    return deepest


@pytest.mark.parametrize("html", PRETENDING)
def test_what_only_seems_to_end_is_not_believed(html):
    with pytest.raises(Invalid) as refused:
        sanitise(html * (DEEPEST + 1))
    assert refused.value.why == "nested"


@pytest.mark.parametrize("html", HONEST)
def test_what_stands_beside_each_other_does_not_nest(html):
    assert nesting(html * (DEEPEST + 1)) == nesting(html) <= 3


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_it_is_never_told_that_html_nests_less_than_it_does(html):
    # One more, where an element is carried on into the next.
    assert depth(html * 20) <= nesting(html * 20) + 3
