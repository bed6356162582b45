"""Reports as mail servers write them, about a letter with a way out in its head."""

HEAD = """\
From: De Lange Tafel
 <post@tafel.example>
To: ann@example.org
Date: {date}
List-Unsubscribe-Post: List-Unsubscribe=One-Click
List-Unsubscribe:
 <https://tafel.example/unsubscribe/{token}>
Subject: Nieuws
"""
WRITTEN = "Mon, 01 Mar 2021 09:00:00 +0000"

REPORT = """\
From: MAILER-DAEMON@mx.tafel.example (Mail Delivery System)
To: post@tafel.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B1"

--B1
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--B1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.tafel.example

{readers}--B1
Content-Type: {kind}

{head}
--B1--
"""
READER = """\
Final-Recipient: rfc822; {to}
Original-Recipient: rfc822;{to}
Action: {action}
Status: {status}
Remote-MTA: dns; mx.example.org
{diagnostic}
"""

COMPLAINT = """\
From: <feedback@isp.example>
Subject: FW: Nieuws
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="B2"

--B2
Content-Type: text/plain

This is an email abuse report.

--B2
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1

--B2
Content-Type: message/rfc822
Content-Disposition: inline

{head}
Hello.
--B2--
"""

GLOBAL = """\
From: MAILER-DAEMON@mx.example
MIME-Version: 1.0
Content-Type: multipart/report; report-type=global-delivery-status; boundary="B3"

--B3
Content-Type: text/plain; charset=utf-8

Hélas.

--B3
Content-Type: message/global-delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: utf-8; änn@example.org
Action: failed
Status: 5.1.1

--B3
Content-Type: message/global-headers

{head}
--B3--
"""

VACATION = b"""\
From: ann@example.org
Subject: Away
Auto-Submitted: auto-replied

I am away; 550 5.1.1 is my room.
"""


def nested(depth: int) -> bytes:
    """Write parts within parts."""
    part = b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n'
    return b"".join(part % (n, n) for n in range(depth))


NESTED = nested(3_000)


def dsn(
    status: str, diagnostic: str = "", *, action: str = "failed", whole: bool = False, readers: int = 1,
    token: str = "unsub_1_x", date: str = WRITTEN, to: str = "ann@example.org",
) -> bytes:  # fmt: skip
    """Write a report as Postfix does (RFC 3464), with the whole letter or its head."""
    head = HEAD.format(token=token, date=date)
    answer = f"Diagnostic-Code: {diagnostic}\n" if diagnostic else ""
    reader = READER.format(to=to, action=action, status=status, diagnostic=answer)
    kind = "message/rfc822" if whole else "text/rfc822-headers"
    return REPORT.format(
        readers=reader * readers, kind=kind, head=f"{head}\nHi.\n" if whole else head
    ).encode()


def complaint(kind: str = "abuse", *, token: str = "unsub_1_x", date: str = WRITTEN) -> bytes:
    """Write a complaint as a feedback loop does (RFC 5965)."""
    return COMPLAINT.format(kind=kind, head=HEAD.format(token=token, date=date)).encode()


def global_dsn() -> bytes:
    """Write a report beyond ASCII (RFC 6533)."""
    return GLOBAL.format(head=HEAD.format(token="unsub_1_x", date=WRITTEN).replace("ann@", "änn@")).encode()


def broken(charset: str = 'charset="nope"') -> bytes:
    """Write a complaint that says of itself, beyond ASCII, that it is in a charset nobody knows."""
    said = f"Content-Type: text/plain; {charset}\n\n".encode() + b"\xff\n"
    return complaint().replace(b"Version: 1\n", said)
