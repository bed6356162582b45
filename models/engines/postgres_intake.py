"""The intake on PostgreSQL: one statement each, which takes its locks in the order that every verb does."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson
from tortoise.context import require_context

from models.engines.intakes import Once, Place, Row
from models.engines.queues import Promise

# A row comes as JSON and gets its types from its table. When a statement had to wait for a lock, the locked
# rows alone are read anew: so the post is locked first, as in `Comment.decide`, and then the comment above,
# which is hidden by whoever has the post. Both are asked for as by Post.published() and Comment.shown(): a
# test holds them to it. A reply below the deepest level joins it. What is told is sent when it is shown.
# Of two that say the same at once neither sees the other. So each takes a key of what it says: the second
# waits until the first is there, and gets none, for it finds another answer than it saw when it began.
LEAVE = """
    WITH given AS MATERIALIZED (SELECT * FROM jsonb_populate_record(NULL::comment, $1::jsonb)),
    below AS MATERIALIZED (
        SELECT post.id, site.comment_policy AS policy,
               post.comments_open AND (
                   site.comment_days IS NULL
                   OR $3::timestamptz < post.published_at + make_interval(hours => 24 * site.comment_days)
               ) AS is_open,
               given.status IS NULL AND site.comment_policy = 'confirmed' AND NOT EXISTS (
                   SELECT FROM commenter
                   WHERE commenter.site_id = post.site_id AND commenter.mailbox = given.mailbox
                     AND commenter.confirmed_at IS NOT NULL) AS is_strange,
               given.status IS NULL AND EXISTS (
                   SELECT FROM comment AS said
                   WHERE said.fingerprint = given.fingerprint AND said.created_at > $11::timestamptz
               ) AS is_said_again
        FROM given CROSS JOIN post JOIN site ON site.id = post.site_id
        WHERE post.id = $2::int AND post.status = 'published' AND post.published_at <= $3::timestamptz
        FOR NO KEY UPDATE OF post),
    above AS MATERIALIZED (
        SELECT parent.id, parent.parent_id, parent.depth, parent.notify_replies
        FROM below JOIN comment AS parent ON parent.post_id = below.id
        WHERE parent.id = $4::int AND parent.is_shown
        FOR NO KEY UPDATE OF parent),
    said AS (
        INSERT INTO repeat AS known (key, answer, at)
        SELECT 'said ' || given.fingerprint, $10::int, $3::timestamptz
        FROM given CROSS JOIN below LEFT JOIN above ON true
        WHERE is_open AND ($4::int IS NULL OR above.id IS NOT NULL) AND NOT is_said_again
            AND given.status IS NULL AND given.fingerprint IS NOT NULL
        ON CONFLICT (key) DO UPDATE SET answer = excluded.answer, at = excluded.at
            WHERE EXISTS (SELECT FROM repeat WHERE repeat.key = known.key AND repeat.answer = known.answer)
        RETURNING key),
    doubted AS MATERIALIZED (
        SELECT is_open, $4::int IS NULL OR above.id IS NOT NULL AS has_above,
               CASE WHEN above.id IS NULL THEN 0 ELSE least(above.depth + 1, $5::int) END AS depth,
               CASE WHEN above.depth < $5::int THEN above.id ELSE above.parent_id END AS parent_id,
               coalesce(above.notify_replies, FALSE)
                   OR EXISTS (SELECT FROM webhook WHERE NOT is_paused) AS tells_others, given.status,
               CASE WHEN given.status IS NULL AND given.fingerprint IS NOT NULL
                         AND NOT EXISTS (SELECT FROM said)
                    THEN coalesce(given.held_because, '') || 'duplicate' || chr(10)
                    WHEN given.held_because IS NOT NULL OR given.status IS NOT NULL THEN given.held_because
                    WHEN policy = 'held' THEN 'policy' || chr(10)
                    WHEN is_strange THEN 'unconfirmed' || chr(10) END AS held_because
        FROM given CROSS JOIN below LEFT JOIN above ON true),
    place AS MATERIALIZED (
        SELECT is_open, has_above, depth, parent_id, tells_others, held_because,
               coalesce(status, CASE WHEN held_because IS NULL THEN 'approved' ELSE 'pending' END) AS status
        FROM doubted),
    first AS (
        INSERT INTO repeat AS known (key, answer, at)
        SELECT $6::text, $10::int, $7::timestamptz FROM place
        WHERE is_open AND has_above AND $6::text IS NOT NULL
        ON CONFLICT (key) DO UPDATE SET answer = excluded.answer, at = excluded.at
            WHERE known.at NOT BETWEEN $8::timestamptz AND $9::timestamptz
        RETURNING key),
    kept AS (
        INSERT INTO comment (id, post_id, parent_id, depth, author_id, name, email, mailbox, website,
                             language, notify_replies, source, html, text, status, is_shown, held_because,
                             spam_score, fingerprint, reply_count, created_at)
        SELECT $10::int, $2::int, place.parent_id, place.depth, given.author_id, given.name, given.email,
               given.mailbox, given.website, given.language, given.notify_replies, given.source, given.html,
               given.text, place.status, place.status = 'approved', place.held_because, given.spam_score,
               given.fingerprint, 0, given.created_at
        FROM place, given
        WHERE is_open AND has_above AND ($6::text IS NULL OR EXISTS (SELECT FROM first))
        RETURNING id, post_id, parent_id, status, is_shown, notify_replies),
    counted AS (
        UPDATE post SET comment_count = comment_count + 1
        FROM kept WHERE post.id = kept.post_id AND kept.is_shown),
    reply_counted AS (
        UPDATE comment SET reply_count = reply_count + 1
        FROM kept WHERE comment.id = kept.parent_id AND kept.is_shown),
    promised AS (
        INSERT INTO pgqueuer (priority, entrypoint, payload, headers, status)
        SELECT $13::int, $12::text, convert_to(json_build_object('comment', kept.id)::text, 'UTF8'), '{}',
               'queued'
        FROM kept, place
        WHERE kept.status = 'pending' OR (kept.is_shown AND (place.tells_others OR kept.notify_replies))
        RETURNING id),
    logged AS (
        INSERT INTO pgqueuer_log (job_id, status, entrypoint, priority)
        SELECT id, 'queued', $12::text, $13::int FROM promised)
    SELECT place.is_open, place.has_above, kept.id, place.parent_id, place.depth, place.status,
           place.held_because, coalesce(kept.is_shown, FALSE) AS happened,
           CASE WHEN kept.is_shown AND $14::text IS NOT NULL
                THEN pg_notify($14::text, $15::text) END AS notified
    FROM given LEFT JOIN place ON true LEFT JOIN kept ON true"""
# What pgqueuer writes for one promise.
ASK = """
    WITH first AS (
        INSERT INTO repeat AS known (key, answer, at)
        SELECT $4::text, 'done', $5::timestamptz WHERE $4::text IS NOT NULL
        ON CONFLICT (key) DO UPDATE SET answer = excluded.answer, at = excluded.at
            WHERE known.at NOT BETWEEN $6::timestamptz AND $7::timestamptz
        RETURNING key),
    asked AS (
        INSERT INTO sign_up (site_id, wish, email, mailbox, name, language, frequency, topics, door, form,
                             network, asked_at)
        SELECT site_id, wish, email, mailbox, name, language, frequency, topics, door, form, network, asked_at
        FROM jsonb_populate_record(NULL::sign_up, $1::jsonb)
        WHERE $4::text IS NULL OR EXISTS (SELECT FROM first)
        RETURNING id),
    promised AS (
        INSERT INTO pgqueuer (priority, entrypoint, payload, headers, status)
        SELECT $2::int, $3::text, convert_to(json_build_object('sign_up', id)::text, 'UTF8'), '{}', 'queued'
        FROM asked RETURNING id),
    logged AS (
        INSERT INTO pgqueuer_log (job_id, status, entrypoint, priority)
        SELECT id, 'queued', $3::text, $2::int FROM promised)
    SELECT"""


class PostgresIntake:
    """Leaves to the statement what may be decided in it."""

    async def comment(
        self,
        row: Row,
        promise: Promise,
        *,
        moment: datetime,
        once: Once | None,
        tell: Callable[[int], object],
    ) -> Place | None:
        db: Any = require_context().db()
        id = await db.draw("comment")
        place = [row["post_id"], moment, row["parent_id"], row["deepest"]]
        work = [f"{promise.work}:{promise.lane}", promise.lane]
        values = [_json(row), *place, *_places(once), id, row["said_again_since"], *work]
        found = await db.at_once(LEAVE, values, rank=row["post_id"], tell=lambda: tell(id))
        return _place(found)

    async def sign_up(self, row: Row, promise: Promise, *, once: Once | None) -> None:
        db: Any = require_context().db()
        entrypoint = f"{promise.work}:{promise.lane}"
        await db.at_once(ASK, [_json(row), promise.lane, entrypoint, *_places(once)])


def _place(found: Any) -> Place | None:
    is_open, has_above, id, parent_id, depth, status, held_because, *_ = found
    if is_open is None:
        return None
    return Place(
        is_open=is_open, has_above=has_above, id=id, parent_id=parent_id, depth=depth, status=status,
        held_because=held_because,
    )  # fmt: skip


def _places(once: Once | None) -> list[Any]:
    return [None] * 4 if once is None else [once.key, once.at, once.oldest, once.newest]


def _json(row: Row) -> str:
    return orjson.dumps(row).decode()


intake_class = PostgresIntake
