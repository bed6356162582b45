"""The address of a post or page at the desk: shown, asked for in other words, refused if it cannot be had."""

import re
from typing import Any

import models
from gql_server.pages.desk import UNTITLED
from gql_server.pages.forms import Form
from models.slugs import RESERVED
from models.text import is_slug, slugify
from schema.languages import DEFAULT


def shown_slug(post: models.Post) -> str:
    """Give the slug as its field has it: empty while it is one that a post without a title was given."""
    if post.title not in UNTITLED:
        return post.slug
    # Such a title says the same in the path in every language.
    made = rf"{re.escape(slugify(post.title, DEFAULT))}(-\d+)?"
    return "" if re.fullmatch(made, post.slug) else post.slug


def slug_asked(post: models.Post, form: Form) -> dict[str, Any]:
    """Read which slug a post is to have, as `rewrite` takes it: none, so one made from the title, when its
    field is empty; nothing when it is left as it is.
    """
    shown = shown_slug(post)
    slug = form.one("slug") if "slug" in form else shown
    return {} if slug and slug == shown else {"slug": slug or None}


async def number_behind(thing: models.Post | models.Page, filled: str, site: models.Site) -> dict[str, str]:
    """Tell of a slug with a number behind it, which nobody wrote, why it is not that of the title: `why`, and
    which `slug` that would be. Nothing of any other, or once somebody fills in another.
    """
    wanted = slugify(thing.title, site.language)
    if not wanted or filled != thing.slug or not re.fullmatch(rf"{re.escape(wanted)}-\d+", thing.slug):
        return {}
    if wanted in RESERVED:
        return {"why": "reserved", "slug": wanted}
    is_taken = await type(thing).filter(site_id=site.id, slug=wanted).exists()
    return {"why": "taken", "slug": wanted} if is_taken else {}


def require_slug(thing: models.Post | models.Page, wanted: str | None) -> None:
    """Refuse when the slug that a post or page was given is not the one that somebody wrote.

    The verb makes the nearest that can be had; who writes it down themselves is to know which that is.
    """
    if not wanted or thing.slug == wanted:
        return
    why = "reserved" if wanted in RESERVED else "taken" if is_slug(wanted) else None
    raise models.Invalid("slug", "This address cannot be had.", why=why)
