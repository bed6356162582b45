"""Gives the tests of the pages a reader, with a browser that knows no JavaScript, and a mailbox."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import time_machine
from aiohttp import FormData
from aiohttp.test_utils import TestClient, TestServer
from selectolax.lexbor import LexborHTMLParser, LexborNode

import models
from gql_server.app import CARRIER, WORKER, build
from gql_server.pages.words import WORDS
from gql_server.settings import Settings
from mailers.letter import Letter
from models.interests import Interest

TABLES = (
    models.Subscription,
    Interest,
    models.Consent,
    models.Delivery,
    models.SignUp,
    models.Suppression,
)
ANN = "ann@example.org"
# Where the buttons of pages that letters lead to, and those of signing in and out, lead back to.
LED_BACK = re.compile(
    r"/(confirm|unsubscribe|undo|preferences|comment|replies|moderate)/[^/?]+[?]told=.+|/sign-in[?]told=.+"
)


class Reader:
    """Reads pages and presses their buttons."""

    def __init__(self, client: TestClient, language: str) -> None:
        self.client = client
        self.languages = {"Accept-Language": language}
        self.answer: Any = None
        self.body = b""

    async def opens(self, address: str, **headers: str) -> "Reader":
        """Open an address, or the path of one."""
        return await self.asks("GET", address, headers=headers)

    async def posts(self, address: str, fields: Any = (), **headers: str) -> "Reader":
        """Send a form that stands on no page."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"} | headers
        return await self.asks("POST", address, data=urlencode(fields), headers=headers)

    async def asks(self, method: str, address: str, **more: Any) -> "Reader":
        """Ask whatever can be asked."""
        parts = urlsplit(address)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        more["headers"] = self.languages | more.get("headers", {})
        async with self.client.request(method, path, allow_redirects=False, **more) as answer:
            self.answer, self.body, self.path = answer, await answer.read(), path
        if method == "POST" and LED_BACK.fullmatch(self.headers.get("Location", "")):
            # As a browser does, without a word. At the desk it is a test that follows.
            return await self.opens(self.headers["Location"])
        return self

    async def presses(self, label: str, /, **filled: Any) -> "Reader":
        """Fill in the form of a button, and press it; a list fills a field several times, None empties it."""
        [button] = [button for button in self.page.css("button") if button.text() == label]
        form = _form_of(button)
        fields = [field for field in _fields(form) if field[0] not in filled]
        if name := button.attributes.get("name"):
            fields.append((name, button.attributes["value"] or ""))
        for name, value in filled.items():
            fields += [
                (name, one) for one in (value if isinstance(value, list) else [value]) if one is not None
            ]
        action = form.attributes.get("action") or self.path
        if form.attributes["method"] == "get":
            return await self.opens(f"{action}?{urlencode(fields)}" if fields else action)
        # As a browser tells it of a form (Fetch, 3.2), with what the page lets it tell.
        tells = self.headers.get("Referrer-Policy") != "no-referrer"
        origin = str(self.client.make_url("/").origin()) if tells else "null"
        if form.attributes.get("enctype") != "multipart/form-data":
            return await self.posts(action, fields, Origin=origin)
        return await self.asks("POST", action, data=_parts(fields)(), headers={"Origin": origin})

    async def signs_up(self, email: str = ANN, **filled: Any) -> "Reader":
        """Ask for letters as a quick person does, who is asked to press once more."""
        with time_machine.travel(models.now(), tick=False):
            await self.opens("/subscribe")
            button = self.page.css_first("button").text()
            await self.presses(button, email=email, **filled)
        assert self.status == 422
        return await self.presses(button)

    async def subscribes(self, email: str = ANN, **filled: Any) -> Letter:
        """Sign up and confirm; give the letter of welcome."""
        await self.signs_up(email, **filled)
        [letter, *_] = await self.letters()
        await self.posts(letter.link("confirm"))
        [welcome, *_] = await self.letters()
        assert welcome.to == email
        return welcome

    async def letters(self) -> list[Letter]:
        """Look into the mailbox, when all is delivered; the newest first."""
        await self.client.app[WORKER].drain()
        outbox = self.client.app[CARRIER].outbox
        assert outbox is not None
        return outbox.letters

    @property
    def status(self) -> int:
        return int(self.answer.status)

    @property
    def headers(self) -> Any:
        return self.answer.headers

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def page(self) -> LexborHTMLParser:
        return LexborHTMLParser(self.text)

    @property
    def title(self) -> str:
        return str(self.page.css_first("h1").text())

    @property
    def language(self) -> str | None:
        return self.page.css_first("html").attributes["lang"]


