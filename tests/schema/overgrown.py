"""A garden in which everything grows that can be asked for, as it is on the day LATER."""

from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine

import models
from models.interests import set_topics
from tests.schema.garden import CANARY, LATER, SEEN, arrange_menus, hide, plant

# The same on every store, so that tokens are too.
SECRET = "a secret of the garden, no secret at all"
SOON = LATER + timedelta(days=1)
EVERY_BLOCK = (
    "<p>Een <b>alinea</b> &amp; meer</p><h3>Kop</h3><h3>Kop</h3><ol><li>een</li><li><i>twee</i></li></ol>"
    "<blockquote>Groei</blockquote><figure>"
    f"<img src='/media/{'c' * 64}-900.png' alt='A' width='3' height='2'>"
    "<figcaption>Bij <b>ons</b></figcaption></figure><table><tr><td>cel</td></tr></table>"
    "<figure class='embed'><a href='/film'>Film</a></figure>los <em>woord</em>"
)
# Title, moment, and what else is said of a post; equal ones are told apart by their ids alone.
POSTS: list[tuple[str, datetime, dict[str, Any]]] = [
    ("Gelijk", SEEN, {}),
    ("Gelijk", SEEN, {"comments_open": False}),
    ("gelijk!", SEEN - timedelta(days=1), {"summary": "Kort \"gezegd\" \N{SEEDLING}"}),
    ("Élan", datetime(2020, 2, 1, tzinfo=UTC), {"seo_title": "Voor zoekers", "seo_description": "Wie zoekt"}),
    ("Elan", datetime(2020, 2, 1, 0, 0, 0, 250_000, tzinfo=UTC), {}),
    ("Middernacht", datetime(2021, 3, 31, 22, 30, tzinfo=UTC), {}),
    ("Oudejaar", datetime(2019, 12, 31, 23, 30, tzinfo=UTC), {"slug": "oud-en-nieuw"}),
    ("\N{SEEDLING} zaad", datetime(1969, 7, 20, tzinfo=UTC), {"summary": ""}),
    ("Bericht 10", datetime(2021, 4, 1, tzinfo=UTC), {}),
    ("Bericht 9", datetime(2021, 4, 1, tzinfo=UTC), {}),
]  # fmt: skip


async def overgrow(site: models.Site) -> dict[str, Any]:
    """Plant all of it; the store is left as it is LATER."""
    site.secret = SECRET
    await site.save(update_fields=["secret"])
    with time_machine.travel(SEEN, tick=False):
        rows = await plant(site)
        await _people(rows)
        rows["more"] = [await _post(rows, number, *said) for number, said in enumerate(POSTS)]
        await _pages(rows)
    with time_machine.travel(LATER, tick=False):
        await hide(rows)
        await _talk(rows)
        await _menus(rows)
        rows["tokens"] = await _subscribe(rows)
        soon = await models.Post.draft(site, "Binnenkort", EVERY_BLOCK, authors=[rows["Anna"]])
        await soon.publish(SOON)
    return rows


async def _people(rows: dict[str, Any]) -> None:
    site = rows["site"]
    rows["Cees"] = await models.Author.named(site.id, "Cees", place=3)
    rows["silent"] = await models.Author.named(site.id, "Élise", bio_html="")
    portrait = await models.Image.show(site.id, "https://example.org/anna.webp?s=1", caption="Anna\n\nzelf")
    for name in ("Anna", "Cees"):
        rows[name].avatar_id = portrait.id
        await rows[name].save(update_fields=["avatar_id"])
    rows["tags"] = [await models.Tag.named(site.id, name) for name in ("Zaad", "zaad!", "Ui", "Niemand")]
    await models.Image.filter(id=rows["image"].id).update(width=640, height=480, thumbhash="3OcRJYB4d3h")
    await models.Image.filter(id=portrait.id).update(url=f"/media/{'d' * 64}-3000.jpg")
    await models.Image.show(site.id, "/media/nergens.png")
    await models.Newsletter.start(site, "Moestuin", "Elke maand")


async def _post(rows: dict[str, Any], number: int, title: str, at: datetime, more: dict[str, Any]) -> Any:
    people = [[], [rows["Cees"], rows["Anna"]], [rows["Bea"]], [rows["Anna"], rows["Bea"], rows["Cees"]]]
    tags = [rows["tag"], *rows["tags"][:3]][: number % 5]
    image = {"image_id": rows["image"].id} if number % 3 == 0 else {}
    html = EVERY_BLOCK if number % 2 else f"<p>{title} en wat rozen.</p>"
    by = {"authors": people[number % 4], "tags": tags}
    post = await models.Post.draft(rows["site"], title, html if number else "", **by, **image, **more)
    await post.publish(at)
    if number == 4:
        for slug in ("elan-toen", "elan-nu"):
            await post.rewrite(title, html, **by, slug=slug)
    return post


