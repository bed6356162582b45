"""What a visitor leaves is taken in as fast however much others have left before."""

from datetime import timedelta

import pytest
from tortoise.context import require_context

import models
from benchmarks.blog import generate
from models.engines.sqlite_intake import PLACE


@pytest.fixture
def dialect():
    """The planner of SQLite is the one that may choose to go through all of a day."""
    return "sqlite"


async def test_that_the_same_was_said_of_late_is_found_by_its_fingerprint(store):
    # The planner knows of comments that were never screened: they all have the same fingerprint, none.
    await generate(200)
    moment = models.now()
    asked = {
        **dict.fromkeys(("parent_id", "status", "held_because")),
        "moment": moment,
        "said_again_since": moment - timedelta(days=1),
        "post_id": 1,
        "deepest": 2,
        "mailbox": "lezer@example.org",
        "fingerprint": "f",
    }
    plan = await require_context().db().execute_query_dict(f"EXPLAIN QUERY PLAN {PLACE}", asked)
    told = [step["detail"] for step in plan if step["detail"].startswith("SEARCH comment ")]
    assert told
    assert all("(fingerprint=? AND created_at>?)" in step for step in told), told
