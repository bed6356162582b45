"""Every door that a token is shown at, and whether it was let in."""

import json
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple
from urllib.parse import urlencode

from aiohttp import FormData, WSMsgType
from aiohttp.test_utils import TestClient

from gql_server.identity import SESSION
from models.caps import Cap
from tests.gql_server.uploading import PREFLIGHT
from tests.nouns.drawings import photographed
from tests.schema.test_every_mutation import question

MAILBOXES = ("ann@example.org", "bob@example.org")
REFUSED = "refused"
FORBIDDEN, NOT_FOUND = (
    str([{"__typename": f"{kind}Error", "code": code}])
    for kind, code in (("Forbidden", "FORBIDDEN"), ("NotFound", "NOT_FOUND"))
)
# What would do most at each door: whoever is let in by mistake leaves a trace.
FORM = {
    "name": "Mallory", "email": "mallory@example.org", "all": "1", "approve": "1", "erase": "erase",
    "topic": "newsletter:main", "frequency": "weekly", "language": "en", "do": "delete", "version": "1",
    "withdraw": "1",
}  # fmt: skip
# What names what a mutation is about where there is a choice.
CHOSEN = {"createPreviewLink": {"postId"}}
WHO = "{ viewer { role } }"
Show = Callable[["Doors", str], Awaitable[str]]


class Door(NamedTuple):
    """A door, the kinds of token that it takes, and how one is shown there; it answers whether it refused."""

    name: str
    kinds: frozenset[str]
    show: Show


class Doors:
    """Stands before all the doors of one server, as somebody whose browser keeps nothing."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.cookies: dict[str, str] = {}

    async def page(self, method: str, path: str, cookie: str = "", **fields: str) -> int:
        """Open a page, or send a form; give the status."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        headers |= {"Cookie": f"{SESSION}={cookie}"} if cookie else {}
        asked = self.client.request(
            method, path, data=urlencode(fields) if method == "POST" else None, headers=headers,
            allow_redirects=False,
        )  # fmt: skip
        async with asked as answer:
            self.cookies = {name: morsel.value for name, morsel in answer.cookies.items()}
            self.location = answer.headers.get("Location", "")
            await answer.read()
            return int(answer.status)

    async def graph(
        self, query: str, variables: dict[str, Any], *, bearer: str = "", cookie: str = ""
    ) -> tuple[int, Any]:
        """Ask the graph; give the status and what was told."""
        body = {"query": query, "variables": variables}
        return await self._ask(_coming(bearer, cookie), json=body)

    async def mutate(self, name: str, *, bearer: str = "", cookie: str = "", about: str = "") -> str:
        """Come to the graph to have something done, about the thing of an id; give the mistakes."""
        query, variables = question(name)
        given = variables["input"]
        fields = given.keys() | CHOSEN.get(name, set())
        given |= {field: about for field in ("id", "postId", "intoId") if about and field in fields}
        if name == "uploadImage":
            status, told = await self._upload(query, _coming(bearer, cookie))
        else:
            status, told = await self.graph(query, variables, bearer=bearer, cookie=cookie)
        if status == 401:
            code = told["errors"][0]["extensions"]["code"]
            return REFUSED if code == "UNAUTHENTICATED" and "data" not in told else str(told)
        if status == 403 and name == "uploadImage":
            # A file is refused before it is read, so there is no data to tell it in.
            return FORBIDDEN if told["errors"][0]["extensions"]["code"] == "FORBIDDEN" else str(told)
        return str(told["data"][name]["errors"])

    async def _upload(self, query: str, headers: dict[str, str]) -> tuple[int, Any]:
        form = FormData()
        form.add_field("operations", json.dumps({"query": query, "variables": {"input": {"file": None}}}))
        form.add_field("map", json.dumps({"0": ["variables.input.file"]}))
        form.add_field("0", photographed(), filename="photo.jpg", content_type="image/jpeg")
        return await self._ask(headers | PREFLIGHT, data=form)

    async def _ask(self, headers: dict[str, str], **body: Any) -> tuple[int, Any]:
        async with self.client.post("/graphql", headers=headers, **body) as answer:
            return answer.status, await answer.json()


def _coming(bearer: str, cookie: str) -> dict[str, str]:
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    return headers | ({"Cookie": f"{SESSION}={cookie}"} if cookie else {})


def _page(method: str, path: str) -> Show:
    async def show(doors: Doors, token: str) -> str:
        fields = FORM if method == "POST" else {}
        status = await doors.page(method, path.format(token), **fields)
        return REFUSED if status in (404, 410) else f"{status} {doors.location}"

    return show


def _mutation(mutation: str, at: str = "token", **more: str) -> Show:
    kind = f"{mutation[0].upper()}{mutation[1:]}Input"
    query = f"mutation ($input: {kind}!) {{ {mutation}(input: $input) {{ errors {{ __typename }} }} }}"

    async def show(doors: Doors, token: str) -> str:
        _, told = await doors.graph(
            query, {"input": {at: {"token": token} if at == "proof" else token} | more}
        )
        errors = told["data"][mutation]["errors"]
        return REFUSED if errors == [{"__typename": "InvalidTokenError"}] else str(told)

    return show


async def _code(doors: Doors, token: str) -> str:
    """Type it as the code of each address, as somebody does who has not tried before."""
    for email in MAILBOXES:
        await Cap.all().delete()
        status = await doors.page("POST", "/confirm", email=email, code=token)
        if status not in (410, 422):
            return f"{status} {email}"
    return REFUSED


