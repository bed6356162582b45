"""A letter parses to what was written, whoever encodes it, and holds no header that we did not write."""

import json
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import parsedate_to_datetime
from itertools import product
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jinja2 import Environment
from markupsafe import escape

from mailers import (
    already_subscribed,
    comment_confirmation,
    comment_reply,
    comments_waiting,
    confirmation,
    goodbye,
    invitation,
    letters,
    pen,
    preferences_link,
    sign_in,
    welcome,
)
from mailers.compiled import NEVER, CompiledLetter, marks_for
from mailers.letter import Letter
from mailers.mail import Headers, Mail, Sender, Stamp
from mailers.outbox import read
from mailers.wording import Wording, day_in_words
from models.errors import Invalid
from tests.mailers.conftest import PROMISED

FACTS = {"to": "ann@example.org", "site_title": "Tafel & Co", "site_url": "https://tafel.example"}
FACTS |= {"key": "k:1", "promised_at": PROMISED}
PATHS = {
    "link": "confirm",
    "preferences_link": "preferences",
    "unsubscribe_link": "unsubscribe",
    "undo_link": "undo",
    "sign_in": "sign-in",
    "pen": "pen",
    "comment": "comment",
    "moderate": "moderate",
    "post": "posts",
}
LINKS = {name: f"https://tafel.example/{path}/abc_-=" for name, path in PATHS.items()}
SAID = {"post": "Over de heg & <b>", "words": "Mooi <i>gezegd</i> & waar."}
LETTERS = {
    confirmation: (confirmation.Confirmation, {"link": LINKS["link"], "code": "12345678"}),
    already_subscribed: (
        already_subscribed.AlreadySubscribed,
        {"preferences_link": LINKS["preferences_link"]},
    ),
    preferences_link: (preferences_link.PreferencesLink, {"link": LINKS["preferences_link"]}),
    welcome: (welcome.Welcome, {name: LINKS[name] for name in ("preferences_link", "unsubscribe_link")}),
    goodbye: (goodbye.Goodbye, {"undo_link": LINKS["undo_link"]}),
    invitation: (invitation.Invitation, {"link": LINKS["sign_in"]}),
    sign_in: (sign_in.SignIn, {"link": LINKS["sign_in"]}),
    pen: (pen.Pen, {"link": LINKS["pen"], "giver": "Bea", "note": "Jij kunt dit."}),
    comment_confirmation: (
        comment_confirmation.CommentConfirmation,
        {"link": LINKS["comment"], "post": "Over de heg"},
    ),
    comment_reply: (
        comment_reply.CommentReply,
        {"link": LINKS["post"], "unsubscribe_link": LINKS["unsubscribe_link"], **SAID, "replier": "Dee"},
    ),
    comments_waiting: (
        comments_waiting.CommentsWaiting,
        {"link": LINKS["moderate"], **SAID, "writer": "Cas", "number": "3"},
    ),
}
WRITTEN = {
    "confirmation": ["link"],
    "already_subscribed": ["preferences_link"],
    "preferences_link": ["link"],
    "welcome": ["preferences_link", "unsubscribe_link"],
    "goodbye": ["undo_link"],
    "invitation": ["link"],
    "sign_in": ["link"],
    "pen": ["link"],
    "pen_reminder": ["link"],
    "pen_thanks": ["link"],
    "comment_confirmation": ["link"],
    "comments_waiting": ["link"],
    "comment_reply": ["link", "unsubscribe_link"],
}
MORE = {
    "confirmation": {"code": "12345678"},
    "comment_confirmation": {"post": "Over de heg"},
    "comments_waiting": {**SAID, "writer": "Cas", "number": "3"},
    "comment_reply": {**SAID, "replier": "Dee"},
}
HEADERS = {"Subject", "From", "To", "Date", "Message-ID"}
HEADERS |= {"Content-Language", "MIME-Version", "Content-Type"}
WAYS_OUT = {"List-Id", "List-Unsubscribe", "List-Unsubscribe-Post"}
CORPUS = Path(__file__).parents[3] / "shared" / "corpus"

anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
one_line = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=200).map(str.strip)
hard_lines = st.lists(
    st.sampled_from(
        [".", "..", ". ", " ", "\t", "x" * 990, "{{ name }}", "{% if %}", "=", "=?utf-8?q?a?=", "é" * 90]
    ),
    max_size=12,
).map("\n".join)
bodies = anything | hard_lines


def lines(text):
    """Give a text as mail knows it: in lines."""
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")


def parsed(mail: Mail):
    assert_safe(mail.content)
    return message_from_bytes(mail.content, _class=EmailMessage, policy=SMTPUTF8)


