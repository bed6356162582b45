"""Carries letters in a process of its own, tells the steps on the way, and stands still at one of them."""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable
from functools import partial
from multiprocessing.connection import Connection
from typing import Any
from uuid import UUID

import structlog

import models
from gql_server.carrier import Carrier
from gql_server.handlers import handlers_with
from gql_server.settings import Settings
from gql_server.worker import Worker
from mailers import connection_pool, post_office
from mailers.lane import Lane
from models import fan_outs
from models.jobs import queue
from models.store import open_store
from schema.context import Publication

SITE_URL = "https://tafel.example"
SIGNING_UP = 4
FORM = models.Trace(door="lab")
Tell = Callable[[str], object]

# The steps of a sign-up and its letter that the post can be stopped at, in their order. Between the line and
# the letter the mail server is asked, and stops by holding its answers.
BEFORE_THE_LINE = (
    "nothing claimed",
    "sign-up claimed",
    "sign-up answered",
    "sign-up done",
    "letter claimed",
    "letter written",
    "line open",
)
AT_THE_LINE = ("letter asked for", "outcome known", "outcome kept", "letter done")
# The steps of an issue, before its letters go as all do.
OF_AN_ISSUE = ("announcement claimed", "issue begun", "issue claimed", "chunk to be kept", "chunk kept")
A_SMALL_CHUNK = 20


def work(told: Connection, url: str, smtp_url: str, stand_at: str = "", most_lines: int = 0) -> None:
    """Work as `gql-server work` does, until killed or told to end."""
    asyncio.run(_work(told.send, url, smtp_url, stand_at, most_lines or post_office.MOST_LINES))


def carry(told: Connection, url: str, smtp_url: str, stand_at: str = "") -> None:
    """Work so too, and write issues in small chunks."""
    fan_outs.A_CHUNK = A_SMALL_CHUNK
    work(told, url, smtp_url, stand_at)


def sign_up(told: Connection, url: str, smtp_url: str, name: str) -> None:
    """Work as `gql-server serve` does, and take sign-ups as fast as they can be taken; tell those taken."""
    asyncio.run(_work(told.send, url, smtp_url, "", post_office.MOST_LINES, signing_up=name))


def leave(told: Connection, url: str, _smtp_url: str, topics: list[Any] | None, *ids: int) -> None:
    """Let readers leave some topics, or all."""
    asyncio.run(_leave(told.send, url, topics, ids))


async def _work(
    tell: Tell, url: str, smtp_url: str, stand_at: str, most_lines: int, *, signing_up: str = ""
) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    post_office.MOST_LINES = most_lines
    async with open_store(url, migrate=False):
        site = await models.found()
        carrier = Carrier(Publication(SITE_URL))
        hands = handlers_with(carrier)
        if not signing_up:
            hands = _marked(partial(_pass_by, tell, stand_at), hands)
        worker = Worker(hands, {})
        async with carrier.with_post(settings_of(url, smtp_url), site), asyncio.TaskGroup() as tasks:

            def stop() -> None:
                worker.stop()
                carrier.stop()

            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop)
            tell("ready")
            tasks.create_task(worker.run())
            for line in range(SIGNING_UP if signing_up else 0):
                tasks.create_task(_sign_up(tell, site, f"{signing_up}-{line}"))


def settings_of(url: str, smtp_url: str) -> Settings:
    """Give the settings of a server with a mail server of its own."""
    return Settings(database_url=url, site_url=SITE_URL, smtp_url=smtp_url, mail_from="post@tafel.example")


async def _leave(tell: Tell, url: str, topics: list[Any] | None, ids: tuple[int, ...]) -> None:
    async with open_store(url, migrate=False):
        site = await models.found()
        tell("ready")
        for reader in await models.Subscription.filter(id__in=ids):
            await reader.leave(site, FORM, topics=topics)
        tell("left")


async def _sign_up(tell: Tell, site: models.Site, name: str) -> None:
    number = 0
    while True:
        number += 1
        address = await models.SignUp.ask(site, f"{name}-{number}@example.org", FORM)
        tell(address.text)


async def _pass_by(tell: Tell, stand_at: str, step: str) -> None:
    tell(step)
    if step == stand_at:
        await asyncio.Event().wait()


def _marked(pass_by: Callable[[str], Awaitable[None]], hands: Any) -> Any:
    """Tell of each step; the product's own functions stay as they are between the marks."""
    before, after = partial(_mark, pass_by, is_before=True), partial(_mark, pass_by, is_before=False)
    before(type(queue()), "claim", "nothing claimed")
    before(Lane, "put", "letter written")
    after(connection_pool, "connect", "line open")
    before(Lane, "let_out", "letter asked for")
    before(models, "settle", "outcome known")
    after(models, "settle", "outcome kept")
    before(models.Issue, "put", "chunk to be kept")
    after(fan_outs, "_write", "chunk kept")

    def hand(work: models.Work, name: str) -> Callable[..., Awaitable[None]]:
        async def marked(**ids: int) -> None:
            await pass_by(f"{name} claimed")
            await hands[work](**ids)
            if work is models.Work.ANSWER_SIGN_UP:
                await pass_by(f"{name} answered")
            if work is models.Work.ANNOUNCE_POST:
                await pass_by("issue begun")
            done.append(name)

        return marked

    done: list[str] = []
    real_done = type(queue()).done

    async def marked_done(self: Any, id: int, owner: UUID) -> None:
        await real_done(self, id, owner)
        await pass_by(f"{done.pop()} done")

    type(queue()).done = marked_done
    names = {
        models.Work.ANNOUNCE_POST: "announcement",
        models.Work.ANSWER_SIGN_UP: "sign-up",
        models.Work.CARRY_ISSUE: "issue",
        models.Work.SEND_LETTERS: "letter",
    }
    return {work: hand(work, name) for work, name in names.items()}


def _mark(
    pass_by: Callable[[str], Awaitable[None]], owner: Any, name: str, step: str, *, is_before: bool
) -> None:
    real = getattr(owner, name)

    async def marked(*values: Any, **more: Any) -> Any:
        if is_before:
            await pass_by(step)
        answer = await real(*values, **more)
        if not is_before:
            await pass_by(step)
        return answer

    setattr(owner, name, marked)
