"""The demonstration blog: told from the files beside this one into an empty store."""

import re
import tomllib
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import models
from models.atomic import atomic

FOLDER = Path(__file__).parent
MEDIA = FOLDER / "media"
FRONT_MATTER = re.compile(r"\+\+\+\n(.*?)\n\+\+\+\n(.*)", re.DOTALL)
Named = dict[str, Any]


@atomic
async def tell_demonstration(site: models.Site, tell: Callable[[str], object]) -> None:
    """Fill an empty site with the demonstration blog, whole or not at all."""
    # Of several servers that start on one empty store, the one whose update changes the row tells it.
    if not await models.Site.filter(id=site.id, is_demonstration=False).update(is_demonstration=True):
        return
    tell("an empty store: telling the demonstration blog into it")
    blog = _blog()
    about = blog["site"]
    await site.change(title=about["title"], description=about["description"], language=about["language"])
    await models.move_to_time_zone(site, about["time_zone"])
    # Whoever looks around sees at once what a comment does.
    await site.change(comment_policy=models.CommentPolicy.SHOWN)
    first, *others = blog["newsletters"]
    await (await models.Newsletter.main(site)).edit(**first)
    for letter in others:
        await models.Newsletter.start(site, **letter)
    authors = {
        person["name"]: await models.Author.named(
            site.id, person["name"], place=place, bio_html=person["bio"]
        )
        for place, person in enumerate(blog["authors"])
    }
    tags = {tag["name"]: await models.Tag.named(site.id, tag["name"]) for tag in blog["tags"]}
    posts = {story["slug"]: await _post(site, story, body, authors, tags) for story, body in _texts("posts")}
    pages = await _pages(site)
    for menu in blog["menus"]:
        await models.arrange(
            site.id, menu["slug"], [_entry(item, pages, posts, authors, tags) for item in menu["items"]]
        )
    tell(f"the demonstration blog has {len(posts)} posts")


def title_of_demonstration() -> str:
    """Give the name that the demonstration has as long as nobody gives it another."""
    return str(_blog()["site"]["title"])


def _blog() -> Named:
    return tomllib.loads((FOLDER / "blog.toml").read_text("utf-8"))


def _texts(folder: str) -> Iterator[tuple[Named, str]]:
    for file in sorted((FOLDER / folder).glob("*.html")):
        match = FRONT_MATTER.fullmatch(file.read_text("utf-8"))
        assert match is not None, f"{file.name} has no front matter"
        yield tomllib.loads(match[1]), match[2]


async def _post(site: models.Site, story: Named, body: str, authors: Named, tags: Named) -> models.Post:
    image = story.get("image")
    shown = await models.Image.show(site.id, image["url"], alt_text=image["alt"]) if image else None
    post = await models.Post.draft(
        site,
        story["title"],
        body,
        authors=[authors[name] for name in story["authors"]],
        tags=[tags[name] for name in story["tags"]],
        slug=story["slug"],
        summary=story.get("excerpt"),
        image_id=shown.id if shown else None,
        comments_open=story.get("comments_open", True),
    )
    if story.get("status") != "draft":
        await post.publish(_moment(story["published"]))
    for comment in story.get("comments", ()):
        await _comment(post, comment, None, authors)
    return post


async def _comment(post: models.Post, comment: Named, parent: models.Comment | None, authors: Named) -> None:
    author = authors.get(comment.get("author", ""))
    kept = await models.Comment.keep(
        post,
        models.Writer(
            name=comment["name"], email=comment.get("email"), author_id=author.id if author else None
        ),
        comment["text"],
        parent=parent,
        status=models.Fate(comment.get("status", "approved")),
        written_at=_moment(comment["written"]),
    )
    for reply in comment.get("replies", ()):
        await _comment(post, reply, kept, authors)


async def _pages(site: models.Site) -> Named:
    texts = {about["slug"]: (about, body) for about, body in _texts("pages")}
    pages: Named = {}
    while waiting := [about for about, _ in texts.values() if about["slug"] not in pages]:
        for about in waiting:
            above = about.get("parent")
            if above is None or above in pages:
                page = await models.Page.draft(
                    site.id, about["title"], texts[about["slug"]][1], slug=about["slug"],
                    position=about.get("position", 0), parent=pages[above] if above else None,
                )  # fmt: skip
                await page.publish()
                pages[about["slug"]] = page
    return {page.path.strip("/"): page for page in pages.values()}


def _entry(item: Named, pages: Named, posts: Named, authors: Named, tags: Named) -> models.Entry:
    rows = {"page": pages, "post": posts, "author": authors, "tag": tags}
    elsewhere = f"https://{item['elsewhere']}" if "elsewhere" in item else None
    to = next((rows[kind][item[kind]] for kind in rows if kind in item), item.get("path") or elsewhere)
    below = [_entry(inner, pages, posts, authors, tags) for inner in item.get("items", ())]
    return models.Entry(item["label"], to, below)


def _moment(value: str | datetime) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)
