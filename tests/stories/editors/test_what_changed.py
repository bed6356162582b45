"""What changed meanwhile: how an app that was away learns it, by the queries of its page in the documents."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

import models
from tests.house.documents import FENCE, ROOT
from tests.stories.editors.people import Person

PAGE = FENCE.findall((ROOT / "docs" / "clients" / "phones.md").read_text("utf-8"))
[CARD] = ["fragment Card" + page.partition("fragment Card")[2] for page in PAGE if "fragment Card" in page]
[SINCE] = [page + CARD for page in PAGE if "query Since" in page]
[STILL_THERE] = [page for page in PAGE if "query StillThere" in page]


class App:
    """An app that keeps posts, and where it was."""

    def __init__(self, reader: Person) -> None:
        self.reader = reader
        self.cursors: dict[str, str | None] = {"changed": None, "appeared": None}
        self.kept: dict[str, str] = {}

    async def comes_back(self) -> set[str]:
        """Ask what changed meanwhile; give the titles that came."""
        came: dict[str, Any] = {}
        is_more = True
        while is_more:
            answer = await self.reader.ask(SINCE, **self.cursors)
            for name, part in answer.items():
                came |= {edge["node"]["id"]: edge["node"]["title"] for edge in part["edges"]}
                self.cursors[name] = part["pageInfo"]["endCursor"] or self.cursors[name]
            is_more = any(part["pageInfo"]["hasNextPage"] for part in answer.values())
        self.kept |= came
        nodes = (await self.reader.ask(STILL_THERE, ids=list(self.kept)))["nodes"]
        there = {node["id"] for node in nodes if node is not None}
        self.kept = {id: title for id, title in self.kept.items() if id in there}
        return set(came.values())


@pytest.fixture
def app(reader) -> App:
    """Lend an app that keeps posts."""
    return App(reader)


async def test_an_app_that_was_away_learns_what_changed(app, anna):
    with time_machine.travel(models.now(), tick=False) as clock:
        made = [await anna.does("createPost", title=title) for title in ("een", "twee", "drie", "straks")]
        for post in made[:3]:
            clock.shift(timedelta(minutes=1))
            await anna.does("publishPost", id=post["id"])
        at = models.now() + timedelta(hours=1)
        await anna.does("schedulePost", id=made[3]["id"], at=at.isoformat())
        clock.shift(timedelta(minutes=1))
        await anna.does("updatePost", id=made[0]["id"], title="een, beter")
        assert await app.comes_back() == {"een, beter", "twee", "drie"}
        assert await app.comes_back() == set()
        clock.shift(timedelta(hours=2))
        assert await app.comes_back() == {"straks"}
        clock.shift(timedelta(minutes=1))
        await anna.does("updatePost", id=made[1]["id"], title="twee, beter")
        await anna.does("deletePost", id=made[2]["id"])
        assert await app.comes_back() == {"twee, beter"}
        assert sorted(app.kept.values()) == ["een, beter", "straks", "twee, beter"]


async def test_what_was_withdrawn_comes_back_when_it_is_shown_again(app, anna):
    with time_machine.travel(models.now(), tick=False) as clock:
        post = await anna.does("createPost", title="een")
        await anna.does("publishPost", id=post["id"])
        assert await app.comes_back() == {"een"}
        clock.shift(timedelta(minutes=1))
        await anna.does("unpublishPost", id=post["id"])
        await app.comes_back()
        assert app.kept == {}
        clock.shift(timedelta(minutes=1))
        await anna.does("publishPost", id=post["id"])
        assert await app.comes_back() == {"een"}
