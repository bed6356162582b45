"""What the server answers by itself is no page's to have, and its pages are told about as pages."""

import pytest

from gql_server.app import build
from gql_server.pages.trouble import DOORS
from gql_server.settings import read_settings
from models.slugs import RESERVED

# What programs ask for, and what the reader's page shows.
NO_PAGES = {
    "graphiql", "graphql", "healthz", "media", "metrics", "readyz", "reader", "start",
    "archive", "authors", "posts", "search", "tags",
}  # fmt: skip


@pytest.fixture(scope="module")
def first_words():
    """The first words of what the server has routes for; a name with a dot is no slug."""
    routes = build(read_settings({})).router.resources()
    words = {route.canonical.split("/")[1] for route in routes}
    return {word for word in words if word and "." not in word and "{" not in word}


def test_no_page_stands_in_the_way_of_a_door(first_words):
    assert len(first_words) > 15
    assert first_words - RESERVED == set()


def test_every_door_of_pages_tells_its_trouble_as_a_page(first_words):
    assert first_words - NO_PAGES == DOORS
    assert RESERVED == DOORS | NO_PAGES