def assert_safe(content):
    """Hold the rules of RFC 5321 and 5322 and of every server: ASCII, CRLF alone, short lines."""
    assert content.endswith(b"\r\n")
    assert content.isascii()
    assert b"\0" not in content
    bare = content.replace(b"\r\n", b"")
    assert b"\r" not in bare
    assert b"\n" not in bare
    head, _, body = content.partition(b"\r\n\r\n")
    assert max(map(len, head.split(b"\r\n"))) <= 998
    assert max(map(len, body.split(b"\r\n"))) <= 76


def by_the_standard_library(sender, letter):
    message = EmailMessage(policy=SMTP)
    message["Subject"] = letter.subject
    message["From"] = f'"{sender.name}" <{sender.address}>'
    message["To"] = letter.to
    message["Date"] = letter.promised_at
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    return message_from_bytes(message.as_bytes(), _class=EmailMessage, policy=SMTPUTF8)


def assert_same(ours, theirs):
    for name in ("From", "To", "Date"):
        assert str(ours[name]) == str(theirs[name])
    for kind in ("plain", "html"):
        our_part, their_part = ours.get_body((kind,)), theirs.get_body((kind,))
        assert our_part.get_content_type() == their_part.get_content_type()
        assert our_part.get_content_charset() == their_part.get_content_charset()
        assert lines(our_part.get_content()) == lines(their_part.get_content())


@settings(deadline=None)
@given(subject=one_line, text=bodies, html=bodies)
@example(
    subject="late spaces", text="x" * 73 + " \n" + "x" * 74 + " \n" + "x" * 75 + " \ny", html="\t" * 80 + "\n"
)
@example(subject="", text="", html="")
@example(subject="Wie heeft de sleutel? " * 9, text=".\r\n.\r.", html="\x00")
@example(subject="=?utf-8?q?no?=", text="trailing  \n\t\n", html="x" * 2000)
@example(subject="a  b", text="From me\n", html="\u2028\x85\x0b\x0c")
def test_a_letter_parses_as_the_standard_library_parses_its_own(subject, text, html):
    sender = Sender("post@tafel.example", "De Lange Tafel")
    values = {"key": "k", "language": "nl", "promised_at": PROMISED}
    letter = Letter(to="ann@example.org", subject=subject, text=text, html=html, **values)
    message = parsed(letter.rendered(sender))
    assert str(message["Subject"]) == subject
    assert_same(message, by_the_standard_library(sender, letter))
    assert set(message) == HEADERS


plain, escaping = (
    Environment(keep_trailing_newline=True),
    Environment(autoescape=True, keep_trailing_newline=True),
)
WORDING = Wording(
    "en",
    plain.from_string("{{ name }} reads {{ title }}"),
    plain.from_string("Hello {{ name }},\n{{ link }}\n.{{ name }}  {{ name }}\n{{ title }}{{ link }}\n"),
    escaping.from_string('<p title="{{ name }}">{{ title }} {{ link }}</p>{{ name }}\n'),
)


@settings(deadline=None)
@given(name=one_line, title=one_line, link=bodies)
@example(name="Ann", title="{{ name }}", link="{{ 7 * 7 }}")
@example(name="n", title="x" * 68, link="=" * 25 + "y")
@example(name="n", title="t", link="y" * 76)
@example(name="", title="<b>", link="\n.\n")
@example(name="\ue0000.0\ue001", title="'\"&", link=" ")
@example(name="", title="", link="\r")
def test_a_compiled_letter_parses_as_the_standard_library_parses_its_own(name, title, link):
    sender = Sender("post@tafel.example", "De Lange Tafel")
    marks = marks_for(["name", "link"])
    values = {"to": "", "language": "en", "key": "", "promised_at": NEVER}
    subject, text, html = WORDING.filled({"title": title, **marks})
    form = CompiledLetter(Letter(subject=subject, text=text, html=html, **values), marks, sender)
    mail = form.fill(Stamp("ann@example.org", "k", PROMISED), {"name": name, "link": link})
    with pytest.raises(KeyError):
        form.fill(Stamp("ann@example.org", "k", PROMISED), {})
    # A line break at the end of a value is its own, and no half of one in the words that follow.
    link = link.replace("\r\n", "\n").replace("\r", "\n")
    safe_name, safe_title, safe_link = map(escape, (name, title, link))
    letter = Letter(
        to="ann@example.org",
        subject=f"{name} reads {title}",
        text=f"Hello {name},\n{link}\n.{name}  {name}\n{title}{link}\n",
        html=f'<p title="{safe_name}">{safe_title} {safe_link}</p>{safe_name}\n',
        language="en",
        key="k",
        promised_at=PROMISED,
    )
    message = parsed(mail)
    assert str(message["Subject"]) == letter.subject.strip()
    assert_same(message, by_the_standard_library(sender, letter))
    assert message["Message-ID"] == parsed(letter.rendered(sender))["Message-ID"]


