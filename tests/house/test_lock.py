"""What gets installed is decided here, by hash, and never tells where to download it."""

import re
import subprocess
import tomllib
from importlib.metadata import distributions
from itertools import chain

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LISTS = ("uv.txt", "serve.txt", "dev.txt")
LOCK_LIKE = ["requirements/*.txt", "*.lock", "*package-lock.json", "*.toml", "*.cfg", "*.ini", "dev", ".ci/*"]
# Put together, so that whoever looks for an address in this project does not find one here.
WEB, OPTION = "https:" + "//", "-" + "-"
ADDRESS = re.compile(
    rf"https?:/{{2}}|^\s*(?:-i|-f|{OPTION}(?:(?:extra-|default-)?index(?:-url)?|find-links))\b", re.MULTILINE
)


def test_no_committed_file_names_a_place_to_download_from(root):
    command = ["git", "-c", "safe.directory=*", "ls-files", *LOCK_LIKE]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip("this is not a git clone")
    names = done.stdout.splitlines()
    assert {"dev", "pyproject.toml", ".ci/run", "requirements/serve.txt"} <= set(names)
    assert [name for name in names if ADDRESS.search((root / name).read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    "line",
    [
        f'"resolved": "{WEB}registry.example/left-pad.tgz"',
        f"{OPTION}index-url {WEB}index.example/simple",
        f"{OPTION}default-index {WEB}index.example/simple",
        f"{OPTION}find-links /wheels",
        f"-i {WEB}index.example/simple",
    ],
)
def test_an_address_would_be_found(line):
    assert ADDRESS.search(f"six==1.17.0\n{line}\n")


@pytest.mark.parametrize("name", LISTS)
def test_every_requirement_is_pinned_and_hashed(root, name):
    blocks = blocks_of(root, name)
    assert blocks
    for block in blocks:
        requirement, *hashes = block.split(" \\\n    ")
        assert re.fullmatch(r"[\w.-]+==[\w.]+(?: ; .+)?", requirement), block
        assert hashes, block
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", text) for text in hashes), block


def test_what_is_built_for_this_machine_is_listed_for_others_too(root):
    """Else another Python, or another kind of processor, is told that a download is not what is listed."""
    listed = {re.split(r"[=\s]", block)[0]: block.count("--hash=") for block in blocks_of(root, "dev.txt")}
    built = {
        canonicalize_name(one.name)
        for one in distributions()
        if "-none-any" not in (one.read_text("WHEEL") or "-none-any")
    }
    assert {"asyncpg", "cffi", "uvloop"} <= built
    assert [name for name in sorted(built & listed.keys()) if listed[name] < 4] == []


@pytest.mark.parametrize(
    ("name", "extras", "groups"),
    [("serve.txt", ["postgres"], []), ("dev.txt", ["postgres"], ["dev"]), ("uv.txt", None, ["setup"])],
)
def test_the_lists_hold_what_pyproject_asks_for(root, name, extras, groups):
    project = pyproject(root)
    asked = list(chain.from_iterable(project["dependency-groups"][group] for group in groups))
    if extras is not None:
        asked += project["project"]["dependencies"]
        asked += chain.from_iterable(project["project"]["optional-dependencies"][extra] for extra in extras)
    pinned = versions_of(root, name)

    for requirement in map(Requirement, asked):
        version = pinned.get(canonicalize_name(requirement.name))
        assert version, f"{requirement} is missing from {name}: run ./dev lock"
        assert requirement.specifier.contains(version), (
            f"{requirement}, but {name} holds {version}: run ./dev lock"
        )


def test_the_server_is_tested_with_the_versions_it_runs_on(root):
    assert versions_of(root, "serve.txt").items() <= versions_of(root, "dev.txt").items()


def test_the_pinned_uv_is_the_build_backend_too(root):
    """uv builds the project itself, with nothing to fetch, only when its version suits `build-system`."""
    [backend] = map(Requirement, pyproject(root)["build-system"]["requires"])
    assert backend.name == "uv_build"
    assert backend.specifier.contains(versions_of(root, "uv.txt")["uv"])
    assert backend.specifier.contains(versions_of(root, "dev.txt")["uv-build"])


def pyproject(root):
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


def blocks_of(root, name):
    text = (root / "requirements" / name).read_text(encoding="utf-8")
    return re.split(r"\n(?=\S)", text.strip())


def versions_of(root, name):
    pins = (re.match(r"([\w.-]+)==([\w.]+)", block) for block in blocks_of(root, name))
    return {canonicalize_name(pin[1]): pin[2] for pin in pins}
