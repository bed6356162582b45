"""Who listens hears what is theirs, of all that is written, hidden, shown and deleted meanwhile."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from graphql import OperationDefinitionNode, parse

import models
from gql_server import answers
from gql_server.admission import Admission
from gql_server.app import WORKER, build
from gql_server.handlers import handlers_with
from gql_server.listening import Listening
from gql_server.questions import Question
from gql_server.settings import Settings
from gql_server.sockets import PROTOCOL
from gql_server.worker import Worker
from models.comment_rules import Doubt, Rule, written_down
from schema.context import nobody as no_visitor
from schema.documents import Documents, Operation
from schema.graph import schema
from schema.ids import global_id
from tests.schema.askers import Asker, askers, employ
from tests.schema.canaries import (
    Aviary,
    SeenBy,
    Text,
    both,
    everybody,
    may_ask,
    moderates,
    nobody,
    plant_canaries,
)
from tests.schema.crawl import Crawler, Values
from tests.schema.garden import AHEAD, CANARY, plant

SAID: Values = {
    "first": [], "last": [], "after": [], "before": [], "authorSlug": ["anna"], "orderBy": ["NEWEST_FIRST"],
    "isWhole": [True], "language": ["nl"], "width": [100], "length": [1000], "since": [], "slug": ["main"],
}  # fmt: skip
OF_COMMENTS = """subscription { commentAdded {
  commentEdge { node { id contentText author { name email } heldBecause { explanation } } }
  post { title contentSource { text } revisions { nodes { title } } } } }"""
OF_POSTS = """subscription { postPublished { postEdge { node {
  id title contentSource { text } revisions { nodes { title } }
  comments { nodes { contentText author { email } } } } } } }"""
LAST = "Tot besluit"
PROGRESS = "subscription { issueProgress(issueId: %s) { issue { id audience post { title } } } }"


class Ears:
    """What each of those who listen has heard so far, by their names, and who waits for the last of it."""

    def __init__(self, aviary: Aviary, askers: list[Asker]) -> None:
        self.aviary, self.askers = aviary, askers
        self.heard: dict[str, set[str]] = {asker.name: set() for asker in askers}
        self.waiting: set[tuple[str, str]] = set()
        self._listening: list[asyncio.Task[None]] = []

    def begin(self, asker: Asker, place: str, query: str) -> None:
        """Listen to comments or posts, the last of which everybody hears."""
        if "issueProgress" not in query:
            self.waiting.add((asker.name, place))

    def hear(self, asker: Asker, place: str, answer: Any) -> None:
        """Hear an answer."""
        self.heard[asker.name] |= self.aviary.sightings(json.dumps(answer))
        for told in filter(None, (answer.get("data") or {}).values()):
            edge = told.get("commentEdge") or told.get("postEdge") or {"node": {}}
            if LAST in (edge["node"].get("contentText"), edge["node"].get("title")):
                self.waiting.remove((asker.name, place))

    async def all_hear(self, *words: str) -> None:
        """Wait until all who may have heard these."""
        due = {asker.name: self.aviary.open_to(asker) & set(words) for asker in self.askers}
        await self._until(lambda: all(due[name] <= heard for name, heard in self.heard.items()))

    async def all_hear_the_last(self) -> None:
        """Wait until nothing is left that anybody could be told."""
        await self._until(lambda: not self.waiting)

    @asynccontextmanager
    async def listening(self, hear: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
        """Let one more hear; how that fails is told to who waits."""
        task = asyncio.create_task(hear)
        self._listening.append(task)
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not condition():
                await asyncio.sleep(0.01)
                for ended in [task for task in self._listening if task.done()]:
                    self._listening.remove(ended)
                    ended.result()

    def check(self, words: set[str]) -> None:
        """Hold that everybody has heard which of these are theirs, and nothing that is not."""
        for asker in self.askers:
            heard, theirs = self.heard[asker.name], self.aviary.open_to(asker)
            assert heard <= theirs, (asker.name, heard - theirs)
            assert heard & words == theirs & words, (asker.name, heard ^ theirs & words)


@pytest.mark.long
async def test_everybody_hears_all_that_is_theirs_and_nothing_else(site, publication):
    rows, aviary, all_askers = await _planted(site)
    listening = Listening(Documents(), publication, Admission())
    values = SAID | await _names(rows)
    ears = Ears(aviary, [asker for asker in all_askers if "Cookie" not in asker.headers])
    async with AsyncExitStack() as stack:
        for asker in ears.askers:
            crawler = Crawler(schema._schema, values, depth=4, may=asker.may, hurries=True)
            for query, variables in crawler.to_listen():
                ears.begin(asker, query, query)
                await stack.enter_async_context(_inside(listening, ears, asker, query, variables))
        ears.check(await _happen(rows, ears, Worker(handlers_with(), {}).drain))


@pytest.fixture
async def client(database_url):
    """Serve a garden, as to the whole world."""
    settings = Settings(database_url=database_url, site_url="https://tuin.example")
    async with TestClient(TestServer(build(settings))) as client:
        yield client


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize("way", ["sockets", "streams"])
async def test_so_they_do_over(client, way):
    rows, aviary, all_askers = await _planted(await models.found())
    ears, listen = Ears(aviary, all_askers), {"sockets": _over_socket, "streams": _over_streams}[way]
    async with AsyncExitStack() as stack:
        for asker in all_askers:
            issues = [global_id("Issue", issue.id) for issue in rows["issues"]]
            queries = [OF_COMMENTS, OF_POSTS, *(PROGRESS % json.dumps(id) for id in issues)]
            await stack.enter_async_context(listen(client, ears, asker, queries))
        ears.check(await _happen(rows, ears, client.app[WORKER].drain))


async def _planted(site: models.Site) -> tuple[dict[str, Any], Aviary, list[Asker]]:
    rows = await plant(site)
    users = await employ(rows)
    aviary = await plant_canaries(rows, dict(users))
    word = aviary.add("issue", may_ask("Subscription", "issueProgress"))
    rows["issues"] = [await models.Issue.all().first()]
    await models.Issue.all().update(post_id=rows["hidden"]["archived"].id)
    aviary.mark(rows["issues"][0], word)
    return rows, aviary, await askers(rows, users)


async def _names(rows: dict[str, Any]) -> Values:
    return {
        "issueId": [global_id("Issue", row.id) for row in rows["issues"]],
        "postId": [global_id("Post", rows["posts"][0].id)],
    }


async def _happen(rows: dict[str, Any], ears: Ears, work: Callable[[], Coroutine[Any, Any, Any]]) -> set[str]:
    """Let all of it happen; give the words of what can be heard, and of what must not be."""
    aviary = ears.aviary
    known = set(aviary.words)
    await _write_in_secret(aviary, rows)
    await _talk_in_secret(aviary, rows)
    await work()
    waits = aviary.add("waits", moderates)
    await models.Comment.leave(rows["posts"][0].id, _writer(waits, "gast"), waits)
    await work()
    await ears.all_hear(waits)
    await (await models.Comment.get(name=waits)).decide(models.Fate.REJECTED)
    await _approve(aviary, rows)
    await _publish_and_withdraw(aviary, rows, ears)
    await rows["issues"][0].pause()
    # Told after all the rest.
    post = await models.Post.draft(rows["site"], LAST, "", authors=[rows["Anna"]])
    await post.publish()
    await models.Comment.keep(rows["posts"][0], _writer("Gast", "gast"), LAST, status=models.Fate.APPROVED)
    await work()
    new = aviary.words - known - {"zkwithdrawnq"} | {"zkissueq"}
    await ears.all_hear(*new)
    await ears.all_hear_the_last()
    return new


async def _write_in_secret(aviary: Aviary, rows: dict[str, Any]) -> None:
    word = aviary.add("draftedlater", nobody)
    for state in ("draft", "scheduled", "drafted again"):
        post = await models.Post.get(id=rows["hidden"][state].id)
        await post.rewrite(f"{post.title} {word}", f"<p>{word}</p>")
    gone = await models.Post.draft(rows["site"], word, f"<p>{word}</p>", authors=[rows["Anna"]])
    await gone.schedule(AHEAD)
    await gone.withdraw(to=models.Status.DRAFT)
    await gone.remove()
    page = await models.Page.draft(rows["site"].id, word, f"<p>{word}</p>")
    await page.publish(AHEAD)


async def _talk_in_secret(aviary: Aviary, rows: dict[str, Any]) -> None:
    word = aviary.add("whispered", nobody)
    post, draft = rows["posts"][0], rows["hidden"]["draft"]
    await models.Comment.keep(draft, _writer(word), word, status=models.Fate.APPROVED)
    spam = await models.Comment.keep(post, _writer(word), word, status=models.Fate.SPAM)
    await models.Comment.keep(post, _writer(word), word, parent=spam, status=models.Fate.APPROVED)
    unproven = await models.Comment.keep(post, _writer(word), word)
    strange = written_down([Doubt(Rule.UNCONFIRMED)])
    await models.Comment.filter(id=unproven.id).update(held_because=strange)
    for held in (await models.Comment.keep(draft, _writer(word), word), unproven):
        await held.attend()
    deleted = await models.Comment.keep(post, _writer(word), word)
    await deleted.remove()


async def _approve(aviary: Aviary, rows: dict[str, Any]) -> None:
    word, email = aviary.add("approved", everybody), aviary.add("emailof", may_ask("CommentAuthor", "email"))
    because = aviary.add("because", may_ask("Comment", "heldBecause"))
    kept = await models.Comment.keep(rows["posts"][0], _writer(word, email), word)
    await models.Comment.filter(id=kept.id).update(
        held_because=written_down([Doubt(Rule.BLOCKED_WORDS, because)])
    )
    await (await models.Comment.get(id=kept.id)).decide(models.Fate.APPROVED)


def _writes(text: Text) -> SeenBy:
    return both(may_ask("Post", "contentSource"), text.is_theirs)


async def _publish_and_withdraw(aviary: Aviary, rows: dict[str, Any], ears: Ears) -> None:
    text = Text(rows["Anna"].id)
    shown, source = aviary.add("published", everybody), aviary.add("written", _writes(text))
    # Who was told that it is published may look at it a moment later.
    withdrawn = aviary.add("withdrawn", text.is_theirs)
    said = f"<p>{shown}</p><!-- {source} -->"
    post = await models.Post.draft(rows["site"], shown, said, authors=[rows["Anna"]])
    await post.publish()
    await ears.all_hear(shown, source)
    await post.withdraw()
    await post.rewrite(withdrawn, f"<p>{withdrawn}</p>")


def _writer(word: str, mailbox: str = CANARY) -> models.Writer:
    return models.Writer(name=word, email=f"{mailbox}@example.org")


@asynccontextmanager
async def _inside(
    listening: Listening, ears: Ears, asker: Asker, query: str, variables: dict[str, Any]
) -> AsyncIterator[None]:
    """Listen as the server does for who has sent a document, whatever that costs."""
    document = parse(query)
    [node] = [part for part in document.definitions if isinstance(part, OperationDefinitionNode)]
    operation = Operation(document, node, cost=None, is_public=True, is_deferred=False)  # type: ignore[arg-type]
    theirs = answers.Asker("0", no_visitor, asker.principal)
    events = listening.events(operation, Question(query, variables), theirs)

    async def hear() -> None:
        async for told in events:
            assert "INTERNAL_SERVER_ERROR" not in told.codes, (asker.name, query, told.told)
            ears.hear(asker, query, json.loads(told.written()))

    before = models.pulse.listeners()
    async with ears.listening(hear()):
        while models.pulse.listeners() == before:  # noqa: ASYNC110 - it begins by itself
            await asyncio.sleep(0)
        yield


@asynccontextmanager
async def _over_socket(client: Any, ears: Ears, asker: Asker, queries: list[str]) -> AsyncIterator[None]:
    async with client.ws_connect("/graphql", protocols=(PROTOCOL,), headers=asker.headers) as socket:
        await socket.send_json({"type": "connection_init"})
        assert (await socket.receive_json())["type"] == "connection_ack"
        for place, query in enumerate(queries):
            ears.begin(asker, f"{place}", query)
            await socket.send_json({"id": f"{place}", "type": "subscribe", "payload": {"query": query}})

        async def hear() -> None:
            async for message in socket:
                said = message.json()
                if said["type"] == "next":
                    ears.hear(asker, said["id"], said["payload"])

        async with ears.listening(hear()):
            yield


@asynccontextmanager
async def _over_streams(client: Any, ears: Ears, asker: Asker, queries: list[str]) -> AsyncIterator[None]:
    headers = asker.headers | {"Accept": "text/event-stream"}
    async with AsyncExitStack() as stack:
        for query in queries:
            ears.begin(asker, query, query)
            asked = client.post("/graphql", json={"query": query}, headers=headers)
            answer = await stack.enter_async_context(asked)
            await stack.enter_async_context(ears.listening(_read(answer, ears, asker, query)))
        yield


async def _read(answer: Any, ears: Ears, asker: Asker, query: str) -> None:
    async for line in answer.content:
        if line.startswith(b"data: "):
            ears.hear(asker, query, json.loads(line[6:]))
