"""Node and the packages that package-lock.json names: found, installed once, run."""

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOOLS = HERE.parents[1] / ".tools"
MODULES = HERE / "node_modules"
STAMP = MODULES / "made-from.json"
OLDEST_NODE = 20
INSTALL_SECONDS = 300
RUN_SECONDS = 300
CALM = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
# With retries of its own npm needs many minutes to find out that nobody answers.
IMPATIENT = ("--fetch-retries=0", "--fetch-timeout=30000")
UNREACHABLE = "ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|network"


class NotInstalled(Exception):
    """The packages could not be installed; the message says why and what helps."""


def what_is_missing() -> str | None:
    """Say what this machine lacks, if anything."""
    needed = f"node >= {OLDEST_NODE} with npm is needed"
    if not shutil.which("node") or not shutil.which("npm"):
        return f"{needed}; there is none on PATH"
    version = _version()
    return None if int(version.split(".")[0]) >= OLDEST_NODE else f"{needed}; this is {version}"


def install() -> None:
    """Bring node_modules up to the lock file; who comes at the same time waits for it."""
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "npm.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not _is_installed():
            _ci()
            STAMP.write_text(_made_from(), "utf-8")


def run(
    script: str | Path, *args: str, folder: Path = HERE, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a script with Node; what it says is in `stdout`, good and bad."""
    return subprocess.run(
        ["node", str(script), *args],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1", **environment},
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=RUN_SECONDS,
    )


def make(folder: Path, tool: str, *args: str) -> str:
    """Run a tool of the packages that has nothing to complain about; give what it says."""
    done = run(MODULES / tool, *args, folder=folder)
    assert done.returncode == 0, done.stdout
    return done.stdout


def _is_installed() -> bool:
    return STAMP.exists() and STAMP.read_text("utf-8") == _made_from()


def _made_from() -> str:
    """Tell what node_modules is made from; native packages differ from one Node and machine to another."""
    lock = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    return json.dumps({"lock": lock, "node": _version(), "machine": " ".join(os.uname()[::4])})


def _version() -> str:
    return subprocess.run(["node", "--version"], check=True, capture_output=True, text=True).stdout.strip(
        "v\n"
    )


def _ci() -> None:
    done = _tried()
    if done.returncode != 0:
        # What came the first time is in the cache by now.
        done = _tried()
    if done.returncode != 0:
        last = "\n".join(done.stdout.strip().splitlines()[-6:])
        remedy = (
            "The registry did not answer. Check the network." if re.search(UNREACHABLE, done.stdout) else ""
        )
        raise NotInstalled(f"npm ci failed: {last}\n{remedy}".strip())


def _tried() -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            ["npm", "ci", *CALM, *IMPATIENT, *_cache()],
            cwd=HERE,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=INSTALL_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise NotInstalled(f"npm ci took longer than {INSTALL_SECONDS} s. Check the network.") from None


def _cache() -> list[str]:
    """Keep npm's cache in .tools where the home of this user cannot be written."""
    home = Path("~").expanduser()
    nearest = next((folder for folder in (home / ".npm", home) if folder.exists()), None)
    return [] if nearest and os.access(nearest, os.W_OK) else ["--cache", str(TOOLS / "npm")]
