"""Newsletters: what a visitor can subscribe to."""

from collections.abc import Mapping, Sequence
from typing import Any

from tortoise import fields
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models import text
from models.atomic import atomic
from models.errors import Invalid, NotFound
from models.fitting import fitting, line
from models.relations import belongs_to
from models.site import Site
from models.site_lock import lock_site
from models.slugs import free_slug

MAIN = "main"
MOST = 50
LONGEST = 500  # characters of a description
# What the main one is called as long as the editors have not named it.
TITLES = {"nl": "Nieuwsbrief", "de": "Newsletter", "fr": "Lettre d’information", "es": "Boletín"}
DEFAULT_TITLE = "Newsletter"


class Newsletter(Model):
    """A newsletter; the first is the main one, which who chooses nothing gets."""

    id = fields.IntField(primary_key=True)
    site: Any = belongs_to("Site", indexed=False)
    site_id: int
    slug = fields.CharField(max_length=120)
    title = fields.CharField(max_length=200, null=True)
    description = fields.TextField(null=True)

    class Meta:
        table = "newsletter"
        unique_together = (("site_id", "slug"),)

    def called(self, language: str) -> str:
        """Give its title; the main one has one in each language before the editors name it."""
        return self.title_of(self.title, language)

    @staticmethod
    def title_of(title: str | None, language: str) -> str:
        """Give the title of what was given that one, or none."""
        return title or TITLES.get(language.partition("-")[0], DEFAULT_TITLE)

    @classmethod
    def offered(cls, site_id: int) -> QuerySet["Newsletter"]:
        """Ask for the newsletters of a site, the main one first."""
        return cls.filter(site_id=site_id).order_by("id")

    @classmethod
    @atomic
    async def main(cls, site: Site) -> "Newsletter":
        """Give the main newsletter; the first time make it."""
        found = await cls.offered(site.id).first()
        if found is None:
            await lock_site(site.id)
            found, _ = await cls.get_or_create(site_id=site.id, slug=MAIN)
        return found

    @classmethod
    async def by_slugs(cls, site: Site, slugs: Sequence[str]) -> list["Newsletter"]:
        """Give the newsletters of these slugs; refuse one that there is not."""
        found = {row.slug: row for row in await cls.offered(site.id)}
        if any(slug not in found for slug in slugs):
            raise NotFound("There is no newsletter of that name.", field="newsletterSlugs")
        return [found[slug] for slug in dict.fromkeys(slugs)]

    @classmethod
    @atomic
    async def start(cls, site: Site, title: str, description: str | None = None) -> "Newsletter":
        """Start one more newsletter."""
        named = _named({"title": title, "description": description})
        slug = await free_slug(cls, site.id, named["title"])
        # Its turn has come with the slug, so that of many at once none is one too many.
        if await cls.offered(site.id).count() >= MOST:
            message = f"A site has at most {MOST} newsletters."
            raise Invalid("title", message, limit=MOST, why="newsletters")
        return await cls.create(site_id=site.id, slug=slug, **named)

    @atomic
    async def edit(self, **said: str | None) -> None:
        """Give it another `title`, or another `description` of what it is about and how often it comes."""
        named = _named(said)
        self.update_from_dict(named)
        await self.save(update_fields=list(named))


def _named(said: Mapping[str, str | None]) -> dict[str, Any]:
    named = {name: text.clean_line(value or "") or None for name, value in said.items()}
    if "title" in said:
        named["title"] = line(Newsletter, "title", said["title"] or "", missing="A newsletter needs a title.")
    if len(named.get("description") or "") > LONGEST:
        raise Invalid("description", f"A description holds at most {LONGEST} characters.", limit=LONGEST)
    return fitting(Newsletter, named)
