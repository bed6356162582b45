"""./dev sets everything up by itself, once, and tells what to do when it cannot.

A stand-in for uv writes down what it is asked and "installs" tools that say their name and end with 7.
"""

import ast
import hashlib
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

STAND_IN = """\
#!/bin/sh
[ "$1" = --version ] && { echo "uv $UV_STAND_IN_VERSION"; exit; }
echo "$*" >> uv.log
case "$1 $2" in
"venv "*)
    [ ! -e .venv ] || [ -e .venv/bin ] || exit 2 # as uv clears no folder that is no environment
    rm -rf .venv && mkdir -p .venv/bin && ln -s "$PYTHON" .venv/bin/python ;;
"pip install")
    for tool in gql-server pytest; do
        printf '#!/bin/sh\\necho %s "$@"\\nexit 7\\n' $tool > .venv/bin/$tool
        chmod +x .venv/bin/$tool
    done ;;
esac
"""


def test_help_names_every_command(root, dev):
    done = subprocess.run([root / "dev", "--help"], capture_output=True, text=True, check=True)
    for command in dev.COMMANDS:
        assert f"  ./dev {command} " in done.stdout


@pytest.mark.parametrize("name", ["check", "lock", "graphiql"])
def test_who_asks_a_command_for_help_starts_nothing(dev, capsys, monkeypatch, name):
    monkeypatch.setitem(dev.COMMANDS, name, lambda _: pytest.fail("it was started"))
    assert dev.main([name, "--help"]) == 0
    assert capsys.readouterr().out == dev.HELP
    if name != "lock":
        with pytest.raises(dev.Stop, match=f"./dev {name} takes nothing behind it"):
            dev.main([name, "models"])


