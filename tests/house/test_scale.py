"""The examples of how to grow are commands and settings that there are."""

import configparser
import re
import shlex
import tomllib
from pathlib import Path

import click
import pytest
import yaml

from gql_server.cli import main
from gql_server.settings import read_settings

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs/how-to/scale"
UNITS = sorted(FOLDER.glob("*.service"))


class Unit(configparser.RawConfigParser):
    """A unit of systemd."""

    def optionxform(self, name: str) -> str:
        """Leave names as they are."""
        return name


@pytest.fixture
def services():
    """Read what Compose is told."""
    return yaml.safe_load((FOLDER / "compose.yaml").read_text("utf-8"))["services"]


def test_every_file_is_led_to_by_the_guide():
    guide = FOLDER.with_suffix(".md").read_text("utf-8")
    named = set(re.findall(r"\(scale/([^)]+)\)", guide)) | {"Dockerfile", "Dockerfile.dockerignore"}
    assert named == {file.name for file in FOLDER.iterdir()}


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_runs_a_command_with_known_settings(unit):
    read = Unit(strict=True)
    read.read_string(unit.read_text("utf-8"))
    assert read.sections() == ["Unit", "Service", "Install"]
    program, *arguments = shlex.split(read["Service"]["ExecStart"])
    assert program.endswith("/gql-server")
    _takes(arguments)
    if setting := read["Service"].get("Environment"):
        name, _, value = setting.partition("=")
        assert read_settings({name: value, "GQL_SERVER_DATABASE_URL": "postgresql://blog@store/blog"})


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_that_may_write_nothing_else_has_a_folder_of_its_own(unit):
    read = Unit(strict=True)
    read.read_string(unit.read_text("utf-8"))
    service = read["Service"]
    assert service["ProtectSystem"] == "strict"
    # Where the store is by default, and pictures.
    assert service["WorkingDirectory"] == f"/var/lib/{service['StateDirectory']}"


def test_pictures_outlive_the_containers_that_share_them(services):
    lines = (FOLDER / "Dockerfile").read_text("utf-8").splitlines()
    [home] = [line.removeprefix("WORKDIR ") for line in lines if line.startswith("WORKDIR ")]
    assert "RUN mkdir -p data/media" in lines[lines.index("USER blog") :]
    for name in ("web", "work"):
        assert services[name]["volumes"] == [f"pictures:{home}/data/media"]


def test_compose_runs_commands_with_known_settings(services):
    ours = {name: service for name, service in services.items() if "build" in service}
    assert set(ours) == {"web", "work"}
    for service in ours.values():
        _takes(service["command"])
        given = {name: re.sub(r"\$\{[^}]*\}", "smtp://mail.example", value) for name, value in
                 service["environment"].items() if name != "GQL_SERVER_DATABASE_URL"}  # fmt: skip
        given["GQL_SERVER_DATABASE_URL"] = "postgresql://blog@store/blog"
        assert read_settings(given).work == "apart"
        assert (FOLDER / service["build"]["context"] / service["build"]["dockerfile"]).exists()
        assert set(service["depends_on"]) <= set(services)


def test_the_image_runs_what_is_installed():
    lines = (FOLDER / "Dockerfile").read_text("utf-8").splitlines()
    assert 'ENTRYPOINT ["gql-server"]' in lines
    [command] = [line.removeprefix("CMD ") for line in lines if line.startswith("CMD ")]
    _takes(yaml.safe_load(command))


def test_the_image_gets_what_is_installed_and_no_store_that_lies_beside_it():
    lines = (FOLDER / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    about = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    project, build = about["project"], about["tool"]["uv"]["build-backend"]
    installed = {"pyproject.toml", project["readme"], *project["license-files"], *build["module-name"]}
    assert lines[1] == "*"
    assert {line.removeprefix("!") for line in lines if line.startswith("!")} == installed


def _takes(arguments: list[str]) -> None:
    """Let the command line read the arguments, and run nothing."""
    name, *rest = arguments
    above = click.Context(main)
    command = main.get_command(above, name)
    assert command is not None, name
    command.make_context(name, rest, parent=above)
