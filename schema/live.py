"""What can be listened to: what the pulse tells, read again as everybody may see it when it is told."""

import math
from asyncio import gather
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from time import monotonic
from typing import Annotated, Any, Generic, Self, TypeVar
from weakref import WeakKeyDictionary

import strawberry
from strawberry import UNSET, Info

import models
from models.pulse import CommentHeld, CommentShown, E, Event, IssueProgressed, Listener, PostPublished
from schema.connections import CommentEdge, Placed, PostEdge
from schema.given import row_asked
from schema.ids import row_id
from schema.inputs import CommentOrder
from schema.issues import Issue
from schema.loaders import SharedLoaders
from schema.outbox import OutboxLetter, letters_as_kept
from schema.types import NEWEST, Post

T = TypeVar("T")
# How long what one listener has read of an event is true enough for the next.
SHARED_SECONDS = 1.0
OF_POST = strawberry.argument(description="Only on this post.")
BY_AUTHOR = strawberry.argument(description="Only by this author.")
EndAfter = Annotated[
    int | None,
    strawberry.argument(description="End after so many; when left out, go on for as long as can be."),
]


@strawberry.type(description="A comment was added.")
class CommentAddedEvent:
    comment_edge: CommentEdge = strawberry.field(
        description="The comment, as an edge to insert into a connection; its cursor is of the oldest first."
    )
    post: Post = strawberry.field(description="The post it belongs to.")
    loaders: strawberry.Private[SharedLoaders]


@strawberry.type(description="A post was published.")
class PostPublishedEvent:
    is_update: bool = strawberry.field(
        description="Whether everybody could read it already, and it was changed."
    )
    post_edge: PostEdge = strawberry.field(
        description="The post, as an edge to insert into a connection; its cursor is of the newest first."
    )
    loaders: strawberry.Private[SharedLoaders]


@strawberry.type(description="An issue has come further.")
class IssueProgressedEvent:
    issue: Issue = strawberry.field(description="The issue as it is now.")
    loaders: strawberry.Private[SharedLoaders]


@strawberry.type(name="Subscription", description="What can be listened to.")
class Live:
    @strawberry.subscription(
        description="A comment was added or approved; moderators hear of those that wait too."
    )
    @staticmethod
    async def comment_added(
        info: Info,
        first: EndAfter = UNSET,
        post_id: Annotated[strawberry.ID | None, OF_POST] = UNSET,
    ) -> AsyncIterator[CommentAddedEvent | None]:
        wanted = row_asked(post_id, "Post")
        if wanted is not None and not await models.Post.published().filter(id=wanted).exists():
            raise models.NotFound("There is no post by that `postId`.", field="postId")
        most = _most(first)
        may_moderate = info.context.principal.may(models.Scope.COMMENTS_MODERATE)
        kinds: tuple[type[Any], ...] = (CommentShown, CommentHeld) if may_moderate else (CommentShown,)
        return Told(models.pulse.listen(*kinds), partial(_added, post_id=wanted), most=most)

    @strawberry.subscription(
        description="Letters of an issue were sent, or it was paused, resumed, recalled or finished."
    )
    @staticmethod
    async def issue_progress(
        issue_id: Annotated[strawberry.ID, strawberry.argument(description="The issue.")],
        first: EndAfter = UNSET,
    ) -> AsyncIterator[IssueProgressedEvent | None]:
        wanted = row_id(issue_id, "Issue") or 0
        if not await models.Issue.filter(id=wanted).exists():
            raise models.NotFound("There is no issue by that `issueId`.", field="issueId")
        most = _most(first)
        return Told(models.pulse.listen(IssueProgressed), partial(_progressed, issue_id=wanted), most=most)

    @strawberry.subscription(description="A post was published or, when it already was, changed.")
    @staticmethod
    async def post_published(
        author_slug: Annotated[str | None, BY_AUTHOR] = UNSET,
        first: EndAfter = UNSET,
    ) -> AsyncIterator[PostPublishedEvent | None]:
        wanted = None if author_slug in (None, UNSET) else models.findable(author_slug)
        if wanted is not None and not await models.Author.known().filter(slug=wanted).exists():
            raise models.NotFound("There is no author by that `authorSlug`.", field="authorSlug")
        most = _most(first)
        return Told(models.pulse.listen(PostPublished), partial(_published, author_slug=wanted), most=most)


