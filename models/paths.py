"""Where a path of the site leads, the old ones included; and whether something lives there."""

from dataclasses import dataclass

from models.archive import ArchiveMonth
from models.authors import Author
from models.counters import MonthCount
from models.pages import Page
from models.posts import Post
from models.redirects import LONGEST_PATH, Redirect
from models.slugs import findable
from models.tags import Tag


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
    if not findable(path, LONGEST_PATH):
        return False
    name = path.rpartition("/")[2]
    if path == Post.path_of(name):
        return await Post.published().filter(slug=name).exists()
    if path == Author.path_of(name):
        return await Author.known().filter(slug=name).exists()
    if path == Tag.path_of(name):
        return await Tag.in_use().filter(slug=name).exists()
    if path == ArchiveMonth.path_of(name):
        return await MonthCount.in_archive().filter(month=name).exists()
    return await Page.published().filter(path=path).exists()


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
