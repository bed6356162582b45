"""Who is erased leaves no trace in the store, its files or the logs; who asks is given all that is held."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from structlog.testing import capture_logs
from tortoise.context import require_context

import models
from gql_server.carrier import Carrier
from gql_server.handlers import handlers_with
from gql_server.logs import NOISY
from gql_server.settings import Settings
from gql_server.worker import Worker
from models.caps import Cap
from models.deliveries import Delivery
from models.suppressions import Suppression

PAGE = models.Trace(door="page", form="https://quicksilver.example/form", network="203.0.113.0/24")
ADDRESS = "Zephyrine.Q+n@quicksilver.example"
TRACES = ("zephyrine", "quicksilver", "203.0.113", "marmalade")
# Held of a subscriber and not handed over: our own numbers, digests, and what a letter's link proves.
NOT_TOLD = {
    "subscription": {"id", "site_id", "mailbox", "seed", "proof", "code"},
    "consent": {"id", "subscription_id"},
    "delivery": {"id", "subscription_id", "key", "batch", "facts", "issue_id"},
    "interest": {"id", "subscription_id", "newsletter_id", "author_id", "tag_id"},
    "sign_up": {"id", "site_id", "mailbox"},
    "suppression": {"key"},
}
CALLED = {"suppression": {"at": "since"}}
PLACES = {"consent": "consents", "delivery": "letters", "sign_up": "requests", "suppression": "suppressed"}


async def tables() -> list[str]:
    """Name all tables of the store."""
    db = require_context().db()
    rows = await db.execute_query_dict(
        {
            "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
            "postgres": "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
        }[db.capabilities.dialect]
    )
    return [row["name"] for row in rows]


async def rows_of(table: str) -> list[dict[str, Any]]:
    return list(map(dict, await require_context().db().execute_query_dict(f'SELECT * FROM "{table}"')))


async def found_in_tables() -> set[tuple[str, str]]:
    """Name each table and column in which something of the subscriber stands."""
    return {
        (table, column)
        for table in await tables()
        for row in await rows_of(table)
        for column, value in row.items()
        if has_trace(value if isinstance(value, bytes) else str(value).encode())
    }


def has_trace(data: bytes) -> bool:
    return any(trace.encode() in data.lower() for trace in TRACES)


def found_in_files(url: str) -> set[str]:
    """Name each file of a SQLite store in which something of the subscriber stands."""
    path = Path(url.removeprefix("sqlite://"))
    files = [path, *(path.with_name(path.name + end) for end in ("-wal", "-shm", "-journal"))]
    return {file.name for file in files if file.exists() and has_trace(file.read_bytes())}


@asynccontextmanager
async def mail_server() -> AsyncIterator[str]:
    """Listen as a mail server that is talkative, and knows nobody; give its url."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            verb, said = line[:4].upper(), line.strip()
            answers = {b"EHLO": b"250 here", b"MAIL": b"250 ok", b"RCPT": b"450 4.2.1 busy: " + said}
            writer.write(answers.get(verb, b"250 ok") + b"\r\n")
            if verb == b"QUIT":
                break
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def live(site: models.Site, worker: Worker) -> models.Subscription:
    """Live a subscriber's life, and end it with a request that nobody has answered."""
    await models.SignUp.ask(site, ADDRESS, PAGE, name="Marmalade", language="nl")
    await models.answer_sign_up((await models.SignUp.get()).id)
    letter = await Delivery.get()
    token = letter.facts["paths"]["link"].rpartition("/")[2]
    await worker.drain()
    await models.Subscription.confirm_by_code(site, ADDRESS, letter.facts["code"], PAGE)
    row = await models.Subscription.confirm(site, token, PAGE)
    await worker.drain()
    await row.choose(site, PAGE, name="Marmalade Q.")
    await models.SignUp.ask_for_link(site, ADDRESS, PAGE)
    await worker.drain()
    await models.Repeat.once(models.keyed_digest(site.secret, ADDRESS), lambda: _done(row))
    row = await row.leave(site, PAGE, reason="Marmalade")
    await models.Subscription.undo(site, row.path_back(site).rpartition("/")[2], PAGE)
    await Suppression.add(site, row.mailbox, models.SuppressionScope.LISTS, reason="complaint")
    await models.SignUp.ask(site, ADDRESS, PAGE)
    await worker.drain()
    await models.SignUp.ask(site, ADDRESS, PAGE, name="Marmalade")
    return await models.Subscription.get(id=row.id)


