"""People whose names appear on posts."""

from typing import Any

from tortoise import fields
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models import text
from models.atomic import atomic
from models.errors import Invalid
from models.fitting import fitting
from models.relations import belongs_to, may_point_to
from models.slugs import free_slug, in_turn

LAST_PLACE = 999_999


class Author(Model):
    """Someone who writes; `place` orders them as the editors wish, the others follow by name."""

    id = fields.IntField(primary_key=True)
    site: Any = belongs_to("Site", indexed=False)
    site_id: int
    slug = fields.CharField(max_length=120)
    name = fields.CharField(max_length=200)
    sort_key = fields.CharField(max_length=220)
    bio_html = fields.TextField(null=True)
    avatar: Any = may_point_to("Image")
    avatar_id: int | None
    post_count = fields.IntField(default=0)

    class Meta:
        table = "author"
        unique_together = (("site_id", "slug"), ("site_id", "name"))
        indexes = (("sort_key", "id"),)

    @property
    def path(self) -> str:
        """Path below the site's URL."""
        return self.path_of(self.slug)

    @staticmethod
    def path_of(slug: str) -> str:
        """Give the path of what has that slug."""
        return f"/authors/{slug}"

    @classmethod
    def known(cls) -> QuerySet["Author"]:
        """Ask for everyone who may be named; all authors are public."""
        return cls.all()

    @classmethod
    @atomic
    async def named(
        cls, site_id: int, name: str, *, place: int | None = None, bio_html: str | None = None
    ) -> "Author":
        """Give the author of that name; make one who is not known yet, shown at `place` when it is given."""
        name = text.clean_line(name)[:200]
        if not name:
            raise Invalid("name", "An author needs a name.")
        fitting(cls, {"name": name, "bio_html": bio_html})
        await in_turn(site_id)
        author = await cls.filter(site_id=site_id, name=name).first()
        if author is None:
            slug = await free_slug(cls, site_id, name)
            author = cls(site_id=site_id, name=name, slug=slug, sort_key=_sort_key(name, place))
        elif place is not None:
            author.sort_key = _sort_key(name, place)
        if bio_html is not None:
            author.bio_html = text.sanitise(bio_html)
        await author.save()
        return author


def _sort_key(name: str, place: int | None) -> str:
    return f"{LAST_PLACE if place is None else place:06d} {text.sort_key(name)}"
