"""What is counted ahead is what counting would find, whatever happens to posts and comments, in any order."""

from asyncio import create_task, gather, wait
from collections import Counter
from contextvars import copy_context
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tortoise.transactions import in_transaction

import models
from models.bylines import Byline, Tagging
from models.comments import Comment, Fate
from models.posts import Post

NOON = datetime(2021, 3, 31, 12, tzinfo=UTC)
ZONES = [
    "UTC",
    "Europe/Amsterdam",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Asia/Kolkata",
    "America/St_Johns",
]
SOME = st.sets(st.integers(0, 2))
WHICH = st.integers(0, 9)
HOURS = st.one_of(st.none(), st.sampled_from([-24 * 365, -24 * 31, -13, -1, 0, 1, 13, 24 * 31]))
STEPS = st.one_of(
    st.tuples(st.just("draft"), SOME, SOME),
    st.tuples(st.just("publish"), WHICH, HOURS),
    st.tuples(st.just("publish"), WHICH, HOURS),
    st.tuples(st.just("withdraw"), WHICH, st.sampled_from([models.Status.DRAFT, models.Status.ARCHIVED])),
    st.tuples(st.just("rewrite"), WHICH, SOME, SOME),
    st.tuples(st.just("comment"), WHICH, st.one_of(st.none(), WHICH), st.sampled_from(Fate)),
    st.tuples(st.just("decide"), WHICH, st.sampled_from(Fate)),
    st.tuples(st.just("decide"), WHICH, st.sampled_from([Fate.APPROVED, Fate.SPAM])),
    st.tuples(st.just("wait"), st.integers(1, 24 * 40)),
    st.tuples(st.just("move"), st.sampled_from(ZONES)),
    st.tuples(st.just("read again"), WHICH),
    st.tuples(st.just("say otherwise"), WHICH, SOME),
    st.tuples(st.just("remove"), WHICH),
    st.tuples(st.just("merge"), WHICH),
    st.tuples(st.just("move later"), st.sampled_from(ZONES)),
)
STORIES = st.lists(STEPS, min_size=5, max_size=25)
UNHURRIED = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class Desk:
    """Does the steps of a story, with rows that others may have changed since they were read."""

    def __init__(self, site: models.Site, clock: time_machine.Traveller) -> None:
        self.site, self.clock = site, clock
        self.posts: list[Post] = []
        self.comments: list[Comment] = []

    async def begin(self) -> None:
        await models.clear(self.site)
        self.authors = [await models.Author.named(self.site.id, name) for name in ("Anna", "Bea", "Cas")]
        self.tags = [await models.Tag.named(self.site.id, name) for name in ("ui", "prei", "kool")]
        for which in ({0}, {0, 1}, {2}):
            await self.draft(which, which)

    async def do(self, verb: str, *said: Any) -> None:
        await getattr(self, verb.replace(" ", "_"))(*said)

    async def draft(self, authors: set[int], tags: set[int]) -> None:
        self.posts.append(await Post.draft(self.site, "Bericht", "", **self._by(authors, tags)))

    async def publish(self, which: int, hours: int | None) -> None:
        await self._of(self.posts, which).publish(
            None if hours is None else models.now() + timedelta(hours=hours)
        )

    async def withdraw(self, which: int, to: models.Status) -> None:
        await self._of(self.posts, which).withdraw(to=to)

    async def rewrite(self, which: int, authors: set[int], tags: set[int]) -> None:
        await self._of(self.posts, which).rewrite("Anders", "", **self._by(authors, tags))

    async def comment(self, which: int, parent: int | None, fate: Fate) -> None:
        above = self._of(self.comments, parent) if parent is not None and self.comments else None
        post = self._of(self.posts, which)
        if above is not None:
            post = next(post for post in self.posts if post.id == above.post_id)
        writer = models.Writer(name="Gast")
        self.comments.append(await Comment.keep(post, writer, "Tekst", parent=above, status=fate))

    async def decide(self, which: int, fate: Fate) -> None:
        if self.comments:
            await self._of(self.comments, which).decide(fate)

    async def wait(self, hours: int) -> None:
        self.clock.shift(timedelta(hours=hours))
        await models.count_due()

    async def move(self, zone: str) -> None:
        await models.move_to_time_zone(self.site, zone)

    async def move_later(self, zone: str) -> None:
        await models.set_time_zone(self.site, zone)
        await models.cut_months()

    async def say_otherwise(self, which: int, tags: set[int]) -> None:
        await self._of(self.posts, which).rewrite("Gezegd", tags=[self.tags[n] for n in sorted(tags)])

    async def remove(self, which: int) -> None:
        if len(self.posts) > 1:
            post = self.posts.pop(which % len(self.posts))
            await post.remove()
            self.comments = [comment for comment in self.comments if comment.post_id != post.id]

    async def merge(self, which: int) -> None:
        place = which % len(self.tags)
        gone = self.tags[place]
        self.tags[place] = await models.Tag.named(self.site.id, f"kruid {gone.id}")
        await models.merge_tags(gone, self.tags[place])

    async def read_again(self, which: int) -> None:
        place = which % len(self.posts)
        self.posts[place] = await Post.get(id=self.posts[place].id)

    def _by(self, authors: set[int], tags: set[int]) -> dict[str, Any]:
        return {
            "authors": [self.authors[n] for n in sorted(authors)],
            "tags": [self.tags[n] for n in sorted(tags)],
        }

    def _of(self, rows: list[Any], which: int) -> Any:
        return rows[which % len(rows)]


