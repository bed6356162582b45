"""What guests bring is kept in one step to the store, just as the verbs that take several would keep it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import product

import pytest
from tortoise.context import require_context
from tortoise.exceptions import BaseORMException

import models
from models.atomic import settled
from models.comments import DEEPEST
from models.pulse import CommentShown
from models.repeats import Repeat

GUEST = models.Writer(name="Ann", email="ann@example.org", website="https://ann.example/")
FORM = models.Trace(door="form", form="https://blog.example/", network="192.0.2.0/24")
MOMENTS = (None, -timedelta(hours=1), timedelta(hours=1))
BECAUSE = {
    models.CommentPolicy.HELD: "policy\n",
    models.CommentPolicy.CONFIRMED: "unconfirmed\n",
    models.CommentPolicy.SHOWN: None,
}
on_sqlite = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
on_postgres = pytest.mark.parametrize("dialect", ["postgres"], indirect=True)


@pytest.fixture
async def post(write):
    post = await write()
    await post.publish()
    return post


@pytest.fixture
async def hospitable(site):
    """Let comments be shown at once."""
    await site.change(comment_policy=models.CommentPolicy.SHOWN)


@pytest.fixture
async def said(store, post) -> AsyncIterator[list[str]]:
    """Write down all that SQLite's writer is told, commits too."""
    said: list[str] = []
    writer = require_context().db()._connection
    await writer.set_trace_callback(said.append)
    yield said
    await writer.set_trace_callback(None)


async def leave(post, content="Mooi.", *, parent=None, key=None):
    parent_id = parent.id if parent else None
    return await models.Comment.leave(post.id, GUEST, content, parent_id=parent_id, key=key)


def columns(row):
    return {name: getattr(row, name) for name in row._meta.fields_db_projection}


async def test_a_comment_is_taken_where_readers_see_the_post_and_nowhere_else(write):
    posts = []
    for status, moment in product(models.Status, MOMENTS):
        posts.append(post := await write(f"{status} {moment}"))
        at = None if moment is None else models.now() + moment
        await models.Post.filter(id=post.id).update(status=status, published_at=at)
    seen = set(await models.Post.published().values_list("id", flat=True))
    assert len(seen) == 1
    for post in posts:
        if post.id in seen:
            assert (await leave(post)).post_id == post.id
        else:
            with pytest.raises(models.NotFound) as refused:
                await leave(post)
            assert refused.value.field == "postId"


async def test_a_reply_is_taken_where_readers_see_the_comment_and_nowhere_else(post, write):
    other = await write("Elders")
    await other.publish()
    for below, fate, is_shown in product((post, other), models.Fate, (True, False)):
        comment = await models.Comment.keep(below, GUEST, "Ja")
        await models.Comment.filter(id=comment.id).update(status=fate, is_shown=is_shown)
    seen = set(await models.Comment.shown().filter(post_id=post.id).values_list("id", flat=True))
    assert len(seen) == len(models.Fate)
    for above in await models.Comment.all():
        if above.id in seen:
            assert (await leave(post, parent=above)).parent_id == above.id
        else:
            with pytest.raises(models.NotFound) as refused:
                await leave(post, parent=above)
            assert refused.value.field == "parentId"


@pytest.mark.parametrize("policy", models.CommentPolicy)
async def test_what_is_left_is_what_stands_in_the_store_and_what_several_steps_would_keep(
    site, write, policy
):
    await site.change(comment_policy=policy)
    here, there = await write("Hier"), await write("Daar")
    await here.publish()
    await there.publish()
    is_shown = policy is models.CommentPolicy.SHOWN
    fate = models.Fate.APPROVED if is_shown else models.Fate.PENDING
    left, kept = [], []
    # Each is a reply to the one before: deeper, and then as deep as it goes.
    for number in range(DEEPEST + 3 if is_shown else 1):
        left.append(await leave(here, f"Nummer {number}\n\n<b>", parent=left[-1] if left else None))
        kept.append(
            await models.Comment.keep(
                there, GUEST, f"Nummer {number}\n\n<b>", parent=kept[-1] if kept else None, status=fate,
                written_at=left[-1].created_at,
            )
        )  # fmt: skip
        assert columns(await models.Comment.get(id=left[-1].id)) == columns(left[-1])
    stand = [columns(await models.Comment.get(id=one.id)) for one in (*left, *kept)]
    for row in stand:
        row["parent_id"] = next(
            (place for place, other in enumerate(stand) if other["id"] == row["parent_id"]), None
        )
    ones, others = stand[: len(left)], stand[len(left) :]
    for one, other in zip(ones, others, strict=True):
        if other["parent_id"] is not None:
            other["parent_id"] -= len(left)
        # Why it waits is what only the step decides.
        assert one.pop("held_because") == BECAUSE[policy]
        assert other.pop("held_because") is None
        assert one | {"id": 0, "post_id": 0} == other | {"id": 0, "post_id": 0}
    counts = [(await models.Post.get(id=post.id)).comment_count for post in (here, there)]
    assert counts == [len(left) if is_shown else 0] * 2


async def test_a_command_that_comes_again_has_one_comment_and_is_heard_of_once(post, hospitable):
    heard = models.pulse.listen(CommentShown)
    left = await asyncio.gather(*(leave(post, key="a") for _ in range(8)))
    again = await leave(post, key="a")
    other = await leave(post, key="b")
    assert {one.id for one in left} == {again.id}
    assert other.id != again.id
    assert [(await anext(heard)).comment_id for _ in range(2)] == [again.id, other.id]
    assert (await models.Post.get(id=post.id)).comment_count == 2


async def test_a_refusal_takes_no_key(post):
    await models.Post.filter(id=post.id).update(comments_open=False)
    with pytest.raises(models.Closed):
        await leave(post, key="a")
    assert not await Repeat.exists()


