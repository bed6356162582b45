"""What editors, readers and time do to a publication: every verb that may change what is answered."""

from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

import models
from tests.schema.overgrown import EVERY_BLOCK

Rows = dict[str, Any]
Verb = Callable[[Random, Rows], Awaitable[object]]
WORDS = ("Nieuw", "Gelijk", "\N{SEEDLING} rozen", "Élan", "Anders gezegd")


async def _any_of(noun: Any, random: Random) -> Any:
    """Take a row as it stands in the store, so that no version is behind."""
    ids = await noun.all().order_by("id").values_list("id", flat=True)
    if not ids:
        raise models.NotFound("All of them were deleted before.")
    return await noun.get(id=random.choice(list(ids)))


async def _publish(random: Random, rows: Rows) -> None:
    await (await _any_of(models.Post, random)).publish()


async def _publish_in_another_month(random: Random, rows: Rows) -> None:
    post = await _any_of(models.Post, random)
    await post.publish(models.now().replace(year=random.choice((2019, 2020)), month=random.randint(1, 12)))


async def _withdraw(random: Random, rows: Rows) -> None:
    post = await models.Post.published().order_by("id").offset(random.randint(0, 9)).first()
    if post is not None:
        await post.withdraw(to=random.choice((models.Status.ARCHIVED, models.Status.DRAFT)))


async def _rewrite(random: Random, rows: Rows) -> None:
    post = await _any_of(models.Post, random)
    authors = random.sample([rows["Anna"], rows["Bea"], rows["Cees"], rows["silent"]], random.randint(0, 3))
    tags = random.sample([rows["tag"], *rows["tags"]], random.randint(0, 3))
    more: dict[str, Any] = {"summary": random.choice(("Kort", None)), "image_id": rows["image"].id}
    if random.random() < 0.5:
        more["slug"] = random.choice(WORDS)
    html = random.choice((post.source, EVERY_BLOCK, "<p>Anders</p>"))
    await post.rewrite(random.choice((post.title, *WORDS)), html, authors=authors, tags=tags, **more)


async def _write_a_new_one(random: Random, rows: Rows) -> None:
    said = {"authors": [rows["Bea"]], "tags": [rows["tags"][0]]}
    post = await models.Post.draft(rows["site"], random.choice(WORDS), EVERY_BLOCK, **said)
    await post.publish()


async def _decide(random: Random, rows: Rows) -> None:
    await (await _any_of(models.Comment, random)).decide(random.choice(list(models.Fate)))


async def _hide_a_shown_comment(random: Random, rows: Rows) -> None:
    shown = await models.Comment.shown().order_by("id")
    if shown:
        await random.choice(shown).decide(models.Fate.SPAM)


async def _comment(random: Random, rows: Rows) -> None:
    parent = await _any_of(models.Comment, random)
    post = await models.Post.get(id=parent.post_id)
    writer = models.Writer(name="Anna", author_id=random.choice((None, rows["Anna"].id)))
    status = random.choice((models.Fate.APPROVED, models.Fate.APPROVED, models.Fate.PENDING))
    said = {"parent": random.choice((None, parent)), "status": status}
    await models.Comment.keep(post, writer, "Nog een woord", **said)


async def _leave_a_comment(random: Random, rows: Rows) -> None:
    policy = random.choice(list(models.CommentPolicy))
    await (await _any_of(models.Site, random)).change(comment_policy=policy)
    post = await models.Post.published().filter(comments_open=True).order_by("-id").first()
    if post is None:
        raise models.NotFound("None of them takes comments.")
    await models.Comment.leave(post.id, models.Writer(name="Gast", email="g@example.org"), "Dag")


async def _edit_a_comment(random: Random, rows: Rows) -> None:
    comment = await _any_of(models.Comment, random)
    await models.edit_comment(rows["site"], comment, random.choice(("Anders gezegd", "Nog anders gezegd")))


async def _close_comments(random: Random, rows: Rows) -> None:
    post = await _any_of(models.Post, random)
    said = {"authors": [rows["Anna"]], "tags": []}
    await post.rewrite(post.title, post.source, **said, comments_open=not post.comments_open)


async def _rename_an_author(random: Random, rows: Rows) -> None:
    author = await _any_of(models.Author, random)
    author.name, author.avatar_id = f"{author.name}.", random.choice((None, rows["image"].id))
    await author.save(update_fields=["name", "avatar_id"])


async def _place_an_author(random: Random, rows: Rows) -> None:
    author = await _any_of(models.Author, random)
    bio = random.choice((None, "<p>Anders</p>"))
    await models.Author.named(rows["site"].id, author.name, place=random.randint(1, 9), bio_html=bio)


async def _name_a_new_author(random: Random, rows: Rows) -> None:
    await models.Author.named(rows["site"].id, f"Dirk {random.randint(1, 99)}")


async def _rename_a_tag(random: Random, rows: Rows) -> None:
    tag = await _any_of(models.Tag, random)
    tag.name = f"{tag.name}."
    await tag.save(update_fields=["name"])


async def _describe_an_image(random: Random, rows: Rows) -> None:
    image = await _any_of(models.Image, random)
    image.alt_text, image.width = f"{image.alt_text}.", random.randint(1, 999)
    await image.save(update_fields=["alt_text", "width"])


async def _edit_the_site(random: Random, rows: Rows) -> None:
    said = {"language": random.choice(("nl", "en")), "url": random.choice(("", "https://tuin.example"))}
    await (await _any_of(models.Site, random)).change(title=random.choice(WORDS), **said)


