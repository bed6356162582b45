"""Brings a Weebly blog into the store: whole or not at all; the same one twice changes nothing."""

import asyncio
import re
from collections import Counter
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

import orjson
from tortoise.expressions import Subquery

import models
from gql_server.demonstration import title_of_demonstration
from gql_server.importers.errors import ImportRefused
from gql_server.importers.weebly.navigation import bring_menu
from gql_server.importers.weebly.values import Blog, CommentValue, PageValue, PostValue, Target
from models.atomic import atomic

POSTS_PATH, FEED_PATH = "/posts", "/feed.xml"
OF_BLOG = re.compile(r"/(\d{1,4})/post/")
LONGEST_NAME = 200
LONGEST_TITLE = 300
# What a post and a page are brought with; comments are known one by one.
OF_POSTS = ("title", "html", "published", "image", "authors", "tags", "comments_open")
OF_PAGES = ("title", "html")
# The deeds that may give a site its name.
NAMING = ("own", "site.update")
# The version of what was drafted and published, and saved by nobody since.
AS_BROUGHT = 2
KEPT = "kept as edited here"
ELSEWHERE = "import into a store of its own (GQL_SERVER_DATABASE_URL names it)"
Progress = Callable[[str], object]


async def bring(site: models.Site, blog: Blog, *, progress: Progress = lambda _: None) -> str:
    """Bring a blog into the site; give a line on what changed, and one on each thing to know.

    Whoever stops waiting stops it, undone.
    """
    if not blog.posts and not blog.pages:
        raise ImportRefused("There are no posts and no pages in what was given.")
    bringing = _Bringing(site, blog, progress)
    try:
        with models.webhooks.quietly():
            return await bringing.whole()
    except asyncio.CancelledError:
        bringing.is_stopped = True
        raise


