"""A token opens the door it was made for and no other, and nothing when it was spoilt, used or taken back."""

from urllib.parse import urlsplit

import pytest

import models
from models.commenters import Commenter
from models.pens import Pen
from models.tokens import Token
from tests.pages.conftest import ANN

# The doors of links, and the kinds of token each takes.
DOORS = {
    "confirm": {"confirm"},
    "unsubscribe": {"unsub", "prefs"},
    "undo": {"undo"},
    "preferences": {"prefs"},
    "sign-in": {"login", "owner"},
    "pen": {"pen"},
    "comment": {"comment"},
    "comment/edit": {"edit"},
    "comment/retract": {"edit"},
    "replies": {"replies"},
    "moderate": {"moderate"},
}
TABLES = (
    models.Subscription, models.Consent, models.User, models.Key, models.SignIn, models.Comment, models.Post,
    Pen, Commenter, models.Audit,
)  # fmt: skip


def token_of(link: str) -> str:
    return urlsplit(link).path.rpartition("/")[2]


@pytest.fixture
async def tokens(reader, site, whole_life) -> dict[str, str]:
    """Give one token of each kind, all of them good for their own doors."""
    boss = await models.User.welcome(site, "boss@staff.example", "Boss", models.Role.ADMIN)
    ann = await models.Subscription.get(email=ANN)
    welcome = next(letter for letter in whole_life if letter.headers.unsubscribe_url)
    asked = await models.SignIn.at_hand(boss)
    post = await models.Post.draft(site, "Een bericht", "<p>Tekst.</p>", authors=[])
    by = await models.Key.grant(models.KeyKind.API, boss)
    principal = await models.Key.principal(by[1])
    await Pen.pass_on(site, principal, email="bea@example.org", name="Bea")
    letters = {letter.to: letter for letter in await reader.letters()}
    session = (await models.Key.grant(models.KeyKind.SESSION, boss))[1]
    preview = (await models.Key.grant(models.KeyKind.PREVIEW, post_id=post.id))[1]
    confirmation = next(letter for letter in whole_life if "confirm/" in " ".join(letter.links))
    return {
        "confirm": token_of(confirmation.link("confirm")),
        "prefs": token_of(ann.path_to_preferences(site)),
        "unsub": token_of(welcome.headers.unsubscribe_url),
        "login": str(asked),
        "pen": token_of(letters["bea@example.org"].link("pen")),
        "api": by[1],
        "sess": session,
        "preview": preview,
        "owner": str(Token.signed("owner", site.id, site.secret, 0)),
    }


async def test_no_token_opens_a_door_of_another_kind(reader, tokens):
    before = [await table.all().order_by("id").values() for table in TABLES]
    for door, kinds in DOORS.items():
        for kind, token in tokens.items():
            if kind in kinds:
                continue
            for ask in (reader.opens, reader.posts):
                await ask(f"/{door}/{token}")
                assert reader.status in (404, 410), (door, kind, reader.status)
    assert [await table.all().order_by("id").values() for table in TABLES] == before


async def test_no_token_that_was_spoilt_opens_its_own_door(reader, tokens):
    before = [await table.all().order_by("id").values() for table in TABLES]
    for kind, token in tokens.items():
        for door in (door for door, kinds in DOORS.items() if kind in kinds):
            secret = token.split("_", 2)[2]
            other = "B" if secret[-1] != "B" else "C"
            for spoilt in (f"{token[:-1]}{other}", token[:-1], f"{kind}_2_{secret}"):
                for ask in (reader.opens, reader.posts):
                    await ask(f"/{door}/{spoilt}")
                    assert reader.status in (404, 410), (door, spoilt)
    assert [await table.all().order_by("id").values() for table in TABLES] == before


async def test_no_link_of_a_letter_is_a_key_to_the_graph(reader, tokens):
    for kind, token in tokens.items():
        headers = {"Authorization": f"Bearer {token}"}
        body = {"query": "{ viewer { role } }"}
        async with reader.client.post("/graphql", json=body, headers=headers) as answer:
            told = await answer.json()
        if kind in ("api", "sess"):
            assert told["data"]["viewer"] == {"role": "ADMIN"}
        elif kind == "preview":
            assert told["data"]["viewer"] is None
        else:
            assert (answer.status, told["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")
