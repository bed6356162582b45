"""No file holds what a merge left behind."""

import subprocess

import pytest

# Put together here, or this file would hold them.
OURS, BETWEEN, THEIRS = (sign * 7 for sign in "<=>")


def marked(text: bytes) -> bool:
    """Tell whether a merge left both sides of a conflict in a text."""
    begun = {line.partition(b" ")[0] for line in text.splitlines()}
    return {OURS.encode(), THEIRS.encode()} <= begun


def test_no_file_holds_the_marks_of_a_conflict(root):
    if not (root / ".git").exists():
        pytest.skip("this is not a git clone")
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=root, capture_output=True, check=True).stdout
    files = [root / name for name in listed.decode().split("\0") if name]
    assert len(files) > 100
    assert [path for path in files if path.is_file() and marked(path.read_bytes())] == []


def test_a_conflict_is_seen_and_a_ruled_heading_is_not():
    assert marked(f"a\n{OURS} HEAD\nb\n{BETWEEN}\nc\n{THEIRS} images\n".encode())
    assert not marked(f"A heading\n{BETWEEN}\n".encode())
