"""Letters greet by name, and repeat nothing that is none: a stranger may have typed it."""

import pytest


@pytest.mark.parametrize(
    ("name", "greets"),
    [
        ("Ann de Wit", True),
        ("J.R.R. Tolkien", True),
        ("Zoë Müller-Lüdenscheidt", True),
        ("Noor van ’t Hof, red.", True),
        ("王小明", True),
        ("Call +1 900 123", False),
        ("Visit http://evil.example/ now", False),
        ("evil.example", False),
        ("me@evil.example", False),
        ("{{ 7*7 }}", False),
    ],
)
async def test_only_a_name_is_greeted(ann, name, greets):
    await ann.asks(name=name)
    await ann.confirms()
    welcome = ann.letter("welcome")
    assert (name in welcome.text) is greets
    assert all("evil" not in link for link in welcome.links)
    assert (await ann.row()).name == name