@UNHURRIED
@given(story=STORIES)
async def test_kept_counts_are_what_counting_finds(site, story):
    with time_machine.travel(NOON, tick=False) as clock:
        desk = Desk(site, clock)
        await desk.begin()
        for step in story:
            await desk.do(*step)
            await _holds(site)
        assert await models.recount(site) == 0
        await _holds(site)


@pytest.mark.faults
@settings(UNHURRIED, max_examples=100)
@given(story=st.lists(STEPS, min_size=20, max_size=60))
async def test_kept_counts_are_what_counting_finds_at_length(site, story):
    with time_machine.travel(NOON, tick=False) as clock:
        desk = Desk(site, clock)
        await desk.begin()
        for step in story:
            await desk.do(*step)
            await _holds(site)


async def test_a_recount_finds_and_mends_what_is_off(site, write):
    author, tag = await models.Author.named(site.id, "Anna"), await models.Tag.named(site.id, "ui")
    post = await write(authors=[author], tags=[tag])
    await post.publish()
    first = await _say(post, None)
    await _say(post, first)
    for noun in (models.Author, models.Tag, models.MonthCount):
        await noun.all().update(post_count=7)
    await Post.all().update(comment_count=7)
    await Comment.all().update(reply_count=7)
    await models.MonthCount.create(site_id=site.id, month="1999-01", post_count=1)
    await Post.all().update(is_counted=False)
    await Byline.all().update(published_at=None)
    draft = await write(authors=[author], tags=[tag])
    await Tagging.filter(post_id=draft.id).update(published_at=NOON)
    # Post, both comments, author, tag, the month and the month that is none; and the lines of both posts.
    assert await models.recount(site) == 9
    await _holds(site)
    assert await models.recount(site) == 0


async def test_a_post_read_before_the_site_moved_is_counted_in_its_new_month(site, write):
    post = await write()
    await post.publish(datetime(2021, 3, 31, 23, tzinfo=UTC))
    await models.move_to_time_zone(site, "Europe/Amsterdam")
    await post.withdraw()
    assert await models.MonthCount.filter(post_count__not=0).count() == 0
    await post.publish()
    await _holds(site)


async def test_two_who_count_what_is_due_count_it_once(site, write):
    with time_machine.travel(NOON, tick=False) as clock:
        for title in "abc":
            await (await write(title)).publish(NOON + timedelta(days=1))
        clock.shift(timedelta(days=2))
        await gather(*(models.count_due() for _ in range(3)))
        assert await models.count_posts() == 3
        await _holds(site)


MEANWHILE = {
    "withdraw": lambda post, _: post.withdraw(),
    "remove": lambda post, _: post.remove(),
    "say otherwise": lambda post, author: post.rewrite("Anders", authors=[author]),
    "move": lambda post, _: post.publish(NOON),
    "schedule": lambda post, _: post.publish(models.now() + timedelta(days=70)),
}


@pytest.mark.parametrize("comes_first", [True, False])
@pytest.mark.parametrize("verb", MEANWHILE)
async def test_what_comes_due_while_it_is_changed_is_counted_as_it_stands(site, write, verb, comes_first):
    anna, bea = [await models.Author.named(site.id, name) for name in ("Anna", "Bea")]
    post = await write(authors=[anna])
    await post.publish(models.now() + timedelta(hours=1))
    await Post.all().update(published_at=models.now() - timedelta(minutes=1))
    post = await Post.get(id=post.id)

    def change():
        return MEANWHILE[verb](post, bea)

    first, second = (models.count_due, change) if comes_first else (change, models.count_due)
    before = copy_context()
    async with in_transaction():
        await first()
        waiting = create_task(second(), context=before)
        # Who does not wait is done by then.
        await wait([waiting], timeout=0.3)
    await waiting
    await _holds(site)
    assert not await models.MonthCount.filter(post_count__lt=0).exists()


