"""Takes everything out of a site, so that another publication can move in."""

from models.atomic import atomic
from models.authors import Author
from models.counters import MonthCount
from models.images import Image
from models.menus import Menu
from models.pages import Page
from models.posts import Post
from models.redirects import Redirect
from models.site import CommentPolicy, Site
from models.tags import Tag


@atomic
async def clear(site: Site) -> None:
    """Delete all content of the site, and hold its comments again; its secret stays."""
    await Menu.filter(site_id=site.id).delete()
    await Redirect.filter(site_id=site.id).delete()
    await Post.filter(site_id=site.id).delete()
    while await Page.filter(site_id=site.id).exists():
        parents = [
            id for id in await Page.filter(parent_id__isnull=False).values_list("parent_id", flat=True) if id
        ]
        await Page.filter(site_id=site.id).exclude(id__in=set(parents) or {0}).delete()
    for noun in (Author, Tag, MonthCount, Image):
        await noun.filter(site_id=site.id).delete()
    site.is_demonstration, site.source, site.logo_id = False, None, None
    site.comment_policy = CommentPolicy.HELD
    await site.save(update_fields=["is_demonstration", "source", "logo_id", "comment_policy"])
