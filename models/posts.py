"""Posts: drafted, published now or later, withdrawn; what readers may see of them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, Self

from tortoise import fields
from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models import pulse, redirects, text, webhooks
from models.announcements import Announcement
from models.atomic import atomic
from models.authors import Author
from models.bylines import Byline, date_lines, has_lines, set_bylines, set_tags
from models.content import Content, Format
from models.counters import tally
from models.errors import Changed, Invalid, NotAllowed, NotFound, Refused
from models.finding import words_to_find
from models.fitting import as_asked, fitting, line
from models.instants import Instant, known_moment, month_of, now
from models.newsletters import Newsletter
from models.post_conditions import ANY, PostConditions
from models.principals import Principal, Role, Scope
from models.relations import belongs_to, may_point_to
from models.revisions import Editor, Revision, Wording, keep
from models.site import Site
from models.site_lock import lock_site
from models.slugs import free_slug
from models.tags import Tag
from models.users import User
from models.visibility import Status, is_visible, open_to, own, visible
from models.webhook_calls import HookEvent

BODY = ("html", "text", "blocks")
NEVER_READ = ("source", "words", "label_words", "import_digest")
LIST_WITHOUT = BODY + NEVER_READ
LONGEST_SUMMARY = 2_000
# Where a post's own rows stand; an old path that leads to it may have led elsewhere before.
OWN_TABLES = ("post", "byline", "tagging")
# The states of what readers see now or later.
APPEARING = ("published", "scheduled")
COUNTED = ("id", "is_counted", "published_month")


class Post(Model):
    """A blog post. `published_month` is its month in the site's time zone; `is_counted` says whether the
    kept counts have it, which they do from the moment it is first seen to be visible.
    """

    id = fields.IntField(primary_key=True)
    site: Any = belongs_to("Site", indexed=False)
    site_id: int
    slug = fields.CharField(max_length=120)
    title = fields.CharField(max_length=300)
    sort_key = fields.CharField(max_length=200)
    summary = fields.TextField(null=True)
    opening = fields.TextField()
    word_count = fields.IntField()
    image: Any = may_point_to("Image")
    image_id: int | None
    seo_title = fields.CharField(max_length=300, null=True)
    seo_description = fields.TextField(null=True)
    status = fields.CharEnumField(Status, max_length=16, default=Status.DRAFT)
    published_at = Instant(null=True)
    published_month = fields.CharField(max_length=7, null=True)
    is_counted = fields.BooleanField(default=False)
    comments_open = fields.BooleanField(default=True)
    comment_count = fields.IntField(default=0)
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
    # Folded: those of all that it says, and of its title.
    words = fields.TextField()
    label_words = fields.TextField(db_default="")
    blocks: Any = fields.JSONField()

    class Meta:
        table = "post"
        unique_together = (("site_id", "slug"), ("site_id", "source_id"))
        indexes = (
            ("status", "published_at", "id"),
            ("published_month", "published_at", "id"),
            ("updated_at", "id"),
            ("sort_key", "id"),
            # Few wait to be counted, and they are looked for at any moment.
            ("is_counted", "status", "published_at"),
        )

    @property
    def path(self) -> str:
        """Path below the site's URL."""
        return self.path_of(self.slug)

    @staticmethod
    def path_of(slug: str) -> str:
        """Give the path of what has that slug."""
        return f"/posts/{slug}"

    @classmethod
    def published(cls, conditions: PostConditions = ANY) -> QuerySet[Self]:
        """Ask for what everybody may read: the only way a reader's door gets posts."""
        return cls.filter(visible(), *conditions.questions())

    @classmethod
    def in_list(cls, conditions: PostConditions = ANY) -> QuerySet[Self]:
        """Ask the same without the body, which lists seldom show and which is most of a row."""
        return cls.published(conditions).only(*_columns(LIST_WITHOUT))

    @classmethod
    def open_to(cls, principal: Principal, *, without: Sequence[str] = NEVER_READ) -> QuerySet[Self]:
        """Ask for what somebody may read, which for who writes is more than is published."""
        return cls.filter(open_to(principal)).only(*_columns(without))

    @classmethod
    def owned(cls, principal: Principal) -> QuerySet[Self]:
        """Ask for the posts that somebody may edit."""
        return cls.filter(own(principal))

    @classmethod
    def owned_in(cls, principal: Principal, state: str) -> QuerySet[Self]:
        """Ask for those in one editorial state, the newest first: by when they appear, else as changed."""
        column = "published_at" if state in APPEARING else "updated_at"
        return cls.owned(principal).filter(_in_state(state)).order_by(f"-{column}", "-id")

    @classmethod
    def kept(
        cls, principal: Principal, statuses: Iterable[str], conditions: PostConditions = ANY
    ) -> QuerySet[Self]:
        """Ask, as somebody who writes, for posts in some editorial states, SCHEDULED among them."""
        principal.require(Scope.CONTENT_READ)
        states = [_in_state(state) for state in statuses]
        asked = cls.open_to(principal, without=LIST_WITHOUT)
        return asked.filter(reduce(or_, states, Q(id=0)), *conditions.questions())

    @classmethod
    @atomic
    @pulse.precise(*OWN_TABLES)
    async def draft(
        cls,
        site: Site,
        title: str,
        html: str | Content,
        *,
        authors: Sequence[Author],
        tags: Sequence[Tag] = (),
        by: Editor | None = None,
        **more: Any,
    ) -> Self:
        """Write a draft; `more` may set slug, summary, image_id, seo_*, comments_open, source_id."""
        slug = await free_slug(cls, site.id, more.pop("slug", None) or title)
        moment, content = now(), _content(html)
        written = _titled(title, content.text) | content.columns | {"word_count": content.word_count}
        post = await cls.create(
            site_id=site.id, slug=slug, created_at=moment, updated_at=moment, **written, **_checked(more)
        )
        await set_bylines(post.id, authors, published_at=None)
        await set_tags(post.id, tags, published_at=None)
        if by is not None:
            await keep(post.id, post.version, Wording.of(post), before=None, by=by)
        return post

    @classmethod
    @atomic
    async def begin(cls, site: Site, user: User, title: str) -> Self:
        """Lay an empty page in the name of somebody who writes."""
        author, by = await user.as_author(), Editor(user.id, user.name)
        return await cls.draft(site, title, Content.of("", Format.MARKDOWN), authors=[author], by=by)

    @atomic
    @pulse.precise(*OWN_TABLES)
    async def rewrite(
        self,
        title: str | None = None,
        html: str | Content | None = None,
        *,
        authors: Sequence[Author] | None = None,
        tags: Sequence[Tag] | None = None,
        by: Editor | None = None,
        **more: Any,
    ) -> None:
        """Change what a post says, by whom and about what; None, and what is left out, stays as it is.

        An old slug keeps leading here, and what was said before stays as a revision.
        """
        await self._wait_to_be_counted()
        was = await self._whole()
        if "slug" in more:
            more["slug"] = await self._moved_to(more["slug"] or title or was.title)
        written: dict[str, Any] = {}
        if html is not None:
            content = _content(html)
            written = content.columns | {"word_count": content.word_count}
        if title is not None or html is not None:
            written |= _titled(was.title if title is None else title, written.get("text", was.text))
        # It is counted anew only below other authors and tags: theirs, and the months, are read by many.
        is_recounted = not await has_lines(self.id, authors, tags)
        was_counted = await self._count(visible_now=False) if is_recounted else was.is_counted
        await self._change(**written, **_checked(more))
        if is_recounted and authors is not None:
            await set_bylines(self.id, authors, published_at=self.published_since)
        if is_recounted and tags is not None:
            await set_tags(self.id, tags, published_at=self.published_since)
        await self._appear(is_update=was_counted)
        before = Wording.of(was)
        says = Wording.of(was.update_from_dict(written | more))
        await keep(self.id, self.version, says, before=before, by=by)

    async def restore(self, revision: Revision, content: Content, by: Editor) -> None:
        """Let the post say again what it said then, which was read already; that is a new revision."""
        by = replace(by, restored=revision.version)
        await self.rewrite(revision.title, content, by=by, summary=revision.summary)

    async def require_edit_by(self, principal: Principal) -> None:
        """Refuse unless the post is somebody's to change: theirs by its byline, or everybody's."""
        principal.require(Scope.CONTENT_WRITE)
        if not principal.edits_all and not await self.is_by(principal.author_id):
            raise NotAllowed(Role.EDITOR)

    async def is_by(self, author_id: int | None) -> bool:
        """Tell whether its byline names an author."""
        return await Byline.filter(post_id=self.id, author_id=author_id or 0).exists()

    def expect(self, version: int | None) -> None:
        """Refuse to go on when the post has another version than whoever changes it has read."""
        if version is not None and version != self.version:
            raise Changed(version=self.version)

    @atomic
    @pulse.precise(*OWN_TABLES)
    async def publish(
        self, at: datetime | None = None, *, newsletters: Sequence[Newsletter] | None = None
    ) -> None:
        """Show the post to everybody, from a moment on, past or ahead; else since it was published first, or
        from now on.

        As it appears, who follows its authors, its tags or these `newsletters` is written to; without any,
        who follows authors or tags; when they are left out, nobody who was not to be.
        """
        moment = known_moment(at or min(self.published_at or now(), now()))
        site = await lock_site(self.site_id)
        was_counted = await self._count(visible_now=False)
        month = month_of(moment, site.time_zone)
        if newsletters is not None:
            await Announcement.ask(site, self.id, newsletters)
        await self._change(status=Status.PUBLISHED, published_at=moment, published_month=month)
        await self._appear(is_update=was_counted)

    async def schedule(self, at: datetime, *, newsletters: Sequence[Newsletter] | None = None) -> None:
        """Let the post appear by itself at a moment that lies ahead."""
        if known_moment(at) <= now():
            raise Invalid("at", "A post is scheduled for a moment that lies ahead.", why="ahead")
        await self.publish(at, newsletters=newsletters)

    @atomic
    @pulse.precise(*OWN_TABLES)
    async def withdraw(self, *, to: Status = Status.ARCHIVED) -> None:
        """Take the post away from readers; it stays for editors, archived or as a draft again."""
        if to is Status.PUBLISHED:
            raise Invalid("status", "What is withdrawn becomes a draft or goes to the archive.")
        await self._wait_to_be_counted()
        was_counted = await self._count(visible_now=False)
        # What never appeared was not published at any moment.
        never = {"published_at": None, "published_month": None} if self.is_scheduled else {}
        await Announcement.take_back(self.id)
        await self._change(status=to, **never)
        if was_counted:
            await webhooks.promise(HookEvent.POST_WITHDRAWN, self.id, path=self.path)

    @atomic
    @pulse.precise(*OWN_TABLES)
    async def remove(self) -> None:
        """Delete the post for good, with its comments, its revisions and all that leads to it."""
        await self._wait_to_be_counted()
        was_counted = await self._count(visible_now=False)
        await Announcement.take_back(self.id)
        if not await Post.filter(id=self.id, version=self.version).delete():
            raise await self._changed()
        if self.status is Status.PUBLISHED:
            self._touch()
        if was_counted:
            await webhooks.promise(HookEvent.POST_DELETED, self.id, path=self.path)

    @property
    def is_scheduled(self) -> bool:
        """Whether it appears by itself at a moment that lies ahead."""
        return self.status is Status.PUBLISHED and not self.is_visible

    @property
    def is_visible(self) -> bool:
        """Whether everybody may read it now."""
        return is_visible(self.status, self.published_at)

    @property
    def published_since(self) -> datetime | None:
        """Since when it is published, or from when on; nothing when it is not."""
        return self.published_at if self.status is Status.PUBLISHED else None

    async def _change(self, **values: Any) -> None:
        values |= {"version": self.version + 1, "updated_at": now()}
        changed = await Post.filter(id=self.id, version=self.version).update(**values)
        if not changed:
            raise await self._changed()
        # A draft changes nothing for readers; what is scheduled does, for it will appear by itself.
        if Status.PUBLISHED in (self.status, values.get("status")):
            self._touch()
        self.update_from_dict(values)
        if "status" in values:
            await date_lines(self.id, self.published_since)

    async def _changed(self) -> Refused:
        row = await Post.filter(id=self.id).only("id", "version").first()
        return NotFound("This post is gone.", field="id") if row is None else Changed(version=row.version)

    async def _whole(self) -> "Post":
        row = await Post.filter(id=self.id).first()
        if row is None or row.version != self.version:
            raise await self._changed()
        return row

    async def _wait_to_be_counted(self) -> None:
        # Two posts count for the same months, authors and tags: whoever counts out one and in another would
        # wait for who does it the other way round. A draft counts for nothing.
        if self.status is Status.PUBLISHED:
            await lock_site(self.site_id)

    async def _moved_to(self, wanted: str) -> str:
        slug = await free_slug(Post, self.site_id, wanted, besides=self.id)
        # Nobody knows the address of what never was published.
        if slug != self.slug and self.published_at is not None:
            await redirects.lead(self.site_id, self.path, post_id=self.id)
        return slug

    def _touch(self) -> None:
        pulse.touch(f"post-{self.id}", "posts")

    async def _appear(self, *, is_update: bool) -> None:
        visible_now = self.is_visible
        if (await self._count(visible_now=visible_now) or is_update) and visible_now:
            pulse.tell(pulse.PostPublished(post_id=self.id, is_update=is_update))
            event = HookEvent.POST_UPDATED if is_update else HookEvent.POST_PUBLISHED
            await webhooks.promise(event, self.id, path=self.path)
        elif is_update and not visible_now:
            await webhooks.promise(HookEvent.POST_WITHDRAWN, self.id, path=self.path)

    async def _count(self, *, visible_now: bool) -> bool:
        # Locked, and as it stands by now: two processes may see the same moment come, somebody may change the
        # post just then, and the site may have moved to another time zone, and the month with it.
        row = await Post.filter(id=self.id).select_for_update(no_key=True).only(*COUNTED).first()
        self.is_counted = visible_now
        if row is None or row.is_counted is visible_now:
            return False
        await Post.filter(id=self.id).update(is_counted=visible_now)
        if row.published_month is not None:
            by = 1 if visible_now else -1
            await tally(self.id, site_id=self.site_id, month=row.published_month, by=by)
        if visible_now:
            await Announcement.make(self.id)
        return True


