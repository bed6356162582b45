"""Subjects of posts."""

from collections.abc import Sequence
from typing import Any

from tortoise import fields
from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models import redirects, text
from models.atomic import atomic
from models.errors import Taken
from models.fitting import line
from models.principals import Principal
from models.relations import belongs_to
from models.site_lock import lock_site, read_again
from models.slugs import findable, free_slug


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
    def open_to(cls, principal: Principal) -> QuerySet["Tag"]:
        """Ask for the tags that somebody may see: who edits sees those of no published post too."""
        return cls.all() if principal.sees_all else cls.in_use()

    @classmethod
    @atomic
    async def named(cls, site_id: int, name: str) -> "Tag":
        """Give the tag of that name, capitals and accents aside; make one that is not known yet."""
        name = _name(name)
        await lock_site(site_id)
        alike = await cls.filter(site_id=site_id, sort_key=text.sort_key(name)).order_by("id")
        if (known := _among(alike, name)) is not None:
            return known
        slug = await free_slug(cls, site_id, name)
        return await cls.create(site_id=site_id, name=name, slug=slug, sort_key=text.sort_key(name))

    @classmethod
    @atomic
    async def called(cls, site_id: int, words: str) -> "Tag":
        """Give the tag of that slug, else the one of that name; make one that is not known yet."""
        known = await cls.filter(site_id=site_id, slug=findable(words)).first()
        return known or await cls.named(site_id, words)

    @classmethod
    @atomic
    async def all_called(cls, site_id: int, words: Sequence[str]) -> list["Tag"]:
        """Give the same for several words; those that are known are asked for together."""
        named = {word: _name(word) for word in words}
        keys = [text.sort_key(name) for name in named.values()]
        known = Q(slug__in=[findable(word) for word in words]) | Q(sort_key__in=keys)
        rows = await cls.filter(known, site_id=site_id).order_by("id")
        by_slug = {row.slug: row for row in rows}
        return [
            by_slug.get(findable(word)) or _among(rows, name) or await cls.called(site_id, word)
            for word, name in named.items()
        ]

    @atomic
    async def rename(self, *, name: str | None = None, slug: str | None = None) -> None:
        """Give the tag another name, another slug, or both; the old path keeps leading here."""
        await lock_site(self.site_id)
        await read_again(self)
        values: dict[str, str] = {}
        if name is not None:
            values["name"] = _name(name)
            values["sort_key"] = text.sort_key(values["name"])
            if await Tag.filter(site_id=self.site_id, name=values["name"]).exclude(id=self.id).exists():
                raise Taken("name")
        if slug is not None:
            values["slug"] = await free_slug(Tag, self.site_id, slug, besides=self.id)
            await redirects.move(self.site_id, self.path, self.path_of(values["slug"]))
        if values:
            self.update_from_dict(values)
            await self.save(update_fields=list(values))


def _among(tags: Sequence[Tag], name: str) -> Tag | None:
    alike = [tag for tag in tags if text.fold(tag.name) == text.fold(name)]
    return next((tag for tag in alike if tag.name == name), alike[0] if alike else None)


def _name(name: str) -> str:
    return line(Tag, "name", name, missing="A tag needs a name.")
