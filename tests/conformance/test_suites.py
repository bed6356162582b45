"""The public suites and clients of npm, at a real server: each finds what it expects."""

import pytest

from tests.conformance import npm

SUITES = sorted(path.stem for path in npm.HERE.glob("suites/*.mjs"))


@pytest.mark.parametrize("suite", SUITES)
def test_a_suite_finds_what_it_expects(suite, packages, graph):
    told = npm.run(f"suites/{suite}.mjs", graph)
    lines = told.stdout.splitlines()
    passed = [line for line in lines if line.startswith("ok ")]
    amiss = [line for line in lines if line not in passed]
    assert not amiss, "\n".join(amiss)
    assert passed
    assert told.returncode == 0


def test_there_are_suites():
    assert SUITES
