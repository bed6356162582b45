"""What the stories of those who write share: a publication with people of every role, each with an app."""

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer

import models
from gql_server.app import build
from gql_server.settings import Settings
from schema.ids import global_id
from tests.stories.editors.people import Person


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[dict[str, Person]]:
    """Open a publication with a reader, two authors, an editor and an admin, by name."""
    async with TestClient(TestServer(build(Settings(database_url=database_url)))) as client:
        site = await models.Site.current()
        await site.change(title="Achterom", language="nl")
        people = {"reader": Person(client)}
        for name, role in (("anna", "AUTHOR"), ("bas", "AUTHOR"), ("eva", "EDITOR"), ("ada", "ADMIN")):
            user = await models.User.welcome(
                site, f"{name}@example.org", name.capitalize(), models.Role[role]
            )
            _, token = await models.Key.grant(models.KeyKind.API, user)
            people[name] = Person(client, token, global_id("Author", user.author_id))
        yield people


@pytest.fixture
def reader(house: dict[str, Person]) -> Person:
    """Lend the app of somebody who reads."""
    return house["reader"]


@pytest.fixture
def anna(house: dict[str, Person]) -> Person:
    """Lend the app of an author."""
    return house["anna"]


@pytest.fixture
def bas(house: dict[str, Person]) -> Person:
    """Lend the app of another author."""
    return house["bas"]


@pytest.fixture
def eva(house: dict[str, Person]) -> Person:
    """Lend the app of an editor."""
    return house["eva"]


@pytest.fixture
def ada(house: dict[str, Person]) -> Person:
    """Lend the app of who runs it all."""
    return house["ada"]
