"""A publication with things that nobody may see among those that everybody may, to be planted twice."""

from datetime import UTC, datetime, timedelta
from typing import Any

import models

CANARY = "zkanariez"
SEEN = datetime(2021, 3, 10, 12, tzinfo=UTC)
LATER = datetime(2021, 4, 20, 12, tzinfo=UTC)
AHEAD = datetime(2031, 7, 1, tzinfo=UTC)
STATES = ("draft", "scheduled", "archived", "drafted again")
# What is said of visible posts: the canary stands only where nobody reads.
BODY = (
    f"<p>Rozen, tulpen en <b>narcissen</b>.</p><h2>Zaaien</h2><img src='/media/rose.jpg' alt='Een roos'>"
    f"<!-- {CANARY} --><script>{CANARY}</script><ul><li>spade</li></ul><figure><a href='https://example.org/v'>"
    "film</a></figure><blockquote><p>Groei</p><cite>Oma</cite></blockquote>"
)
HIDDEN_BODY = (
    f"<p>{CANARY} staat hier</p><h2>{CANARY}</h2><img src='/media/{CANARY}.jpg' alt='{CANARY}'>"
    f"<figure><a href='https://example.org/{CANARY}'>{CANARY}</a></figure>"
)


async def plant(site: models.Site) -> dict[str, Any]:
    """Plant what everybody may see."""
    await site.change(title="De tuin", description="Van alles wat groeit", language="nl")
    await models.move_to_time_zone(site, "Europe/Amsterdam")
    rows: dict[str, Any] = {"site": site}
    for name in ("Anna", "Bea"):
        rows[name] = await models.Author.named(site.id, name, bio_html="<p>Tuiniert.</p>")
    rows["tag"] = await models.Tag.named(site.id, "Bloemen")
    logo = await models.Image.show(site.id, "/media/logo.png", alt_text="Een blad")
    site.logo_id = logo.id
    await site.save(update_fields=["logo_id"])
    rows["image"] = await models.Image.show(site.id, "/media/tulip.jpg", alt_text="Een tulp")
    rows["posts"] = [await _post(rows, number) for number in range(4)]
    rows["about"] = await models.Page.draft(site.id, "Over ons", BODY)
    await rows["about"].publish(SEEN)
    rows["team"] = await models.Page.draft(site.id, "De ploeg", BODY, parent=rows["about"])
    await rows["team"].publish(SEEN)
    return rows


async def hide(rows: dict[str, Any]) -> None:
    """Plant, among the rest, what nobody may see: each word of it is the canary."""
    site, post = rows["site"], rows["posts"][0]
    rows["secret tag"] = await models.Tag.named(site.id, f"{CANARY} tag")
    rows["hidden"] = {}
    for state in STATES:
        rows["hidden"][state] = await hide_post(rows, state)
    await _hidden_pages(rows)
    await _talk_in_secret(post)
    said = {"title": CANARY, "source": HIDDEN_BODY, "source_format": models.Format.HTML, "summary": CANARY}
    for owner in (post, *rows["hidden"].values()):
        times = {"created_at": SEEN, "saved_at": SEEN}
        await models.Revision.create(post_id=owner.id, version=1, editor_name=CANARY, **times, **said)
    for hidden in rows["hidden"].values():
        await models.Comment.keep(hidden, _someone(), CANARY, status=models.Fate.APPROVED)


async def arrange_menus(rows: dict[str, Any]) -> None:
    """Arrange a menu that leads to hidden things too, when there are any."""
    entry = models.Entry
    posts, about = rows["posts"], rows["about"]
    secrets = [
        entry(f"{CANARY} {state}", row, [entry(f"{CANARY} below", posts[1])])
        for state, row in [*rows.get("hidden", {}).items(), *rows.get("hidden pages", {}).items()]
    ]
    if "secret tag" in rows:
        secrets.append(entry(CANARY, rows["secret tag"]))
    below = [entry("Ploeg", rows["team"]), *secrets, entry("Elders", "https://example.org/")]
    entries = [entry("Over", about, below), *secrets, entry("Post", posts[0]), entry("Anna", rows["Anna"])]
    await models.arrange(rows["site"].id, "main", [*entries, entry("Bloemen", rows["tag"])])


