"""No browser runs what attackers write, wherever it is shown, though no policy forbids it."""

from typing import Any

import pytest

import models
from models.moderation import LINK_LIFE
from tests.browser.planting import Planted, plant, written
from tests.browser.victim import Victim
from tests.nouns.attacks import PAYLOADS
from tests.pages.conftest import Reader

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
POSTS = """query ($after: String) { posts(first: 100, after: $after) {
  nodes { contentHtml image { caption } authors { bioHtml } } pageInfo { hasNextPage endCursor } } }"""
COMMENTS = """query ($after: String) { comments(first: 100, after: $after) {
  nodes { contentHtml } pageInfo { hasNextPage endCursor } } }"""


# The letters in which there are words of others.
OF_ATTACKERS = {
    models.LetterKind.NEWSLETTER, models.LetterKind.PEN, models.LetterKind.COMMENT_REPLY,
    models.LetterKind.COMMENT_CONFIRMATION, models.LetterKind.COMMENTS_WAITING, models.LetterKind.WELCOME,
}  # fmt: skip
# As it is told; and once more, for what is parsed twice may mean something else.
BY_A_SCRIPT = """(told) => {
  for (const html of told) {
    const boxes = [document.createElement('div'), document.createElement('div')];
    boxes[0].innerHTML = html;
    boxes[1].innerHTML = boxes[0].innerHTML;
    document.body.append(...boxes);
  }
}"""


async def test_the_hook_counts_what_an_attack_runs(victim):
    await victim.reads(written(PAYLOADS[:2]), "raw")
    assert len([one for one in victim.harm if one.startswith("alert(1)")]) == 2
    victim.harm.clear()
    for number in range(0, len(PAYLOADS), 40):
        await victim.reads(written(PAYLOADS[number : number + 40]), "raw")
    assert len(victim.harm) > len(PAYLOADS) // 2


@pytest.mark.long
async def test_no_attack_runs_wherever_it_is_shown(victim, reader, site):
    planted = await plant(site, PAYLOADS)
    await _looks_at_pages(victim, site, planted)
    assert victim.harm == []
    # What was planted was there, as words.
    everything = "\n".join(victim.shown)
    assert sum(payload.strip()[:60] in everything for payload in PAYLOADS) > 0.9 * len(PAYLOADS)
    await _looks_elsewhere(victim, reader)
    assert victim.harm == []
    await _reads_letters(victim, reader, site, planted)
    assert victim.harm == []


async def _looks_at_pages(victim: Victim, site: models.Site, planted: Planted) -> None:
    for path in await _for_readers(site, planted):
        await victim.opens(path)
    await victim.signs_in(planted.token)
    for path in await _for_staff(site, planted):
        await victim.opens(path)
    for title in PAYLOADS[:2]:
        await site.change(title=title[:200], description=title)
        for path in ("/", "/subscribe", "/sign-in"):
            await victim.opens(path)


async def _looks_elsewhere(victim: Victim, reader: Reader) -> None:
    """Look at the pages of somebody else, who shows what the graph tells as it is."""
    told = []
    for post in await _all(reader, POSTS, "posts"):
        caption = (post["image"] or {}).get("caption")
        told += [post["contentHtml"], caption, *(one["bioHtml"] for one in post["authors"])]
    told += [comment["contentHtml"] for comment in await _all(reader, COMMENTS, "comments")]
    told = [html for html in told if html]
    assert len(told) > 2 * len(PAYLOADS)
    await victim.reads(written(told), "all as a document")
    await victim.reads("<!doctype html><title>x</title>", "nothing")
    await victim.page.evaluate(BY_A_SCRIPT, told)
    await victim.looks("all by a script")


async def _reads_letters(victim: Victim, reader: Reader, site: models.Site, planted: Planted) -> None:
    for comment in planted.comments[:: len(planted.comments) // 10]:
        writer = models.Writer(name=comment.name, email="other@example.org")
        reply = await models.Comment.leave(
            comment.post_id, writer, comment.source, parent_id=comment.id, notify_replies=True
        )
        await reply.decide(models.Fate.APPROVED)
        await models.Comment.leave(comment.post_id, writer, comment.source)  # which waits
    letters = await reader.letters()
    for letter in letters:
        await victim.reads(letter.html, letter.subject)
    kinds = set(await models.Delivery.all().values_list("kind", flat=True))
    assert kinds >= OF_ATTACKERS


async def _for_readers(site: models.Site, planted: Planted) -> list[str]:
    subscription = await models.Subscription.get(email="reader@example.org")
    lists = [
        "/",
        "/posts",
        "/authors",
        "/archive",
        "/archive/2019-05",
        "/search?q=alert",
        "/start",
        "/letters",
    ]
    return [*lists, *planted.paths, "/subscribe", subscription.path_to_preferences(site)]


async def _for_staff(site: models.Site, planted: Planted) -> list[str]:
    paths = [
        "/write",
        "/write/pages",
        "/write/menu",
        "/write/menu?of=footer",
        "/write/subscribers",
        "/write/subscribers?newsletter=main",
        "/write/issues",
        "/pen",
        "/sign-in",
    ]
    paths += [f"/write/subscribers/{one.id}" for one in await models.Subscription.all()]
    for post in planted.posts[::2]:
        _, token = await models.Key.grant(models.KeyKind.PREVIEW, post_id=post.id)
        paths += [f"/write/{post.id}", f"/write/{post.id}/versions", f"{post.path}?preview={token}"]
        paths += [f"/write/{post.id}/versions/{one.id}" for one in await models.Revision.of_post(post.id)]
    [boss] = await models.User.filter(email="boss@staff.example")
    until = models.now() + LINK_LIFE
    for comment in planted.comments[::25]:
        paths.append(models.ModeratorLink(comment, boss, until).path(site))
    return paths


async def _all(reader: Reader, query: str, name: str) -> list[Any]:
    found, after = [], None
    while True:
        body = {"query": query, "variables": {"after": after}}
        async with reader.client.post("/graphql", json=body) as answer:
            told = (await answer.json())["data"][name]
        found += told["nodes"]
        if not told["pageInfo"]["hasNextPage"]:
            return found
        after = told["pageInfo"]["endCursor"]