@asynccontextmanager
async def reading(
    settings: Settings, *, language: str = "nl", demonstration: bool = False
) -> AsyncIterator[Reader]:
    """Read the pages of a server."""
    async with TestClient(TestServer(build(settings, demonstration=demonstration))) as client:
        yield Reader(client, language)


@asynccontextmanager
async def counted(database_url: str, language: str) -> AsyncIterator[tuple[Reader, models.Post]]:
    """Read a site with one post from another machine: what asks from this one is not counted."""
    settings = Settings(database_url=database_url, trusted_proxies="127.0.0.1")
    async with reading(settings, language=language) as reader:
        post = await models.Post.draft(await models.found(), "One", "<p>Hello</p>", authors=[])
        await post.publish(models.now() - timedelta(days=1))
        reader.languages["X-Forwarded-For"] = "192.0.2.1"
        yield reader, post


@pytest.fixture
async def reader(database_url: str) -> AsyncIterator[Reader]:
    """Read the pages of a site in which nothing was written yet."""
    async with reading(Settings(database_url=database_url)) as reader:
        yield reader


@pytest.fixture
def held() -> Callable[[], Any]:
    """Give all that is held of subscribers: `await held()`."""

    async def rows() -> dict[str, list[dict[str, Any]]]:
        return {table.__name__: sorted(await table.all().values(), key=str) for table in TABLES}

    return rows


@pytest.fixture
def later(time_machine: Any) -> Callable[[timedelta], None]:
    """Travel in time: `later(timedelta(days=7))`."""

    def travel(span: timedelta) -> None:
        time_machine.move_to(models.now() + span)

    return travel


@pytest.fixture
async def site(reader: Reader) -> models.Site:
    """Know the site that is read."""
    return await models.found()


@pytest.fixture(params=["nl", "en"])
def words(request: Any, reader: Reader) -> dict[str, str]:
    """Speak both languages, one after the other."""
    reader.languages = {"Accept-Language": request.param}
    return WORDS[request.param]


@pytest.fixture
async def desk(reader, site):
    """Sign somebody in: `await desk(models.Role.AUTHOR, "Ann")`."""

    async def desk(role=models.Role.AUTHOR, name="Ann"):
        user = await models.User.welcome(site, f"{name.lower()}@staff.example", name, role)
        await reader.posts(f"/sign-in/{await models.SignIn.at_hand(user)}")
        await reader.opens("/write")
        assert reader.title == WORDS[reader.language]["desk_title"]
        return user

    return desk


@pytest.fixture
async def whole_life(reader, site) -> list[Letter]:
    """Live a subscriber's whole life; give its letters, one of each kind, the newest first."""
    await reader.subscribes()
    await models.SignUp.ask_for_link(site, ANN, models.Trace(door="test"))
    # Signing up once more is capped for a day.
    await models.caps.Cap.all().delete()
    await reader.signs_up()
    [already, *_] = await reader.letters()
    await reader.posts(already.link("preferences"), {"name": "Ann"})
    return await reader.letters()


def links_of(letter: Letter) -> list[str]:
    """Give every link of a letter, those that only machines see too."""
    return [*letter.links, *filter(None, [letter.headers.unsubscribe_url])]


def _parts(fields: list[tuple[str, Any]]) -> FormData:
    """Make the parts of a form; what is bytes is a file."""
    parts = FormData(default_to_multipart=True)
    for name, value in fields:
        if isinstance(value, bytes):
            parts.add_field(name, value, filename="tuin.jpg", content_type="image/jpeg")
        else:
            parts.add_field(name, str(value))
    return parts


def _form_of(node: LexborNode) -> LexborNode:
    while node.tag != "form":
        assert node.parent is not None
        node = node.parent
    return node


def _fields(form: LexborNode) -> list[tuple[str, str]]:
    fields = []
    for field in form.css("input, select, textarea"):
        about = field.attributes
        if about.get("type") == "file":
            continue
        if field.tag == "textarea":
            # As a browser does: the first line break is the page's, the others are sent with CR.
            said = field.text().removeprefix("\n").replace("\n", "\r\n")
            fields.append((about["name"], said))
        elif field.tag == "select":
            options = field.css("option")
            picked = next((one for one in options if "selected" in one.attributes), options[0])
            fields.append((about["name"], picked.attributes.get("value", picked.text()) or ""))
        elif about.get("type") not in {"checkbox", "radio"} or "checked" in about:
            fields.append((about["name"], about.get("value") or ""))
    return fields
