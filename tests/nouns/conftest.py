"""What the tests of the nouns share: readers who ask for letters, and the post that brings them."""

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

import models
from gql_server.carrier import Carrier
from gql_server.handlers import handlers_with
from gql_server.settings import Settings
from gql_server.worker import Worker
from mailers.letter import Letter
from models.deliveries import Delivery

NOON = datetime(2021, 3, 31, 12, tzinfo=UTC)
FORM = models.Trace(door="form", form="https://blog.example/", network="192.0.2.0/24")


@dataclass
class Post:
    """The worker and the letters it has brought."""

    carrier: Carrier
    worker: Worker

    async def comes(self) -> None:
        await self.worker.drain()

    def letters(self, email: str) -> list[Letter]:
        return [letter for letter in self.carrier.outbox.letters if letter.to == email]


@dataclass
class Reader:
    """Somebody with an address, who acts by the links of the letters that came there."""

    email: str
    site: models.Site
    post: Post

    async def asks(self, email: str = "", **wishes: Any) -> None:
        await models.SignUp.ask(self.site, email or self.email, FORM, **wishes)
        await self.post.comes()

    async def asks_for_link(self) -> None:
        await models.SignUp.ask_for_link(self.site, self.email, FORM)
        await self.post.comes()

    async def confirms(self, letter: Letter | None = None) -> models.Subscription:
        row = await models.Subscription.confirm(self.site, self.token("confirm", letter), FORM)
        await self.post.comes()
        return row

    async def joins(self, **wishes: Any) -> models.Subscription:
        await self.asks(**wishes)
        return await self.confirms()

    async def leaves(self, *topics: models.Topic) -> models.Subscription:
        row = await (await self.row()).leave(self.site, FORM, topics=topics or None)
        await self.post.comes()
        return row

    async def bounces(self) -> None:
        """Let the newest letter come back, as from an address that is none."""
        letter = await Delivery.filter(subscription_id=(await self.row()).id).order_by("-id").first()
        await Delivery.filter(id=letter.id).update(state=models.State.DEFERRED)
        await models.settle([models.Outcome(key=letter.key, state=models.State.FAILED, bounced=True)])

    async def row(self) -> models.Subscription:
        return await models.Subscription.get(mailbox=models.Address.of(self.email).mailbox)

    async def status(self) -> str:
        return str((await self.row()).status)

    def letter(self, kind: str = "") -> Letter:
        return next(letter for letter in self.post.letters(self.email) if letter.key.startswith(kind))

    def letters(self) -> list[str]:
        """Name the letters that came, the oldest first."""
        return [letter.key.partition(":")[0] for letter in reversed(self.post.letters(self.email))]

    def token(self, kind: str, letter: Letter | None = None) -> str:
        """Give the token of the newest letter that has a link of this kind."""
        for one in [letter] if letter else self.post.letters(self.email):
            if any(f"/{kind}/" in link for link in one.links):
                return one.link(kind).rpartition("/")[2]
        raise LookupError(kind)

    def code(self) -> str:
        return re.search(r"^ +(\d{8})$", self.letter("confirmation").text, re.MULTILINE)[1]

    async def ledger(self) -> list[str]:
        """Name the acts that stand in the ledger, the oldest first."""
        return [str(act.act) for act in await models.Consent.all().order_by("id")]

    async def promised(self) -> list[tuple[str, str]]:
        """Name the letters that were promised and how they stand, the oldest first."""
        return [(str(row.kind), str(row.state)) for row in await models.Delivery.all().order_by("id")]


@pytest.fixture
async def post(site, publication) -> AsyncIterator[Post]:
    """Lend a worker whose letters are kept instead of sent."""
    carrier = Carrier(publication)
    async with carrier.with_post(Settings(), site):
        yield Post(carrier, Worker(handlers_with(carrier), {}))


@pytest.fixture
def reader(site, post) -> Callable[[str], Reader]:
    """Introduce somebody by an address: `reader("ann@example.org")`."""
    return lambda email: Reader(email, site, post)


@pytest.fixture
def ann(reader) -> Reader:
    """Introduce Ann."""
    return reader("ann@example.org")


@pytest.fixture
def clock():
    """Stop the clock; it goes on when told: `clock.shift(timedelta(days=1))`."""
    with time_machine.travel(NOON, tick=False) as stopped:
        yield stopped