class _Bringing:
    def __init__(self, site: models.Site, blog: Blog, progress: Progress) -> None:
        self.site, self.blog, self.tell = site, blog, progress
        self.done: Counter[tuple[str, str]] = Counter()
        self.notes: list[str] = []
        self.is_stopped = False
        self.posts: dict[str, models.Post] = {}
        self.pages: dict[str, models.Page] = {}

    @atomic
    async def whole(self) -> str:
        await self._settle_site()
        before = await _counts()
        authors = await self._authors()
        for page in self.blog.pages:
            self.pages[page.path] = await self._page(page)
        for number, post in enumerate(self.blog.posts, start=1):
            if self.is_stopped:
                raise ImportRefused("Stopped; nothing was brought in.")
            self.posts[post.source_id] = await self._post(post, authors)
            if number % 50 == 0:
                self.tell(f"brought {number} of {len(self.blog.posts)} posts")
        await self._redirects()
        made = await _counts() - before
        self.done.update({(noun, "new"): number for noun, number in made.items()})
        if self.blog.menu:
            await bring_menu(self.site, self.blog.menu, self.blog.site.host, self.notes.append)
        changes = ", ".join(f"{_many(number, noun)} {fate}" for (noun, fate), number in self.done.items())
        brought = f"Brought into the store: {changes or 'nothing new; it was all here'}."
        return "\n".join([brought, *self.notes])

    async def _settle_site(self) -> None:
        about = self.blog.site
        source, is_named = f"weebly:{about.host}", await self._is_named()
        if self.site.is_demonstration:
            if number := await _written_by_users():
                posts = _many(number, "post")
                raise ImportRefused(f"Somebody has written into the demonstration ({posts}); {ELSEWHERE}.")
            await models.clear(self.site)
            self.done["demonstration blog", "replaced"] = 1
        elif self.site.source is None and not await models.is_empty(self.site):
            raise ImportRefused(
                "This store holds a publication, which would get the title, the language and the menu of the "
                f"other; {ELSEWHERE}."
            )
        if self.site.source is not None and about.host and self.site.source not in {source, "weebly:"}:
            raise ImportRefused(
                f"This store holds {self.site.source.removeprefix('weebly:')}; import {about.host} "
                "into another store (GQL_SERVER_DATABASE_URL names it)."
            )
        if self.site.source in {None, "weebly:"}:
            title = _cut(about.title, LONGEST_NAME) or models.site.DEFAULT_TITLE
            if is_named and title != self.site.title:
                kept = self.site.title
                self.notes.append(
                    f"The site is still called {kept}, as it was named here; its pages say {title}."
                )
            await self.site.change(
                title=self.site.title if is_named else title,
                description=_cut(about.description, models.site.LONGEST_DESCRIPTION),
                language=about.language,
            )
            await models.move_to_time_zone(self.site, about.time_zone)
            self.site.source = source
            await self.site.save(update_fields=["source"])

    async def _is_named(self) -> bool:
        """Tell whether somebody gave the site its name here: as they made it theirs, or later."""
        nobodys = {models.site.DEFAULT_TITLE, title_of_demonstration()}
        deeds = models.Audit.filter(deed__in=NAMING)
        return self.site.title not in nobodys and await deeds.exists()

    async def _authors(self) -> dict[str, models.Author]:
        signed = {name: None for post in self.blog.posts for name in post.authors}
        places: dict[str, int | None] = signed | {name: place for place, name in enumerate(self.blog.authors)}
        return {
            name: await models.Author.named(self.site.id, _cut(name, LONGEST_NAME), place=place)
            for name, place in places.items()
        }

    async def _tag(self, name: str) -> models.Tag:
        return await models.Tag.named(self.site.id, _cut(name, LONGEST_NAME))

    async def _page(self, value: PageValue) -> models.Page:
        page = await models.Page.filter(site_id=self.site.id, source_id=value.source_id).first()
        digest = _digest(value, OF_PAGES)
        if page is None or page.import_digest != digest:
            page = await self._written_page(page, value)
            await models.Page.filter(id=page.id).update(import_digest=digest)
        return page

    async def _written_page(self, page: models.Page | None, value: PageValue) -> models.Page:
        title = _cut(value.title, LONGEST_TITLE)
        if page is None:
            slug = value.path.removesuffix(".html").strip("/") or "home"
            page = await models.Page.draft(
                self.site.id, title, value.html, slug=slug, source_id=value.source_id
            )
            await page.publish()
            self.done["page", "new"] += 1
        elif (page.title, page.source) != (title, value.html):
            if _may_be_edited(page):
                self.done["page", KEPT] += 1
                return page
            await page.rewrite(title, value.html)
            self.done["page", "changed"] += 1
        return page

    async def _post(self, value: PostValue, known: dict[str, models.Author]) -> models.Post:
        post, digest = await self._known(value), _digest(value, OF_POSTS)
        if post is not None and _is_numbered(post) and not _is_numbered(value):
            # Its page told more of it than the feed does.
            return post
        if post is None or post.import_digest != digest:
            post = await self._written_post(post, value, known)
            await models.Post.filter(id=post.id).update(import_digest=digest)
        await self._comments(post, value.comments, known)
        return post

    async def _written_post(
        self, post: models.Post | None, value: PostValue, known: dict[str, models.Author]
    ) -> models.Post:
        authors = [known[name] for name in value.authors]
        tags = [await self._tag(name) for name in value.tags]
        title = _cut(value.title, LONGEST_TITLE)
        image = value.image and await models.Image.show(
            self.site.id, value.image.url, alt_text=value.image.alt, caption=value.image.caption
        )
        more: dict[str, Any] = {"image_id": image.id if image else None, "comments_open": value.comments_open}
        if post is None:
            post = await models.Post.draft(
                self.site, title, value.html, authors=authors, tags=tags, slug=value.slug,
                source_id=value.source_id, **more,
            )  # fmt: skip
            await post.publish(value.published)
            self.done["post", "new"] += 1
        elif await self._differs(post, value, authors, tags, more):
            if _may_be_edited(post):
                self.done["post", KEPT] += 1
                return post
            await post.rewrite(title, value.html, authors=authors, tags=tags, **more)
            if post.published_at != value.published:
                await post.publish(value.published)
            self.done["post", "changed"] += 1
        return post

    async def _known(self, value: PostValue) -> models.Post | None:
        # A feed tells no number: a post it brought is known by its old address until a page tells the number,
        # and a post that a page brought by the address which leads to it.
        names = [value.source_id, *(f"weebly:{path}" for path in value.old_paths)]
        here = models.Post.filter(site_id=self.site.id)
        found = {post.source_id: post for post in await here.filter(source_id__in=names)}
        post = next((found[name] for name in names if name in found), None)
        if post is None and not _is_numbered(value):
            led = models.Redirect.filter(site_id=self.site.id, path__in=value.old_paths)
            ids: Any = await led.exclude(post_id=None).values_list("post_id", flat=True)
            return await here.filter(id__in=ids).exclude(source_id=None).order_by("id").first()
        if post is not None and not _is_numbered(post) and _is_numbered(value):
            await models.Post.filter(id=post.id).update(source_id=value.source_id)
        return post

    async def _differs(
        self, post: models.Post, value: PostValue, authors: list[models.Author], tags: list[models.Tag],
        more: dict[str, Any],
    ) -> bool:  # fmt: skip
        named: list[Any] = (
            await models.Byline.filter(post_id=post.id)
            .order_by("position")
            .values_list("author_id", flat=True)
        )
        tagged: list[Any] = await models.Tagging.filter(post_id=post.id).values_list("tag_id", flat=True)
        return (
            (post.title, post.source, post.published_at)
            != (_cut(value.title, LONGEST_TITLE), value.html, value.published)
            or named != [author.id for author in authors]
            or set(tagged) != {tag.id for tag in tags}
            or any(getattr(post, name) != wanted for name, wanted in more.items())
        )

    async def _comments(
        self, post: models.Post, values: tuple[CommentValue, ...], authors: dict[str, models.Author]
    ) -> None:
        # Those that guests left here have no number of Weebly's.
        came = models.Comment.filter(post_id=post.id, source_id__isnull=False)
        kept = {row.source_id: row for row in await came} if values else {}
        for value in values:
            if value.source_id in kept:
                continue
            author = authors.get(value.name) if value.is_owner else None
            kept[value.source_id] = await models.Comment.keep(
                post,
                models.Writer(
                    name=value.name, website=value.website, author_id=author.id if author else None
                ),
                value.text[: models.LONGEST_COMMENT],
                parent=kept.get(value.parent_id) if value.parent_id else None,
                status=models.Fate(value.suggested_status),
                written_at=value.written,
                source_id=value.source_id,
            )
            self.done["comment", value.suggested_status] += 1

    async def _redirects(self) -> None:
        for path, target in self.blog.redirects:
            leading = await self._leading(target)
            if leading is not None and leading.get("to_path") != path:
                await models.lead(self.site.id, path, **leading)
        # Whoever follows the old site with a feed reader follows this one: its first blog has the number 1.
        numbers = {"1", *(found[1] for path, _ in self.blog.redirects if (found := OF_BLOG.match(path)))}
        for number in sorted(numbers):
            await models.lead(self.site.id, f"/{number}/feed", to_path=FEED_PATH)

    async def _leading(self, target: Target) -> dict[str, Any] | None:
        kind, key = target
        if kind == "post":
            return {"post_id": self.posts[key].id} if key in self.posts else None
        if kind == "page":
            return {"page_id": self.pages[key].id} if key in self.pages else None
        if kind == "month":
            return {"to_path": f"/archive/{key}"}
        if kind == "tag":
            return {"to_path": (await self._tag(key)).path}
        return {"to_path": POSTS_PATH} if kind == "index" else None