async def test_a_request_that_comes_again_is_kept_once(site, clock):
    for verb in (models.SignUp.ask, models.SignUp.ask_for_link):
        await asyncio.gather(*(verb(site, "ann@example.org", FORM, key=verb.__name__) for _ in range(4)))
    await models.SignUp.ask(site, "ann@example.org", FORM, key="other")
    assert await models.SignUp.all().count() == (await models.Job.counts()).waiting == 3
    clock.shift(timedelta(days=2))
    await models.SignUp.ask(site, "ann@example.org", FORM, key="other")
    assert await models.SignUp.all().count() == 4


async def test_who_walks_away_leaves_a_comment_that_is_whole_and_heard_of(post, hospitable):
    heard = models.pulse.listen(CommentShown)
    for pause in range(6):
        task = asyncio.create_task(leave(post))
        for _ in range(pause):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await settled()
    ids = await models.Comment.all().order_by("id").values_list("id", flat=True)
    assert ids
    assert sorted([(await anext(heard)).comment_id for _ in ids]) == ids
    assert (await models.Post.get(id=post.id)).comment_count == len(ids)


async def test_what_is_left_in_a_transaction_that_is_undone_is_gone_and_not_heard_of(post, hospitable):
    heard = models.pulse.listen(CommentShown)

    async def work():
        await leave(post)
        raise models.Invalid("content")

    with pytest.raises(models.Invalid):
        await Repeat.once("key", work)
    assert not await models.Comment.exists()
    kept = await leave(post)
    assert (await anext(heard)).comment_id == kept.id


@on_sqlite
async def test_those_who_wait_share_a_commit(post, said):
    await asyncio.gather(*(leave(post) for _ in range(20)))
    assert said.count("COMMIT") < 10
    assert await models.Comment.all().count() == 20


@on_postgres
async def test_those_who_wait_share_a_transaction_and_tell_of_all_they_left(post, hospitable):
    heard = models.pulse.listen(CommentShown)
    left = await asyncio.gather(*(leave(post, f"Mooi {number}.") for number in range(20)))
    written = "SELECT xmin::text AS by, count(*) AS left FROM comment GROUP BY 1"
    transactions = await require_context().db().execute_query_dict(written)
    assert sum(one["left"] for one in transactions) == 20
    assert len(transactions) < 10
    assert sorted([(await anext(heard)).comment_id for _ in left]) == sorted(one.id for one in left)
    assert (await models.Post.get(id=post.id)).comment_count == 20


@on_postgres
async def test_a_post_that_is_counted_anew_stays_on_its_page(write, hospitable):
    """Also when its page was filled: otherwise each of its indexes gets another line."""
    posts = [await write(f"Bericht {number}", "".join(map(chr, range(256, 1256)))) for number in range(12)]
    for post in posts:
        await post.publish()
    db = require_context().db()
    # Filled anew, as by an import.
    await db.execute_script("VACUUM FULL post")
    where = "SELECT id, (ctid::text::point)[0]::int AS page FROM post ORDER BY id"
    before = await db.execute_query_dict(where)
    assert len({row["page"] for row in before}) < 12
    for post in posts:
        await leave(post)
    assert await db.execute_query_dict(where) == before
    assert {one.comment_count for one in await models.Post.all()} == {1}


@on_postgres
async def test_where_one_cannot_be_kept_all_others_are(post, write, hospitable):
    hidden = await write("Verborgen")
    await leave(post, "Al gezegd.", key="first")
    posts = [post, hidden, post, post]
    # What PostgreSQL does not write anywhere, past all who look at it first.
    texts = ["Een.", "Twee.", "Drie.", "Vier."]
    done = await asyncio.gather(
        *(leave(one, said) for one, said in zip(posts, texts, strict=True)),
        leave(post, "Al gezegd.", key="first"),
        return_exceptions=True,
    )
    assert [type(one) for one in done] == [
        models.Comment, models.NotFound, models.Comment, models.Comment, models.Comment,
    ]  # fmt: skip
    assert await models.Comment.all().count() == (await models.Post.get(id=post.id)).comment_count == 4


@on_sqlite
async def test_who_fails_takes_nobody_along(post, said):
    await models.Comment.keep(post, GUEST, "Ja", source_id="x")
    db = require_context().db()

    def fail(run):
        run("UPDATE comment SET name = 'Nobody'", ())
        return run("INSERT INTO comment SELECT * FROM comment", ())

    done = await asyncio.gather(leave(post), db.at_once(fail, print), leave(post), return_exceptions=True)
    assert [isinstance(one, BaseORMException) for one in done] == [False, True, False]
    assert said.count("COMMIT") < 4
    assert await models.Comment.filter(name="Ann").count() == await models.Comment.all().count() == 3


@on_sqlite
async def test_when_the_disk_is_full_nobody_is_told_that_it_was_kept(post, hospitable):
    db, heard = require_context().db(), models.pulse.listen(CommentShown)
    [[pages]] = (await db.execute_query("PRAGMA page_count"))[1]
    await db.execute_script(f"PRAGMA max_page_count={pages}")
    said = "x" * 5000
    done = await asyncio.gather(*(leave(post, said) for _ in range(8)), return_exceptions=True)
    assert {type(one) for one in done} <= {models.Unavailable, models.Comment}
    assert models.Unavailable in {type(one) for one in done}
    kept = [one.id for one in done if isinstance(one, models.Comment)]
    assert sorted(await models.Comment.all().values_list("id", flat=True)) == sorted(kept)
    await db.execute_script("PRAGMA max_page_count=1073741823")
    last = await leave(post)
    assert [(await anext(heard)).comment_id for _ in (*kept, last)] == [*kept, last.id]
