"""People whose names appear on posts."""

from typing import Any

from tortoise import fields
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models import redirects, text
from models.atomic import atomic
from models.errors import Invalid, Taken
from models.finding import words_to_find
from models.fitting import fitting, line
from models.relations import belongs_to, may_point_to
from models.site_lock import lock_site, read_again
from models.slugs import free_slug

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
    # Folded: those of all that is said of them, and of their name.
    words = fields.TextField(db_default="")
    label_words = fields.TextField(db_default="")

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
        name = _name(name)
        fitting(cls, {"bio_html": bio_html})
        await lock_site(site_id)
        said: dict[str, Any] = {} if bio_html is None else {"bio_html": text.sanitise(bio_html)}
        author = await cls.filter(site_id=site_id, name=name).first()
        if author is None or place is not None:
            said["sort_key"] = _sort_key(name, place)
        if author is None:
            slug = await free_slug(cls, site_id, name)
            said |= _words(name, said.get("bio_html"))
            return await cls.create(site_id=site_id, name=name, slug=slug, **said)
        if "bio_html" in said:
            said |= _words(name, said["bio_html"])
        author.update_from_dict(said)
        if said:
            # And nothing else: a post may be counted meanwhile.
            await author.save(update_fields=list(said))
        return author

    @classmethod
    @atomic
    async def introduce(cls, site_id: int, name: str, **more: Any) -> "Author":
        """Make an author nobody is called like yet; `more` may set what `edit` changes."""
        await lock_site(site_id)
        if await cls.filter(site_id=site_id, name=_name(name)).exists():
            raise Taken("name")
        author = await cls.named(site_id, name)
        await author.edit(**more)
        return author

    @atomic
    async def edit(self, **more: Any) -> None:
        """Change what is said of the author: `more` sets name, slug, bio_html, avatar_id, place.

        The old path keeps leading here.
        """
        await lock_site(self.site_id)
        await read_again(self)
        values = await self._checked(more)
        if values:
            self.update_from_dict(values)
            await self.save(update_fields=list(values))

    async def _checked(self, more: dict[str, Any]) -> dict[str, Any]:
        if unknown := set(more) - {"name", "slug", "bio_html", "avatar_id", "place"}:
            raise TypeError(f"authors have no {', '.join(sorted(unknown))}")
        name, values = _name(more.get("name", self.name)), dict(more)
        if await Author.filter(site_id=self.site_id, name=name).exclude(id=self.id).exists():
            raise Taken("name")
        if "name" in values or "place" in values:
            place = values.pop("place") if "place" in values else int(self.sort_key[:6])
            values |= {"name": name, "sort_key": _sort_key(name, place)}
        if "slug" in values:
            values["slug"] = await free_slug(Author, self.site_id, values["slug"] or name, besides=self.id)
            await redirects.move(self.site_id, self.path, self.path_of(values["slug"]))
        if values.get("bio_html") is not None:
            values["bio_html"] = text.sanitise(fitting(Author, {"bio_html": values["bio_html"]})["bio_html"])
        if not values.keys().isdisjoint({"name", "bio_html"}):
            values |= _words(name, values.get("bio_html", self.bio_html))
        return values


def _name(name: str) -> str:
    return line(Author, "name", name, missing="An author needs a name.")


def _words(name: str, bio_html: str | None) -> dict[str, str]:
    return words_to_find(name, text.plain(bio_html or ""))


def _sort_key(name: str, place: int | None) -> str:
    if place is not None and not 0 <= place <= LAST_PLACE:
        raise Invalid("place", f"A place is a number from 0 to {LAST_PLACE}.")
    return f"{LAST_PLACE if place is None else place:06d} {text.sort_key(name)}"
