"""What the pages of docs/clients show is run as it stands: files, commands, and what is printed."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from tests.conformance import npm
from tests.conformance.page import Command, Page
from tests.gql_server.conftest import Process

ROOT = npm.HERE.parents[1]
PAGES = sorted(path for path in (ROOT / "docs" / "clients").glob("*.md") if Page(path).commands())
ADDRESS = "http://127.0.0.1:8000"
HEARD = "Hier hoort men alles."
OPEN = "{ posts(first: 1) { nodes { id } } }"
ADD = "mutation Add($input: AddCommentInput!) { addComment(input: $input) { errors { __typename } } }"


class Reader:
    """Does what a page says, in a folder of its own, at a server of its own."""

    def __init__(self, page: Page, folder: Path, serve) -> None:
        self._page = page
        self._folder = folder
        self._serve = serve
        self._server: Process | None = None
        self.printed = 0

    async def follow(self) -> None:
        for command in self._page.commands():
            if command.serves is not None:
                self._start(command.serves)
            elif command.installs:
                assert set(command.installs) <= _known_packages()
            elif command.listens:
                await self._listen(command)
            else:
                self._run(command)

    def _start(self, settings: dict[str, str]) -> None:
        manifests = {
            name.removeprefix("GQL_SERVER_"): str(self._folder / path) for name, path in settings.items()
        }
        self._server = self._serve(**manifests)
        for name, text in self._page.files():
            (self._folder / name).write_text(text.replace(ADDRESS, self._server.url), "utf-8")

    def _run(self, command: Command) -> None:
        done = subprocess.run(
            command.line,
            shell=True,
            check=False,
            capture_output=True,
            text=True,
            **self._place(),
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        if command.prints:
            assert done.stdout == command.prints, done.stderr
            self.printed += 1

    async def _listen(self, command: Command) -> None:
        with (self._folder / "heard").open("w") as out, (self._folder / "amiss").open("w") as err:
            listening = subprocess.Popen(command.line.split(), stdout=out, stderr=err, **self._place())
        try:
            async with asyncio.timeout(30):
                # Nobody tells when a subscription has begun: comment until it is heard.
                while command.prints not in self._read("heard"):
                    assert listening.poll() is None, self._read("amiss")
                    await self._comment()
                    await asyncio.sleep(0.4)
        finally:
            listening.kill()
            listening.wait()
        self.printed += 1

    async def _comment(self) -> None:
        words = {"content": HEARD, "authorName": "Noor", "authorEmail": "noor@example.org"}
        async with ClientSession() as session:
            [post] = (await self._ask(session, OPEN))["posts"]["nodes"]
            told = await self._ask(session, ADD, input={"postId": post["id"], **words})
        assert told["addComment"]["errors"] == []

    async def _ask(self, session: ClientSession, query: str, **variables: object) -> dict:
        asked = {"query": query, "variables": variables}
        async with session.post(f"{self._server.url}/graphql", json=asked) as reply:
            answer = await reply.json()
        assert "errors" not in answer, answer
        return answer["data"]

    def _read(self, name: str) -> str:
        return (self._folder / name).read_text("utf-8")

    def _place(self) -> dict:
        tools = (npm.MODULES / ".bin", Path(sys.executable).parent, os.environ["PATH"])
        path = os.pathsep.join(map(str, tools))
        return {"cwd": self._folder, "env": {**os.environ, "PATH": path, "NO_COLOR": "1"}}


@pytest.fixture
def project(bench: Path) -> Iterator[Path]:
    """Lend a folder with the schema in it, as the pages ask for."""
    shutil.copy(ROOT / "docs" / "schema.graphql", bench / "schema.graphql")
    (bench / "package.json").write_text('{"type": "module"}', "utf-8")
    (bench / "__generated__").mkdir()
    return bench


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
async def test_a_page_does_what_it_says(path, project, serve):
    page = Page(path)
    for name, text in page.files():
        (project / name).write_text(text, "utf-8")
    reader = Reader(page, project, serve)
    await reader.follow()
    assert reader.printed >= 2


def test_there_are_pages():
    assert len(PAGES) >= 4


def _known_packages() -> set[str]:
    npm_names = json.loads((npm.HERE / "package.json").read_text("utf-8"))["dependencies"]
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    return {*npm_names, *(f"'{line.partition('>=')[0]}'" for line in groups["dev"])}
