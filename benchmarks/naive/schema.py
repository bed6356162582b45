"""What can be asked and changed."""

import json
from base64 import b64decode, urlsafe_b64decode
from datetime import UTC, datetime
from html import escape

import strawberry
from strawberry import ID, Info
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig
from tortoise.expressions import F
from tortoise.functions import Count
from tortoise.transactions import in_transaction

from benchmarks.naive import tables
from benchmarks.naive.loaders import visible
from benchmarks.naive.types import (
    ArchiveMonth,
    Author,
    AuthorConnection,
    Comment,
    EmailAddress,
    Post,
    PostConnection,
    Site,
    YearMonth,
    page_of,
)  # fmt: skip


@strawberry.input
class PostFilter:
    month: YearMonth | None = None


@strawberry.input
class PostLookup:
    slug: str


@strawberry.type
class Query:
    @strawberry.field
    async def site(self) -> Site:
        row = await tables.Site.all().order_by("id").first()
        return Site(title=row.title, description=row.description, url=row.url, language=row.language)

    @strawberry.field
    async def posts(
        self, filter: PostFilter | None = None, first: int = 20, after: str | None = None
    ) -> PostConnection:
        question = tables.Post.filter(visible())
        if filter is not None and filter.month is not None:
            question = question.filter(published_month=filter.month)
        return await page_of(question, first, _read_cursor(after) if after else None)

    @strawberry.field
    async def post(self, by: PostLookup) -> Post | None:
        row = await tables.Post.filter(visible(), slug=by.slug).first()
        return Post.of(row) if row else None

    @strawberry.field
    async def archive_months(self) -> list[ArchiveMonth]:
        months = tables.Post.filter(visible()).annotate(n=Count("id")).group_by("published_month")
        counted = await months.order_by("-published_month").values_list("published_month", "n")
        return [ArchiveMonth(month=month, post_count=n, path=f"/archive/{month}") for month, n in counted]

    @strawberry.field
    async def authors(self, first: int = 20) -> AuthorConnection:
        rows = await tables.Author.all().order_by("sort_key", "id").limit(first)
        return AuthorConnection(
            nodes=[Author.of(row) for row in rows], total_count=await tables.Author.all().count()
        )

    @strawberry.field
    async def node(self, info: Info, id: ID) -> Post | None:
        kind, _, key = b64decode(id).decode().partition(":")
        row = await info.context["loaders"].posts.load(int(key)) if kind == "Post" else None
        return Post.of(row) if row else None


def _read_cursor(after: str) -> tuple[datetime, int]:
    _, moment, id = json.loads(urlsafe_b64decode(after + "=" * (-len(after) % 4)))
    return datetime.fromisoformat(moment), id


@strawberry.interface
class UserError:
    code: str
    message: str
    path: list[str]


@strawberry.type
class NotFoundError(UserError):
    pass


@strawberry.input
class AddCommentInput:
    post_id: ID
    author_name: str
    author_email: EmailAddress
    content: str


@strawberry.type
class AddCommentPayload:
    comment: Comment | None
    errors: list[UserError]


@strawberry.input
class SubscribeInput:
    email: EmailAddress
    name: str


@strawberry.type
class SubscribePayload:
    confirmation_sent_to: EmailAddress
    errors: list[UserError]


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def add_comment(self, input: AddCommentInput) -> AddCommentPayload:
        post_id = int(b64decode(input.post_id).decode().removeprefix("Post:"))
        async with in_transaction():
            post = await tables.Post.filter(visible(), id=post_id, comments_open=True).first()
            if post is None:
                error = NotFoundError(
                    code="NOT_FOUND", message="There is no such post.", path=["input", "postId"]
                )
                return AddCommentPayload(comment=None, errors=[error])
            comment = await tables.Comment.create(
                post_id=post.id,
                name=input.author_name,
                email=input.author_email,
                source=input.content,
                html=f"<p>{escape(input.content)}</p>",
                text=input.content,
                status="approved",
                is_shown=True,
                created_at=datetime.now(UTC),
            )
            await tables.Post.filter(id=post.id).update(comment_count=F("comment_count") + 1)
        return AddCommentPayload(comment=Comment.of(comment), errors=[])

    @strawberry.mutation
    async def subscribe(self, input: SubscribeInput) -> SubscribePayload:
        async with in_transaction():
            row = await tables.SignUp.create(email=input.email, name=input.name)
            await tables.Job.create(work="confirm", payload={"sign_up": row.id})
        return SubscribePayload(confirmation_sent_to=input.email, errors=[])


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


schema = strawberry.Schema(
    Query,
    Mutation,
    types=[NotFoundError],
    extensions=[lambda: ParserCache(maxsize=100), lambda: ValidationCache(maxsize=100)],
    config=StrawberryConfig(
        scalar_map={
            datetime: strawberry.scalar(name="DateTime", serialize=_moment),
            YearMonth: strawberry.scalar(name="YearMonth", serialize=str, parse_value=str),
            EmailAddress: strawberry.scalar(name="EmailAddress", serialize=str, parse_value=str),
        }
    ),
)
