"""What a commit changes for readers is told by the engine, here and to other processes, never forgotten."""

import asyncio
import gc
from contextlib import suppress

import pytest
from tortoise.context import require_context
from tortoise.transactions import in_transaction

import models
from models import changes, pulse
from models.atomic import atomic
from models.bylines import Byline, Tagging
from models.changes import MOST_TAGS

TAG = (
    "INSERT INTO tag (site_id, slug, name, sort_key, post_count) VALUES ({site}, '{slug}', '{slug}', 'x', 0)"
)
WRITER = models.Writer(name="Gast")


@pytest.fixture
def told(store):
    """Collect what is told: `told()` gives it and begins anew."""
    heard: list[frozenset[str]] = []
    pulse.watch(heard.append)

    def take() -> set[str]:
        tags = set().union(*heard)
        heard.clear()
        return tags

    return take


def db():
    return require_context().db()


async def _tag(site, slug: str = "a") -> None:
    await db().execute_query(TAG.format(site=site.id, slug=slug))


async def test_what_any_statement_writes_is_told_by_its_table(site, told):
    told()
    await _tag(site)
    assert told() == {"any-tag"}
    await db().execute_query_dict("UPDATE \"tag\" SET sort_key = 'y' RETURNING id")
    assert told() == {"any-tag"}
    written = TAG.format(site=site.id, slug="b")
    cte = f"WITH x AS (SELECT 1) {written}"
    await db().execute_query(cte)
    assert told() == {"any-tag"}
    await db().execute_script(TAG.format(site=site.id, slug="c"))
    assert told() == {"any-tag"}
    await models.Tag.bulk_create([models.Tag(site_id=site.id, slug="d", name="d", sort_key="x")])
    assert told() == {"any-tag"}
    # SQLite understands this as well.
    await db().execute_many("UPDATE tag SET sort_key = $1 WHERE slug = $2", [["z", "a"], ["z", "b"]])
    assert told() == {"any-tag"}
    row = await models.Tag.get(slug="a")
    row.name = "w"
    await row.save()
    assert told() == {"any-tag"}
    await row.delete()
    # And the rows that went with it, or were changed by that.
    assert told() == {"any-tag", "any-tagging", "any-menu_item"}
    await models.Tag.exists(slug="a")
    await db().execute_query("SELECT * FROM tag WHERE name = 'UPDATE author'")
    assert told() == set()


async def test_what_readers_never_read_is_not_told(site, told, statements):
    await models.jobs.Job.promise(models.Work.SCRUB, key="once")
    told()
    with statements() as sent:
        await models.PersistedDocument.keep({"a" * 64: "{ site { id } }"})
        await models.Repeat.forget()
        await models.jobs.Job.promise(models.Work.SCRUB, key="twice")
    assert told() == set()
    assert not [statement for statement in sent if "pg_notify" in statement]


async def test_a_rollback_tells_nothing_nor_does_a_part_that_is_undone(site, told):
    told()
    with suppress(LookupError):
        async with in_transaction():
            await _tag(site)
            raise LookupError
    assert told() == set()
    async with in_transaction():
        await models.Author.named(site.id, "Anna")
        with suppress(LookupError):
            async with in_transaction():
                await _tag(site)
                raise LookupError
        assert told() == set()
    assert told() == {"any-author"}


async def test_it_is_told_before_the_verb_returns_and_after_its_commit(site):
    seen = []

    def look(tags) -> None:
        seen.append((tags, verb.done()))

    pulse.watch(look)
    verb = asyncio.create_task(models.Tag.named(site.id, "Bloemen"))
    await verb
    assert seen == [({"any-tag"}, False)]
    assert await models.Tag.exists(name="Bloemen")


async def test_a_comment_is_told_below_its_post_when_readers_see_it_come_or_go(site, write, told):
    post = await write()
    await post.publish()
    told()
    comment = await models.Comment.keep(post, WRITER, "Hoi")
    assert told() == set()
    await comment.decide(models.Fate.SPAM)
    assert told() == set()
    await comment.decide(models.Fate.APPROVED)
    assert told() == {f"comments-{post.id}"}
    await models.Comment.keep(post, WRITER, "Ook", parent=comment, status=models.Fate.APPROVED)
    assert told() == {f"comments-{post.id}"}
    await comment.decide(models.Fate.REJECTED)
    assert told() == {f"comments-{post.id}"}
    await models.Comment.filter(id=comment.id).update(name="Anders")
    assert told() == {"any-comment"}