async def _post(rows: dict[str, Any], number: int) -> models.Post:
    authors = [rows["Anna"], rows["Bea"]][: 1 + number % 2]
    post = await models.Post.draft(
        rows["site"], f"Bericht {number}", BODY, authors=authors, tags=[rows["tag"]],
        image_id=rows["image"].id, source_id=f"{CANARY}-{number}",
    )  # fmt: skip
    await post.publish(SEEN if number < 2 else datetime(2020, number, 1, tzinfo=UTC))
    if number == 1:
        await post.rewrite("Bericht 1", BODY, authors=authors, tags=[rows["tag"]], slug="bericht-een")
    first = await _comment(post, "Mooi!", None)
    await models.Comment.filter(id=first.id).update(edited_at=first.created_at + timedelta(minutes=3))
    await _comment(post, "Vind ik ook", first)
    return post


async def _comment(post: models.Post, words: str, parent: models.Comment | None) -> models.Comment:
    writer = models.Writer(name="Gast", email=f"{CANARY}@example.org", website="https://example.org/")
    return await models.Comment.keep(post, writer, words, parent=parent, status=models.Fate.APPROVED)


async def hide_post(
    rows: dict[str, Any], state: str, *, word: str = CANARY, author: str = "Anna"
) -> models.Post:
    """Write a post that nobody may see, each word of which is the canary."""
    image = await models.Image.show(rows["site"].id, f"/media/{word}-{state}.jpg", alt_text=word)
    said = {"summary": word, "seo_title": word, "seo_description": word, "image_id": image.id}
    by = {"authors": [rows[author]], "tags": [rows["tag"], rows["secret tag"]]}
    body = HIDDEN_BODY.replace(CANARY, word)
    post = await models.Post.draft(rows["site"], f"{word} {state}", body, **by, **said)
    if state == "scheduled":
        await post.publish(AHEAD)
    elif state != "draft":
        await post.publish(datetime(2019, 5, 5, tzinfo=UTC))
    await post.rewrite(f"{word} {state}", body, **by, slug=f"{word}-anders-{state}")
    if state == "archived":
        await post.withdraw()
    if state == "drafted again":
        await post.withdraw(to=models.Status.DRAFT)
    return post


async def _hidden_pages(rows: dict[str, Any]) -> None:
    draft = await models.Page.draft(rows["site"].id, f"{CANARY} ontwerp", HIDDEN_BODY, parent=rows["about"])
    archived = await models.Page.draft(rows["site"].id, f"{CANARY} oud", HIDDEN_BODY)
    await archived.publish(SEEN)
    await archived.rename(f"{CANARY}-weg")
    await archived.withdraw()
    below = await models.Page.draft(rows["site"].id, f"{CANARY} dieper", HIDDEN_BODY, parent=draft)
    ahead = await models.Page.draft(rows["site"].id, f"{CANARY} straks", HIDDEN_BODY, parent=rows["about"])
    await ahead.publish(AHEAD)
    rows["hidden pages"] = {"draft": draft, "archived": archived, "below": below, "ahead": ahead}


async def _talk_in_secret(post: models.Post) -> None:
    for fate in (models.Fate.PENDING, models.Fate.REJECTED, models.Fate.SPAM):
        root = await models.Comment.keep(post, _someone(), CANARY, status=fate)
        for reply in (models.Fate.APPROVED, models.Fate.PENDING):
            await models.Comment.keep(post, _someone(), CANARY, parent=root, status=reply)
    shown = await models.Comment.roots().filter(post_id=post.id).first()
    refused = await models.Comment.keep(post, _someone(), CANARY, parent=shown, status=models.Fate.APPROVED)
    await models.Comment.keep(post, _someone(), CANARY, parent=refused, status=models.Fate.APPROVED)
    await refused.decide(models.Fate.SPAM)


def _someone() -> models.Writer:
    return models.Writer(name=CANARY, email=f"{CANARY}@example.org", website=f"https://{CANARY}.example.org/")
