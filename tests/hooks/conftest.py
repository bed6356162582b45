"""A receiver on this machine, a webhook that leads to it, and a worker that makes its calls."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

import models
from gql_server.handlers import handlers_with
from gql_server.webhook_calls import Caller
from gql_server.worker import Worker
from tests.hooks.receiving import Receiver, receiving

Add = Callable[..., Awaitable[models.Webhook]]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Run a receiver."""
    async with receiving() as receiver:
        yield receiver


@pytest.fixture
def add(site: models.Site, receiver: Receiver) -> Add:
    """Have the receiver told of some events, of all when none are named."""

    async def add(*events: models.HookEvent, url: str | None = None) -> models.Webhook:
        chosen = events or models.webhooks.CHOICES
        webhook, _ = await models.Webhook.add(url or receiver.url, chosen, by=models.NOBODY, near=True)
        return webhook

    return add


@pytest.fixture
def worker(publication) -> Worker:
    """Work where receivers may stand on this machine."""
    return Worker(handlers_with(Caller(publication, near=True)), {})