async def _done(row: models.Subscription) -> str:
    return str(row.id)


@pytest.fixture
def scrub_waits(store):
    """Tell whether a scrub met somebody who read, and is to be done again."""
    table, column = ("job", "work") if store.dialect == "sqlite" else ("pgqueuer", "entrypoint")

    async def waits():
        left = f"SELECT 1 FROM {table} WHERE {column} LIKE 'scrub%'"
        return await require_context().db().execute_query_dict(left)

    return waits


@pytest.fixture
def scrubbed(scrub_waits, time_passes):
    """Let all that is due be done, and the scrub again that met somebody who read: `await scrubbed(zoe)`."""

    async def scrubbed(someone):
        await someone.post.comes()
        for _ in range(5):
            if await scrub_waits():
                await time_passes(timedelta(hours=1))
                await someone.post.comes()

    return scrubbed


async def test_who_is_erased_leaves_no_trace(
    site, store, database_url, publication, caplog, scrub_waits, time_passes
):
    caplog.set_level(logging.DEBUG)
    async with mail_server() as smtp:
        carrier = Carrier(publication)
        worker = Worker(handlers_with(carrier), {})
        settings = Settings(smtp_url=smtp, mail_from="blog@example.org")
        with capture_logs() as told:
            async with carrier.with_post(settings, site):
                row = await live(site, worker)
                assert await found_in_tables()
                await models.erase(row)
                assert await found_in_tables() == set()
                await worker.drain()
                for _ in range(5):
                    if await scrub_waits():
                        await time_passes(timedelta(hours=1))
                        await worker.drain()
    assert await found_in_tables() == set()
    for noun in (models.Subscription, models.Consent, Delivery, models.SignUp):
        assert not await noun.exists()
    # What stays are digests, which say nothing to whoever has not the secret.
    assert await Cap.exists()
    assert await Suppression.exists()
    if store.dialect == "sqlite":
        assert found_in_files(database_url) == set()
    assert told
    assert not has_trace(str(told).encode())
    heard = [record.getMessage() for record in caplog.records if not is_kept_quiet(record)]
    assert not has_trace("\n".join(heard).encode())


def is_kept_quiet(record: logging.LogRecord) -> bool:
    """Tell whether a line of a library is one that the server's own logs leave out."""
    return record.levelno < logging.ERROR and record.name.startswith(NOISY)


async def test_who_is_erased_while_a_letter_is_under_way_leaves_no_trace(
    ann, reader, site, database_url, store, scrubbed
):
    zoe = reader(ADDRESS)
    row = await zoe.joins(name="Marmalade")
    await row.leave(site, PAGE)
    goodbye = await Delivery.get(state="queued")
    await models.erase(row)
    # The letter was out by then, and its outcome comes late.
    await models.settle(
        [models.Outcome(key=goodbye.key, state=models.State.SENT, wording="x", reason=ADDRESS)]
    )
    await models.settle([models.Outcome(key=goodbye.key, state=models.State.DEFERRED, reason=ADDRESS)])
    await scrubbed(zoe)
    assert await found_in_tables() == set()
    if store.dialect == "sqlite":
        assert found_in_files(database_url) == set()


async def test_who_was_forgotten_by_the_purge_leaves_no_trace(
    reader, site, database_url, store, clock, scrubbed
):
    zoe = reader(ADDRESS)
    await zoe.asks(name="Marmalade")
    clock.shift(31 * 86_400)
    await models.purge()
    await scrubbed(zoe)
    assert await found_in_tables() == set()
    if store.dialect == "sqlite":
        assert found_in_files(database_url) == set()


