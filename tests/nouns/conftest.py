"""Founds a publication for each test of the nouns."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

import models
from models.store import Store

MakePost = Callable[..., Awaitable[models.Post]]


@pytest.fixture
async def site(store: Store) -> models.Site:
    """Found the publication."""
    return await models.Site.found()


@pytest.fixture
def write(site: models.Site) -> MakePost:
    """Write a draft; what is not said does not matter."""

    async def write(title: str = "Een bericht", html: str = "<p>Tekst.</p>", **more: Any) -> models.Post:
        return await models.Post.draft(site, title, html, **{"authors": []} | more)

    return write
