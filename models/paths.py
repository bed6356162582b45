"""What lives at a path of the site, and where an old one leads."""

from dataclasses import dataclass
from typing import Any

from tortoise.queryset import QuerySet

from models.archive import ArchiveMonth
from models.authors import Author
from models.counters import MonthCount
from models.pages import Page
from models.posts import Post
from models.principals import NOBODY, Principal
from models.redirects import LONGEST_PATH, Redirect
from models.slugs import LONGEST, findable
from models.tags import Tag

LONGEST_MONTH = len("2021-03")
Place = type[Post] | type[Author] | type[Tag] | type[ArchiveMonth] | type[Page]


@dataclass(frozen=True, slots=True)
class Leads:
    """Where an old path leads: the post or page it stands for, and the path that is right now."""

    path: str
    post_id: int | None = None
    page_id: int | None = None


def normal_path(path: str) -> str:
    """Write a path one way: one slash before, none behind."""
    return f"/{path.strip('/')}"


async def is_somewhere(path: str) -> bool:
    """Tell whether something that everybody may see has this path now."""
    path = normal_path(path)
    return bool(findable(path, LONGEST_PATH)) and await _question(path, NOBODY).exists()


async def living_at(path: str, principal: Principal) -> Post | Page | Author | Tag | ArchiveMonth | None:
    """Give what somebody may see at a path, else what an old path leads to; None when that is nothing."""
    path = normal_path(path)
    if not findable(path, LONGEST_PATH):
        return None
    row = await _question(path, principal).first()
    if row is None and (old := await leads(path)) is not None:
        row = await _question(old.path, principal).first()
    return ArchiveMonth(row.month, row.post_count) if isinstance(row, MonthCount) else row


async def shown_to(principal: Principal) -> Post | Page | None:
    """Give the post or page that a preview shows; None to whoever comes without one, or when it is gone."""
    if principal.post_id is not None:
        return await Post.filter(id=principal.post_id).only("id", "slug").first()
    return await Page.filter(id=principal.page_id or 0).only("id", "path").first()


def place_of(path: str) -> tuple[Place, str]:
    """Tell what kind of thing has such a path, and its name: a slug, a month or, of a page, the path."""
    name = path.rpartition("/")[2]
    for noun in (Post, Author, Tag, ArchiveMonth):
        if path == noun.path_of(name):
            return noun, name
    return Page, path


def _question(path: str, principal: Principal) -> QuerySet[Any]:
    noun, name = place_of(path)
    name = findable(name, LONGEST_MONTH if noun is ArchiveMonth else LONGEST)
    if noun is Post:
        return Post.open_to(principal).filter(slug=name)
    if noun is Author:
        return Author.known().filter(slug=name)
    if noun is Tag:
        return Tag.open_to(principal).filter(slug=name)
    if noun is ArchiveMonth:
        return MonthCount.in_archive().filter(month=name)
    return Page.open_to(principal).filter(path=path)


async def leads(path: str) -> Leads | None:
    """Follow an old path; None when it leads nowhere or to what nobody may see."""
    path = normal_path(path)
    row = await Redirect.filter(path=path).first() if findable(path, LONGEST_PATH) else None
    if row is None:
        return None
    if row.post_id is not None:
        post = await Post.published().filter(id=row.post_id).only("id", "slug").first()
        return Leads(post.path, post_id=post.id) if post else None
    if row.page_id is not None:
        page = await Page.published().filter(id=row.page_id).only("id", "path").first()
        return Leads(page.path, page_id=page.id) if page else None
    return Leads(row.to_path or "/")
