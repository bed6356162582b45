"""A post arrives as a letter that every mail program shows: safe, whole, and with the ways out."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTPUTF8
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from mailers import letters
from mailers.body import for_mail
from mailers.letters import Content, Scribe
from mailers.mail import Sender
from mailers.outbox import read
from mailers.plain_text import plain_text
from models import text
from tests.mailers.test_letters import PROMISED, lines, one_line, parsed

PAGE = "https://tafel.example/posts/soep"
TOPICS = [
    {"code": "newsletter-1", "kind": "newsletter", "slug": "main", "title": ""},
    {"code": "newsletter-2", "kind": "newsletter", "slug": "recepten", "title": "Recepten"},
    {"code": "author-3", "kind": "author", "slug": "corrie", "title": "Corrie Spaanstra"},
    {"code": "tag-4", "kind": "tag", "slug": "x" * 120, "title": "Buren & co"},
]
POST = {
    "title": "Soep voor wie er is", "lead": "Een pan soep.", "html": "<p>Een <b>pan</b> soep.</p>",
    "is_whole": True, "path": "/posts/soep", "authors": ["Corrie", "Bo & Co"],
    "image": {"url": "/media/soep.webp", "alt": "Een pan", "width": 1200}, "day": "2026-05-01",
    "content_language": "nl", "topics": TOPICS,
}  # fmt: skip
ITEM = {name: POST[name] for name in ("title", "lead", "path", "authors", "image", "day")}
NEWS = {
    "items": [ITEM | {"id": id, "since": "", "topics": [], "title": f"Bericht {id}"} for id in (9, 8, 7)],
    "before": "", "until": "", "content_language": "nl",
}  # fmt: skip
PATHS = {
    "preferences_link": "/preferences/p_1_x",
    "leave_link": "/unsubscribe/t_1_x",
    "leave_all_link": "/unsubscribe/a_1_x",
}
SHOWN = """<p>Zie <a href="https://example.org">link</a> en <a href="/over">wie we zijn</a>.</p>
<ul><li>een</li><li>twee<ul><li>diep</li></ul></li></ul>
<ol start="9"><li>negen</li><li><p>tien</p><p>meer</p></li></ol>
<table><tr><th>Maat</th><th>Prijs</th></tr><tr><td>groot</td><td>3 euro</td></tr></table>
<blockquote><p>Gezegd.</p></blockquote><hr>
<figure><img src="/pan.png" alt="Een pan"><figcaption>De pan</figcaption></figure>"""
SPELLED = """
Zie link <https://example.org> en wie we zijn <https://tafel.example/over>.

- een
- twee
  - diep

9. negen

10. tien

    meer

Maat | Prijs
groot | 3 euro

> Gezegd.

* * *

[Een pan]
De pan

