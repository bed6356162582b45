"""What one is answered comes to nobody else by a cache: neither by ours, nor by one between us and them."""

import json
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

import models
from gql_server.app import build
from gql_server.replies import FOR_ONE
from gql_server.server import CONNECTIONS
from gql_server.settings import Settings
from schema.ids import global_id
from tests.schema.askers import Asker, askers, employ
from tests.schema.canaries import Aviary, plant_canaries
from tests.schema.garden import plant

OF_CDNS = {"ETag", "Surrogate-Key", "Cache-Tag", "CDN-Tag"}
FIELDS = (
    "id title contentHtml image { altText } tags { label } comments { nodes { contentText author { name } } }"
)


class Heard(NamedTuple):
    """What somebody was answered: the status, the headers, and the bytes."""

    status: int
    headers: Any
    body: bytes


class Garden:
    """A server behind a cache that keeps whatever it may, for everybody."""

    def __init__(self, client: Any, aviary: Aviary, rows: dict[str, Any], everybody: list[Asker]) -> None:
        self._client, self.aviary, self.rows = client, aviary, rows
        self.reader, *self.others = everybody
        self.kept: list[bytes] = []

    def questions(self) -> list[str]:
        """Ask in all ways for what is hidden, and for what is there for everybody."""
        hidden = [*self.rows["hidden"].values(), *self.rows["hidden pages"].values()]
        ids = json.dumps(
            [global_id(type(row).__name__, row.id) for row in hidden] + list(self.aviary.ids)[-60:]
        )
        slug, path = self.rows["hidden"]["draft"].slug, self.rows["hidden"]["scheduled"].path
        return [
            f'{{ post(by: {{slug: "{slug}"}}) {{ {FIELDS} }} }}',
            f'{{ post(by: {{path: "{path}"}}) {{ {FIELDS} viewerCanEdit }} }}',
            f"{{ nodes(ids: {ids}) {{ id ... on Post {{ title }} ... on Comment {{ contentText }} }} }}",
            "{ posts(first: 2) { totalCount nodes { title viewerCanEdit } } site { title } }",
        ]

    async def ask(self, asker: Asker, query: str, **headers: str) -> Heard:
        """Ask by GET, and let the cache between look at the answer."""
        asked = self._client.get("/graphql", params={"query": query}, headers=asker.headers | headers)
        async with asked as answer:
            heard = Heard(answer.status, answer.headers, await answer.read())
        if not {"private", "no-store"} & set(heard.headers["Cache-Control"].replace(",", " ").split()):
            self.kept.append(heard.body)
        return heard

    async def visit(self, asker: Asker, path: str) -> Heard:
        """Open a page as a browser does."""
        headers = asker.headers | {"Accept": "text/html"}
        async with self._client.get(path, headers=headers, allow_redirects=False) as answer:
            return Heard(answer.status, answer.headers, await answer.read())

    def sees(self, heard: Heard) -> set[str]:
        """Tell the canaries in what was heard."""
        return self.aviary.sightings(heard.body.decode())


@pytest.fixture
def dialect() -> str:
    """Lend one store: what is kept does not depend on it."""
    return "sqlite"


@pytest.fixture
async def hook() -> AsyncIterator[str]:
    """Run the hook of a CDN, and give its address."""

    async def take(_request: web.Request) -> web.Response:
        return web.Response(status=204)

    app = web.Application()
    app.add_routes([web.post("/purge", take)])
    async with TestServer(app) as server:
        yield str(server.make_url("/purge"))


@pytest.fixture
async def garden(database_url, hook) -> AsyncIterator[Garden]:
    """Serve a garden with canaries to the world, with the reader's page and a CDN before it."""
    settings = Settings(
        database_url=database_url, site_url="https://tuin.example", reader="on", purge_url=hook
    )
    server = TestServer(build(settings))
    # With the fast path, on which what is kept is given.
    await server.start_server(**CONNECTIONS)
    async with TestClient(server) as client:
        rows = await plant(await models.found())
        users = await employ(rows)
        aviary = await plant_canaries(rows, dict(users))
        yield Garden(client, aviary, rows, await askers(rows, users))


