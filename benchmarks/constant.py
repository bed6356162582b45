"""The limit: aiohttp and uvloop, and answers that are always the same bytes.

The answers are files of a folder, named after what was asked.
"""

import socket
import sys
from pathlib import Path

import uvloop
from aiohttp import web


def main(folder: Path) -> None:
    """Serve on any free port; say which."""
    answers = {file.name: file.read_bytes() for file in folder.iterdir()}

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=answers[request.match_info["name"]], content_type="application/json")

    app = web.Application()
    app.router.add_post("/{name}", answer)
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
    main(Path(sys.argv[1]))
