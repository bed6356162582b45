"""A guest who comments at a served blog until somebody hears it."""

import asyncio
from collections.abc import Callable
from itertools import count
from typing import Any

from aiohttp import ClientSession

OPEN = "{ posts(first: 1) { nodes { id } } }"
ADD = "mutation Add($input: AddCommentInput!) { addComment(input: $input) { errors { __typename } } }"
PATIENCE_SECONDS = 60


async def comment_until(heard: Callable[[], bool], graph: str, content: str) -> None:
    """Comment on the newest post again and again: nobody tells when a subscription has begun."""
    async with ClientSession() as session, asyncio.timeout(PATIENCE_SECONDS):
        [post] = (await _ask(session, graph, OPEN))["posts"]["nodes"]
        numbers = count(1)
        while not heard():
            # What one address says twice waits.
            writer = {"authorName": "Noor", "authorEmail": f"noor{next(numbers)}@example.org"}
            said = {**writer, "content": content}
            told = await _ask(session, graph, ADD, input={"postId": post["id"], **said})
            assert told["addComment"]["errors"] == []
            await asyncio.sleep(0.4)


async def _ask(session: ClientSession, graph: str, query: str, **variables: object) -> Any:
    async with session.post(graph, json={"query": query, "variables": variables}) as reply:
        answer = await reply.json()
    assert "errors" not in answer, answer
    return answer["data"]
