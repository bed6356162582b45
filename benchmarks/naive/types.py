"""The types of the graph, made from rows."""

import json
from base64 import b64encode, urlsafe_b64encode
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NewType

import strawberry
from babel.dates import format_date
from strawberry import ID, Info, Private
from tortoise.queryset import QuerySet

from benchmarks.naive import tables
from benchmarks.naive.loaders import visible
from models.text import excerpt

YearMonth = NewType("YearMonth", str)
EmailAddress = NewType("EmailAddress", str)


def global_id(kind: str, id: int) -> ID:
    """Write the identifier of a row."""
    return ID(b64encode(f"{kind}:{id}".encode()).decode())


def cursor(order: str, moment: datetime, id: int) -> str:
    """Write the cursor of a row."""
    return (
        urlsafe_b64encode(json.dumps([order, moment.isoformat(), id], separators=(",", ":")).encode())
        .decode()
        .rstrip("=")
    )


@strawberry.type
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type
class MenuItem:
    row: Private[tables.MenuItem]
    label: str

    @strawberry.field
    def url(self, info: Info) -> str:
        return f"{info.context['root']}{self.row.href}"

    @strawberry.field
    async def items(self, info: Info) -> list["MenuItem"]:
        rows = await info.context["loaders"].items.load(self.row.id)
        return [MenuItem(row=row, label=row.label) for row in rows]


@strawberry.type
class Menu:
    id: Private[int]

    @strawberry.field
    async def items(self) -> list[MenuItem]:
        rows = await tables.MenuItem.filter(menu_id=self.id, parent_id__isnull=True).order_by("position")
        return [MenuItem(row=row, label=row.label) for row in rows]


@strawberry.type
class Site:
    title: str
    description: str | None
    url: str
    language: str

    @strawberry.field
    async def menu(self, slug: str = "main") -> Menu | None:
        row = await tables.Menu.get_or_none(slug=slug)
        return Menu(id=row.id) if row else None


@strawberry.type
class Author:
    key: Private[int]
    name: str
    path: str
    bio_html: str | None

    @classmethod
    def of(cls, row: tables.Author) -> "Author":
        return cls(key=row.id, name=row.name, path=f"/authors/{row.slug}", bio_html=row.bio_html)

    @strawberry.field
    async def post_count(self, info: Info) -> int:
        return await info.context["loaders"].post_counts.load(self.key)

    @strawberry.field
    async def posts(self, first: int = 20) -> "PostConnection":
        return await page_of(tables.Post.filter(visible(), bylines__author_id=self.key), first)


@strawberry.type
class Tag:
    label: str
    path: str


@strawberry.type
class Seo:
    title: str
    description: str | None
    canonical_url: str


@strawberry.type
class CommentAuthor:
    author_id: Private[int | None]
    name: str
    website: str | None

    @strawberry.field
    async def author(self, info: Info) -> Author | None:
        if self.author_id is None:
            return None
        return Author.of(await info.context["loaders"].authors.load(self.author_id))


@strawberry.type
class Comment:
    row: Private[tables.Comment]
    id: ID
    created_at: datetime
    content_html: str
    content_text: str
    status: str
    author: CommentAuthor

    @classmethod
    def of(cls, row: tables.Comment) -> "Comment":
        author = CommentAuthor(author_id=row.author_id, name=row.name, website=row.website)
        return cls(
            row=row,
            id=global_id("Comment", row.id),
            created_at=row.created_at,
            content_html=row.html,
            content_text=row.text,
            status=row.status.upper(),
            author=author,
        )

    @strawberry.field
    async def url(self, info: Info) -> str:
        post = await info.context["loaders"].posts.load(self.row.post_id)
        return f"{info.context['root']}/posts/{post.slug}#comment-{self.row.id}"

    @strawberry.field
    async def reply_count(self, info: Info) -> int:
        return await info.context["loaders"].reply_counts.load(self.row.id)

    @strawberry.field
    async def replies(self, info: Info, first: int = 20) -> "CommentConnection":
        return CommentConnection.of(await info.context["loaders"].replies.load(self.row.id), first)


