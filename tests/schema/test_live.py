"""What happens is told live: as everybody may see it then, and to many at the cost of one."""

import asyncio
import gc
from dataclasses import replace
from inspect import isawaitable

import pytest
from graphql import ExecutionResult, Executor, create_source_event_stream, execute_subscription_event, parse

import models
from models import pulse
from models.atomic import atomic
from schema import live
from schema.graph import development_schema, schema
from schema.ids import global_id
from schema.types import NEWEST

GUEST = models.Writer(name="Gast", email="gast@example.org")
COMMENTS = """subscription($post: ID) { commentAdded(postId: $post) {
  commentEdge { cursor node { id contentText status replies { nodes { id } } author { author { name } } } }
  post { title commentCount contentHtml authors { name } } } }"""
POSTS = """subscription($author: String) { postPublished(authorSlug: $author) {
  isUpdate postEdge { cursor node { id title authors { name } } } } }"""


class Listening:
    """One who listens, as a server serves one: a context of its own, with the loaders of each event."""

    def __init__(self, context, document, variables):
        self.context, self.document, self.variables = context, parse(document), variables

    async def begin(self):
        """Begin to listen; give the answer when that is refused."""
        self.source = await _done(create_source_event_stream(self._executor(self.context)))
        return self.source if isinstance(self.source, ExecutionResult) else None

    async def hears(self):
        """Wait for what is told next, and read what was asked of it."""
        event = await anext(self.source)
        context = replace(self.context, loaders=event.loaders)
        told = await _done(execute_subscription_event(self._executor(context, event)))
        assert told.errors is None, told.errors
        [said] = told.data.values()
        return said

    def _executor(self, context, event=None):
        return Executor.build(
            schema._schema, self.document, event, context_value=context, raw_variable_values=self.variables
        )


async def _done(answer):
    return await answer if isawaitable(answer) else answer


@pytest.fixture
async def listen(publication):
    """Let somebody listen: `await listen(COMMENTS, post=...)`."""
    begun = []

    async def listen(document, **variables):
        listening = Listening(await publication.context(), document, variables)
        refused = await listening.begin()
        assert refused is None, refused
        begun.append(listening)
        return listening

    yield listen
    for one in begun:
        await one.source.aclose()


@pytest.fixture
async def post(site, write):
    anna = await models.Author.named(site.id, "Anna")
    post = await write("Over de heg", authors=[anna])
    await post.publish()
    return post


async def say(post, words="Mooi.", **more):
    return await models.Comment.keep(post, GUEST, words, **{"status": models.Fate.APPROVED} | more)


async def test_a_comment_comes_with_its_post_as_an_edge_of_a_connection(post, listen, ask):
    listening = await listen(COMMENTS, post=global_id("Post", post.id))
    comment = await say(post)
    told = await listening.hears()
    edge = told["commentEdge"]
    assert edge["node"] == {
        "id": global_id("Comment", comment.id), "contentText": "Mooi.", "status": "APPROVED",
        "replies": {"nodes": []}, "author": {"author": None},
    }  # fmt: skip
    assert told["post"] == {
        "title": "Over de heg", "commentCount": 1, "contentHtml": "<p>Tekst.</p>",
        "authors": [{"name": "Anna"}],
    }  # fmt: skip
    next_one = await say(post, "Ja.")
    query = "query($c: String) { posts { nodes { comments(after: $c) { nodes { id } } } } }"
    after = await ask(query, c=edge["cursor"])
    assert after["posts"]["nodes"][0]["comments"]["nodes"] == [{"id": global_id("Comment", next_one.id)}]


async def test_one_hears_of_the_post_asked_for_or_of_all(post, write, listen):
    other = await write("Elders")
    await other.publish()
    one, every = await listen(COMMENTS, post=global_id("Post", post.id)), await listen(COMMENTS, post=None)
    await say(other, "Daar")
    await say(post, "Hier")
    assert (await one.hears())["commentEdge"]["node"]["contentText"] == "Hier"
    assert [(await every.hears())["commentEdge"]["node"]["contentText"] for _ in range(2)] == ["Daar", "Hier"]


async def test_what_nobody_may_see_is_not_told(post, write, listen):
    draft = await write("Concept")
    listening = await listen(COMMENTS)
    await say(post, "Straks", status=models.Fate.PENDING)
    await say(post, "Nee", status=models.Fate.SPAM)
    await say(draft, "Geheim")
    hidden, root = await say(post, "Weg"), await say(post, "Wortel")
    await say(post, "Ook weg", parent=root)
    # Told already, but nobody has asked yet.
    await hidden.decide(models.Fate.SPAM)
    await root.decide(models.Fate.REJECTED)
    await say(post, "Te zien")
    assert (await listening.hears())["commentEdge"]["node"]["contentText"] == "Te zien"


async def test_a_comment_below_a_post_withdrawn_meanwhile_is_not_told(post, write, listen):
    listening, other = await listen(COMMENTS), await write("Elders")
    await other.publish()
    await say(post, "Weg")
    await post.withdraw()
    await say(other, "Te zien")
    assert (await listening.hears())["post"]["title"] == "Elders"