async def test_who_changes_bylines_and_who_counts_what_is_due_never_wait_for_each_other(site, write):
    anna, bea = [await models.Author.named(site.id, name) for name in ("Anna", "Bea")]
    old = await write(authors=[anna])
    await old.publish(NOON.replace(year=2020))
    due = [await write(authors=[author]) for author in (bea, anna)]
    for post in due:
        await post.publish(models.now() + timedelta(hours=1))
    moment = models.now() - timedelta(minutes=1)
    await Post.filter(id__in=[post.id for post in due]).update(published_at=moment)
    before = copy_context()
    async with in_transaction():
        await old.rewrite("Anders")
        counting = create_task(models.count_due(), context=before)
        # Who does not wait has counted Bea by then, and waits for Anna.
        await wait([counting], timeout=0.3)
        await old.rewrite(authors=[bea])
    assert await counting == 2
    await _holds(site)


async def test_a_recount_beside_who_comments_and_publishes_leaves_counts_right(site, write):
    posts = [await write(f"Bericht {number}") for number in range(4)]
    await posts[0].publish()
    await Post.all().update(comment_count=7)

    async def go_on(post):
        await post.publish()
        for _ in range(5):
            await _say(post, None)

    await gather(*(go_on(post) for post in posts[1:]), *(models.recount(site) for _ in range(4)))
    await _holds(site)


# On SQLite nobody can write meanwhile.
@pytest.mark.parametrize("dialect", ["postgres"])
async def test_a_recount_that_is_overtaken_between_two_questions_writes_nothing_old(site, write, monkeypatch):
    post = await write()
    await post.publish()
    # Behind the function of this name.
    recount, before = import_module("models.recount"), copy_context()
    counted = recount._counted

    async def counted_meanwhile(question, key):
        if not await Comment.exists():
            await create_task(_say(post, None), context=before)
            found = await counted(question, key)
            await create_task(_say(post, None), context=before)
            return found
        return await counted(question, key)

    monkeypatch.setattr(recount, "_counted", counted_meanwhile)
    await models.recount(site)
    await _holds(site)


async def test_a_month_below_nothing_is_mended(site, write):
    post = await write()
    await post.publish()
    await models.MonthCount.create(site_id=site.id, month="1999-01", post_count=-1)
    assert await models.recount(site) == 1
    assert await models.MonthCount.all().count() == 1
    await _holds(site)


async def test_of_two_who_publish_at_once_one_is_told_to_read_again(site, write):
    post = await write()
    rows = [post, *[await Post.get(id=post.id) for _ in range(2)]]
    done = await gather(*(row.publish() for row in rows), return_exceptions=True)
    assert sorted(map(str, done)) == sorted([str(None), str(models.Changed()), str(models.Changed())])
    assert await models.count_posts() == 1
    await _holds(site)


async def test_posts_published_rewritten_and_withdrawn_at_once_are_counted_right(site, write):
    author = await models.Author.named(site.id, "Anna")
    posts = [await write(f"Bericht {number}", authors=[author]) for number in range(6)]
    await gather(*(post.publish(NOON) for post in posts))
    moves = [post.publish(NOON - timedelta(days=70)) for post in posts[:2]]
    moves += [post.withdraw() for post in posts[2:4]]
    moves += [post.rewrite("Anders", "", authors=[], tags=[]) for post in posts[4:]]
    await gather(*moves, models.move_to_time_zone(site, "Pacific/Kiritimati"))
    await _holds(await models.Site.get(id=site.id))


async def test_of_two_who_merge_the_same_tags_at_once_one_is_told_that_they_are_gone(site, write):
    for number in range(5):
        one, other = [await models.Tag.named(site.id, f"{name} {number}") for name in ("ui", "prei")]
        post = await write(f"Bericht {number}", tags=[one])
        await post.publish(NOON)
        merges = models.merge_tags(one, other), models.merge_tags(other, one)
        done = await gather(*merges, return_exceptions=True)
        assert sorted(type(one) for one in done if one is not None) == [models.NotFound], done
        assert await models.Tag.filter(id__in=[one.id, other.id]).count() == 1
        await _holds(site)


