"""Plants what attackers write wherever somebody may write something."""

from collections.abc import Awaitable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

import models

LONG_AGO = datetime(2019, 5, 5, tzinfo=UTC)
# So many attacks together in one text; each has a text of its own as well.
TOGETHER = 20
ADDRESSES = (
    "javascript:alert(1)",
    " java\tscript:alert(1)",
    "vbscript:x",
    "data:text/html,<script>alert(1)</script>",
)
READER = "reader@example.org"
T = TypeVar("T")


@dataclass
class Planted:
    """What was planted, by where it is shown; `token` is that of somebody who may do everything."""

    token: str
    paths: list[str] = field(default_factory=list)
    posts: list[models.Post] = field(default_factory=list)
    comments: list[models.Comment] = field(default_factory=list)


async def plant(site: models.Site, payloads: Sequence[str]) -> Planted:
    """Write each attack in a text of its own, as HTML and as Markdown; and many beside each other in posts,
    comments, names, pictures, pages, menus and pens.
    """
    boss = await models.User.welcome(site, "boss@staff.example", "Baas", models.Role.ADMIN)
    _, token = await models.Key.grant(models.KeyKind.SESSION, boss)
    planted = Planted(token)
    for number, payload in enumerate(payloads):
        for form in models.Format:
            content = models.Content.of(payload, form)
            title = f"{number} {payload}"[:300]
            post = await models.Post.draft(site, title, content, authors=[], summary=payload[:2000])
            await post.publish(LONG_AGO)
    await _subscribe(site, payloads[0])
    for number, chunk in enumerate(chunks(payloads)):
        await _together(site, planted, number, chunk)
    await _arrange(site, payloads)
    await pass_pens(site, payloads[:: len(payloads) // 9])
    return planted


async def _together(site: models.Site, planted: Planted, number: int, chunk: Sequence[str]) -> None:
    first, html = chunk[0], "".join(chunk)
    author = await taken(models.Author.named(site.id, first[:200], bio_html=html))
    tag = await taken(models.Tag.named(site.id, first[:200]))
    image = await models.Image.show(
        site.id, f"/media/{number}.png", alt_text=" ".join(chunk)[:1000], caption=html
    )
    form = list(models.Format)[number % 2]
    post = await models.Post.draft(
        site, f"{number} {first}"[:300], models.Content.of(html, form), authors=[author] if author else [],
        tags=[tag] if tag else [], image_id=image.id, summary=first, seo_title=first[:300],
        seo_description=first,
    )  # fmt: skip
    newsletters = [await models.Newsletter.main(site)] if number < 4 else None
    await post.publish(newsletters=newsletters)
    planted.posts.append(post)
    # Of names that are shown alike some will do.
    planted.paths += [post.path, *(one.path for one in (author, tag) if one and number % 3 == 0)]
    for payload in chunk:
        await comment(planted, post, payload)
    if number < 3:
        page = await models.Page.draft(site.id, f"{number} {first}"[:300], models.Content.of(html, form))
        await page.publish()
        planted.paths.append(page.path)


async def comment(planted: Planted, post: models.Post, payload: str) -> None:
    """Leave an attack as a comment that everybody sees."""
    by: dict[str, Any] = {"name": payload[:100], "email": READER}
    # Without an address where that is none.
    for website in (f"https://example.org/{payload[:100]}", None):
        writer = models.Writer(**by, website=website)
        left = await taken(models.Comment.leave(post.id, writer, payload, notify_replies=True))
        if left is not None:
            await left.decide(models.Fate.APPROVED)
            # Or nobody would be written to about a reply to it.
            await models.Comment.filter(id=left.id).update(is_proven=True)
            planted.comments.append(left)
            return


async def _subscribe(site: models.Site, payload: str) -> None:
    """Let a reader sign up under a name of theirs, and confirm."""
    await models.SignUp.ask(site, READER, models.Trace(door="test"), name=payload[:100])
    asked = await models.SignUp.get(email=READER)
    await models.answer_sign_up(asked.id)
    letter = await models.Delivery.get(kind=models.LetterKind.CONFIRMATION)
    link = letter.facts["paths"]["link"]
    await models.Subscription.confirm(site, link.rpartition("/")[2], models.Trace(door="test"))
    await (await models.Commenter.of(site, READER)).confirm(notices=True)


async def _arrange(site: models.Site, payloads: Sequence[str]) -> None:
    """Put attacks into a menu as labels; as addresses they are refused."""
    entries = [models.Entry(payload[:200], "https://example.org/") for payload in payloads if payload.strip()]
    nested = [
        models.Entry("Meer", None, list(entries[at : at + TOGETHER]))
        for at in range(0, len(entries), TOGETHER)
    ]
    await models.arrange(site.id, "main", nested)
    await models.arrange(site.id, "footer", entries[:TOGETHER])
    for address in ADDRESSES:
        await taken(_lead_to(site, entries[:TOGETHER], address))


async def _lead_to(site: models.Site, entries: list[models.Entry], address: str) -> None:
    await models.arrange(site.id, "footer", [*entries, models.Entry("x", address)])


async def pass_pens(site: models.Site, payloads: Sequence[str]) -> None:
    """Pass a pen with each attack, which is the giver's name, the next one's and the note as well."""
    for number, payload in enumerate(payloads):
        giver = await models.User.welcome(
            site, f"giver{number}@staff.example", payload[:200], models.Role.EDITOR
        )
        _, token = await models.Key.grant(models.KeyKind.API, giver)
        by = await models.Key.principal(token)
        # The giver writes under these words already, and nobody takes another's name.
        name = f"{payload[:190]} de tweede"
        said = {"email": f"next{number}@example.org", "name": name, "note": payload[:2000]}
        await taken(models.Pen.pass_on(site, by, **said))


async def taken(step: Awaitable[T]) -> T | None:
    """Give what came of it; what is refused is planted nowhere."""
    with suppress(models.Refused):
        return await step
    return None


def chunks(payloads: Sequence[str]) -> Iterator[Sequence[str]]:
    """Give some attacks at a time."""
    return (payloads[at : at + TOGETHER] for at in range(0, len(payloads), TOGETHER))


def packed(payloads: Sequence[str], most: int) -> list[str]:
    """Put attacks together, one a line, into as few texts as have so many characters each."""
    packs = [""]
    for payload in payloads:
        if len(packs[-1]) + len(payload) >= most:
            packs.append("")
        packs[-1] += f"{payload}\n"
    return packs


def written(values: Any) -> str:
    """Put pieces of HTML beside each other, each in a box of its own."""
    return "".join(f"<div>{value}</div>\n" for value in values)