@atomic
@pulse.precise(*OWN_TABLES)
async def count_due() -> int:
    """Count the scheduled posts whose moment has come; give how many there were."""
    waiting = Post.published().filter(is_counted=False)
    first = await waiting.order_by("published_at").only("id", "site_id").first()
    if first is None:
        return 0
    # As who changes a byline does, before any count: each might wait for what the other has counted.
    await lock_site(first.site_id)
    # Locked together, and in one order: who changes one of them is waited for, and each is asked once more
    # then whether it is due.
    due = await waiting.order_by("id").select_for_update(no_key=True).only("id", "slug", "site_id")
    for post in due:
        if await post._count(visible_now=True):
            post._touch()
            pulse.tell(pulse.PostPublished(post_id=post.id, is_update=False))
            await webhooks.promise(HookEvent.POST_PUBLISHED, post.id, path=post.path)
    return len(due)


async def next_due() -> datetime | None:
    """Tell when the next post appears that the kept counts do not have yet; None when none is scheduled."""
    waiting = Post.filter(status=Status.PUBLISHED, is_counted=False).order_by("published_at")
    moments: list[Any] = await waiting.limit(1).values_list("published_at", flat=True)
    return moments[0] if moments else None


def _columns(without: Sequence[str]) -> list[str]:
    return [name for name in Post._meta.db_fields if name not in without]


def _in_state(state: str) -> Q:
    ahead = Q(published_at__gt=now())
    match state:
        case "scheduled":
            return Q(status=Status.PUBLISHED) & ahead
        case "published":
            return visible()
    return Q(status=Status(state))


def _titled(title: str, body: str) -> dict[str, Any]:
    title = line(Post, "title", title, missing="A post needs a title.")
    return {"title": title, "sort_key": text.sort_key(title), **words_to_find(title, body)}


def _content(html: str | Content) -> Content:
    return Content.of(html) if isinstance(html, str) else html


def _checked(more: dict[str, Any]) -> dict[str, Any]:
    known = {"summary", "image_id", "seo_title", "seo_description", "comments_open", "source_id", "slug"}
    if unknown := set(more) - known:
        raise TypeError(f"posts have no {', '.join(sorted(unknown))}")
    for name in ("summary", "seo_description"):
        if len(more.get(name) or "") > LONGEST_SUMMARY:
            raise Invalid(as_asked(name), limit=LONGEST_SUMMARY)
    return fitting(Post, more)
