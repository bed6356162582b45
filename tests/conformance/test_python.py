"""The client `gql` of PyPI at a real server: over HTTP and over websockets."""

import asyncio
from collections.abc import Callable
from itertools import count

import pytest
from gql import Client, GraphQLRequest, gql
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.aiohttp_websockets import AIOHTTPWebsocketsTransport
from gql.transport.async_transport import AsyncTransport
from gql.transport.exceptions import TransportQueryError
from gql.transport.websockets import WebsocketsTransport

PAGE = gql(
    "query Page($after: String) { posts(first: 2, after: $after) { nodes { id } pageInfo { endCursor } } }"
)
OPEN = gql("{ posts(first: 1) { nodes { id commentsOpen } } }")
ADD = gql("""
    mutation Add($input: AddCommentInput!) {
      addComment(input: $input) { comment { id } errors { __typename ... on UserError { code message } } }
    }
""")
COMMENTS = gql("subscription Comments($postId: ID) { commentAdded(postId: $postId) { post { id } } }")
NUMBERS = count()
MISTAKE = gql("{ nothingOfThatName }")


async def test_pages_follow_each_other_and_the_schema_can_be_fetched(graph):
    async with Client(transport=AIOHTTPTransport(url=graph), fetch_schema_from_transport=True) as session:
        first = await session.execute(PAGE)
        asked = GraphQLRequest(PAGE, variable_values={"after": first["posts"]["pageInfo"]["endCursor"]})
        second = await session.execute(asked)
    ids = [post["id"] for page in (first, second) for post in page["posts"]["nodes"]]
    assert len(set(ids)) == 4


async def test_a_mistake_in_a_query_is_thrown_with_its_code(graph):
    async with Client(transport=AIOHTTPTransport(url=graph)) as session:
        with pytest.raises(TransportQueryError) as thrown:
            await session.execute(MISTAKE)
    assert thrown.value.errors[0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


@pytest.mark.parametrize("transport", [WebsocketsTransport, AIOHTTPWebsocketsTransport])
async def test_a_comment_is_heard(graph, transport: Callable[..., AsyncTransport]):
    socket = transport(url=graph.replace("http", "ws", 1))
    async with Client(transport=AIOHTTPTransport(url=graph)) as asking, Client(transport=socket) as listening:
        [post] = (await asking.execute(OPEN))["posts"]["nodes"]
        asked = GraphQLRequest(COMMENTS, variable_values={"postId": post["id"]})
        events = listening.subscribe(asked)
        heard = asyncio.ensure_future(anext(events))
        # Nobody tells when a subscription has begun: comment until it is heard.
        async with asyncio.timeout(60):
            while not heard.done():
                told = await asking.execute(_comment_on(post["id"]))
                assert told["addComment"]["errors"] == []
                await asyncio.wait([heard], timeout=0.4)
        # The client waits ten seconds for who has not ended.
        await events.aclose()
    assert heard.result()["commentAdded"]["post"]["id"] == post["id"]


def _comment_on(post_id: str) -> GraphQLRequest:
    # What is said twice waits.
    words = {
        "content": f"Uit Python, {next(NUMBERS)}.",
        "authorName": "Noor",
        "authorEmail": "noor@example.org",
    }
    return GraphQLRequest(ADD, variable_values={"input": {"postId": post_id, **words}})
