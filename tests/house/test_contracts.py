"""The import contracts hold, and each of them can fail."""

import ast
import os
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import models

WRONG = {
    "the store looks up": ("models/posts.py", "import schema"),
    "the store looks up in a type hint": (
        "models/posts.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import gql_server",
    ),
    "the graph writes letters": ("schema/types.py", "import mailers"),
    "the letters read the graph": ("mailers/letter.py", "from schema import types"),
    "the letters look up": ("mailers/letter.py", "import gql_server"),
    "the store speaks HTTP": ("models/posts.py", "import aiohttp"),
    "the store knows GraphQL": ("models/posts.py", "import strawberry"),
    "two rooms need each other": ("models/jobs.py", "import models.posts"),
}


def test_the_contracts_hold(root):
    assert_kept(lint_imports(root))


def test_a_house_with_arrows_that_run_down_passes(small_house):
    assert_kept(lint_imports(small_house))


@pytest.mark.parametrize(("room", "lines"), WRONG.values(), ids=WRONG)
def test_a_wrong_arrow_fails(small_house, room, lines):
    with (small_house / room).open("a") as file:
        file.write(f"{lines}\n")

    done = lint_imports(small_house)

    assert done.returncode == 1
    assert "1 broken" in done.stdout


def test_no_type_hint_is_an_excuse(root, dev):
    rooms = [room for package in dev.PACKAGES for room in (root / package).rglob("*.py")]
    assert [room for room in rooms if "TYPE_CHECKING" in names_in(room)] == []


def test_what_stands_on_the_face_of_the_store_is_imported_from_there(root):
    rooms = [
        room for package in ("gql_server", "schema", "mailers") for room in (root / package).rglob("*.py")
    ]
    assert rooms
    assert {room.name: past for room in rooms if (past := past_the_face(room))} == {}


def past_the_face(room):
    """Name what a room above takes from a room of the store though it stands on the face."""
    return [
        f"{node.module}.{name.name}"
        for node in ast.walk(ast.parse(room.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("models.")
        for name in node.names
        if getattr(import_module(node.module), name.name) is getattr(models, name.name, models)
    ]


@pytest.fixture
def small_house(root, tmp_path):
    """Four floors with a room or two each, under the contracts of this project."""
    shutil.copy(root / "pyproject.toml", tmp_path)
    rooms = {
        "gql_server/app.py": "import mailers.letter\nimport schema.types\n",
        "schema/types.py": "import aiohttp\nimport models\n",
        "mailers/letter.py": "import models\n",
        "models/posts.py": "import models.jobs\n",
        "models/jobs.py": "",
    }
    for name, lines in rooms.items():
        room = tmp_path / name
        room.parent.mkdir(exist_ok=True)
        (room.parent / "__init__.py").touch()
        room.write_text(lines)
    return tmp_path


def lint_imports(house):
    tool = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [tool, "--no-logo", "--no-cache"],
        cwd=house,
        env={**os.environ, "PYTHONPATH": str(house)},
        capture_output=True,
        text=True,
        check=False,
    )


def assert_kept(done):
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 kept, 0 broken" in done.stdout


def names_in(room):
    tree = ast.walk(ast.parse(room.read_text(encoding="utf-8")))
    return {name for node in tree for name in (getattr(node, "id", None), getattr(node, "attr", None))}
