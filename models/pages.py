"""Standing pages such as About or Contact, in a tree."""

from datetime import datetime
from typing import Any, Self

from tortoise import fields
from tortoise.expressions import Q
from tortoise.fields.base import OnDelete
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models import pulse, redirects
from models.atomic import atomic
from models.content import Content, Format
from models.errors import Changed, InUse, Invalid, NotFound, Refused
from models.finding import words_to_find
from models.fitting import fitting, line
from models.instants import Instant, now
from models.principals import Principal
from models.relations import belongs_to, may_point_to
from models.site_lock import lock_site
from models.slugs import free_slug
from models.visibility import Status, is_visible, visible


class Page(Model):
    """A page; its path holds the slugs of the pages above it."""

    id = fields.IntField(primary_key=True)
    site: Any = belongs_to("Site", indexed=False)
    site_id: int
    parent: Any = may_point_to("Page", on_delete=OnDelete.RESTRICT, indexed=False)
    parent_id: int | None
    position = fields.IntField(default=0)
    slug = fields.CharField(max_length=120)
    path = fields.CharField(max_length=500)
    title = fields.CharField(max_length=300)
    seo_title = fields.CharField(max_length=300, null=True)
    seo_description = fields.TextField(null=True)
    status = fields.CharEnumField(Status, max_length=16, default=Status.DRAFT)
    published_at = Instant(null=True)
    version = fields.IntField(default=1)
    source_id = fields.CharField(max_length=255, null=True)
    # Of what an import brought last, which may have been edited here since.
    import_digest = fields.CharField(max_length=32, null=True)
    created_at = Instant()
    updated_at = Instant()
    source = fields.TextField()
    source_format = fields.CharEnumField(
        Format, max_length=16, default=Format.HTML, db_default=Format.HTML.value
    )
    html = fields.TextField()
    text = fields.TextField()
    opening = fields.TextField()
    blocks: Any = fields.JSONField()
    # Folded: those of all that it says, and of its title.
    words = fields.TextField(db_default="")
    label_words = fields.TextField(db_default="")

    class Meta:
        table = "page"
        unique_together = (("site_id", "slug"), ("site_id", "path"), ("site_id", "source_id"))
        indexes = (("parent_id", "position", "id"),)

    @classmethod
    def published(cls) -> QuerySet[Self]:
        """Ask for the pages that everybody may read."""
        return cls.filter(visible())

    @classmethod
    def open_to(cls, principal: Principal) -> QuerySet[Self]:
        """Ask for the pages that somebody may read: the published and what a link shows, all to who edits."""
        return cls.all() if principal.sees_all else cls.filter(visible() | Q(id=principal.page_id or 0))

    @classmethod
    def listed_to(cls, principal: Principal) -> QuerySet[Self]:
        """Ask for the pages that somebody finds listed, which for who edits is more than is published."""
        return cls.all() if principal.sees_all else cls.published()

    @classmethod
    @atomic
    @pulse.precise("page")
    async def draft(
        cls, site_id: int, title: str, html: str | Content, *, parent: "Page | None" = None, **more: Any
    ) -> Self:
        """Write a draft page below another or at the top; `more` may set slug, position, seo_*, source_id."""
        slug = await free_slug(cls, site_id, more.pop("slug", None) or title)
        above = await _again(parent)
        moment = now()
        return await cls.create(
            site_id=site_id,
            parent_id=parent.id if parent else None,
            created_at=moment,
            updated_at=moment,
            **_written(title, html),
            **fitting(cls, {"slug": slug, "path": f"{above.path if above else ''}/{slug}", **more}),
        )

    @atomic
    @pulse.precise("page")
    async def rewrite(self, title: str | None = None, html: str | Content | None = None, **more: Any) -> None:
        """Change what a page says; None stays as it is, `more` may set position and seo_*."""
        # A draft changes nothing for readers; what is scheduled does, for it will appear by itself.
        if self.status is Status.PUBLISHED:
            pulse.touch("any-page")
        await self._change(**_written(title, html, self), **fitting(Page, more))

    def expect(self, version: int | None) -> None:
        """Refuse to go on when the page has another version than whoever changes it has read."""
        if version is not None and version != self.version:
            raise Changed(version=self.version)

    @atomic
    async def publish(self, at: datetime | None = None) -> None:
        """Show the page to everybody; the one above must be shown already: its name is in the path."""
        # The page above may be withdrawn at the same moment.
        await lock_site(self.site_id)
        if self.parent_id and not await Page.published().filter(id=self.parent_id).exists():
            raise Invalid("parentId", "Publish the page above this one first.", why="above")
        moment = at or self.published_at or now()
        if moment > now():
            await self._let_nothing_show_below()
        await self._change(status=Status.PUBLISHED, published_at=moment)

    @atomic
    async def withdraw(self, *, to: Status = Status.ARCHIVED) -> None:
        """Take the page away from readers; pages below it must be withdrawn first."""
        await lock_site(self.site_id)
        await self._let_nothing_show_below()
        # What never appeared was not published at any moment.
        never = {"published_at": None} if self.is_scheduled else {}
        await self._change(status=to, **never)

    @atomic
    async def rename(self, slug: str) -> None:
        """Give the page and the pages below it a new path; the old paths keep leading here."""
        slug = await free_slug(Page, self.site_id, slug, besides=self.id)
        if slug != self.slug:
            await self._lead_to(f"{self.path.removesuffix(self.slug)}{slug}", slug=slug)

    @atomic
    async def move(self, parent: "Page | None") -> None:
        """Put the page, and the pages below it, below another page or at the top."""
        await lock_site(self.site_id)
        above = await _again(parent)
        if above is not None and f"{above.path}/".startswith(f"{self.path}/"):
            raise Invalid("parentId", "A page is not below itself.", why="below itself")
        if above is not None and self.status is Status.PUBLISHED and not above.is_visible:
            raise Invalid("parentId", "Publish the page above this one first.", why="above")
        if (above and above.id) != self.parent_id:
            path = f"{above.path if above else ''}/{self.slug}"
            await self._lead_to(path, parent_id=above.id if above else None)

    @atomic
    async def remove(self) -> None:
        """Delete the page for good; pages below it must go first."""
        await lock_site(self.site_id)
        if await Page.filter(parent_id=self.id).exists():
            raise InUse("id", "Delete or move the pages below this one first.")
        if not await Page.filter(id=self.id, version=self.version).delete():
            raise await self._changed()

    @property
    def is_visible(self) -> bool:
        """Whether everybody may read it now."""
        return is_visible(self.status, self.published_at)

    @property
    def is_scheduled(self) -> bool:
        """Whether it appears by itself at a moment that lies ahead."""
        return self.status is Status.PUBLISHED and not self.is_visible

    async def _lead_from_here(self) -> None:
        # Nobody knows the address of what never was published.
        if self.published_at is not None:
            await redirects.lead(self.site_id, self.path, page_id=self.id)

    async def _lead_to(self, path: str, **values: Any) -> None:
        for page in await Page.filter(site_id=self.site_id, path__startswith=f"{self.path}/"):
            await page._lead_from_here()
            await page._change(**fitting(Page, {"path": f"{path}{page.path.removeprefix(self.path)}"}))
        await self._lead_from_here()
        await self._change(**fitting(Page, {"path": path, **values}))

    async def _let_nothing_show_below(self) -> None:
        # A scheduled page counts too: it would appear below one that nobody may see.
        if await Page.filter(parent_id=self.id, status=Status.PUBLISHED).exists():
            raise Invalid("id", "Withdraw the pages below this one first.", why="below")

    async def _change(self, **values: Any) -> None:
        values |= {"version": self.version + 1, "updated_at": now()}
        if not await Page.filter(id=self.id, version=self.version).update(**values):
            raise await self._changed()
        self.update_from_dict(values)

    async def _changed(self) -> Refused:
        row = await Page.filter(id=self.id).only("id", "version").first()
        return NotFound("This page is gone.", field="id") if row is None else Changed(version=row.version)


async def _again(page: Page | None) -> Page | None:
    # It may have been renamed, moved or deleted since it was read.
    row = await Page.filter(id=page.id).first() if page is not None else None
    if page is not None and row is None:
        raise NotFound("The page above is gone.", field="parentId")
    return row


async def next_page() -> datetime | None:
    """Tell when the next scheduled page appears by itself; None when none does."""
    scheduled = Page.filter(status=Status.PUBLISHED, published_at__gt=now()).order_by("published_at")
    moments: list[Any] = await scheduled.limit(1).values_list("published_at", flat=True)
    return moments[0] if moments else None


def _written(title: str | None, html: str | Content | None, was: Page | None = None) -> dict[str, Any]:
    written: dict[str, Any] = {}
    if title is not None:
        written["title"] = line(Page, "title", title, missing="A page needs a title.")
    if html is not None:
        written |= (Content.of(html) if isinstance(html, str) else html).columns
    if written:
        said = {"title": was.title, "text": was.text} if was is not None else {}
        said |= written
        written |= words_to_find(said["title"], said["text"])
    return fitting(Page, written)
