"""Whoever goes back to what a button led to, or loads it again, sends nothing a second time."""

import pytest

import models
from tests.pages.conftest import ANN


async def presses(reader, path, **fields):
    """Press a button as a browser does; give where that leads, which is the page itself or signing in."""
    asked = reader.client.post(path, data=fields, headers=reader.languages, allow_redirects=False)
    async with asked as answer:
        assert answer.status == 303, path
        where = answer.headers["Location"]
        assert where.startswith((f"{path}?told=", "/sign-in?told="))
        return where


@pytest.fixture
async def links(reader, site, whole_life):
    """Know the links of one who gets letters: `links["undo"]`."""
    row = await models.Subscription.get(email=ANN)
    return {
        "confirm": next(letter for letter in whole_life if "/confirm/" in letter.text).link("confirm"),
        "unsubscribe": row.path_out(site),
        "undo": row.path_back(site),
        "preferences": row.path_to_preferences(site),
    }


def path_of(link):
    return "/" + link.split("/", 3)[3] if "://" in link else link


@pytest.mark.parametrize("door", ["confirm", "unsubscribe", "undo", "preferences"])
async def test_what_a_letter_led_to_is_seen_again_and_done_once(reader, links, held, words, door):
    path = path_of(links[door])
    where = await presses(reader, path, name="Ann", all="yes")
    before = await held()
    titles = []
    for _ in range(2):
        await reader.opens(where)
        assert reader.status == 200
        titles.append((reader.title, [one.text() for one in reader.page.css("[role=status]")]))
    assert titles[0] == titles[1]
    assert await held() == before


async def test_who_came_back_may_leave_by_the_same_page_once_more(reader, links, site):
    path = path_of(links["unsubscribe"])
    where = await presses(reader, path, all="yes")
    await reader.opens(where)
    assert reader.title == "Je bent afgemeld"
    row = await models.Subscription.get(email=ANN)
    await reader.opens(await presses(reader, row.path_back(site)))
    await reader.opens(where)
    assert (reader.status, [button.text() for button in reader.page.css("main button")]) == (
        200,
        ["Meld me af"],
    )


async def test_what_was_decided_otherwise_meanwhile_is_told_as_it_is(reader, site, words):
    author = await models.Author.named(site.id, "Bob")
    post = await models.Post.draft(site, "Van Bob", "<p>Tekst</p>", authors=[author])
    await post.publish()
    comment = await models.Comment.keep(post, models.Writer(name="Cas", email="cas@example.org"), "Mooi.")
    user = await models.User.welcome(site, "ed@staff.example", "Ed", models.Role.EDITOR)
    await user.speak(reader.languages["Accept-Language"])
    principal = models.Principal(user.id, user.role, None, models.principals.OF_ROLE[user.role])
    path = (await models.ModeratorLink.at_hand(site, principal)).path(site)
    where = await presses(reader, path, approve="yes")
    for _ in range(2):
        await reader.opens(where)
        assert reader.title == words["moderated_approved_title"]
    await models.moderate(principal, [comment.id], models.Fate.SPAM)
    await reader.opens(where)
    assert reader.title == words["moderate_title"] % {"post": "Van Bob"}
    assert reader.page.css_first("[role=status]").text() == words["moderated_spam_title"]


async def test_signing_in_asks_once_however_often_it_is_loaded(reader, site, words):
    await models.User.welcome(site, "ed@staff.example", "Ed", models.Role.EDITOR)
    where = await presses(reader, "/sign-in", email="ed@staff.example")
    letters = len(await reader.letters())
    for _ in range(2):
        await reader.opens(where)
        assert (reader.status, reader.title) == (200, words["sign_in_sent_title"])
    assert len(await reader.letters()) == letters
    await reader.opens(await presses(reader, "/sign-out"))
    assert (reader.status, reader.title) == (200, words["signed_out_title"])