async def test_no_answer_of_one_comes_to_another(garden):
    for asker in garden.others:
        for query in garden.questions():
            readers = await garden.ask(garden.reader, query)
            own = await garden.ask(asker, query)
            _look_at_both(garden, asker, own, readers)
            await _ask_with_the_tags_of_others(garden, asker, query, own, readers)
            # At an address at which nobody has asked before.
            alone = f"{query} # {asker.name}"
            own = await garden.ask(asker, alone)
            _look_at_both(garden, asker, own, await garden.ask(garden.reader, alone))
    assert not set().union(*(garden.aviary.sightings(body.decode()) for body in garden.kept))
    # Or there were nothing to be kept from others.
    assert len(garden.kept) >= 2 * len(garden.others)


def _look_at_both(garden: Garden, asker: Asker, own: Heard, readers: Heard) -> None:
    assert garden.sees(own) <= garden.aviary.open_to(asker), asker.name
    assert not garden.sees(readers), asker.name
    assert own.headers["Cache-Control"] == FOR_ONE
    assert not [name for name in OF_CDNS if name in own.headers], (asker.name, own.headers)
    assert readers.headers["Cache-Control"].startswith("public"), readers.headers
    assert all(name in readers.headers for name in OF_CDNS), readers.headers


async def _ask_with_the_tags_of_others(
    garden: Garden, asker: Asker, query: str, own: Heard, readers: Heard
) -> None:
    tag = readers.headers["ETag"]
    for named in (tag, f"W/{tag}", "*"):
        again = await garden.ask(asker, query, **{"If-None-Match": named})
        assert (again.status, again.body) == (200, own.body), (asker.name, named)
        assert again.headers["Cache-Control"] == FOR_ONE
    unchanged = await garden.ask(garden.reader, query, **{"If-None-Match": tag})
    assert (unchanged.status, unchanged.body) == (304, b"")


async def test_each_after_the_other_is_answered_as_if_alone(garden):
    for query in garden.questions():
        alone = {asker.name: (await garden.ask(asker, query)).body for asker in garden.others}
        assert len(set(alone.values())) > 1, query
        for asker in [*garden.others[::-1], *garden.others[::2]]:
            assert (await garden.ask(asker, query)).body == alone[asker.name], asker.name


async def test_pages_at_the_paths_of_readers_tell_nobody_of_what_is_hidden(garden):
    nowhere = await garden.visit(garden.reader, "/posts/zzz")
    hidden = [*garden.rows["hidden"].values(), *garden.rows["hidden pages"].values()]
    ids = [row.id for row in garden.rows["hidden"].values()]
    old = [row.path for row in await models.redirects.Redirect.filter(post_id__in=ids)]
    assert old
    for path in [*(row.path for row in hidden), *old]:
        for asker in (garden.reader, *garden.others, garden.reader):
            page = await garden.visit(asker, path)
            assert (page.status, page.body) == (nowhere.status, nowhere.body), (asker.name, path)
            assert "Location" not in page.headers
    for path in ("/", "/posts/bericht-0", "/write", f"/write/{hidden[0].id}", "/write/pages", "/write/menu"):
        for asker in (garden.reader, *garden.others, garden.reader):
            page = await garden.visit(asker, path)
            assert garden.sees(page) <= garden.aviary.open_to(asker), (asker.name, path)
            if garden.sees(page):
                assert page.headers["Cache-Control"] == "no-store"


async def test_who_may_no_more_sees_nothing_more_than_a_reader(garden):
    ended = [asker for asker in garden.others if "Cees" not in asker.name]
    for query in garden.questions():
        for asker in ended:
            await garden.ask(asker, query)
    bea = await models.User.get(name="Bea")
    await models.Key.retire(bea, by=models.NOBODY)
    ids = [asker.principal.key_id for asker in ended if asker.principal.user_id != bea.id]
    await models.Key.revoke(*ids[::2])
    await models.Key.filter(id__in=ids[1::2]).update(expires_at=models.now())
    for query in garden.questions():
        as_reader = await garden.ask(garden.reader, query)
        for asker in ended:
            told = await garden.ask(asker, query)
            assert not garden.sees(told), asker.name
            is_session = "Cookie" in asker.headers
            assert told.body == as_reader.body if is_session else told.status == 401, asker.name