def test_an_unknown_command_is_told_so_in_one_line(root):
    done = subprocess.run([root / "dev", "deploy"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "dev: There is no command 'deploy'; ./dev --help lists them all.\n"


def test_it_needs_the_standard_library_alone(root):
    nodes = list(ast.walk(ast.parse((root / "dev").read_text())))
    imported = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names


def test_an_older_python_can_read_it_and_says_what_is_missing(root, dev, monkeypatch):
    ast.parse((root / "dev").read_text(), feature_version=(3, 8))
    monkeypatch.setattr(dev, "OLDEST_PYTHON", (99, 0))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(dev.Stop, match=r"^Python 3\.11 or newer is needed; this is [\d.]+\."):
        dev.main(["check"])


def test_the_first_command_sets_up_and_the_second_starts_at_once(clone):
    # With the pip that there is.
    del clone.environment["PYTHONPATH"]
    assert clone.dev("run", "check", "--all") == (7, "gql-server check --all\n")
    assert clone.installed() == ["venv", "pip sync serve.txt", "pip install --editable"]

    assert clone.dev("serve", "--port", "8080") == (7, "gql-server serve --demonstration --port 8080\n")
    assert clone.installed() == []


def test_tests_install_what_they_need_into_the_same_place(clone):
    clone.dev("run")
    clone.installed()

    assert clone.dev("test") == (7, "pytest -n 3 --dist worksteal\n")
    assert clone.installed() == ["pip sync dev.txt", "pip install --editable"]

    clone.dev("run")
    assert clone.installed() == []


def test_a_changed_list_is_installed_and_takes_nothing_away(clone):
    clone.dev("test")
    clone.installed()
    with (clone.path / "requirements" / "serve.txt").open("a") as file:
        file.write("# changed\n")

    clone.dev("run")
    assert clone.installed() == ["pip sync dev.txt", "pip install --editable"]


def test_a_set_up_that_was_cut_short_begins_again(clone):
    clone.dev("run")
    clone.installed()
    (clone.path / ".venv" / "made-from.json").unlink()

    clone.dev("run")
    assert clone.installed()[0] == "venv"


def test_two_at_once_set_up_one_time(clone):
    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(lambda name: clone.dev("run", name), ["first", "second"]))

    assert answers == [(7, "gql-server first\n"), (7, "gql-server second\n")]
    assert clone.installed() == ["venv", "pip sync serve.txt", "pip install --editable"]


def test_signals_reach_the_server_itself(clone):
    clone.dev("run")
    (clone.path / ".venv" / "bin" / "gql-server").write_text("#!/bin/sh\nkill -TERM $$\n")
    assert clone.dev("run") == (-15, "")


def test_what_is_started_is_compiled_once_and_nothing_is_written_beside_sources(clone):
    clone.dev("run")
    tells = '#!/bin/sh\necho "${PYTHONDONTWRITEBYTECODE-unset} $PYTHONPYCACHEPREFIX"\n'
    (clone.path / ".venv" / "bin" / "gql-server").write_text(tells)
    clone.environment["PYTHONDONTWRITEBYTECODE"] = "1"
    assert clone.dev("run") == (0, f"unset {clone.path / '.tools' / 'bytecode'}\n")

    clone.environment["PYTHONPYCACHEPREFIX"] = "/elsewhere"
    assert clone.dev("run") == (0, "unset /elsewhere\n")


@pytest.mark.parametrize(
    ("given", "passed_on"),
    [
        (["-x"], "-n 3 --dist worksteal -x"),
        (["-n", "4"], "-n 4"),
        (["-k", "letter"], "-k letter"),
        (["tests/house"], "tests/house"),
        (["--pdb"], "--pdb"),
    ],
)
def test_a_chosen_few_run_without_helpers(clone, given, passed_on):
    assert clone.dev("test", *given) == (7, f"pytest {passed_on}\n")


@pytest.mark.parametrize(
    ("version", "fits"),
    [
        ("0.13.9", True),
        ("0.13.10", True),
        ("0.13.8", False),
        ("0.14.0", False),
        ("1.13.9", False),
        ("", False),
        ("junk", False),
    ],
)
def test_only_a_uv_like_the_pinned_one_is_used(dev, version, fits):
    assert dev.fits(version, "0.13.9") is fits


def test_uv_gets_the_index_of_pip(dev, monkeypatch):
    listing = (
        "WARNING: something\n"
        ":env:.cert='/certs/ours.pem'\n"
        "global.cert='/certs/old.pem'\n"
        "global.extra-index-url='file:///one file:///two'\n"
        "global.index-url='file:///global'\n"
        "install.index-url='file:///install'\n"
        "install.find-links='/wheels\\n/more'\n"
    )
    monkeypatch.setattr(dev, "ask", lambda command: subprocess.CompletedProcess(command, 0, listing))
    for name in [*dev.UV_NAMES.values(), "UV_INDEX_STRATEGY"]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("UV_FIND_LINKS", "/mine")

    environment = dev.uv_environment()

    assert environment["UV_DEFAULT_INDEX"] == "file:///install"
    assert environment["UV_INDEX"] == "file:///one file:///two"
    assert environment["UV_INDEX_STRATEGY"] == "unsafe-best-match"
    assert environment["SSL_CERT_FILE"] == "/certs/ours.pem"
    assert environment["UV_FIND_LINKS"] == "/mine"


def test_graphiql_was_built_of_the_source_beside_it(root):
    folder = root / "gql_server" / "graphiql"
    files = sorted(
        (path for path in (folder / "source").iterdir() if path.is_file()), key=lambda path: path.name
    )
    found = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
    assert (folder / "built" / "source.sha256").read_text().strip() == found, "run ./dev graphiql"


def test_without_npm_it_is_said_what_to_install(dev, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(dev.Stop, match=r"no npm on PATH; install Node\.js"):
        dev.main(["graphiql"])


def test_a_home_that_cannot_be_written_is_left_alone(dev, monkeypatch, tmp_path):
    monkeypatch.delenv("UV_CACHE_DIR", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert "UV_CACHE_DIR" not in dev.uv_environment()

    monkeypatch.setenv("HOME", str(tmp_path / "missing"))
    assert dev.uv_environment()["UV_CACHE_DIR"] == str(dev.TOOLS / "cache")


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        ("failed to copy file: No space left on device (os error 28)", "Free some space"),
        ("/usr/bin/python3: No module named pip", "This Python has no pip"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "not the file that"),
        ("  cause: Hash mismatch for `markupsafe==3.0.4`", "not the file that"),
        ("invalid peer certificate: UnknownIssuer", "not trusted here"),
        ("  cause: tcp connect error: Connection refused (os error 111)", "did not answer"),
        ("failed to lookup address information: Temporary failure in name resolution", "did not answer"),
        ("ERROR: No matching distribution found for uv==0.13.9", "lacks a package"),
    ],
)
def test_a_step_that_fails_says_what_helps(dev, monkeypatch, words, remedy):
    monkeypatch.setattr(dev, "ask", lambda command, **_: subprocess.CompletedProcess(command, 1, words))
    with pytest.raises(dev.Stop, match=remedy) as stop:
        dev.execute(["uv", "pip", "sync"], {})
    assert words.strip() in str(stop.value)


@pytest.fixture
def clone(root, tmp_path):
    return Clone(root, tmp_path)


class Clone:
    """A copy of the command file and its lists, on a machine whose only uv is the stand-in.

    So is its pip, which has no settings to tell: the real one takes longer to say so than all else does.
    """

    def __init__(self, root, place):
        self.path = place / "clone"
        (self.path / "requirements").mkdir(parents=True)
        for name in (
            "dev",
            "pyproject.toml",
            *(f"requirements/{name}.txt" for name in ("uv", "serve", "dev")),
        ):
            shutil.copy(root / name, self.path / name)
        uv = place / "bin" / "uv"
        uv.parent.mkdir()
        uv.write_text(STAND_IN)
        uv.chmod(0o755)
        pip = place / "python" / "pip"
        pip.mkdir(parents=True)
        for name in ("__init__.py", "__main__.py"):
            (pip / name).touch()
        pin = (root / "requirements" / "uv.txt").read_text().split()[0].removeprefix("uv==")
        self.environment = {
            "HOME": str(place),
            "PATH": f"{uv.parent}{os.pathsep}{os.defpath}",
            "PYTHON": sys.executable,
            "PYTHONPATH": str(pip.parent),
            "UV_STAND_IN_VERSION": pin,
        }

    def dev(self, *args):
        """Run ./dev and return its exit code and what it printed."""
        command = [sys.executable, self.path / "dev", *args]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout

    def installed(self):
        """Tell in short what uv was asked since the last time."""
        log = self.path / "uv.log"
        calls = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return [in_short(call.split()) for call in calls]


def in_short(call):
    if call[0] == "venv":
        return "venv"
    if call[1] == "sync":
        assert "--require-hashes" in call
        return f"pip sync {Path(call[-1]).name}"
    return f"pip install {call[-2]}"