async def test_a_post_comes_when_it_appears_and_when_it_changes(post, write, site, listen):
    bea = await models.Author.named(site.id, "Bea")
    every, of_bea = await listen(POSTS), await listen(POSTS, author="bea")
    fresh = await write("Nieuw", authors=[bea])
    await fresh.publish()
    await post.rewrite("Anders", "<p>x</p>", authors=[], tags=[])
    gone = await write("Weg", authors=[bea])
    await gone.publish()
    await gone.withdraw()
    await fresh.rewrite("Nieuwer", "<p>x</p>", authors=[bea], tags=[])
    told = [await every.hears() for _ in range(3)]
    assert [(said["isUpdate"], said["postEdge"]["node"]["title"]) for said in told] == [
        (False, "Nieuwer"), (True, "Anders"), (True, "Nieuwer"),
    ]  # fmt: skip
    assert told[2]["postEdge"]["cursor"] == NEWEST.cursor(await models.Post.get(id=fresh.id))
    assert [(await of_bea.hears())["isUpdate"] for _ in range(2)] == [False, True]


@pytest.mark.parametrize(
    ("document", "asked"),
    [
        (COMMENTS, {"post": global_id("Post", 99)}),
        (COMMENTS, {"post": global_id("Post", 2)}),
        (COMMENTS, {"post": global_id("Comment", 1)}),
        (COMMENTS, {"post": global_id("Post", 2**40)}),
        (COMMENTS, {"post": ""}),
        (COMMENTS, {"post": "x"}),
        (POSTS, {"author": "nobody"}),
        (POSTS, {"author": ""}),
        (POSTS, {"author": "x" * 500}),
    ],
)
async def test_listening_to_what_is_not_there_is_refused(post, write, publication, document, asked):
    await write("Concept")
    refused = await Listening(await publication.context(), document, asked).begin()
    assert refused.data is None
    [error] = refused.errors
    assert isinstance(error.original_error, models.NotFound)
    assert next(iter(asked)) in error.message
    assert pulse.listeners() == 0


@pytest.mark.parametrize("listeners", [1, 20])
async def test_many_hear_at_the_cost_of_one(post, site, listen, statements, listeners, monkeypatch):
    monkeypatch.setattr(live, "SHARED_SECONDS", 60)
    author = await models.Author.named(site.id, "Corrie")
    told = [await listen(COMMENTS) for _ in range(listeners)]
    comment = await say(post)
    await say(post, "Ja", parent=comment)
    await models.Comment.filter(id=comment.id).update(author_id=author.id)
    with statements() as sent:
        heard = await asyncio.gather(*(one.hears() for one in told))
    assert heard == [heard[0]] * listeners
    assert heard[0]["commentEdge"]["node"]["author"] == {"author": {"name": "Corrie"}}
    assert len(heard[0]["commentEdge"]["node"]["replies"]["nodes"]) == 1
    # The comment, its post, the post's body and authors, the replies, the author.
    assert len(sent) == 6


# graphql-core forgets a coroutine or two of an execution that is cancelled.
@pytest.mark.filterwarnings("ignore:coroutine 'Executor", "ignore::pytest.PytestUnraisableExceptionWarning")
async def test_who_walks_away_takes_nothing_from_the_others(post, listen):
    told = [await listen(COMMENTS) for _ in range(8)]
    hearing = [asyncio.create_task(one.hears()) for one in told]
    await say(post)
    for leaving in hearing[::2]:
        await asyncio.sleep(0)
        leaving.cancel()
    stayed = await asyncio.gather(*hearing[1::2])
    assert [said["post"]["title"] for said in stayed] == ["Over de heg"] * 4
    gc.collect()


async def test_who_reads_late_is_told_what_is_true_by_then(post, listen, monkeypatch):
    monkeypatch.setattr(live, "SHARED_SECONDS", 0.0)
    quick, slow = await listen(COMMENTS), await listen(COMMENTS)
    comment = await say(post, "Weg")
    assert (await quick.hears())["commentEdge"]["node"]["contentText"] == "Weg"
    await comment.decide(models.Fate.SPAM)
    await say(post, "Te zien")
    assert (await slow.hears())["commentEdge"]["node"]["contentText"] == "Te zien"


async def test_who_falls_behind_hears_that_as_the_last_thing(post, listen):
    listening = await listen(COMMENTS)
    for _ in range(pulse.ROOM // pulse.MOST_AT_ONCE + 1):
        await _tell_much(post.id)
    for _ in range(2):
        with pytest.raises(models.FellBehind):
            await listening.hears()
    assert pulse.listeners() == 0


@atomic
async def _tell_much(post_id):
    for _ in range(pulse.MOST_AT_ONCE):
        pulse.tell(pulse.CommentShown(comment_id=1, post_id=post_id))


async def test_nobody_is_left_who_left_at_any_moment(post, publication):
    for moment in range(12):
        listening = Listening(await publication.context(), COMMENTS, {})
        await listening.begin()
        hearing = asyncio.create_task(anext(listening.source))
        if moment % 2:
            await say(post)
        for _ in range(moment // 2):
            await asyncio.sleep(0)
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)
        await listening.source.aclose()
        assert pulse.listeners() == 0


async def test_nobody_is_left_who_never_read_and_never_said_goodbye(post, publication):
    listening = Listening(await publication.context(), COMMENTS, {})
    await listening.begin()
    assert pulse.listeners() == 1
    del listening
    gc.collect()
    assert pulse.listeners() == 0


async def test_letters_are_told_on_a_development_server_alone():
    lives = [built._schema.subscription_type.fields.keys() for built in (schema, development_schema)]
    everybody = {"commentAdded", "issueProgress", "postPublished"}
    assert lives == [everybody, everybody | {"mailSent"}]