@strawberry.type
class CommentConnection:
    nodes: list[Comment]
    page_info: PageInfo

    @classmethod
    def of(cls, rows: list[tables.Comment], first: int) -> "CommentConnection":
        shown = rows[:first]
        ends = (
            [cursor("created_at+", row.created_at, row.id) for row in (shown[0], shown[-1])]
            if shown
            else [None, None]
        )
        info = PageInfo(
            has_next_page=len(rows) > first,
            has_previous_page=False,
            start_cursor=ends[0],
            end_cursor=ends[1],
        )
        return cls(nodes=[Comment.of(row) for row in shown], page_info=info)


@strawberry.type
class Post:
    row: Private[tables.Post]
    id: ID
    title: str
    path: str
    published_at: datetime
    updated_at: datetime
    content_html: str
    content_text: str
    comment_count: int
    comments_open: bool

    @classmethod
    def of(cls, row: tables.Post) -> "Post":
        return cls(
            row=row,
            id=global_id("Post", row.id),
            title=row.title,
            path=f"/posts/{row.slug}",
            published_at=row.published_at,
            updated_at=row.updated_at,
            content_html=row.html,
            content_text=row.text,
            comment_count=row.comment_count,
            comments_open=row.comments_open,
        )

    @strawberry.field
    def url(self, info: Info) -> str:
        return f"{info.context['root']}{self.path}"

    @strawberry.field
    def excerpt(self, length: int = 200) -> str:
        return excerpt(self.row.summary or self.row.opening, length)

    @strawberry.field
    def reading_minutes(self) -> int:
        return max(1, round(self.row.word_count / 220))

    @strawberry.field
    def seo(self, info: Info) -> Seo:
        return Seo(
            title=self.row.seo_title or self.title,
            description=self.row.seo_description or excerpt(self.row.opening, 155),
            canonical_url=f"{info.context['root']}{self.path}",
        )

    @strawberry.field
    async def authors(self, info: Info) -> list[Author]:
        return [Author.of(row) for row in await info.context["loaders"].bylines.load(self.row.id)]

    @strawberry.field
    async def tags(self, info: Info) -> list[Tag]:
        rows = await info.context["loaders"].tags.load(self.row.id)
        return [Tag(label=row.name, path=f"/tags/{row.slug}") for row in rows]

    @strawberry.field
    async def comments(self, info: Info, first: int = 20) -> CommentConnection:
        return CommentConnection.of(await info.context["loaders"].comments.load(self.row.id), first)

    @strawberry.field
    async def previous(self) -> "Post | None":
        older = tables.Post.filter(visible(), published_at__lt=self.row.published_at)
        row = await older.order_by("-published_at").first()
        return Post.of(row) if row else None

    @strawberry.field
    async def next(self) -> "Post | None":
        newer = tables.Post.filter(visible(), published_at__gt=self.row.published_at)
        row = await newer.order_by("published_at").first()
        return Post.of(row) if row else None


@strawberry.type
class PostConnection:
    question: Private[QuerySet[Any]]
    nodes: list[Post]
    page_info: PageInfo

    @strawberry.field
    async def total_count(self) -> int:
        return await self.question.count()


@strawberry.type
class AuthorConnection:
    nodes: list[Author]
    total_count: int


@strawberry.type
class ArchiveMonth:
    month: YearMonth
    post_count: int
    path: str

    @strawberry.field
    async def label(self, info: Info) -> str:
        return _month_label(self.month, info.context["language"])


@lru_cache(maxsize=1000)
def _month_label(month: str, language: str) -> str:
    return format_date(date.fromisoformat(f"{month}-01"), "LLLL y", locale=language).capitalize()


async def page_of(
    question: QuerySet[Any], first: int, after: tuple[datetime, int] | None = None
) -> PostConnection:
    """Read a page of posts, the newest first."""
    asked = question
    if after is not None:
        asked = question.filter(published_at__lte=after[0]).exclude(published_at=after[0], id__gte=after[1])
    rows = await asked.order_by("-published_at", "-id").limit(first + 1)
    shown = rows[:first]
    ends = (
        [cursor("published_at-", row.published_at, row.id) for row in (shown[0], shown[-1])]
        if shown
        else [None, None]
    )
    info = PageInfo(
        has_next_page=len(rows) > first,
        has_previous_page=after is not None,
        start_cursor=ends[0],
        end_cursor=ends[1],
    )
    return PostConnection(question=question, nodes=[Post.of(row) for row in shown], page_info=info)
