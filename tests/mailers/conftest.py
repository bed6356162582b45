"""What the tests of the letters share: a sender, letters, an office to close and a keeper of outcomes."""

import asyncio
import ssl
import subprocess
from datetime import UTC, datetime

import pytest

from mailers.letter import Letter
from mailers.mail import Sender
from mailers.post_office import PostOffice

PROMISED = datetime(2026, 5, 1, 12, 30, tzinfo=UTC)


class Book:
    """Writes outcomes down, in the order of their coming; `open` holds the pen."""

    def __init__(self):
        self.outcomes = []
        self.open = asyncio.Event()
        self.open.set()
        self.asked = asyncio.Event()

    async def record(self, outcomes):
        self.asked.set()
        await self.open.wait()
        self.outcomes.extend(outcomes)

    @property
    def verdicts(self):
        return dict(self.outcomes)


@pytest.fixture
def sender():
    return Sender("post@tafel.example", "De Lange Tafel")


@pytest.fixture
async def book():
    return Book()


@pytest.fixture
def write():
    """Write a letter with a key of its own."""

    def one(key="letter:1", **values):
        told = {
            "to": "ann@example.org",
            "subject": "Hello",
            "text": "Hello\n.\n..dots\n",
            "html": "<p>Hello</p>",
        }
        told |= {"language": "en", "promised_at": PROMISED}
        return Letter(key=key, **(told | values))

    return one


@pytest.fixture
async def office(sender):
    """Open a post office that hands letters to these servers, and close it in the end."""
    opened = []

    def open_office(*servers):
        opened.append(PostOffice([server.address for server in servers], sender))
        return opened[-1]

    yield open_office
    for one in opened:
        async with asyncio.timeout(30):
            await one.close()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """Make a certificate for this machine that nobody signed."""
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
    ]
    command += ["-keyout", str(file), "-out", f"{file}.crt", "-days", "2", "-subj", "/CN=127.0.0.1"]
    subprocess.run([*command, "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    with file.open("ab") as both:
        both.write((file.parent / "server.pem.crt").read_bytes())
    return file


@pytest.fixture
def server_tls(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
