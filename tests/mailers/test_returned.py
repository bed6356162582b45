"""What comes back of letters is read for what it says, and never for more."""

from datetime import UTC, datetime

import pytest

from mailers.mail import Headers, Sender, Stamp
from mailers.returned import Fate, read_returned
from tests.mailers.returned import NESTED, VACATION, broken, complaint, dsn, global_dsn, nested

WAY = ("https://tafel.example/unsubscribe/unsub_1_x",)
WRITTEN = datetime(2021, 3, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "diagnostic", "fate"),
    [
        ("5.1.1", "smtp; 550 5.1.1 <ann@example.org>: No such user", Fate.NO_SUCH_ADDRESS),
        ("5.0.0", "smtp; 550 5.1.1 unknown", Fate.NO_SUCH_ADDRESS),
        ("5.1.10", "", Fate.NO_SUCH_ADDRESS),
        ("5.1.2", "x-unix; host not found", Fate.NO_SUCH_ADDRESS),
        ("5.2.1", "smtp;550-5.2.1 The account is disabled", Fate.NO_SUCH_ADDRESS),
        # The server's own words against what a relay has made of them.
        ("5.1.1", "smtp; 550 5.7.1 Message rejected as spam", Fate.REFUSED_US),
        ("5.7.26", "smtp; 550 5.7.26 unauthenticated", Fate.REFUSED_US),
        ("5.0.0", "smtp; 550 relay access denied", Fate.REFUSED_US),
        # Sendmail makes 5.1.1 of any 550.
        ("5.1.1", "SMTP; 550 Relaying denied", Fate.REFUSED_US),
        ("5.1.1", "SMTP; 550 your network is on a block list", Fate.NOT_DELIVERED),
        ("5.1.1", "X-Postfix; unknown user", Fate.NO_SUCH_ADDRESS),
        ("5.2.1", "smtp; 550-5.2.1 The user is receiving mail at a rate that prevents", Fate.NOT_DELIVERED),
        ("5.2.2", "smtp; 552 5.2.2 Mailbox full", Fate.NOT_DELIVERED),
        ("5.0.0", "smtp; 550 user unknown", Fate.NOT_DELIVERED),
        ("5.4.7", "", Fate.NOT_DELIVERED),
        ("4.4.7", "smtp; 451 4.4.7 expired", Fate.NOT_DELIVERED),
        ("", "", Fate.NOT_DELIVERED),
    ],
)
def test_a_report_ends_a_subscription_only_when_the_address_is_none(status, diagnostic, fate):
    for whole in (False, True):
        returned = read_returned(dsn(status, diagnostic, whole=whole))
        assert (returned.fate, returned.ways_out, returned.written_at) == (fate, WAY, WRITTEN)


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", ""])
def test_what_is_not_final_is_none(action):
    fate = read_returned(dsn("5.1.1", action=action)).fate
    assert fate is (Fate.NOT_FINAL if action else Fate.NOT_DELIVERED)


def test_a_report_of_several_readers_blames_none():
    assert read_returned(dsn("5.1.1", readers=2)).fate is Fate.NOT_DELIVERED


@pytest.mark.parametrize("kind", ["abuse", "ABUSE ", "fraud", "virus", "other"])
def test_a_complaint_is_one(kind):
    returned = read_returned(complaint(kind))
    assert (returned.fate, returned.ways_out) == (Fate.COMPLAINED, WAY)


def test_that_it_is_no_spam_is_no_complaint():
    assert read_returned(complaint("not-spam")).fate is Fate.NOT_FINAL


def test_a_report_beyond_ascii_is_read():
    returned = read_returned(global_dsn())
    assert (returned.fate, returned.ways_out) == (Fate.NO_SUCH_ADDRESS, WAY)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\0\xff" * 100,
        b"hello",
        VACATION,
        NESTED,
        broken(),
        broken("charset*=utf-8''%FF"),
        b"Content-Type: message/delivery-status\n\n",
        b"\n" * 9,
    ],
)
def test_what_is_no_report_is_none(message):
    returned = read_returned(message)
    assert returned.fate in (Fate.NO_REPORT, Fate.NOT_DELIVERED)
    assert returned.ways_out == ()


def test_a_report_that_was_cut_anywhere_is_read_without_an_error():
    for whole in (dsn("5.1.1", "smtp; 550 5.1.1 no"), complaint(), global_dsn()):
        for end in range(0, len(whole), 7):
            read_returned(whole[:end])


@pytest.mark.parametrize("kind", ["feedback-report", "global-delivery-status", "global-headers"])
@pytest.mark.parametrize("depth", [400, 3_000])
def test_parts_within_parts_end_nothing_and_stop_nobody(kind, depth):
    deep = b"Content-Type: multipart/report; boundary=B\n\n--B\nContent-Type: message/%b\n\n%b\n--B--\n"
    assert read_returned(deep % (kind.encode(), nested(depth))).fate is not Fate.COMPLAINED


@pytest.mark.parametrize("zone", ["+9999", "+99999999999999999999", "-99999999999999999999", "x"])
def test_a_date_that_is_none_is_none(zone):
    returned = read_returned(dsn("5.1.1", date=f"Mon, 01 Mar 2021 09:00:00 {zone}"))
    assert (returned.fate, returned.ways_out) == (Fate.NO_SUCH_ADDRESS, WAY)


def test_of_many_ways_out_few_are_tried():
    assert len(read_returned(complaint(token="x>,<" * 10_000)).ways_out) < 10


def test_a_letter_of_ours_is_known_by_its_head():
    way = f"https://tafel.example/unsubscribe/unsub_1_{'x' * 90}"
    body = b"Content-Type: text/plain\r\n\r\nHello.\r\n"
    mail = Sender("post@tafel.example", "De Lange Tafel").seal(
        Stamp("ann@example.org", "issue:1:1", WRITTEN),
        Headers(bulk=True, list_id="news.tafel.example", unsubscribe_url=way),
        subject=b"Subject: Nieuws\r\n", language="nl", body=body,
    )  # fmt: skip
    report = dsn("5.1.1", whole=True).replace(b"\n", b"\r\n")
    head, _, rest = report.partition(b"Content-Type: message/rfc822\r\n\r\n")
    returned = read_returned(
        head + b"Content-Type: message/rfc822\r\n\r\n" + mail.content + rest[rest.index(b"--B1--") - 2 :]
    )
    assert (returned.fate, returned.ways_out, returned.written_at) == (Fate.NO_SUCH_ADDRESS, (way,), WRITTEN)


def test_line_ends_of_the_wire_are_read_too():
    for whole in (dsn("5.1.1"), global_dsn()):
        returned = read_returned(whole.replace(b"\n", b"\r\n"))
        assert (returned.fate, returned.ways_out) == (Fate.NO_SUCH_ADDRESS, WAY)
