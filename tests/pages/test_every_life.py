"""Every kind of token, at every point of its life, before every mutation and every door of tokens."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest

import models
from schema.ids import global_id
from schema.permissions import EVERYBODY, who_may
from tests.pages.token_doors import ALL_DOORS, FORBIDDEN, MAILBOXES, NOT_FOUND, REFUSED
from tests.pages.token_lives import KEYS, LINKS, STAFF, Lives
from tests.pages.token_owners import OF_ROLE, YEAR, Member, Minted
from tests.schema.test_every_mutation import EVERY_MUTATION, MUTATIONS

# What a token changed is read beside the server.
pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
BEGIN = datetime(2026, 3, 10, 12, tzinfo=UTC)
KINDS = set(LINKS) | KEYS | {"code", "edit", "form"}
OF_WRITERS = {name for name in MUTATIONS if who_may("Mutation", name) == models.Scope.CONTENT_WRITE}
# What mutations are about, by the word for it in their names.
ABOUT = {
    "Post": "Post", "PreviewLink": "Post", "Page": "Page", "Tag": "Tag", "Author": "Author", "Pen": "Pen",
    "Revision": "Revision", "Newsletter": "Newsletter", "Image": "Image",
}  # fmt: skip
# What an author does without touching what is of others.
THEIRS_TO_DO = {"createPost", "passPen", "uploadImage"}


@pytest.fixture
async def lives(database_url, time_machine) -> AsyncIterator[Lives]:
    """Let everybody live on a server of their own, where time stands still."""
    time_machine.move_to(BEGIN, tick=False)
    lives = Lives(time_machine)
    await lives.open(database_url)
    yield lives
    await lives.close()


async def _begin(lives: Lives) -> None:
    """Give everybody a token of each kind, the owner's link first, which nobody can use afterwards."""
    await lives.ask_for_owners_link()
    await _go_on(lives)


async def _go_on(lives: Lives) -> None:
    await lives.begin_work()
    confirm, *_, unsub = (await lives.sign_up(lives.subscribers[MAILBOXES[1]])).values
    await lives.use(confirm)
    await lives.use(unsub)  # which gives a way back


async def _are_used(lives: Lives) -> None:
    """Use each for what it was made for, the owner's link while nobody else is there."""
    await lives.use(await lives.ask_for_owners_link())
    await _go_on(lives)
    for token in list(lives.minted):
        if token.opens:
            assert await lives.looks(token)
            await lives.use(token)


async def _run_out(lives: Lives) -> None:
    await _begin(lives)
    lives.time.shift(2 * YEAR)


async def _are_taken_back(lives: Lives) -> None:
    await _begin(lives)
    for token in list(lives.minted):
        await lives.take_back(token)


async def _lose_their_owners(lives: Lives) -> None:
    """Let everybody go but one, who came later."""
    await _begin(lives)
    await lives.hire("new@staff.example", "admin")
    for email in STAFF:
        await lives.retire(lives.members[email])
    for email in MAILBOXES:
        await lives.forget(email)


# What happens to all of them, and the kinds that open their doors as before.
HAPPENINGS: dict[str, tuple[Callable[[Lives], Awaitable[None]], str]] = {
    "are good": (
        _begin,
        "confirm code prefs unsub undo login pen comment replies moderate api sess preview edit form",
    ),
    "are used": (_are_used, "prefs unsub undo comment replies moderate api sess edit form"),
    "run out": (_run_out, "prefs unsub replies form"),
    "are taken back": (_are_taken_back, "form login"),
    "lose their owners": (_lose_their_owners, "form"),
}


@pytest.mark.parametrize("happened", HAPPENINGS)
async def test_no_token_does_more_than_it_may_whatever_happens(lives, happened):
    happen, lasting = HAPPENINGS[happened][0], set(HAPPENINGS[happened][1].split())
    await happen(lives)
    assert {token.kind for token in lives.minted} == KINDS
    assert {token.kind for token in lives.minted if token.opens} == lasting
    before, asked = lives.ledger.rows(), {way: set[tuple[str, str]]() for way in WAYS}
    for way, token in product(WAYS, lives.minted):
        asked[way] |= {(token.kind, name) for name in await way(lives, token)}
        assert lives.ledger.rows() == before, (way, token)
    # Each with each, but for what some of them may.
    assert asked[_as_a_key] >= set(product(KINDS - (KEYS & lasting), EVERY_MUTATION))
    assert asked[_as_a_session] >= set(product(KINDS - ({"sess"} & lasting), MUTATIONS))
    own = {(kind, door.name) for door in ALL_DOORS for kind in door.kinds & lasting}
    assert asked[_at_doors] >= set(product(KINDS, (door.name for door in ALL_DOORS))) - own


