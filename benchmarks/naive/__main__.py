"""Serves it: Strawberry's view on aiohttp, uvloop, orjson."""

import os
import socket
from collections.abc import AsyncIterator
from typing import Any

import orjson
import uvloop
from aiohttp import web
from strawberry.aiohttp.views import GraphQLView
from tortoise import Tortoise

from benchmarks.naive import tables
from benchmarks.naive.loaders import Loaders
from benchmarks.naive.schema import schema

OWN = (tables.SignUp, tables.Job)  # tables that the blog does not have


class View(GraphQLView[dict[str, Any], None]):
    """Answers with orjson, and gives each request loaders of its own."""

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)

    async def get_context(
        self, request: web.Request, response: web.Response | web.WebSocketResponse
    ) -> dict[str, Any]:
        return {**request.app["site"], "loaders": Loaders()}


async def _store(app: web.Application) -> AsyncIterator[None]:
    url = os.environ["GQL_SERVER_DATABASE_URL"].replace("postgresql://", "asyncpg://")
    await Tortoise.init(db_url=url, modules={"models": [tables.__name__]}, use_tz=True, timezone="UTC")
    try:
        client = Tortoise.get_connection("default")
        for statement in _own_tables(client):
            await client.execute_script(statement)
        site = await tables.Site.all().order_by("id").first()
        app["site"] = {"root": site.url, "language": site.language}
        yield
    finally:
        # A connection left open would keep the process alive.
        await Tortoise.close_connections()


def _own_tables(client: Any) -> list[str]:
    generator = client.schema_generator(client)
    return [generator._get_table_sql(noun, safe=True)["table_creation_string"] for noun in OWN]


def main() -> None:
    """Serve on any free port; say which."""
    app = web.Application()
    app.cleanup_ctx.append(_store)
    app.router.add_route("*", "/graphql", View(schema=schema))
    listening = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}/"
    web.run_app(
        app,
        sock=listening,
        loop=uvloop.new_event_loop(),
        access_log=None,
        print=lambda _: print(address, flush=True),
    )


if __name__ == "__main__":
    main()
