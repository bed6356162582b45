"""The benchmarks can be found, say at once what they lack, and send what the schema takes."""

import ast
from pathlib import Path

import pytest
from graphql import parse, validate

from benchmarks import letters
from schema.graph import schema

FOLDER = Path(letters.__file__).parent


def documents() -> dict[str, str]:
    """Give what the benchmarks send: files of queries, and the mutations that stand in the code."""
    found = {file.name: file.read_text("utf-8") for file in FOLDER.glob("queries/*.graphql")}
    for file in FOLDER.glob("*.py"):
        texts = [node.value for node in ast.walk(ast.parse(file.read_text("utf-8"))) if _is_text(node)]
        found |= {
            f"{file.name}:{text[:9]}": text
            for text in texts
            if "{" in text and text.startswith(("mutation", "query"))
        }
    return found


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


@pytest.mark.parametrize("document", documents().values(), ids=documents())
def test_the_schema_takes_what_a_benchmark_sends(document):
    assert validate(schema._schema, parse(document)) == []


def test_what_is_sent_was_found():
    assert {name.partition(":")[0] for name in documents()} >= {"signups.py", "membership.py", "home.graphql"}


def test_every_benchmark_is_told_and_can_be_started(dev):
    told = dev.HELP.partition("./dev bench")[2].partition("./dev faults")[0]
    assert [name for name in dev.BENCHMARKS if name not in told] == []
    runnable = {file.stem for file in FOLDER.glob("*.py") if "__name__ ==" in file.read_text("utf-8")}
    assert runnable - {"__main__"} == set(dev.BENCHMARKS) - {"blog"}


def test_a_benchmark_nobody_wrote_is_answered_with_those_there_are(dev):
    with pytest.raises(dev.Stop, match="no benchmark 'nonsense'; there are blog, letters, deliveries"):
        dev.main(["bench", "nonsense"])


def test_without_postfix_it_is_said_what_to_install_before_anything_is_told(monkeypatch, capsys):
    monkeypatch.setattr("benchmarks.sink.PLACES", ("no-such-sink",))
    with pytest.raises(SystemExit, match=r"smtp-sink is missing; .*apt install postfix"):
        letters.main(1)
    assert capsys.readouterr().out == ""