@pytest.mark.parametrize(
    ("room", "language"), list(product(LETTERS, ["nl", "en"])), ids=lambda v: getattr(v, "__name__", v)
)
def test_every_letter_says_from_whom_and_why_and_holds_its_links(room, language, sender):
    kind, links = LETTERS[room]
    letter = room.write(kind(**FACTS, **links, name="<Ann>", language=language))
    hello = "Dag <Ann>," if language == "nl" else "Hello <Ann>,"
    assert letter.text.startswith(f"{hello}\n\n")
    assert str(escape(hello)) in letter.html
    assert "<Ann>" not in letter.html
    assert letter.language == language
    assert f'<html lang="{language}"' in letter.html
    for value in links.values():
        assert value in letter.text
        assert str(escape(value)) in letter.html
    why = "Je krijgt deze brief omdat" if language == "nl" else "You receive this letter because"
    assert all(why in part and "ann@example.org" in part for part in (letter.text, letter.html))
    assert "Tafel & Co" in letter.subject + letter.text
    assert "Tafel &amp; Co" in letter.html
    assert not {"<img", "<script", "<table", "@import", "src="} & set(letter.html.split())
    assert all(link.startswith("https://tafel.example") for link in letter.links)
    message = parsed(letter.rendered(sender))
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == language
    assert read(letter.rendered(sender)) == letter


@pytest.mark.parametrize(
    ("asked", "given"),
    list({"nl-BE": "nl", "nl_NL": "nl", "NL": "nl", "fr": "en", "": "en", "../nl": "en"}.items()),
)
def test_a_language_without_words_falls_back(asked, given):
    kind, links = LETTERS[goodbye]
    letter = goodbye.write(kind(**FACTS, **links, language=asked))
    assert letter.language == given
    assert letter.text.startswith("Dag,\n" if given == "nl" else "Hello,\n")


def test_english_days_are_written_one_way():
    for language in ("en", "en-US", "en-GB", "fr", ""):
        assert day_in_words("2026-11-27", language) == "27 November 2026"
    assert day_in_words("2026-11-27", "nl-BE") == "27 november 2026"


@settings(deadline=None)
@given(
    kind=st.sampled_from(list(WRITTEN)), language=st.sampled_from(["nl", "en"]), name=one_line, title=one_line
)
@example(kind="welcome", language="nl", name="{{ 7 * 7 }}", title="{% raw %}")
@example(kind="welcome", language="en", name="</p><script>", title='"A, B" <eve@example.org>')
@example(kind="goodbye", language="nl", name="", title="=?utf-8?q?Bcc:_eve?=")
def test_whatever_a_fact_holds_it_is_words_and_the_same_words_again(kind, language, name, title):
    paths = {path: f"/{path}/abc_-=" for path in WRITTEN[kind]}
    facts = {"to": "ann@example.org", "name": name, "language": language, "site_title": title, "paths": paths}
    facts |= MORE.get(kind, {"giver": name or "Bea", "title": title} if kind.startswith("pen") else {})

    sender = Sender("post@tafel.example")
    scribe = letters.Scribe(sender, "https://tafel.example{}".format)
    letter = scribe.write(kind, "k:1", PROMISED, facts)
    mail = scribe.seal(kind, "k:1", PROMISED, facts)
    assert read(mail) == read(letter.rendered(sender))
    letters._form.cache_clear()  # as in another process
    assert mail == scribe.seal(kind, "k:1", PROMISED, facts)
    message = parsed(mail)
    assert set(message) - WAYS_OUT == HEADERS | {"Auto-Submitted"}
    assert str(message["Subject"]) == letter.subject
    [writer], [reader] = message["From"].addresses, message["To"].addresses
    assert (writer.addr_spec, reader.addr_spec) == ("post@tafel.example", "ann@example.org")
    assert lines(message.get_body(("plain",)).get_content()) == lines(letter.text)
    assert lines(message.get_body(("html",)).get_content()) == lines(letter.html)
    assert name in letter.text
    assert str(escape(name)) in letter.html


def test_a_letter_says_who_writes_even_when_the_sender_has_no_name(write):
    letter = write(writer="De Lange Tafel")
    for sender, name in (("", "De Lange Tafel"), ("Redactie", "Redactie")):
        [address] = parsed(letter.rendered(Sender("post@tafel.example", sender)))["From"].addresses
        assert address.display_name == name
    assert parsed(write().rendered(Sender("post@tafel.example")))["From"] == "post@tafel.example"


