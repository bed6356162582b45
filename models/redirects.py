"""Old addresses that keep leading somewhere: former slugs, and the paths of an imported site."""

from typing import Any

from tortoise import fields
from tortoise.fields.base import OnDelete
from tortoise.models import Model

from models.fitting import fitting
from models.relations import belongs_to, may_point_to

LONGEST_PATH = 500


class Redirect(Model):
    """An old path and where it leads: to a post or a page wherever that lives now, or to a fixed path."""

    id = fields.IntField(primary_key=True)
    site: Any = belongs_to("Site", indexed=False)
    site_id: int
    path = fields.CharField(max_length=LONGEST_PATH)
    post: Any = may_point_to("Post", on_delete=OnDelete.CASCADE)
    post_id: int | None
    page: Any = may_point_to("Page", on_delete=OnDelete.CASCADE)
    page_id: int | None
    to_path = fields.CharField(max_length=LONGEST_PATH, null=True)

    class Meta:
        table = "redirect"
        unique_together = (("site_id", "path"),)


async def lead(
    site_id: int,
    path: str,
    *,
    post_id: int | None = None,
    page_id: int | None = None,
    to_path: str | None = None,
) -> None:
    """Let an old path lead to a post, a page or another path, in place of where it led before."""
    target: dict[str, Any] = {"post_id": post_id, "page_id": page_id, "to_path": to_path}
    if len(path) > LONGEST_PATH:
        return
    where = fitting(Redirect, {"site_id": site_id, "path": path})
    await Redirect.update_or_create(defaults=fitting(Redirect, target), **where)


async def move(site_id: int, path: str, to_path: str) -> None:
    """Let an old path, and all that led to it, lead to where what stood there is now."""
    if path == to_path:
        return
    await Redirect.filter(site_id=site_id, to_path=path).update(to_path=to_path)
    await Redirect.filter(site_id=site_id, path=to_path).delete()
    await lead(site_id, path, to_path=to_path)
