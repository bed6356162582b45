"""An address that is taken can be written to as it stands, and means one mailbox; any other is refused."""

import json
from email import message_from_string, policy
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP
from email_validator import SPECIAL_USE_DOMAIN_NAMES, validate_email
from hypothesis import assume, example, given
from hypothesis import strategies as st

import models
from mailers.addresses import mailbox
from mailers.letter import Letter
from mailers.mail import Sender
from models.addresses import LONGEST, LONGEST_LOCAL, PLAIN

HOSTILE = json.loads((Path(__file__).parent / "hostile_addresses.json").read_text())
CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
TAKEN = {
    "ann@example.org": "ann@example.org",
    " Ann@EXAMPLE.org\r\n": "Ann@example.org",
    "ann+news@example.org": "ann+news@example.org",
    "d.o.t.s@gmail.com": "d.o.t.s@gmail.com",
    "o'neill@example.org": "o'neill@example.org",
    "x@bücher.example": "x@xn--bcher-kva.example",
    "x@example。org": "x@example.org",
    "jörg@example.org": "jörg@example.org",
    "jo\u0308rg@example.org": "jörg@example.org",
    "संपर्क@डाटामेल.भारत": "संपर्क@xn--c2bd4bq1db8d.xn--h2brj9c",
    "ผู้ใช้@example.org": "ผู้ใช้@example.org",
    "用户@例子.广告": "用户@xn--fsqu00a.xn--4rr70v",
    "a" * 64 + "@example.org": "a" * 64 + "@example.org",
    "é" * 32 + "@example.org": "é" * 32 + "@example.org",
}
REFUSED = {
    "nothing": "",
    "no domain": "ann@",
    "no name": "@example.org",
    "two": "ann@example.org,bob@example.org",
    "a name beside it": "Ann <ann@example.org>",
    "angle brackets": "<ann@example.org>",
    "a scheme": "mailto:ann@example.org",
    "a header": "ann@example.org\r\nBcc: bob@example.org",
    "a folded header": "ann@example.org\r\n Bcc: bob@example.org",
    "quotes": '"ann"@example.org',
    "a quoted header": '"\r\nBcc: bob@example.org"@example.org',
    "an encoded word": "=?utf-8?q?ann=40example.com?=@example.org",
    "an IP address": "ann@[127.0.0.1]",
    "this machine": "root@localhost",
    "a single label": "ann@example",
    "a dot at the end": "ann@example.org.",
    "NUL": "ann\x00@example.org",
    "half a pair": "\ud800@example.org",
    "an invisible sign": "ann\u200b@example.org",
    "right to left": "\u202eann@example.org",
    "a wide @": "ann＠example.org",
    "wide letters": "ａｎｎ@example.org",
    "a ligature": "ﬀ@example.org",
    "a number with a full stop in it": "1⒈1@example.org",
    "a picture": "😀@example.org",
    "a dash that is none": "ann—b@example.org",
    "a mark in front": "\u0301ann@example.org",
    "a long name": "a" * 65 + "@example.org",
    "a name long in octets": "é" * 33 + "@example.org",
    "a long domain": "x@" + "a." * 126 + "org",
    "long in octets": "é" * 32 + "@" + "b" * 60 + "." + "c" * 60 + "." + "d" * 60 + ".example.org",
    "a megabyte": "a" * 10**6 + "@example.org",
    "a megabyte of @": "@" * 10**6,
    "a megabyte of marks": "a" + "\u0301" * 10**6 + "@example.org",
}
ANYBODY = Sender("blog@example.com")
# What addresses are made of, what they are not made of, and what looks like it.
SIGNS = st.sampled_from(
    "aZ09.+-_'=?{}%!*/|`~^$#&@<>()[]\\\",;: \t\r\n\x00éıİßſKﬀ\u0301\u0ad0ิ用م١²⒈＠．\u200b\ud800😀"
)
LOCALS = st.one_of(st.text(SIGNS, max_size=70), st.text(max_size=70))
LABELS = st.one_of(
    st.sampled_from(["example", "org", "bücher", "xn--a", "EX", "a" * 63]), st.text(max_size=20)
)
ADDRESSES = st.one_of(
    st.emails(),
    st.builds(lambda local, labels: f"{local}@{'.'.join(labels)}", LOCALS, st.lists(LABELS, max_size=6)),
    st.builds(lambda local: f"{local}@example.org", LOCALS),
    st.text(SIGNS, max_size=300),
)


