"""The intake on SQLite: a few statements, in one hop to the writer's thread."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import orjson
from tortoise.context import require_context

from models.engines.intakes import Once, Place, Row
from models.engines.queues import Promise
from models.engines.sqlite_ferry import Run
from models.engines.sqlite_queue import PROMISE, promised, wake_up

# Post.published() and Comment.shown(), which a test holds it to; a reply below the deepest level joins it.
PLACE = """
    WITH place AS (
        SELECT post.comments_open AND (
                   site.comment_days IS NULL
                   OR julianday(:moment) < julianday(post.published_at) + site.comment_days) AS is_open,
               :parent_id IS NULL OR above.id IS NOT NULL AS has_above,
               CASE WHEN above.depth < :deepest THEN above.id ELSE above.parent_id END AS parent_id,
               CASE WHEN above.id IS NULL THEN 0 ELSE min(above.depth + 1, :deepest) END AS depth,
               coalesce(above.notify_replies, FALSE)
                   OR EXISTS (SELECT 1 FROM webhook WHERE NOT is_paused) AS tells_others,
               site.comment_policy AS policy,
               :status IS NULL AND site.comment_policy = 'confirmed' AND NOT EXISTS (
                   SELECT 1 FROM commenter
                   WHERE commenter.site_id = post.site_id AND commenter.mailbox = :mailbox
                     AND commenter.confirmed_at IS NOT NULL) AS is_strange,
               :status IS NULL AND EXISTS (
                   SELECT 1 FROM comment
                   WHERE comment.fingerprint = :fingerprint AND comment.created_at > :said_again_since
               ) AS is_said_again
        FROM post JOIN site ON site.id = post.site_id
        LEFT JOIN comment AS above ON above.id = :parent_id AND above.post_id = post.id AND above.is_shown
        WHERE post.id = :post_id AND post.status = 'published' AND post.published_at <= :moment),
    doubted AS (
        SELECT place.*, CASE WHEN is_said_again THEN coalesce(:held_because, '') || 'duplicate' || char(10)
                             WHEN :held_because IS NOT NULL OR :status IS NOT NULL THEN :held_because
                             WHEN policy = 'held' THEN 'policy' || char(10)
                             WHEN is_strange THEN 'unconfirmed' || char(10) END AS held_because
        FROM place)
    SELECT is_open, has_above, parent_id, depth, held_because, tells_others,
           coalesce(:status, CASE WHEN held_because IS NULL THEN 'approved' ELSE 'pending' END) AS status
    FROM doubted"""
KEEP = """
    INSERT INTO comment (post_id, parent_id, depth, author_id, name, email, mailbox, website, language,
                         notify_replies, source, html, text, status, is_shown, held_because, spam_score,
                         fingerprint, reply_count, created_at)
    VALUES (:post_id, :parent_id, :depth, :author_id, :name, :email, :mailbox, :website, :language,
            :notify_replies, :source, :html, :text, :status, :is_shown, :held_because, :spam_score,
            :fingerprint, 0, :created_at)
    RETURNING id"""
COUNT = "UPDATE post SET comment_count = comment_count + 1 WHERE id = :post_id"
COUNT_REPLY = "UPDATE comment SET reply_count = reply_count + 1 WHERE id = :parent_id"
ASK = """
    INSERT INTO sign_up (site_id, wish, email, mailbox, name, language, frequency, topics, door, form,
                         network, asked_at)
    VALUES (:site_id, :wish, :email, :mailbox, :name, :language, :frequency, :topics, :door, :form,
            :network, :asked_at)
    RETURNING id"""
ONCE = """
    INSERT INTO repeat (key, answer, at) VALUES (:key, '', :at)
    ON CONFLICT (key) DO UPDATE SET answer = '', at = excluded.at WHERE at NOT BETWEEN :oldest AND :newest
    RETURNING key"""
ANSWER = "UPDATE repeat SET answer = ? WHERE key = ?"
DONE = "done"


class SqliteIntake:
    """Keeps moments as Tortoise does."""

    async def comment(
        self,
        row: Row,
        promise: Promise,
        *,
        moment: datetime,
        once: Once | None,
        tell: Callable[[int], object],
    ) -> Place | None:
        def keep(run: Run) -> Place | None:
            place, tells_others = _place(run(PLACE, {**row, "moment": moment}))
            if place is None or not (place.is_open and place.has_above) or not _first(run, once):
                return place
            [[id]] = run(KEEP, {**row, **_of(place)})
            _answer(run, once, str(id))
            if place.is_shown:
                run(COUNT, row)
            if place.is_shown and place.parent_id is not None:
                run(COUNT_REPLY, _of(place))
            if place.status == "pending" or (place.is_shown and (tells_others or row["notify_replies"])):
                run(PROMISE, promised(replace(promise, payload={"comment": id})))
            return replace(place, id=id)

        def tell_of(place: Place | None) -> None:
            if place is not None and place.id is not None and place.is_shown:
                tell(place.id)
            wake_up()

        kept: Place | None = await _db().at_once(keep, tell_of)
        return kept

    async def sign_up(self, row: Row, promise: Promise, *, once: Once | None) -> None:
        values = {**row, "topics": orjson.dumps(row["topics"]).decode()}

        def keep(run: Run) -> None:
            if not _first(run, once):
                return
            [[id]] = run(ASK, values)
            run(PROMISE, promised(replace(promise, payload={"sign_up": id})))
            _answer(run, once, DONE)

        await _db().at_once(keep, lambda _: wake_up())


def _place(rows: list[Any]) -> tuple[Place | None, bool]:
    """Read where a comment goes, and whether the writer above or a webhook wants to know of it."""
    if not rows:
        return None, False
    is_open, has_above, parent_id, depth, held_because, tells_others, status = rows[0]
    place = Place(
        is_open=bool(is_open), has_above=bool(has_above), parent_id=parent_id, depth=depth, status=status,
        held_because=held_because,
    )  # fmt: skip
    return place, bool(tells_others)


def _of(place: Place) -> dict[str, Any]:
    return {
        "parent_id": place.parent_id, "depth": place.depth, "status": place.status,
        "is_shown": place.is_shown, "held_because": place.held_because,
    }  # fmt: skip


def _first(run: Run, once: Once | None) -> bool:
    """Take the key of a command; tell whether nobody had it."""
    return once is None or bool(run(ONCE, asdict(once)))


def _answer(run: Run, once: Once | None, answer: str) -> None:
    if once is not None:
        run(ANSWER, (answer, once.key))


def _db() -> Any:
    return require_context().db()


intake_class = SqliteIntake