async def test_no_key_does_what_it_is_too_small_for(lives):
    await lives.begin_work()
    admin, _, author = map(lives.members.get, STAFF)
    for lacking in models.Scope:
        await lives.give_keys(admin, set(models.Scope) - {lacking})
    await lives.give_keys(author, scopes=None)
    before, asked = lives.ledger.rows(), set[tuple[str, str]]()
    keys = [token for token in lives.minted if token.kind in KEYS and token.opens]
    for way, token in product((_as_a_key, _as_a_session), keys):
        asked |= {(token.kind, name) for name in await way(lives, token)}
    assert lives.ledger.rows() == before
    too_much = {name for name in MUTATIONS if who_may("Mutation", name) not in OF_ROLE["author"]}
    assert asked >= {*product({"api", "preview"}, MUTATIONS), *product({"sess"}, too_much)}


async def test_an_author_does_nothing_to_what_is_of_others(lives):
    await lives.begin_work()
    editor, author = lives.members[STAFF[1]], lives.members[STAFF[2]]
    await lives.give_keys(author, scopes=None)
    token = lives.minted[-1]
    for name in OF_WRITERS - THEIRS_TO_DO:
        about, before = await _thing_for(lives, name, editor), lives.ledger.rows()
        told = await lives.doors.mutate(name, bearer=token.text, about=about)
        assert told in (FORBIDDEN, NOT_FOUND), name
        assert lives.ledger.rows() == before, name


async def test_who_may_is_refused_nothing(lives):
    await lives.begin_work()
    await lives.give_keys(lives.members[STAFF[0]], scopes=None)
    token, editor = lives.minted[-1], lives.members[STAFF[1]]
    done = set()
    for name in MUTATIONS:
        about = await _thing_for(lives, name, editor)
        told = await lives.doors.mutate(name, bearer=token.text, about=about)
        assert told not in (FORBIDDEN, REFUSED), name
        done |= {name} if told == "[]" else set()
    # A tag is not merged with itself, nor a pen passed to who writes already; of others nothing is there.
    assert done >= OF_WRITERS - {"mergeTags", "passPen"}


async def _thing_for(lives: Lives, mutation: str, by: Member) -> str:
    """Make what a mutation could be about, which is of somebody; give its id."""
    number, site = next(lives.numbers), lives.site
    content = models.Content.of("<p>x</p>", models.Format.HTML)
    kind = next((kind for kind in ABOUT if kind in mutation), "")
    row: Any = None
    match ABOUT.get(kind):
        case "Post" | "Revision":
            row = post = await models.Post.draft(site, f"Bericht {number}", content, authors=[])
            await post.publish()
            if kind == "Revision":
                await post.rewrite("Anders", content)
                row = await models.Revision.filter(post_id=post.id).earliest("id")
        case "Page":
            row = await models.Page.draft(site.id, f"Bladzijde {number}", content)
        case "Tag":
            row = await models.Tag.named(site.id, f"woord {number}")
        case "Newsletter":
            row = await models.Newsletter.start(site, f"Brief {number}")
        case "Image" if mutation == "updateImage":
            row = await models.Image.show(site.id, f"/media/{number}.jpg")
        case "Author":
            row = await models.Author.named(site.id, f"Schrijver {number}")
        case "Pen" if mutation == "withdrawPen":
            row = (await lives.pass_pen(by)).owner
    return global_id(ABOUT[kind], row.id) if row else ""


async def _as_a_key(lives: Lives, token: Minted) -> list[str]:
    """Come with it as a program to every mutation that it may not have done; tell to which."""
    is_key = token.kind in KEYS and token.opens
    may = {EVERYBODY, *token.scopes()} if is_key else set()
    names = [name for name in EVERY_MUTATION if who_may("Mutation", name) not in may]
    for name in names:
        told = await lives.doors.mutate(name, bearer=token.text)
        assert told == (FORBIDDEN if is_key else REFUSED), (name, token)
    return names


async def _as_a_session(lives: Lives, token: Minted) -> list[str]:
    """Come with it as a browser in which somebody signed in; another browser is nobody's."""
    is_session = token.kind == "sess" and token.opens
    names = [name for name in MUTATIONS if not (is_session and who_may("Mutation", name) in token.scopes())]
    for name in names:
        told = await lives.doors.mutate(name, cookie=token.text)
        # Nobody's file is read at all.
        assert told == (REFUSED if name == "uploadImage" and not is_session else FORBIDDEN), (name, token)
    return names


async def _at_doors(lives: Lives, token: Minted) -> list[str]:
    """Show it at every door that it is not good for, mutations that take one among them; tell at which."""
    doors = [door for door in ALL_DOORS if not (token.opens and token.kind in door.kinds)]
    for door in doors:
        assert await door.show(lives.doors, token.text) == REFUSED, (door.name, token)
    return [door.name for door in doors]


WAYS = (_as_a_key, _as_a_session, _at_doors)
