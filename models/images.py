"""Pictures by their address, with the words for those who cannot see them."""

from typing import Any, Self

from tortoise import fields
from tortoise.expressions import Q, Subquery
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models import text
from models.authors import Author
from models.fitting import fitting
from models.posts import Post
from models.principals import NOBODY, Principal
from models.relations import belongs_to
from models.site import Site
from models.visibility import open_to

MEDIA_TYPES = {
    "avif": "image/avif", "gif": "image/gif", "jpeg": "image/jpeg", "jpg": "image/jpeg", "png": "image/png",
    "svg": "image/svg+xml", "webp": "image/webp",
}  # fmt: skip
UNKNOWN_MEDIA_TYPE = "application/octet-stream"


class Image(Model):
    """A picture that a post, an author or the site shows; `url` may be relative to the site's root."""

    id = fields.IntField(primary_key=True)
    site: Any = belongs_to("Site", indexed=False)
    site_id: int
    url = fields.CharField(max_length=2000)
    alt_text = fields.TextField(default="")
    caption = fields.TextField(null=True)
    media_type = fields.CharField(max_length=100)
    width = fields.IntField(null=True)
    height = fields.IntField(null=True)
    thumbhash = fields.CharField(max_length=64, null=True)

    class Meta:
        table = "image"
        indexes = (("site_id", "url"),)

    @classmethod
    def shown(cls, principal: Principal = NOBODY) -> QuerySet[Self]:
        """Ask for the pictures that something shows which somebody may see."""
        leading = Subquery(Post.filter(open_to(principal), image_id__isnull=False).values("image_id"))
        portraits = Subquery(Author.known().filter(avatar_id__isnull=False).values("avatar_id"))
        logos = Subquery(Site.filter(logo_id__isnull=False).values("logo_id"))
        return cls.filter(Q(id__in=leading) | Q(id__in=portraits) | Q(id__in=logos))

    @classmethod
    async def show(cls, site_id: int, url: str, *, alt_text: str = "", caption: str = "") -> "Image":
        """Keep a picture; the same address with the same words is kept once."""
        words: dict[str, Any] = {
            "alt_text": text.clean_line(alt_text),
            "caption": text.paragraphs(caption).removeprefix("<p>").removesuffix("</p>") or None,
        }
        shown = fitting(cls, {"url": url, **words})
        known = await cls.filter(site_id=site_id, **shown).first()
        return known or await cls.create(site_id=site_id, media_type=media_type(url), **shown)


def media_type(url: str) -> str:
    """Tell a picture's media type from the ending of its address."""
    ending = url.split("?")[0].rpartition(".")[2].lower()
    return MEDIA_TYPES.get(ending, UNKNOWN_MEDIA_TYPE)
