"""A plan tells all that it has read: whatever changes its answer is told under a name of that."""

import os
from collections import Counter
from contextlib import suppress
from random import Random

import pytest
import time_machine
from graphql import GraphQLError

import models
from schema.context import Publication
from schema.graph import schema
from schema.ids import global_id
from schema.kept import Kept
from schema.plans import Plans
from tests.schema.differing import ROOT, Executor, difference
from tests.schema.drawing import draw
from tests.schema.garden import LATER
from tests.schema.lore import gather
from tests.schema.overgrown import SOON, overgrow
from tests.schema.upheaval import VERBS

pytestmark = pytest.mark.skipif(os.environ.get("GQL_SERVER_PLANS") == "off", reason="there are no plans")
EVERYTHING = "everything"


@pytest.fixture(autouse=True)
async def hearing(store):
    """Hear what others do, without which nothing kept is given."""
    async with models.pulse.hearing():
        yield


@pytest.mark.long
async def test_whatever_changes_an_answer_is_told_under_what_it_has_read(store):
    await _upheave(rounds=len(VERBS), pool=30, seed=5)


@pytest.mark.faults
async def test_thousands_of_changed_answers_are_told(store):
    await _upheave(rounds=20 * len(VERBS), pool=100, seed=Random().getrandbits(32))


@pytest.mark.long
async def test_what_time_alone_changes_was_true_until_then(store):
    rows = await overgrow(await models.found())
    with time_machine.travel(LATER, tick=False) as clock:
        watching = await _Watching.begin(rows)
        kept = await watching.kept(200, Random(7))
        clock.move_to(SOON)
        watching.executor.publication = Publication(ROOT, keep_seconds=3600)
        changed = 0
        for question, operation, before, planned in kept:
            after = await watching.executor.interpret(operation, question)
            if after != before:
                changed += 1
                in_time = planned.until is not None and planned.until <= SOON
                assert in_time or watching.heard & planned.reads, str(question)
        assert changed >= 5


async def _upheave(*, rounds, pool, seed):
    rows = await overgrow(await models.found())
    random, counts = Random(seed), Counter()
    with time_machine.travel(LATER, tick=False) as clock:
        watching = await _Watching.begin(rows)
        asked = await watching.kept(pool, random)
        for number in range(rounds):
            # Rows have moments of their own, as they would have.
            clock.shift(1)
            verb = VERBS[number % len(VERBS)] if number < len(VERBS) else random.choice(VERBS)
            watching.heard.clear()
            with suppress(models.Refused):
                await verb(random, rows)
            watching.executor.publication = Publication(ROOT, keep_seconds=3600)
            results = [await watching.look_again(*one, f"seed {seed}, {verb.__name__}") for one in asked]
            counts.update(word for words, _ in results for word in words)
            # Those that err now are left; some new ones come in place of the oldest.
            asked = [one for _, one in results if one is not None][5:]
            asked += await watching.kept(pool - len(asked), random)
    print(dict(counts))  # noqa: T201
    assert counts["changed"] >= rounds


NAMED = {
    "by its id": "query($id: ID!) { post(by: { id: $id }) { title } }",
    "as a node": "query($id: ID!) { node(id: $id) { id } }",
    "as one of several": "query($id: ID!) { nodes(ids: [$id]) { id } }",
    "by a picture in it": "query($id: ID!) { node(id: $id) { ... on Image { altText } } }",
}


@pytest.mark.parametrize("way", NAMED)
async def test_what_was_not_there_to_be_read_is_told_of_when_it_appears(publication, write, way):
    post = await write(html='<p><img src="/heg.jpg" alt="Een heg"></p>')
    id = global_id("Image", f"post-{post.id}-0") if "picture" in way else global_id("Post", post.id)
    await _is_told(publication, NAMED[way], post.publish, id=id)


async def test_who_leads_to_an_old_path_is_told_of_a_new_post_there(publication, write):
    first = await write("De heg")
    await first.publish()
    await first.rewrite("Het hek", slug="")
    second = await write("De heg")
    assert second.path == "/posts/de-heg"
    asked = "query($path: String!) { post(by: { path: $path }) { title } }"
    await _is_told(publication, asked, second.publish, path=second.path)


async def _is_told(publication, query, verb, **variables):
    """See that an answer changes by a verb, and that it is told under what was read for it."""
    operation, plans = Executor(publication).documents.read(query).operation(None), Plans(schema._schema)
    before = await plans.answer(operation, variables, await publication.context())
    heard = set()
    listening = models.pulse.watch(heard.update)
    await verb()
    listening()
    after = await plans.answer(operation, variables, await publication.context())
    assert before.body != after.body
    assert heard & before.reads, (sorted(heard), sorted(before.reads))


class _Watching:
    """Asks questions, and hears what is told."""

    def __init__(self, executor, compiled, lore):
        self.executor, self.compiled, self.lore = executor, compiled, lore
        self.heard = set()

    @classmethod
    async def begin(cls, rows):
        executor = Executor()
        lore = await gather(schema._schema, rows, executor.ask)
        # What is kept is what answers in the end: it listens as the server's does.
        kept = Kept(10_000_000, seconds=3600)
        kept.listen()
        watching = cls(executor, Plans(executor.documents.core, kept), lore)
        models.pulse.watch(watching.hear)
        return watching

    def hear(self, tags):
        """Remember what was told."""
        self.heard |= tags

    async def answer(self, question, operation):
        """Answer by a plan, and by what plans have kept."""
        context = await self.executor.publication.context()
        return await self.compiled.answer(operation, question.variables, context)

    async def look_again(self, question, operation, before, planned, where):
        """Ask once more after something was done; give what became of the answer, and what to ask next."""
        after = await self.executor.interpret(operation, question)
        again = await self.answer(question, operation)
        wrong = again and difference(operation, question, after, again.body)
        assert not wrong, f"{where}\n{question}\n{wrong}"
        is_told = bool(self.heard & {*planned.reads, EVERYTHING})
        if after != before:
            told, read = sorted(self.heard), sorted(planned.reads)
            assert is_told, f"{where}, told {told}, read {read}\n{question}"
        words = ["asked", *(["told"] if is_told else []), *(["changed"] if after != before else [])]
        goes_on = again is not None and again.reads is not None
        return words, (question, operation, after, again) if goes_on else None

    async def kept(self, number, random):
        """Answer those questions that a plan answers, in both ways."""
        kept = []
        for _ in range(number):
            question = draw(schema._schema, self.lore, random, sizes=(60,))
            operation = self.executor.operation(question)
            if isinstance(operation, GraphQLError):
                continue
            planned = await self.answer(question, operation)
            if planned is not None and planned.reads is not None:
                interpreted = await self.executor.interpret(operation, question)
                assert planned.body == interpreted.body, str(question)
                kept.append((question, operation, interpreted, planned))
        return kept
