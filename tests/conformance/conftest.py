"""Lends the conformance tests the packages of npm, one served blog, and folders to build a client in."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conformance import npm
from tests.gql_server.conftest import Process, start_for_long  # noqa: F401

Serve = Callable[..., Process]
SCHEMA = npm.HERE.parents[1] / "docs" / "schema.graphql"


@pytest.fixture(scope="session")
def packages() -> Path:
    """Give the folder of the packages, installed; without Node say so, and leave out who asks for them."""
    if missing := npm.what_is_missing():
        pytest.skip(f"conformance: not run, {missing}")
    try:
        npm.install()
    except npm.NotInstalled as error:
        pytest.fail(f"conformance: {error}", pytrace=False)
    return npm.MODULES


@pytest.fixture(scope="session")
def serve(start_for_long: Serve, tmp_path_factory: pytest.TempPathFactory) -> Serve:  # noqa: F811
    """Start a server with a demonstration blog of its own: `serve(DOCUMENTS=...)`."""

    def serve(**settings: str) -> Process:
        store = tmp_path_factory.mktemp("blog") / "blog.sqlite3"
        return start_for_long(
            "serve", "--demonstration", "--port", "0", DATABASE_URL=f"sqlite://{store}", **settings
        )

    return serve


@pytest.fixture(scope="session")
def blog(serve: Serve) -> Process:
    """Serve the demonstration blog to all of these tests."""
    return serve()


@pytest.fixture
def graph(blog: Process) -> str:
    """Give the address of its graph."""
    return f"{blog.url}/graphql"


@pytest.fixture
def bench(packages: Path, tmp_path: Path) -> Path:
    """Lend a folder to build a client in: the packages and the schema are there."""
    return _furnished(tmp_path, packages)


@pytest.fixture(scope="session")
def front_end(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lend a front end whose types and manifest graphql-codegen has made."""
    folder = _furnished(tmp_path_factory.mktemp("front"), packages)
    shutil.copytree(npm.HERE / "types", folder, dirs_exist_ok=True)
    npm.make(folder, "@graphql-codegen/cli/cjs/bin.js", "--config", "codegen.mjs")
    return folder


@pytest.fixture(scope="session")
def manifest(front_end: Path) -> dict[str, str]:
    """Give the documents of the front end by their hashes."""
    return json.loads((front_end / "gql" / "persisted-documents.json").read_text("utf-8"))


def _furnished(folder: Path, packages: Path) -> Path:
    (folder / "node_modules").symlink_to(packages)
    (folder / "package.json").write_text('{"type": "module"}', "utf-8")
    (folder / "__generated__").mkdir()
    shutil.copy(SCHEMA, folder / "schema.graphql")
    return folder