def test_a_link_is_found_by_its_first_word():
    kind, links = LETTERS[welcome]
    letter = welcome.write(kind(**FACTS, **links, language="en"))
    assert letter.link("unsubscribe") == LINKS["unsubscribe_link"]
    with pytest.raises(LookupError):
        letter.link("unsub")


@pytest.mark.parametrize(
    "evil", ["a\r\nBcc: eve@example.org", "a\nb", "a\rb", "a\0b", "a\x85b", "a\u2028b", "\ud800"]
)
def test_no_value_becomes_a_header(evil, write, sender):
    for values in ({"subject": evil}, {"to": f"ann{evil}@example.org"}, {"to": f"ann@{evil}.org"}):
        with pytest.raises(Invalid):
            write(**values).rendered(sender)
    for headers in (
        Headers(list_id=evil),
        Headers(list_id="news.tafel.example", list_name=evil),
        Headers(unsubscribe_url=f"https://x.example/{evil}"),
    ):
        with pytest.raises(Invalid):
            write(headers=headers).rendered(sender)
    with pytest.raises(Invalid):
        write().rendered(Sender("post@tafel.example", evil))


def test_a_list_letter_tells_how_to_leave(write, sender):
    headers = Headers(
        list_id="nieuws.tafel.example",
        list_name="Nieuws, élke week",
        unsubscribe_url="https://tafel.example/unsubscribe/" + "x" * 40,
    )
    message = parsed(write(headers=headers).rendered(sender))
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Unsubscribe"] == f"<{headers.unsubscribe_url}>"
    assert str(message["List-Id"]).endswith("<nieuws.tafel.example>")
    assert "Auto-Submitted" not in message


@pytest.mark.parametrize(
    ("site_url", "list_id"),
    [
        ("https://tafel.example/", "newsletter.tafel.example"),
        ("https://tafel.example:8443/blog", "newsletter.tafel.example"),
        ("https://bücher.example", "newsletter.xn--bcher-kva.example"),
        ("http://127.0.0.1:8000", "newsletter.127.0.0.1"),
        ("http://[::1]:8000", "newsletter.localhost"),
        ("http://under_scored", "newsletter.localhost"),
    ],
)
def test_the_welcome_tells_how_to_leave_in_one_click(site_url, list_id, sender):
    out = f"{site_url.rstrip('/')}/unsubscribe/unsub_1_a.b.c"
    links = {"preferences_link": f"{site_url}/preferences/x", "unsubscribe_link": out}
    letter = welcome.write(welcome.Welcome(**FACTS | {"site_url": site_url}, **links, language="nl"))
    message = parsed(letter.rendered(sender))
    assert message["List-Id"] == f"Tafel & Co <{list_id}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Unsubscribe"] == f"<{out.replace('bücher', 'xn--bcher-kva')}>"


@pytest.mark.parametrize(
    "name", ["", "Ann", "O'Neil & Co.", 'The "Table"', "Café", "x" * 200, "a, b <c@d.example>"]
)
def test_a_sender_keeps_the_name(name, write):
    message = parsed(write().rendered(Sender("post@tafel.example", name)))
    [address] = message["From"].addresses
    assert address.addr_spec == "post@tafel.example"
    # The standard library puts a space between two encoded words of a name.
    assert address.display_name.replace(" ", "") == name.replace(" ", "")


def test_a_retry_is_the_same_to_the_byte(write, sender):
    mail = write().rendered(sender)
    assert mail == write().rendered(sender)
    other = write("letter:2", promised_at=PROMISED + timedelta(days=1)).rendered(sender)
    assert parsed(mail)["Message-ID"] != parsed(other)["Message-ID"]
    assert parsedate_to_datetime(str(parsed(mail)["Date"])) == datetime(2026, 5, 1, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize("file", ["email_hostile.json", "email_isemail.json"])
def test_hostile_addresses_are_refused_or_stand_alone(file, write, sender):
    known = [
        "x",
        "@",
        "a@b\r\nRCPT TO:<eve@example.org>",
        "x@y z",
        "<x@y>",
        "ann@example.org",
        '"a b"@example.org',
    ]
    if (CORPUS / file).exists():
        rows = json.loads((CORPUS / file).read_text("utf-8"))
        known += [row if isinstance(row, str) else row["address"] for row in rows]
    for address in known:
        try:
            mail = write(to=address).rendered(sender)
        except Invalid:
            continue
        assert not set(mail.recipient) & set(' <>\r\n\0"(),:;[]\\')
        assert mail.recipient.count("@") == 1
        assert message_from_bytes(mail.content, policy=SMTPUTF8)["Bcc"] is None