async def _counts() -> Counter[str]:
    """Count what is made by being named."""
    named = {"author": models.Author, "tag": models.Tag, "redirect": models.Redirect}
    return Counter({noun: await model.all().count() for noun, model in named.items()})


async def _written_by_users() -> int:
    """Count the posts that are signed by somebody who can sign in."""
    known = models.User.filter(author_id__isnull=False).values("author_id")
    signed = models.Byline.filter(author_id__in=Subquery(known))
    return await models.Post.filter(id__in=Subquery(signed.values("post_id"))).count()


def _digest(value: PostValue | PageValue, names: tuple[str, ...]) -> str:
    told = [getattr(value, name) for name in names]
    return blake2b(orjson.dumps(told), digest_size=16).hexdigest()


def _is_numbered(post: models.Post | PostValue) -> bool:
    # What only a feed told of is named by its path.
    return post.source_id is not None and not post.source_id.startswith("weebly:/")


def _may_be_edited(row: models.Post | models.Page) -> bool:
    # Of what came before digests were kept nobody can tell what it was: an edit is not to be lost for that.
    return row.import_digest is None and row.version > AS_BROUGHT


def _cut(words: str, longest: int) -> str:
    # Who brings a whole site would rather have a title cut than nothing brought.
    return models.text.clean_line(words)[:longest].rstrip()


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