Lees en reageer online:
"""
SCRIPT = "<img src=x onerror=alert(1)><script>alert(1)</script><a href='javascript:alert(1)'>x</a>"


@pytest.fixture
def scribe():
    return Scribe(Sender("post@tafel.example"), lambda path: f"https://tafel.example{path}")


def facts(**more):
    own = {
        "to": "ann@example.org",
        "name": "Ann",
        "language": "nl",
        "site_title": "Tafel & Co",
        "paths": PATHS,
    }
    return own | more


def sent(scribe, kind, told, **more):
    """Seal a letter, and hold that it says what the written one does, at every try."""
    values, content = facts(**more), Content.of(told)
    letter, mail = (way(kind, "k:1", PROMISED, values, content) for way in (scribe.write, scribe.seal))
    assert read(mail) == read(letter.rendered(scribe.sender))
    letters._form.cache_clear()  # as in another process
    assert mail == scribe.seal(kind, "k:1", PROMISED, values, Content.of(dict(told)))
    return letter, mail


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic["code"])
def test_a_post_comes_whole_with_why_and_how_to_leave(scribe, language, topic):
    letter, mail = sent(scribe, "newsletter", POST, topic=topic["code"], language=language)
    assert letter.subject == POST["title"]
    for part in (letter.text, letter.html):
        for path in PATHS.values():
            assert f"https://tafel.example{path}" in part
        assert PAGE in part
        assert "ann@example.org" in part
    assert (topic["title"] or "Tafel & Co") in letter.text
    assert "<p style=" in letter.html
    assert "Corrie" in letter.text
    message = parsed(mail)
    assert message["List-Unsubscribe"] == "<https://tafel.example/unsubscribe/t_1_x>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Precedence"] == "bulk"
    assert message["List-Id"].endswith(f"<{topic['slug'][:63]}.{topic['kind']}.tafel.example>")
    picture = LexborHTMLParser(letter.html).css_first("img")
    assert picture.attributes == picture.attributes | {
        "src": "https://tafel.example/media/soep.webp", "alt": "Een pan", "width": "552",
    }  # fmt: skip
    assert LexborHTMLParser(letter.html).css_first("div").text().strip() == "Een pan soep."  # the preheader


def test_what_is_written_from_right_to_left_is_shown_so(scribe):
    arabic = {"title": "حساء", "lead": "حساء ساخن", "html": "<p>قدر من الحساء.</p>", "content_language": "ar"}
    for kind, told, more in (
        ("newsletter", POST | arabic, {"topic": "tag-4"}),
        ("digest", {**NEWS, "items": [NEWS["items"][0] | arabic], "content_language": "ar"}, {"posts": [9]}),
    ):
        letter, _ = sent(scribe, kind, told, **more)
        own = LexborHTMLParser(letter.html).css("[lang=ar]")
        assert len(own) == 2
        assert {node.attributes.get("dir") for node in own} == {"auto"}


def test_a_trial_says_so_and_leads_nobody_out(scribe):
    letter, mail = sent(scribe, "newsletter", POST, topic=None)
    assert letter.subject == "[Proef] Soep voor wie er is"
    assert "Dit is een proef" in letter.text
    assert {"List-Unsubscribe", "List-Id"}.isdisjoint(parsed(mail))


def test_of_a_very_long_post_the_opening_comes_and_the_way_to_the_rest(scribe):
    letter, _ = sent(scribe, "newsletter", POST | {"is_whole": False}, topic="tag-4")
    assert "Lees verder:" in letter.text
    assert "Lees verder</a>" in letter.html


@pytest.mark.parametrize(("posts", "subject"), [
    ([9], "Bericht 9"), ([9, 7], "Bericht 9 – en nog een bericht"),
    ([7, 8, 9], "Bericht 9 – en nog 2 berichten"),
])  # fmt: skip
def test_a_digest_has_what_its_reader_asked_for(scribe, posts, subject):
    letter, mail = sent(scribe, "digest", NEWS, posts=posts)
    assert letter.subject == subject
    for id in (9, 8, 7):
        assert (f"Bericht {id}" in letter.text) == (f"Bericht {id}" in letter.html) == (id in posts)
    message = parsed(mail)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    # Out of digests, and not of the one topic that today's happens to be about.
    assert message["List-Unsubscribe"] == f"<{letter.link('unsubscribe')}>"
    assert message["Auto-Submitted"] == "auto-generated"


def test_two_readers_of_one_issue_share_its_words_and_nothing_else(scribe):
    content = Content.of(POST)
    ann, bob = (
        scribe.seal(
            "newsletter",
            f"k:{name}",
            PROMISED,
            facts(to=f"{name}@example.org", topic="tag-4", paths=paths),
            content,
        )
        for name, paths in (("ann", PATHS), ("bob", {name: f"{path}y" for name, path in PATHS.items()}))
    )
    assert letters._form.cache_info().currsize == 1 or letters._form.cache_info().hits
    assert b"ann@" not in bob.content
    assert b"a_1_x" in ann.content
    body = (
        message_from_bytes(bob.content, _class=EmailMessage, policy=SMTPUTF8)
        .get_body(("plain",))
        .get_content()
    )
    assert all(f"https://tafel.example{path}y" in body for path in PATHS.values())


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ('<a href="/over">x</a>', "https://tafel.example/over"),
        ('<a href="#noot">x</a>', f"{PAGE}#noot"),
        ('<a href="volgende">x</a>', "https://tafel.example/posts/volgende"),
        ('<a href="//elders.example/x">x</a>', "https://elders.example/x"),
        ('<a href="mailto:ann@example.org">x</a>', "mailto:ann@example.org"),
        ('<a href="https://[bad/">x</a>', PAGE),
        ('<img src="../media/x.png">', "https://tafel.example/media/x.png"),
    ],
)
def test_an_address_leads_where_it_leads_on_the_page(html, found):
    [node] = LexborHTMLParser(str(for_mail(html, PAGE))).css("a, img")
    assert (node.attributes.get("href") or node.attributes.get("src")) == found


def test_the_text_of_a_letter_spells_out_what_its_html_shows(scribe):
    html = text.sanitise(SHOWN)
    letter, mail = sent(scribe, "newsletter", POST | {"html": html}, topic="tag-4")
    for words in (letter.text, parsed(mail).get_body(("plain",)).get_content()):
        assert SPELLED in lines(words)


def test_an_issue_that_tells_a_text_of_its_own_is_still_sent(scribe):
    html = '<p>Een <a href="/pan">pan</a>.</p>'
    letter, _ = sent(scribe, "newsletter", POST | {"html": html, "text": "Een pan."}, topic="tag-4")
    assert "Een pan <https://tafel.example/pan>." in letter.text


@pytest.mark.parametrize(
    ("html", "lines_of_text"),
    [
        ("", []),
        ('<a href="https://a.example/">https://a.example</a>', ["https://a.example"]),
        ('<a href="mailto:ann@example.org">ann@example.org</a>', ["ann@example.org"]),
        ('<a href="mailto:ann@example.org">Ann</a>', ["Ann <ann@example.org>"]),
        ('<p>Zie<a href="#noot">1</a></p>', ["Zie1"]),
        ('<a href="https://a.example/x"><img src="/x.png" alt=""></a>', ["<https://a.example/x>"]),
        ("<p>a<br>b<br><br><br>c</p>", ["a", "b", "", "c"]),
        ("<li>los", ["- los"]),
        ('<ol start="x"><li>a</li><li></li><li>b</li></ol>', ["1. a", "3. b"]),
        ("<pre>  a\n\n    b\n</pre>", ["  a", "", "    b"]),
        ("<table><tr><td></td><td><p>a<br>b</p><p>c</p></td></tr></table>", ["| a b c"]),
        (
            "<blockquote>a</blockquote><blockquote><p>b</p><p>c</p></blockquote>",
            ["> a", "", "> b", ">", "> c"],
        ),
        ("<blockquote>" * 400 + "a<br>b", ["> " * 10 + "a", "> " * 10 + "b"]),
    ],
)
def test_a_text_is_laid_out_in_lines(html, lines_of_text):
    assert plain_text(html, PAGE).splitlines() == lines_of_text


@given(html=st.text(st.sampled_from("<>/abhiloprtu \n="), max_size=60) | st.text())
def test_no_text_is_lost_on_its_lines(html):
    html = text.sanitise(html)
    assert not set(text.words_of(text.plain(html))) - set(text.words_of(plain_text(html, PAGE)))


@pytest.mark.parametrize(("width", "told"), [("", "552"), ("9999", "552"), ("300", "300"), ("50%", "552")])
def test_no_picture_is_wider_than_the_paper(width, told):
    html = for_mail(f'<img src="/x.png" width="{width}" height="900">', PAGE)
    [node] = LexborHTMLParser(str(html)).css("img")
    assert node.attributes["width"] == told
    assert ("height" in node.attributes) == (told == width)


def test_a_text_from_right_to_left_runs_that_way_and_code_in_it_does_not(scribe):
    told = POST | {"title": "مرحبا", "html": "<p>مرحبا.</p><pre><code>x = 1</code></pre>"}
    letter, _ = sent(scribe, "newsletter", told, topic="newsletter-1")
    page = LexborHTMLParser(letter.html)
    assert [page.css_first(place).attributes["dir"] for place in ("h1", "div:has(> pre)", "pre")] == [
        "auto", "auto", "ltr"
    ]  # fmt: skip
    assert "background" in page.css_first("pre.code").attributes["style"]


def test_a_picture_has_one_address_in_a_letter():
    html = for_mail('<img src="/x.jpg" srcset="/x-320 320w, /x-640 640w" sizes="100vw">', PAGE)
    [node] = LexborHTMLParser(str(html)).css("img")
    assert not {"srcset", "sizes"} & node.attributes.keys()


@settings(deadline=None)
@given(words=one_line, html=st.text())
@example(words="</title><script>alert(1)</script>", html=SCRIPT)
@example(words='" onmouseover="alert(1)', html='<a href="https://x.example/&quot;onclick=&quot;a">x</a>')
@example(words="{{ 7 * 7 }}", html="{% raw %}{{ 7 * 7 }}<p style='x' class='y'>")
def test_whatever_a_post_holds_nothing_in_its_letters_acts(words, html):
    scribe = Scribe(Sender("post@tafel.example"), lambda path: f"https://tafel.example{path}")
    html = text.sanitise(html)
    image = {"url": "/x.webp", "alt": words, "width": None}
    told = POST | {
        "title": words,
        "lead": words,
        "html": html,
        "authors": [words],
        "image": image,
    }
    items = [NEWS["items"][0] | {"title": words, "lead": words, "authors": [words], "image": image}]
    for kind, content, share in (
        ("newsletter", told, {"topic": "tag-4"}),
        ("digest", NEWS | {"items": items}, {"posts": [9]}),
    ):
        letter, mail = sent(scribe, kind, content, **share)
        assert lines(parsed(mail).get_body(("plain",)).get_content()) == lines(letter.text)
        page = LexborHTMLParser(letter.html)
        assert page.css("script, iframe, object, form, svg, base, link") == []
        for node in page.css("*"):
            assert not [name for name in node.attributes if name.startswith("on")]
            for name in ("href", "src"):
                if address := node.attributes.get(name):
                    assert urlsplit(address).scheme in {"http", "https", "mailto", "tel"}
