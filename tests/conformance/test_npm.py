"""What the conformance tests need is installed once, and whatever is not run is said aloud."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conformance import npm

ROOT = npm.HERE.parents[1]


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder where nothing is installed yet."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(npm.HERE / name, tmp_path / name)
    for name, path in (("HERE", ""), ("MODULES", "node_modules"), ("STAMP", "node_modules/made-from.json")):
        monkeypatch.setattr(npm, name, tmp_path / path)
    return tmp_path


def test_a_machine_without_node_is_told_in_the_summary_what_was_not_run(tmp_path):
    (tmp_path / "git").touch()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "1", "tests/conformance/test_suites.py"],
        cwd=ROOT,
        env={**os.environ, "PATH": str(tmp_path)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert "conformance: not run, node >= 20 with npm is needed; there is none on PATH" in done.stdout


def test_an_old_node_is_not_enough(tmp_path, monkeypatch):
    for name, told in (("node", "v18.19.0"), ("npm", "9.2.0")):
        (tmp_path / name).write_text(f"#!/bin/sh\necho {told}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert npm.what_is_missing() == "node >= 20 with npm is needed; this is 18.19.0"


def test_a_registry_that_does_not_answer_is_told(packages, fresh, tmp_path_factory, monkeypatch):
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_cache", str(tmp_path_factory.mktemp("cache")))
    with pytest.raises(npm.NotInstalled, match=r"(?s)npm ci failed: .*Check the network\."):
        npm.install()
    assert not npm.STAMP.exists()


def test_what_is_installed_is_not_installed_again(packages, monkeypatch):
    monkeypatch.setattr(npm, "_ci", lambda: pytest.fail("npm ci"))
    npm.install()


def test_a_home_that_cannot_be_written_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert npm._cache() == []
    monkeypatch.setenv("HOME", str(tmp_path / "missing"))
    assert npm._cache() == ["--cache", str(npm.TOOLS / "npm")]


def test_the_lock_names_no_place_to_download_from():
    assert '"resolved"' not in (npm.HERE / "package-lock.json").read_text("utf-8")