async def test_a_post_is_told_by_its_number_and_a_draft_not_at_all(site, write, told):
    author, tag = await models.Author.named(site.id, "Anna"), await models.Tag.named(site.id, "Bloemen")
    kept = {"any-month_count", "any-author", "any-tag"}
    told()
    post = await write(authors=[author], tags=[tag])
    await post.rewrite("Anders", "<p>x</p>", authors=[author], tags=[tag])
    assert told() == set()
    own = {f"post-{post.id}", "posts"}
    await post.publish()
    assert told() == own | kept
    # What counts it stays as it is, and so do the many answers that have read that.
    await post.rewrite("Nog eens", summary="Kort.")
    assert told() == own
    await post.rewrite("En nog eens", authors=[author, author], tags=[tag])
    assert told() == own
    await post.rewrite("Weer anders", "<p>x</p>", authors=[], tags=[tag], slug="nieuw")
    assert told() == own | kept | {"any-redirect"}
    await post.withdraw()
    assert told() == own | {"any-month_count", "any-tag"}
    await post.withdraw(to=models.Status.DRAFT)
    assert told() == set()
    await post.publish(models.now().replace(year=2090))
    # Nobody sees it yet, but what is kept must not outlive its moment.
    assert told() == own


async def test_a_scheduled_post_is_told_when_it_is_counted(site, write, told):
    post = await write()
    await post.publish()
    await models.Post.filter(id=post.id).update(is_counted=False)
    told()
    assert await models.count_due() == 1
    assert told() == {f"post-{post.id}", "posts", "any-month_count"}


async def test_a_verb_that_fails_in_another_is_told_by_what_it_wrote(site, write, told):
    post = await write()
    await post.publish()
    told()

    @atomic
    @pulse.precise("tag")
    async def stumble() -> None:
        await _tag(site)
        raise LookupError

    @atomic
    async def go_on() -> None:
        with suppress(LookupError):
            await stumble()

    await go_on()
    assert told() == {"any-tag"}


async def test_what_is_written_beside_a_precise_verb_is_told_all_the_same(site, write, told):
    post = await write()
    await post.publish()
    told()

    @atomic
    async def both() -> None:
        await models.Comment.keep(post, WRITER, "Hoi", status=models.Fate.APPROVED)
        await models.Post.filter(id=post.id).update(summary="Anders")

    await both()
    assert told() == {f"comments-{post.id}", "any-post"}


async def test_an_import_is_told_by_its_tables(site, write, told):
    posts = [await write(f"Bericht {number}") for number in range(MOST_TAGS + 1)]
    told()

    @atomic
    async def bring() -> None:
        for post in posts:
            await models.Comment.keep(post, WRITER, "Hoi", status=models.Fate.APPROVED)
        for post in posts:
            await post.publish()

    await bring()
    assert told() == {"any-post", "any-comment", "any-month_count", "any-byline", "any-tagging"}
    await models.clear(site)
    assert told() >= {"any-post", "any-comment", "any-byline", "any-tagging", "any-site"}


async def test_nothing_is_touched_outside_of_a_verb(store):
    with pytest.raises(RuntimeError):
        pulse.touch("posts")


async def test_who_watches_is_let_go_with_its_owner_or_when_it_says_so(site):
    class Owner:
        heard = 0

        def hear(self, _tags) -> None:
            Owner.heard += 1

    owner, called = Owner(), []
    pulse.watch(owner.hear)
    pulse.watch(owner.hear)
    stop = pulse.watch(called.append)
    await _tag(site, "a")
    assert (Owner.heard, len(called)) == (1, 1)
    del owner
    gc.collect()
    stop()
    stop()
    await _tag(site, "b")
    assert (Owner.heard, len(called)) == (1, 1)


async def test_one_who_watches_and_fails_harms_neither_the_writer_nor_the_others(site, told):
    failures = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(context["exception"]))

    def fail(_tags) -> None:
        raise LookupError

    pulse.watch(fail)
    told()
    stop = pulse.watch(fail)
    await _tag(site)
    stop()
    assert told() == {"any-tag"}
    assert [type(failure) for failure in failures] == [LookupError]


async def test_a_commit_that_may_have_been_kept_is_told(site, told, monkeypatch):
    told()

    async def fail(self) -> None:
        await type(self).rollback(self)
        raise models.Unavailable("the line was cut")

    async with in_transaction() as transaction:
        client = type(transaction)
    monkeypatch.setattr(client, "commit", fail)
    with pytest.raises(models.Unavailable):
        await models.Tag.named(site.id, "Bloemen")
    assert told() == {"any-tag"}


async def test_every_table_is_swept_as_the_store_sweeps_it(store):
    """The models say what a deletion takes along; the tables must have been made so."""
    nouns = [
        models.Post,
        models.Page,
        models.Author,
        models.Tag,
        models.Comment,
        models.Site,
        Byline,
        Tagging,
    ]
    heed = changes.heed_of(require_context().apps.get_models_iterable(), {noun.__module__ for noun in nouns})
    assert heed("DELETE FROM post") == {"post", "byline", "tagging", "comment"}
    assert heed('delete from "author" where id = 1') == {"author", "comment"}
    assert heed("REPLACE INTO tag VALUES (1)") == {"tag", "tagging"}
    assert heed("TRUNCATE TABLE page, comment") == {"page", "comment"}
    assert heed('INSERT INTO public."post" (x) VALUES (1) ON CONFLICT DO UPDATE SET x = 1') == {"post"}
    assert heed("SELECT id FROM post FOR UPDATE") == set()