WHILE_MERGED = {
    "withdraw": lambda post, _: post.withdraw(),
    "remove": lambda post, _: post.remove(),
    "give the other": lambda post, other: post.rewrite(tags=[other]),
    "come due": lambda *_: models.count_due(),
}


@pytest.mark.parametrize("verb", WHILE_MERGED)
async def test_what_is_counted_while_its_tag_is_merged_is_counted_once(site, write, verb):
    one, other = [await models.Tag.named(site.id, name) for name in ("ui", "prei")]
    post = await write(tags=[one])
    await post.publish(models.now() + timedelta(hours=1) if verb == "come due" else NOON)
    await Post.filter(is_counted=False).update(published_at=models.now() - timedelta(minutes=1))
    post = await Post.get(id=post.id)
    before = copy_context()
    async with in_transaction():
        await models.merge_tags(one, other)
        waiting = create_task(WHILE_MERGED[verb](post, other), context=before)
        # Who does not wait is done by then.
        await wait([waiting], timeout=0.3)
    await waiting
    await _holds(site)


async def test_a_post_that_comes_due_while_its_author_is_invited_is_counted(site, write):
    post = await write(authors=[await models.Author.named(site.id, "Anna")])
    await post.publish(models.now() + timedelta(hours=1))
    await Post.all().update(published_at=models.now() - timedelta(minutes=1))
    before = copy_context()
    async with in_transaction():
        await models.count_due()
        inviting = models.User.welcome(site, "anna@example.org", "Anna", models.Role.AUTHOR)
        waiting = create_task(inviting, context=before)
        await wait([waiting], timeout=0.3)
    await waiting
    await _holds(site)


async def test_of_two_posts_that_exchange_their_authors_at_once_neither_is_refused(site, write):
    anna, bea = [await models.Author.named(site.id, name) for name in ("Anna", "Bea")]
    posts = [await write("Een", authors=[anna]), await write("Twee", authors=[bea])]
    for post, days in zip(posts, (0, 100), strict=True):
        await post.publish(NOON - timedelta(days=days))
    for _ in range(10):
        anna, bea = bea, anna
        await gather(posts[0].rewrite(authors=[anna]), posts[1].rewrite(authors=[bea]))
    await _holds(site)


async def test_a_comment_and_its_reply_approved_at_once_are_both_shown(site, write):
    post = await write()
    await post.publish()
    for _ in range(5):
        first = await _say(post, None, Fate.PENDING)
        reply = await _say(post, first, Fate.PENDING)
        await gather(first.decide(Fate.APPROVED), reply.decide(Fate.APPROVED))
        await _holds(site)


async def _say(post: Post, parent: Comment | None, fate: Fate = Fate.APPROVED) -> Comment:
    return await Comment.keep(post, models.Writer(name="Gast"), "Tekst", parent=parent, status=fate)


async def _holds(site: models.Site) -> None:
    """Hold the kept counts against the rows themselves."""
    zone = ZoneInfo(site.time_zone)
    seen = {post.id: post for post in await Post.all() if post.is_visible}
    months = Counter(post.published_at.astimezone(zone).strftime("%Y-%m") for post in seen.values())
    kept = await models.archive_months()
    assert {month.month: month.post_count for month in kept} == months
    assert [month.month for month in kept] == sorted(months, reverse=True)
    assert await models.count_posts() == len(seen) == sum(month.post_count for month in kept)
    for noun, lines, key in ((models.Author, Byline, "author_id"), (models.Tag, Tagging, "tag_id")):
        found = Counter(getattr(line, key) for line in await lines.all() if line.post_id in seen)
        assert {row.id: row.post_count for row in await noun.all() if row.post_count} == found
    for month, number in months.items():
        assert await Post.published(models.PostConditions(month=month)).count() == number
    await _comments_hold()


async def _comments_hold() -> None:
    comments = {comment.id: comment for comment in await Comment.all()}

    def is_shown(comment: Comment) -> bool:
        above = comment.parent_id is None or is_shown(comments[comment.parent_id])
        return comment.status is Fate.APPROVED and above

    shown = [comment for comment in comments.values() if is_shown(comment)]
    assert {comment.id for comment in comments.values() if comment.is_shown} == {row.id for row in shown}
    on_posts = Counter(comment.post_id for comment in shown)
    assert {post.id: post.comment_count for post in await Post.all() if post.comment_count} == on_posts
    replies = Counter(comment.parent_id for comment in shown if comment.parent_id)
    assert {row.id: row.reply_count for row in comments.values() if row.reply_count} == replies
