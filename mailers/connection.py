"""A new line to a mail server: connected, guarded and signed in by aiosmtplib, then taken over."""

import asyncio
import errno
import socket
import ssl
from typing import cast

from aiosmtplib import (
    SMTP,
    SMTPConnectError,
    SMTPException,
    SMTPHeloError,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from mailers.pipeline import Offers, Pipeline
from mailers.reasons import CUT, NO_ANSWER, NO_SUCH_HOST, NO_TLS, NOBODY_LISTENS
from mailers.replies import Replies
from mailers.servers import Security, Server
from mailers.standing import Standing
from mailers.verdicts import SOON, NoLine, OursToFix, Reply, Stage, Verdict, judge, later, printable

PATIENCE = 30.0  # seconds for each step

_START_TLS = {Security.STARTTLS: True, Security.OPPORTUNISTIC: None}


class Unreachable(Exception):
    """No mail server takes a letter now; the verdict says why and until when."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(str(verdict))
        self.verdict = verdict


async def connect(standing: Standing, name: str) -> Pipeline:
    """Open a line and introduce ourselves by this host name; raise Unreachable."""
    smtp = _client(standing.server, name)
    try:
        await smtp.connect()
        if smtp.is_ehlo_or_helo_needed:
            await _greet(smtp)
        return _take_over(smtp, standing)
    except (SMTPException, OSError, ValueError) as error:
        smtp.close()
        raise Unreachable(_verdict(error)) from error
    except BaseException:
        # Whoever stops waiting leaves no line open.
        smtp.close()
        raise


def _client(server: Server, name: str) -> SMTP:
    return SMTP(
        hostname=server.host,
        port=server.port,
        username=server.username or None,
        password=server.password if server.username else None,
        local_hostname=name,
        timeout=PATIENCE,
        use_tls=server.security is Security.TLS,
        start_tls=_START_TLS.get(server.security, False),
        validate_certs=server.security is not Security.OPPORTUNISTIC,
    )


async def _greet(smtp: SMTP) -> None:
    try:
        await smtp.ehlo()
    except SMTPHeloError:
        await smtp.helo()


def _take_over(smtp: SMTP, standing: Standing) -> Pipeline:
    # After STARTTLS only the protocol knows the transport that encrypts.
    transport = smtp.protocol.transport if smtp.protocol else None
    if transport is None or transport.is_closing():
        raise SMTPServerDisconnected(CUT)
    offers = Offers(smtp.supports_extension("pipelining"), smtp.supports_extension("smtputf8"))
    replies = Replies()
    transport.set_protocol(replies)
    return Pipeline(cast(asyncio.Transport, transport), replies, standing, offers)


def _verdict(error: Exception) -> Verdict:
    if isinstance(error, SMTPResponseException):
        # aiosmtplib says -1 to an answer that makes no sense.
        return judge(Stage.CONNECT, Reply(error.code, printable(error.message)))
    reason = printable(f"{Stage.CONNECT.value}: {_plainly(error)}")
    if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
        return OursToFix(later(SOON), reason)
    passing = (SMTPConnectError, SMTPServerDisconnected, SMTPTimeoutError, OSError)
    # What remains is a server that lacks STARTTLS, AUTH or a way to sign in that we know.
    return NoLine(later(SOON), reason) if isinstance(error, passing) else OursToFix(later(SOON), reason)


def _plainly(error: Exception) -> str:
    """Say what failed in plain words, where it is one of the usual things."""
    cause = error.__cause__ or error
    if isinstance(cause, socket.gaierror):
        return NO_SUCH_HOST
    # A name with several addresses fails with one error that lists those of all.
    if isinstance(cause, ConnectionRefusedError) or f"[Errno {errno.ECONNREFUSED}]" in str(cause):
        return NOBODY_LISTENS
    if isinstance(cause, ssl.SSLError) and cause.reason == "WRONG_VERSION_NUMBER":
        return NO_TLS
    return NO_ANSWER if isinstance(error, SMTPTimeoutError | TimeoutError) else str(error)