async def _pages(rows: dict[str, Any]) -> None:
    site = rows["site"]
    above = rows["team"]
    for title, position in (("Vrijwilligers", 2), ("Bestuur", 1), ("Gasten", 1)):
        page = await models.Page.draft(site.id, title, EVERY_BLOCK, parent=above, position=position)
        await page.publish(SEEN)
    below = await models.Page.draft(
        site.id, "Rooster", "<p>Wie wanneer.</p>", parent=page, seo_title="Rooster!"
    )
    await below.publish(SEEN)
    alone = await models.Page.draft(site.id, "Alleen", "", seo_description="Niets")
    await alone.publish(SEEN)
    await page.rename("bezoek")
    post = rows["posts"][2]
    await models.lead(site.id, "/oud.html", post_id=post.id)
    await models.lead(site.id, "/ploeg.html", page_id=page.id)
    await models.lead(site.id, "/elders.html", to_path="/tags/zaad")
    rows["pages"] = [page, below, alone]


async def _talk(rows: dict[str, Any]) -> None:
    """Let one post have so many comments that a page of them has others before and behind it."""
    post = rows["more"][0]
    for number in range(26):
        # Three at each moment.
        at = SEEN + timedelta(minutes=number // 3)
        root = await _comment(post, rows, number, at)
        if number in {4, 11}:
            for reply in range(3 * (number - 3) // 4 + 1):
                at += timedelta(seconds=reply % 2)
                last = await _comment(post, rows, reply, at, root)
            deeper = await _comment(post, rows, 1, at, last)
            await _comment(post, rows, 2, at, await _comment(post, rows, 3, at, deeper))
        if number == 7:
            await root.decide(models.Fate.REJECTED)
    await _comment(rows["more"][5], rows, 0, SEEN)


async def _comment(
    post: models.Post, rows: dict[str, Any], number: int, at: datetime, parent: models.Comment | None = None
) -> models.Comment:
    writer = [
        models.Writer(name="Anna", author_id=rows["Anna"].id),
        models.Writer(name="Gast", website="https://example.org/~gast?a=1&b=2"),
        models.Writer(name="\N{SEEDLING} gast", email="gast@example.org"),
    ][number % 3]
    words = f'Woord {number} <b>vet</b> & "meer"\n\nhttps://example.org/'
    approved = models.Fate.APPROVED
    return await models.Comment.keep(post, writer, words, parent=parent, status=approved, written_at=at)


async def _menus(rows: dict[str, Any]) -> None:
    await arrange_menus(rows)
    entry = models.Entry
    deep = entry("Ploeg", rows["team"], [entry("Rooster", rows["pages"][1], [entry("Niets")])])
    entries = [entry("Kop", None, [deep]), entry("Tag", rows["tags"][0]), entry("Post", rows["more"][1])]
    secrets = [entry(CANARY, rows["hidden"]["draft"]), entry(CANARY, rows["tags"][3])]
    mail = entry("Mail", "mailto:tuin@example.org")
    await models.arrange(rows["site"].id, "footer", [*entries, *secrets, mail, entry("Pad", "/tags/ui")])
    await models.arrange(rows["site"].id, "empty", [])


async def _subscribe(rows: dict[str, Any]) -> list[str]:
    site, newsletter = rows["site"], await models.Newsletter.main(rows["site"])
    tokens: list[str] = []
    for number, status in enumerate(("confirmed", "pending", "unsubscribed")):
        row = await models.Subscription.create(
            site_id=site.id, email=f"lezer{number}@example.org", mailbox=f"lezer{number}@example.org",
            name="Lezer" * (number % 2), language="nl", seed=f"{number}", created_at=SEEN,
            status=models.SubscriptionStatus(status), paused_until=SOON if number == 0 else None,
        )  # fmt: skip
        topics = [("tag", rows["tag"].id), ("tag", rows["secret tag"].id), ("author", rows["Bea"].id)]
        await set_topics(row.id, [("newsletter", newsletter.id), *topics][: 4 - number])
        tokens += [path.rpartition("/")[2] for path in (row.path_to_preferences(site), row.path_out(site))]
    return tokens