async def _show_another_logo(random: Random, rows: Rows) -> None:
    site = await _any_of(models.Site, random)
    site.logo_id = random.choice((None, (await _any_of(models.Image, random)).id))
    await site.save(update_fields=["logo_id"])


async def _move_to_a_time_zone(random: Random, rows: Rows) -> None:
    zone = random.choice(("Pacific/Auckland", "America/Los_Angeles", "Europe/Amsterdam"))
    await models.move_to_time_zone(await _any_of(models.Site, random), zone)


async def _arrange_a_menu(random: Random, rows: Rows) -> None:
    targets = [await _any_of(noun, random) for noun in (models.Post, models.Page, models.Author, models.Tag)]
    entries = [models.Entry(random.choice(WORDS), to) for to in (*targets, None, "/pad")]
    random.shuffle(entries)
    nested = models.Entry("Onder", None, entries[:2])
    await models.arrange(rows["site"].id, random.choice(("main", "footer", "empty")), [nested, *entries[2:]])


async def _change_a_page(random: Random, rows: Rows) -> None:
    page = await _any_of(models.Page, random)
    verb = random.choice(("rewrite", "publish", "withdraw", "rename", "rename"))
    said = {"rewrite": (random.choice(WORDS), EVERY_BLOCK), "rename": (random.choice(WORDS),)}
    await getattr(page, verb)(*said.get(verb, ()))


async def _write_a_page(random: Random, rows: Rows) -> None:
    parent = random.choice((None, rows["about"], rows["team"]))
    page = await models.Page.draft(rows["site"].id, random.choice(WORDS), EVERY_BLOCK, parent=parent)
    await page.publish()


async def _edit_a_newsletter(random: Random, rows: Rows) -> None:
    newsletter = await _any_of(models.Newsletter, random)
    await newsletter.edit(title=random.choice(WORDS), description=random.choice((None, "Soms")))


async def _start_a_newsletter(random: Random, rows: Rows) -> None:
    await models.Newsletter.start(rows["site"], random.choice(WORDS))


async def _lead_an_old_path(random: Random, rows: Rows) -> None:
    path = random.choice(("/oud.html", "/ploeg.html", "/geen", "/posts/geen", "/zonder"))
    kind = random.choice(("post", "page"))
    noun = models.Post if kind == "post" else models.Page
    await models.lead(rows["site"].id, path, **{f"{kind}_id": (await _any_of(noun, random)).id})


async def _take_a_post_away(random: Random, rows: Rows) -> None:
    post = await _any_of(models.Post, random)
    await post.withdraw()
    await post.delete()


async def _remove_a_post(random: Random, rows: Rows) -> None:
    await (await _any_of(models.Post, random)).remove()


async def _change_a_part_of_a_post(random: Random, rows: Rows) -> None:
    part = random.choice(
        ({"title": random.choice(WORDS)}, {"html": EVERY_BLOCK}, {"tags": []}, {"summary": "Kort"})
    )
    await (await _any_of(models.Post, random)).rewrite(**part)


async def _merge_or_delete_a_tag(random: Random, rows: Rows) -> None:
    tag = await models.Tag.named(rows["site"].id, f"Los {random.randint(1, 99)}")
    posts = await models.Post.published().order_by("id").limit(3)
    for post in posts:
        await post.rewrite(tags=[tag, rows["tag"]])
    await tag.rename(slug=random.choice(WORDS))
    if random.random() < 0.5:
        await models.merge_tags(tag, rows["tags"][0])
    else:
        await models.delete_tag(tag)


async def _edit_an_author(random: Random, rows: Rows) -> None:
    author = await _any_of(models.Author, random)
    await author.edit(
        name=f"{author.name}!", slug=random.choice(WORDS), bio_html=random.choice((None, "<p>x</p>"))
    )


async def _part_with_an_author(random: Random, rows: Rows) -> None:
    author = await models.Author.introduce(rows["site"].id, f"Even {random.randint(1, 999)}")
    await models.delete_author(author)


async def _move_or_remove_a_page(random: Random, rows: Rows) -> None:
    page = await _any_of(models.Page, random)
    if random.random() < 0.7:
        await page.move(random.choice((None, rows["about"], rows["team"])))
    else:
        await page.remove()


async def _cut_months_later(random: Random, rows: Rows) -> None:
    zone = random.choice(("Pacific/Auckland", "America/Los_Angeles", "Europe/Amsterdam"))
    await models.set_time_zone(await _any_of(models.Site, random), zone)
    await models.cut_months()


async def _recount(random: Random, rows: Rows) -> None:
    await models.Tag.filter(id=rows["tag"].id).update(post_count=random.randint(0, 9))
    if random.random() < 0.5:
        await models.recount(rows["site"])


VERBS: tuple[Verb, ...] = (
    _publish, _publish_in_another_month, _withdraw, _rewrite, _rewrite, _write_a_new_one, _decide,
    _hide_a_shown_comment, _comment, _comment, _leave_a_comment, _edit_a_comment, _close_comments,
    _rename_an_author, _place_an_author, _name_a_new_author, _rename_a_tag, _describe_an_image,
    _edit_the_site, _show_another_logo, _move_to_a_time_zone, _arrange_a_menu, _change_a_page, _write_a_page,
    _edit_a_newsletter, _start_a_newsletter, _lead_an_old_path, _take_a_post_away, _recount,
    _remove_a_post, _change_a_part_of_a_post, _merge_or_delete_a_tag, _edit_an_author, _part_with_an_author,
    _move_or_remove_a_page, _cut_months_later,
)  # fmt: skip
