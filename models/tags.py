"""Subjects of posts."""

from typing import Any

from tortoise import fields
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models import text
from models.atomic import atomic
from models.errors import Invalid
from models.fitting import fitting
from models.relations import belongs_to
from models.slugs import free_slug, in_turn


class Tag(Model):
    """A subject; readers see it while a published post has it."""

    id = fields.IntField(primary_key=True)
    site: Any = belongs_to("Site", indexed=False)
    site_id: int
    slug = fields.CharField(max_length=120)
    name = fields.CharField(max_length=200)
    sort_key = fields.CharField(max_length=200)
    post_count = fields.IntField(default=0)

    class Meta:
        table = "tag"
        unique_together = (("site_id", "slug"), ("site_id", "name"))
        indexes = (("sort_key", "id"),)

    @property
    def path(self) -> str:
        """Path below the site's URL."""
        return self.path_of(self.slug)

    @staticmethod
    def path_of(slug: str) -> str:
        """Give the path of what has that slug."""
        return f"/tags/{slug}"

    @classmethod
    def in_use(cls) -> QuerySet["Tag"]:
        """Ask for the tags of published posts."""
        return cls.filter(post_count__gt=0)

    @classmethod
    @atomic
    async def named(cls, site_id: int, name: str) -> "Tag":
        """Give the tag of that name; make one that is not known yet."""
        name = text.clean_line(name)[:200]
        if not name:
            raise Invalid("name", "A tag needs a name.")
        fitting(cls, {"name": name})
        await in_turn(site_id)
        known = await cls.filter(site_id=site_id, name=name).first()
        if known is not None:
            return known
        slug = await free_slug(cls, site_id, name)
        return await cls.create(site_id=site_id, name=name, slug=slug, sort_key=text.sort_key(name))