def holds(written: str) -> bool:
    """Hold what is promised of an address that is taken; tell whether it is."""
    try:
        address = models.Address.of(written)
    except models.Invalid:
        return False
    local, _, domain = address.text.rpartition("@")
    assert domain.isascii()
    assert len(local.encode()) <= LONGEST_LOCAL
    assert max(len(address.text.encode()), len(address.mailbox.encode())) <= LONGEST
    assert models.Address.of(address.text) == address
    # Else a stranger's look-alike would be taken for the mailbox of another.
    assert address.text.isascii() or not address.mailbox.isascii()
    assert models.Address(address.folded).folded == address.folded
    assert address.folded.rpartition("@")[0]
    assert mailbox(address.text, field="to") == address.text
    letter = Letter(
        to=address.text, subject="x", text="x", html="x", language="en", key="x", promised_at=models.now()
    )
    mail = letter.rendered(ANYBODY)
    assert mail.recipient == address.text
    assert _heard_by_a_server(mail.recipient) == address.text
    head = message_from_string(mail.content.decode(), policy=policy.SMTPUTF8)
    assert [str(to.addr_spec) for to in head["To"].addresses] == [address.text]
    assert head["Bcc"] is None
    return True


def _heard_by_a_server(recipient: str) -> str:
    line = f"RCPT TO:<{recipient}>\r\n".encode()
    assert line.count(b"\n") == 1
    said = line.decode().rstrip("\r\n").removeprefix("RCPT ")
    reader = SMTP.__new__(SMTP)
    reader.local_part_limit = LONGEST_LOCAL
    address, rest = reader._getaddr(reader._strip_command_keyword("TO:", said))
    assert not rest
    return address


@pytest.mark.parametrize(("written", "text"), TAKEN.items(), ids=map(ascii, TAKEN))
def test_an_address_is_taken_as_people_write_it(written, text):
    assert models.Address.of(written).text == text
    assert holds(written)


@pytest.mark.parametrize("written", REFUSED.values(), ids=REFUSED)
def test_what_no_letter_can_be_sent_to_is_refused_in_one_line(written):
    with pytest.raises(models.Invalid) as refused:
        models.Address.of(written)
    assert refused.value.field == "email"
    assert "\n" not in str(refused.value)


def test_hostile_addresses_are_refused_or_can_be_written_to():
    taken = [one for one in HOSTILE if holds(one)]
    assert 30 < len(taken) < len(HOSTILE) - 30


def test_the_public_corpora_are_refused_or_can_be_written_to_when_they_are_here():
    for name in ("email_hostile.json", "email_isemail.json"):
        path = CORPUS / name
        for one in json.loads(path.read_text()) if path.exists() else []:
            verdict = {} if isinstance(one, str) else one
            taken = holds(one if isinstance(one, str) else one["address"])
            # White space around it is what people paste.
            if verdict.get("category") == "ISEMAIL_ERR" and taken:
                assert verdict["address"].strip() != verdict["address"]


@given(written=ADDRESSES)
@example("ıİſK@example.org")
@example("a@b.c\n")
def test_whatever_is_taken_can_be_written_to(written):
    holds(written)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann@Example.org", "ann@EXAMPLE.ORG"),
        ("JÖRG@example.org", "jo\u0308rg@example.org"),
        ("x@BÜCHER.example", "x@xn--bcher-kva.example"),
    ],
)
def test_large_and_small_letters_mean_the_same_mailbox(one, other):
    assert models.Address.of(one).mailbox == models.Address.of(other).mailbox


def test_whoever_has_one_inbox_is_counted_once_and_yet_not_taken_for_another():
    names = ["ann", "a.n.n", "ann+news", "A.n.n+a+b", "ann+"]
    found = [models.Address.of(f"{name}@example.org") for name in names]
    assert {address.folded for address in found} == {"ann@example.org"}
    assert len({address.mailbox for address in found}) == len(names)
    assert models.Address.of("+@example.org").folded == "+@example.org"


def test_an_address_that_is_another_field_is_refused_by_its_name():
    with pytest.raises(models.Invalid) as refused:
        models.Address.of("x", field="from")
    assert refused.value.field == "from"


WORDS = st.text("aZ0", min_size=1, max_size=4)


@given(
    st.lists(WORDS, min_size=1),
    st.sampled_from("._+-"),
    st.lists(WORDS, min_size=1),
    st.sampled_from(".-"),
    st.text("aZ", min_size=2, max_size=4),
)
@example(["A", "b"], "_", ["X-1", "Example"], ".", "ORG")
def test_a_plain_address_is_read_as_the_library_reads_it(local, joint, labels, dot, top):
    plain = f"{joint.join(local)}@{dot.join(labels)}.{top}"
    assume(PLAIN.fullmatch(plain))
    found = validate_email(plain, check_deliverability=False, test_environment=True)
    assert models.Address.of(plain).text == f"{found.local_part}@{found.ascii_domain}"


@pytest.mark.parametrize("name", SPECIAL_USE_DOMAIN_NAMES)
def test_a_name_of_special_use_is_not_taken_for_plain(name):
    for domain in (name, f"a.{name}", f"a.{name.upper()}"):
        assert not PLAIN.fullmatch(f"ann@{domain}")
