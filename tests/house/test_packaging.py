"""The wheel packs the four packages whole, and nothing beside them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

FIND_OWNERS = (
    "import importlib.metadata, json; print(json.dumps(importlib.metadata.packages_distributions()))"
)


@pytest.fixture
def wheel(root, tmp_path):
    build = "import sys, uv_build; print(uv_build.build_wheel(sys.argv[1]))"
    tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    python(build, tmp_path, cwd=root, env={**os.environ, "PATH": tools})
    [path] = tmp_path.glob("*.whl")
    return path


def test_the_wheel_holds_every_file_of_the_four_packages_but_sources_of_what_is_built(root, dev, wheel):
    packed = {
        name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name and not name.endswith("/")
    }
    files = (path for package in dev.PACKAGES for path in (root / package).rglob("*") if path.is_file())
    ours = {str(path.relative_to(root)) for path in files if "__pycache__" not in path.parts}
    sources = {name for name in ours if name.startswith("gql_server/graphiql/source/")}
    assert sources
    assert packed == ours - sources
    assert {name for name in ours if "node_modules" in name} == set()


def test_the_wheel_brings_the_command_and_the_license(wheel):
    archive = ZipFile(wheel)
    about = {name.partition(".dist-info/")[2]: name for name in archive.namelist() if ".dist-info/" in name}
    assert "gql-server = gql_server.__main__:main" in archive.read(about["entry_points.txt"]).decode()
    assert "Provides-Extra: postgres" in archive.read(about["METADATA"]).decode()
    assert "The gql-server authors" in archive.read(about["licenses/LICENSE"]).decode()


def test_nothing_else_in_the_environment_owns_our_package_names(dev, wheel, tmp_path):
    """`schema` and `models` are common names: beside another owner one of the two would be lost."""
    installed = tmp_path / "installed"
    ZipFile(wheel).extractall(installed)
    shown = python(FIND_OWNERS, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(installed)})
    owners = json.loads(shown)
    assert {package: owners[package] for package in dev.PACKAGES} == {
        package: ["gql-server"] for package in dev.PACKAGES
    }


def python(code, *args, cwd, env):
    command = [sys.executable, "-c", code, *args]
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
