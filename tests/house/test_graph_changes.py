"""What would break a client is found before the release, and passes only when a fragment announces it."""

import pytest

from tests.house.graph_changes import account, announced, main

RELEASED = """
    directive @weight(of: Int) repeatable on FIELD_DEFINITION | OBJECT
    interface Node { id: ID! }
    type Post implements Node { id: ID! title: String! comments(first: Int, last: Int): [String!] }
    type Author implements Node { id: ID! }
    union Found = Post | Author
    enum Mood { GOOD BAD }
    input Search { words: String! }
    type Query { post(id: ID!): Post found(by: Search, mood: Mood): Found }
"""


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("title: String! ", "", "Post.title"),
        ("title: String!", "title: Int", "Post.title"),
        (", last: Int", "", "Post.comments(last:)"),
        ("first: Int", "first: String", "Post.comments(first:)"),
        ("first: Int", "first: Int, where: ID!", "Post.comments(where:)"),
        ("GOOD BAD", "GOOD", "Mood.BAD"),
        ("= Post | Author", "= Post", "Found"),
        ("words: String!", "words: String! from: ID!", "Search.from"),
        ("Author implements Node", "Author", "Author"),
        ("interface Node { id: ID! }", "union Node = Query", "Node"),
        ("enum Mood { GOOD BAD }", "scalar Mood", "Mood"),
        ("directive @weight(of: Int) repeatable on FIELD_DEFINITION | OBJECT", "", "@weight"),
        ("@weight(of: Int)", "@weight", "@weight(of:)"),
        ("@weight(of: Int)", "@weight(of: Int, by: Int!)", "@weight(by:)"),
        (" repeatable", "", "@weight"),
        ("FIELD_DEFINITION | OBJECT", "OBJECT", "@weight"),
    ],
)
def test_what_breaks_a_client_is_found_and_passes_when_it_is_announced(before, after, named):
    now = RELEASED.replace(before, after)
    if after == "union Node = Query":
        now = now.replace(" implements Node", "")

    lines, is_fine = account(RELEASED, now, set())
    assert not is_fine
    assert lines[0].startswith("schema   FAILED ")
    assert any(f"name `{named}` in changes/" in line for line in lines)

    names = {line.partition("name `")[2].partition("`")[0] for line in lines if "name `" in line}
    lines, is_fine = account(RELEASED, now, names)
    assert is_fine
    assert lines[0].startswith("schema   fine ")
    assert any(line.startswith("  breaking: ") for line in lines)


def test_what_is_new_is_counted_and_what_may_surprise_is_shown():
    now = RELEASED.replace("title: String!", "title: String! path: String").replace(
        "GOOD BAD", "GOOD BAD UGLY"
    )
    assert account(RELEASED, now, set()) == (
        [
            "schema   fine     1 added since the release, 1 dangerous, 0 breaking",
            "  dangerous: Enum value Mood.UGLY was added.",
        ],
        True,
    )


def test_only_fragments_of_what_was_removed_or_changed_announce_it(tmp_path):
    (tmp_path / "1.removed.md").write_text("`Post.title` went; ask for `Post.label`.")
    (tmp_path / "2.changed.md").write_text("`Post.comments(last:)` takes 100 at most.")
    (tmp_path / "3.added.md").write_text("`Mood.UGLY` is new.")
    assert announced(tmp_path) == {"Post.title", "Post.label", "Post.comments(last:)"}


def test_the_graph_as_it_is_breaks_nobody_unannounced(capsys):
    assert main() == 0
    assert capsys.readouterr().out.startswith("schema   fine ")
