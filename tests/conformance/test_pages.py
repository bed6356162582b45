"""What the pages of docs/clients show is run as it stands: files, commands, and what is printed."""

import asyncio
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.conformance import npm
from tests.conformance.guest import comment_until
from tests.conformance.page import Command, Page
from tests.gql_server.conftest import Process

ROOT = npm.HERE.parents[1]
PAGES = sorted(path for path in (ROOT / "docs" / "clients").glob("*.md") if Page(path).commands())
ADDRESS = "http://127.0.0.1:8000"
HEARD = "Achterom is best."
APP = "/path/to/app/"


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
            name.removeprefix("GQL_SERVER_"): str(self._folder / path.removeprefix(APP))
            for name, path in settings.items()
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
        def heard() -> bool:
            assert listening.returncode is None, self._read("amiss")
            return command.prints in self._read("heard")

        with (self._folder / "heard").open("w") as out, (self._folder / "amiss").open("w") as err:
            listening = await asyncio.create_subprocess_exec(
                *command.line.split(), stdout=out, stderr=err, **self._place()
            )
        try:
            await comment_until(heard, f"{self._server.url}/graphql", HEARD)
        finally:
            if listening.returncode is None:
                listening.kill()
            await listening.wait()
        self.printed += 1

    def _read(self, name: str) -> str:
        return (self._folder / name).read_text("utf-8")

    def _place(self) -> dict:
        tools = (npm.MODULES / ".bin", Path(sys.executable).parent, os.environ["PATH"])
        path = os.pathsep.join(map(str, tools))
        return {"cwd": self._folder, "env": {**os.environ, "PATH": path, "NO_COLOR": "1"}}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
async def test_a_page_does_what_it_says(path, bench, serve):
    page = Page(path)
    for name, text in page.files():
        (bench / name).write_text(text, "utf-8")
    reader = Reader(page, bench, serve)
    await reader.follow()
    assert reader.printed >= 2


def test_there_are_pages():
    assert len(PAGES) >= 4


def _known_packages() -> set[str]:
    npm_names = json.loads((npm.HERE / "package.json").read_text("utf-8"))["dependencies"]
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    return {*npm_names, *(f"'{line.partition('>=')[0]}'" for line in groups["dev"])}