async def test_who_was_erased_may_come_back_as_somebody_new(ann, site, clock):
    row = await ann.joins(name="Ann")
    links = [row.path_to_preferences(site), row.path_out(site)]
    old = ann.token("confirm")
    await models.erase(row)
    await models.erase(row)
    clock.shift(86_400)
    assert (await ann.joins()).name == ""
    for kind, link in zip(("prefs", "unsub"), links, strict=True):
        with pytest.raises(models.Unproven):
            await models.Subscription.behind(site, link.rpartition("/")[2], kind)
    with pytest.raises(models.Unproven):
        await models.Subscription.confirm(site, old, PAGE)


async def test_an_erased_address_that_was_suppressed_stays_so(ann, site):
    row = await ann.joins()
    await Suppression.add(site, row.mailbox, models.SuppressionScope.ALL, reason="complaint")
    await models.erase(row)
    await ann.asks()
    assert not await models.Subscription.exists()
    assert await Suppression.lift(site, row.mailbox)
    await Cap.all().delete()
    await ann.asks()
    assert await ann.status() == "pending"


async def test_to_erase_one_takes_nothing_from_another(ann, reader, site):
    bob = reader("bob@example.org")
    row = await bob.joins()
    before = await models.export(site, row)
    await models.erase(await ann.joins())
    assert await models.export(site, row) == before
    assert [letter.to for letter in bob.post.letters(bob.email)] == [bob.email] * 2


async def test_the_letters_of_a_commenter_are_no_subscribers_and_no_other_commenters(ann, site):
    bob, cas = [await models.Commenter.of(site, f"{name}@example.org") for name in ("bob", "cas")]
    of_ann = (await ann.joins()).id

    def reply(number: int, to: models.Commenter, subscription_id: int | None = None) -> Delivery:
        key, kind = f"{to.seed}:{number}:1", models.LetterKind.COMMENT_REPLY
        return Delivery.written(subscription_id, kind, key=key, facts={"to": to.email})

    others = [reply(12, cas), reply(12, bob, of_ann)]
    await Delivery.promise([reply(1, bob), reply(11, bob), *others], lane=models.Lane.NORMAL)
    kept = Delivery.filter(key__in=[letter.key for letter in others]).order_by("id")
    before = await kept.values()
    await models.decline_notices(site, bob.path_out(site).rpartition("/")[2])
    assert await Delivery.filter(state=models.State.CANCELLED).count() == 2
    assert len((await models.held_of(site, bob.email))["commenter"]["letters"]) == 2
    assert await models.forget(site, bob.email)
    assert not await Delivery.filter(state=models.State.CANCELLED).exists()
    assert await kept.values() == before
    assert len(before) == 2


@pytest.fixture
async def conversation(site, write):
    """Begin a conversation whose first wants to be told of replies, and give how to reply to it."""
    await site.change(comment_policy=models.CommentPolicy.SHOWN)
    post = await write()
    await post.publish()
    bob = models.Writer(name="Bob", email="bob@example.org")
    first = await models.Comment.leave(post.id, bob, "Wie weet het?", notify_replies=True)
    await models.Comment.all().update(is_proven=True)
    await (await models.Commenter.of(site, "bob@example.org")).confirm(notices=True)

    async def reply(email: str, words: str, **more: Any) -> models.Comment:
        writer = models.Writer(name=words.split()[0], email=email)
        left = await models.Comment.keep(post, writer, words, parent=first, **more)
        await models.attend_comment(left.id)
        return left

    return reply


async def test_no_letter_repeats_to_others_what_an_erased_commenter_wrote(site, conversation, staff):
    await staff(models.Role.EDITOR)
    await conversation(ADDRESS, "Marmalade weet het.", status=models.Fate.APPROVED)
    await conversation("cas@example.org", "Cas weet het ook.", status=models.Fate.APPROVED)
    await conversation(ADDRESS, "Marmalade weet nog meer.")
    await models.tell_moderators()
    assert ("delivery", "facts") in await found_in_tables()
    assert await models.forget(site, ADDRESS)
    assert await found_in_tables() == set()
    [notice] = await Delivery.filter(state=models.State.QUEUED)
    assert notice.facts["replier"] == "Cas"