@strawberry.type(name="Subscription", description="What can be listened to.")
class DevelopmentLive(Live):
    @strawberry.subscription(description="A letter was kept instead of sent; on a development server only.")
    @staticmethod
    async def mail_sent(info: Info) -> AsyncIterator[OutboxLetter | None]:
        return letters_as_kept(info)


class Told(Generic[E, T]):
    """What is told of the events that come, in their order; who drops or closes it listens no longer."""

    def __init__(self, heard: Listener[E], read: Callable[[E], Awaitable[T | None]], *, most: float) -> None:
        # No generator: one that was closed before it began would have nothing to close with.
        self._heard = heard
        self._read = read
        self._left = most

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        if self._left <= 0:
            self._heard.close()
        async for event in self._heard:
            if (told := await self._read(event)) is not None:
                self._left -= 1
                return told
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Listen no longer."""
        self._heard.close()


def _most(first: int | None) -> float:
    if first in (None, UNSET):
        return math.inf
    if first < 1:
        raise models.Invalid("first", "`first` is a number of at least 1.")
    return first


async def _added(event: CommentShown | CommentHeld, *, post_id: int | None) -> CommentAddedEvent | None:
    if post_id not in (None, event.post_id):
        return None
    loaders = _loaders_of(event)
    # Asked anew: hidden or withdrawn meanwhile, nobody is told of it.
    comment, post = await gather(_comment_of(event, loaders), loaders.rows("Post").load(event.post_id))
    if comment is None or post is None:
        return None
    edge: Any = Placed(comment, CommentOrder.OLDEST_FIRST.order)
    return CommentAddedEvent(comment_edge=edge, post=post, loaders=loaders)


async def _comment_of(event: CommentShown | CommentHeld, loaders: SharedLoaders) -> Any:
    if isinstance(event, CommentHeld):
        return await models.Comment.undecided().filter(id=event.comment_id).first()
    return await loaders.rows("Comment").load(event.comment_id)


async def _published(event: PostPublished, *, author_slug: str | None) -> PostPublishedEvent | None:
    loaders = _loaders_of(event)
    post = await loaders.rows("Post").load(event.post_id)
    if post is None or not (author_slug is None or await _is_by(post, author_slug, loaders)):
        return None
    edge: Any = Placed(post, NEWEST)
    return PostPublishedEvent(is_update=event.is_update, post_edge=edge, loaders=loaders)


async def _progressed(event: IssueProgressed, *, issue_id: int) -> IssueProgressedEvent | None:
    if event.issue_id != issue_id:
        return None
    issue: Any = await models.Issue.in_list().filter(id=issue_id).first()
    return None if issue is None else IssueProgressedEvent(issue=issue, loaders=_loaders_of(event))


async def _is_by(post: models.Post, author_slug: str, loaders: SharedLoaders) -> bool:
    authors = await loaders.few("Author").load(post.id)
    return any(author.slug == author_slug for author in authors)


_shared: WeakKeyDictionary[Event, tuple[float, SharedLoaders]] = WeakKeyDictionary()


def _loaders_of(event: Event) -> SharedLoaders:
    """Give the loaders that all share who are told of an event at the same time."""
    begun, loaders = _shared.get(event, (0.0, None))
    if loaders is None or monotonic() - begun > SHARED_SECONDS:
        loaders = SharedLoaders()
        _shared[event] = monotonic(), loaders
    return loaders
