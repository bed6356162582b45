"""List every month of a blog and the posts of each, newest first: python archive.py [GRAPH]."""

import asyncio
import sys
from collections.abc import AsyncIterator

from gql import Client, GraphQLRequest, gql
from gql.client import AsyncClientSession
from gql.transport.aiohttp import AIOHTTPTransport

MONTHS = gql("query Months { archiveMonths { month label postCount } }")
POSTS = gql("""
    query Posts($month: YearMonth!, $after: String) {
      posts(filter: { month: $month }, first: 50, after: $after) {
        nodes { title publishedAt authors { name } }
        pageInfo { hasNextPage endCursor }
      }
    }
""")


async def main(graph: str) -> None:
    """Print the archive."""
    async with Client(transport=AIOHTTPTransport(url=graph)) as session:
        for month in (await session.execute(MONTHS))["archiveMonths"]:
            print(f"{month['label']} ({month['postCount']})")
            async for post in posts_of(session, month["month"]):
                names = ", ".join(author["name"] for author in post["authors"] or ())
                print(f"  {post['publishedAt'][:10]}  {post['title']} ({names})")


async def posts_of(session: AsyncClientSession, month: str) -> AsyncIterator[dict]:
    """Give the posts of a month, page by page."""
    after, more = None, True
    while more:
        asked = GraphQLRequest(POSTS, variable_values={"month": month, "after": after})
        page = (await session.execute(asked))["posts"]
        for post in page["nodes"]:
            yield post
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000/graphql"))