async def _code_in_the_graph(doors: Doors, token: str) -> str:
    query = """mutation ($input: ConfirmSubscriptionInput!) {
      confirmSubscription(input: $input) { errors { __typename } } }"""
    for email in MAILBOXES:
        await Cap.all().delete()
        proof = {"code": {"email": email, "code": token}}
        _, told = await doors.graph(query, {"input": {"proof": proof}})
        if told["data"]["confirmSubscription"]["errors"] != [{"__typename": "InvalidTokenError"}]:
            return str(told)
    return REFUSED


async def _subscription(doors: Doors, token: str) -> str:
    query = "query ($token: String!) { newsletterSubscription(token: $token) { email } }"
    _, told = await doors.graph(query, {"token": token})
    return REFUSED if told == {"data": {"newsletterSubscription": None}} else str(told)


async def _bearer(doors: Doors, token: str) -> str:
    status, told = await doors.graph(WHO, {}, bearer=token)
    return REFUSED if status == 401 and "data" not in told else str(told)


async def _socket(doors: Doors, token: str) -> str:
    said = {"type": "connection_init", "payload": {"Authorization": f"Bearer {token}"}}
    async with doors.client.ws_connect("/graphql", protocols=("graphql-transport-ws",)) as socket:
        await socket.send_json(said)
        told = await socket.receive()
        return REFUSED if (told.type, told.data) == (WSMsgType.CLOSE, 4403) else str(told)


async def _session(doors: Doors, token: str) -> str:
    _, told = await doors.graph(WHO, {}, cookie=token)
    return REFUSED if told == {"data": {"viewer": None}} else str(told)


def _desk(method: str, path: str) -> Show:
    async def show(doors: Doors, token: str) -> str:
        status = await doors.page(method, path, token, **(FORM if method == "POST" else {}))
        # Who was signed out as they wrote is given back what they wrote.
        is_refused = status == 403 or (status, doors.location) == (303, "/sign-in")
        return REFUSED if is_refused else f"{status} {doors.location}"

    return show


PAGES = {
    "/confirm/{}": "confirm", "/unsubscribe/{}": "unsub", "/undo/{}": "undo", "/preferences/{}": "prefs",
    "/preferences/{}/erase": "prefs", "/sign-in/{}": "login owner", "/pen/{}": "pen",
    "/comment/{}": "comment", "/comment/edit/{}": "edit", "/comment/retract/{}": "edit",
    "/replies/{}": "replies", "/moderate/{}": "moderate",
}  # fmt: skip
ALL_DOORS = [
    *(
        Door(f"{method} {path}", frozenset(kinds.split()), _page(method, path))
        for path, kinds in PAGES.items()
        for method in ("GET", "POST")
    ),
    Door("export", frozenset({"prefs"}), _page("POST", "/preferences/{}/export")),
    Door("confirmSubscription", frozenset({"confirm"}), _mutation("confirmSubscription", "proof")),
    Door("code", frozenset({"code"}), _code),
    Door("confirmSubscription by code", frozenset({"code"}), _code_in_the_graph),
    Door("unsubscribe", frozenset({"unsub", "prefs"}), _mutation("unsubscribe")),
    Door("updatePreferences", frozenset({"prefs"}), _mutation("updatePreferences", name="Mallory")),
    Door("eraseSubscription", frozenset({"prefs"}), _mutation("eraseSubscription")),
    Door("newsletterSubscription", frozenset({"prefs"}), _subscription),
    Door("editComment", frozenset({"edit"}), _mutation("editComment", content="Mallory was hier")),
    Door("retractComment", frozenset({"edit"}), _mutation("retractComment")),
    Door("bearer", frozenset({"api", "sess", "preview"}), _bearer),
    Door("socket", frozenset({"api", "sess", "preview"}), _socket),
    Door("session", frozenset({"sess"}), _session),
    *(
        Door(f"{method} {path}", frozenset({"sess"}), _desk(method, path))
        for path in (
            "/write",
            "/write/1",
            "/write/1/versions/1",
            "/write/pages",
            "/write/pages/1",
            "/write/menu",
            "/write/site",
            "/write/subscribers",
            "/write/issues",
            "/write/subscribers/1",
            "/pen",
        )
        for method in ("GET", "POST")
    ),
    Door("POST export", frozenset({"sess"}), _desk("POST", "/write/subscribers/export")),
    Door("GET /write/1/versions", frozenset({"sess"}), _desk("GET", "/write/1/versions")),
]


class Ledger:
    """Reads all that a store holds, but not when a key was used last nor how often what was tried."""

    def __init__(self, path: str) -> None:
        self._read = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        tables = self._read.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        self._tables = [name for (name,) in tables if name != Cap._meta.db_table]

    def rows(self) -> dict[str, Any]:
        """Give every row of every table."""
        return {name: self._of(name) for name in self._tables}

    def close(self) -> None:
        self._read.close()

    def _of(self, table: str) -> list[Any]:
        columns = [row[1] for row in self._read.execute(f'PRAGMA table_info("{table}")')]
        shown = ", ".join(f'"{name}"' for name in columns if (table, name) != ("key", "used_at"))
        return self._read.execute(f'SELECT {shown} FROM "{table}" ORDER BY 1').fetchall()
