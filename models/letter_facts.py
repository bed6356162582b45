"""Letter facts: what a letter tells of a post, as it was at one moment."""

from collections.abc import Sequence
from typing import Any

from models import text
from models.authors import Author
from models.bylines import Byline, Tagging
from models.images import Image
from models.instants import day_of
from models.interests import Topic, topic_code
from models.newsletters import Newsletter
from models.posts import Post
from models.site import Site
from models.tags import Tag

LEAD = 300
# Bytes. Mail programs cut off what is longer than some hundred kilobytes, the way out included, and each
# element is dressed on its way into a letter.
LONGEST_WHOLE = 50_000


async def tell_of(posts: Sequence[Post], site: Site) -> dict[int, dict[str, Any]]:
    """Tell of each post what a digest does: title, lead, path, byline, picture, day."""
    pictured = [post.image_id for post in posts if post.image_id]
    images: dict[int | None, Image] = {row.id: row for row in await Image.filter(id__in=pictured)}
    bylines: Any = Byline.filter(post_id__in=[post.id for post in posts]).order_by("position")
    names: dict[int, list[str]] = {post.id: [] for post in posts}
    for line in await bylines.prefetch_related("author"):
        names[line.post_id].append(line.author.name)
    return {post.id: _told(post, site, names[post.id], images.get(post.image_id)) for post in posts}


async def tell_all_of(post: Post, site: Site) -> dict[str, Any]:
    """Tell of a post all that it says; of a very long one the opening, for it would arrive cut off."""
    is_whole = len(post.html.encode()) <= LONGEST_WHOLE
    html = post.html if is_whole else text.paragraphs(post.opening)
    return {**(await tell_of([post], site))[post.id], "html": html, "is_whole": is_whole}


async def topics_about(post: Post, newsletter_ids: Sequence[int]) -> dict[Topic, dict[str, Any]]:
    """Tell which topics a post is about, in the order in which they count, and what each is called."""
    newsletters = {row.id: row for row in await Newsletter.filter(id__in=list(newsletter_ids))}
    authors: Any = Byline.filter(post_id=post.id).order_by("position")
    tags: Any = Tagging.filter(post_id=post.id).order_by("tag_id")
    found: list[tuple[str, Newsletter | Author | Tag]] = [
        *(("newsletter", newsletters[id]) for id in newsletter_ids if id in newsletters),
        *(("author", line.author) for line in await authors.prefetch_related("author")),
        *(("tag", line.tag) for line in await tags.prefetch_related("tag")),
    ]
    return {(kind, row.id): _described(kind, row) for kind, row in found}


def _told(post: Post, site: Site, authors: list[str], image: Image | None) -> dict[str, Any]:
    return {
        "title": post.title,
        "lead": text.excerpt(post.summary or post.opening, LEAD),
        "path": post.path,
        "authors": authors,
        "image": image and {"url": image.url, "alt": image.alt_text, "width": image.width},
        "day": day_of(post.published_at, site.time_zone) if post.published_at else None,
    }


def _described(kind: str, row: Newsletter | Author | Tag) -> dict[str, Any]:
    # The main newsletter has no title of its own until the editors name it.
    title = row.title if isinstance(row, Newsletter) else row.name
    return {"code": topic_code((kind, row.id)), "kind": kind, "slug": row.slug, "title": title or ""}