@pytest.mark.parametrize("verb", ["decide", "remove"])
async def test_no_letter_tells_of_a_reply_that_nobody_sees_any_more(conversation, verb):
    shown = models.Fate.APPROVED
    replies = [await conversation(f"{name}@example.org", f"{name} zegt iets.", status=shown) for name in "ac"]
    assert await Delivery.filter(state=models.State.QUEUED).count() == 2
    if verb == "remove":
        await replies[0].remove()
    else:
        await replies[0].decide(models.Fate.REJECTED)
    [notice] = await Delivery.filter(state=models.State.QUEUED)
    assert notice.facts["replier"] == "c"


async def test_whoever_asks_is_given_everything_that_is_held(site, post):
    row = await live(site, post.worker)
    await row.choose(site, PAGE, paused_until=models.now() + (models.now() - row.created_at) * 1000)
    row = await models.Subscription.get(id=row.id)
    told = await models.export(site, row)
    held = {
        table: rows
        for table in await tables()
        if (rows := [each for each in await rows_of(table) if is_about(each, table, row)])
    }
    assert held.keys() == NOT_TOLD.keys()
    for table, rows in held.items():
        places = told if table == "subscription" else told.get(PLACES.get(table, ""), {})
        for column in rows[0].keys() - NOT_TOLD[table]:
            name = CALLED.get(table, {}).get(column, column)
            one = places[0] if isinstance(places, list) else places
            assert name in one, (table, column)
        if isinstance(places, list):
            assert len(places) == len(rows)
    assert (told["email"], told["name"]) == (row.email, "Marmalade Q.")
    assert told["topics"] == [
        {"code": "newsletter-1", "kind": "newsletter", "slug": "main", "title": "Nieuwsbrief"}
    ]
    assert [act["act"] for act in told["consents"]] == [
        "requested", "asked", "confirmed", "changed", "left", "returned", "changed",
    ]  # fmt: skip
    assert told["suppressed"]["reason"] == "complaint"
    assert told["requests"][0]["name"] == "Marmalade"
    assert orjson.loads(orjson.dumps(told))["status"] == "confirmed"
    secrets = [row.seed, str(row.preferences_token(site)), site.secret]
    assert not [secret for secret in secrets if secret in str(told)]


def is_about(each: dict[str, Any], table: str, row: models.Subscription) -> bool:
    """Tell whether a row of any table is about a subscriber."""
    by_id = each.get("subscription_id") == row.id or (table == "subscription" and each["id"] == row.id)
    return by_id or table == "suppression" or has_trace(str(each).encode())


async def test_what_was_chosen_is_told_by_its_name(ann, site):
    row = await ann.joins()
    author, tag = (
        await models.Author.named(site.id, "Marit Oldekamp"),
        await models.Tag.named(site.id, "Soep"),
    )
    row = await row.choose(site, PAGE, topics=[("author", author.id), ("tag", tag.id)])
    told = (await models.export(site, row))["topics"]
    assert [(one["kind"], one["slug"], one["title"]) for one in told] == [
        ("author", "marit-oldekamp", "Marit Oldekamp"),
        ("tag", "soep", "Soep"),
    ]


async def test_of_who_was_never_suppressed_nothing_is_said_of_it(ann, site):
    told = await models.export(site, await ann.joins())
    assert told["suppressed"] is None
    assert told["requests"] == []


async def test_while_somebody_reads_the_file_it_is_scrubbed_later(ann, site, database_url, store):
    row = await ann.joins()
    if store.dialect == "postgres":
        await models.scrub()
        return
    reading = sqlite3.connect(database_url.removeprefix("sqlite://"), isolation_level=None)
    reading.execute("BEGIN")
    reading.execute("SELECT count(*) FROM subscription").fetchall()
    await models.erase(row)
    with pytest.raises(models.TryLater):
        await models.scrub()
    reading.execute("ROLLBACK")
    await models.scrub()
    reading.close()
