"""Founding: what a new store holds from its first moment on."""

from models.atomic import atomic
from models.newsletters import Newsletter
from models.pages import Page
from models.posts import Post
from models.site import Site


@atomic
async def found() -> Site:
    """Give the site of this store; the first time make it and its main newsletter, asking nothing."""
    site = await Site.found()
    await Newsletter.main(site)
    return site


async def is_empty(site: Site) -> bool:
    """Tell whether nothing was ever put into the site."""
    return site.source is None and not (await Post.exists() or await Page.exists())
