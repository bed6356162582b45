"""The objects of the graph, declared over the rows of the store."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

import strawberry
from strawberry import UNSET, Info, Parent

import models
from models.paging import Order
from schema.comment_fates import CommentDoubt, doubts_of
from schema.connections import (
    After,
    Before,
    CommentConnection,
    First,
    Last,
    PostConnection,
    below,
    listed,
    window,
)  # fmt: skip
from schema.content import Block, Image, typed_blocks
from schema.context import Context
from schema.directives import LARGE, READ_ALREADY, SEMANTIC_NON_NULL, bounded, paged
from schema.inputs import CommentOrder
from schema.months import month_label
from schema.nodes import Linkable, Node, identifier, rows_of
from schema.permissions import demand
from schema.remarks import PORTRAIT_OF_WRITER, URL_OF_COMMENT
from schema.revisions import ContentSource, RevisionConnection, revisions_of
from schema.scalars import HTML, URL, EmailAddress, LanguageTag, YearMonth
from schema.sources import (
    SOURCE,
    Beside,
    Few,
    Listed,
    One,
    Target,
    Worked,
    along,
    body,
    column,
    derived,
    few,
    located,
    of_one,
    one,
    same_row,
    worked,
)  # fmt: skip
from schema.statuses import CommentStatus, PostStatus, scheduled_for, status_of

WORDS_A_MINUTE = 220
NEWEST = Order("published_at", descending=True)
OLDEST = Order("published_at", descending=False)
OF_AUTHOR = Listed(
    "author.posts", models.Post.in_list, NEWEST, "author_id", through="byline", kept="post_count"
)
OF_MONTH = Listed(
    "month.posts", models.Post.in_list, NEWEST, "published_month", key="month", kept="post_count"
)
OF_TAG = Listed("tag.posts", models.Post.in_list, NEWEST, "tag_id", through="tagging", kept="post_count")
OF_POST = Listed("post.comments", models.Comment.roots, CommentOrder.OLDEST_FIRST.order, "post_id")
OF_COMMENT = Listed(
    "comment.replies",
    models.Comment.replies,
    CommentOrder.OLDEST_FIRST.order,
    "parent_id",
    kept="reply_count",
)
AUTHORS_OF_POST = Few(
    "Author", models.Author.known, "post_id", ("byline.position", "byline.id"), "byline", "author_id"
)
TAGS_OF_POST = Few("Tag", models.Tag.all, "post_id", ("tag.sort_key", "tag.id"), "tagging", "tag_id")
PAGES_OF_PAGE = Few("Page", models.Page.published, "parent_id", ("page.position", "page.id"))
NEWSLETTERS_OF_SITE = Few("Newsletter", models.Newsletter.all, "site_id", ("newsletter.id",))
Language = Annotated[
    LanguageTag | None, strawberry.argument(description="Language; the site's when left out.")
]
InOrder = Annotated[CommentOrder, strawberry.argument(description="Order.")]
Length = Annotated[int, strawberry.argument(description="Longest length in characters.")]


def _menu(context: Context, slug: str, *, is_whole: bool) -> models.MenuTree | None:
    if is_whole:
        raise models.NotAllowed(models.Role.EDITOR)
    return context.masthead.menus.get(slug)


def _month_label(context: Context, month: str, language: str | None = UNSET) -> str:
    return month_label(month, language or context.site.language)


def _excerpt(_context: Context, length: int) -> Callable[[str | None, str], str]:
    if length < 1:
        raise models.Invalid("length", "`length` is a number of at least 1.")
    excerpt, cut = models.text.excerpt, models.text.cut
    # The opening was made one line when it was kept.
    return lambda summary, opening: excerpt(summary, length) if summary else cut(opening, length)


@strawberry.type(description="An entry of a menu.")
class MenuItem(Node):
    is_type_of = rows_of(models.MenuEntry)
    id: strawberry.ID = identifier("MenuItem")
    items: list["MenuItem"] = strawberry.field(
        description="Entries of the sub-menu.", directives=[bounded(10), READ_ALREADY]
    )
    label: str = column("Text shown.")
    url: URL = located("Where it leads.", of="href")

    @strawberry.field(
        description="Object it links to; null for an external link.", metadata={SOURCE: Target()}
    )
    @staticmethod
    async def target(root: Parent[models.MenuEntry], info: Info) -> Linkable | None:
        if root.target is None:
            return None
        kind, id = root.target
        return await info.context.loaders.rows(kind.capitalize()).load(id)  # type: ignore[no-any-return]


@strawberry.type(description="A navigation menu.")
class Menu(Node):
    is_type_of = rows_of(models.MenuTree)
    id: strawberry.ID = identifier("Menu")
    items: list[MenuItem] = strawberry.field(
        description="Top-level items; sub-menus nest in their items.", directives=[bounded(10), READ_ALREADY]
    )
    slug: str = column("Slug such as main or footer.")


@strawberry.type(description="A newsletter.")
class Newsletter(Node):
    is_type_of = rows_of(models.Newsletter)
    id: strawberry.ID = identifier("Newsletter")
    description: str | None = column("What it is about and how often it comes.")
    slug: str = column("Unique, human-readable name.")

    title: str = worked(
        "Title.", lambda context, title: models.Newsletter.title_of(title, context.site.language), "title"
    )


@strawberry.type(description="The publication as a whole.")
class Site(Node):
    is_type_of = rows_of(models.Site)
    id: strawberry.ID = identifier("Site")
    description: str | None = column("One sentence about the site.")
    language: LanguageTag = column("Language of the content.")
    logo: Image | None = one("Logo.", "Image", "logo_id")
    time_zone: str = column("IANA time zone that archive months are cut in.")
    title: str = column("Title of the site.")

    @strawberry.field(description="A navigation menu.", metadata={SOURCE: Worked(_menu)})
    @staticmethod
    async def menu(
        info: Info,
        is_whole: Annotated[
            bool,
            strawberry.argument(description="With what leads to what only editors see; for editors."),
        ] = False,
        slug: Annotated[str, strawberry.argument(description="Slug of the menu.")] = "main",
    ) -> Menu | None:
        if is_whole:
            demand(info, models.Scope.CONTENT_WRITE)
            menus = await models.read_menus(info.context.site, info.context.principal)
            return menus.get(slug)  # type: ignore[return-value]
        return _menu(info.context, slug, is_whole=False)  # type: ignore[return-value]

    @strawberry.field(
        description="Newsletters a visitor can subscribe to.",
        metadata={SOURCE: NEWSLETTERS_OF_SITE},
        directives=[SEMANTIC_NON_NULL, bounded(20)],
    )
    @staticmethod
    async def newsletters(root: Parent[models.Site]) -> list[Newsletter] | None:
        return await models.Newsletter.offered(root.id)  # type: ignore[return-value]

    url: URL = worked("Root URL of the site.", lambda context: context.root_url)


@strawberry.type(description="What search engines and link previews show.")
class Seo:
    canonical_url: URL = located("Canonical URL.")
    description: str | None = derived(
        "Description.", lambda written, opening: written or models.text.excerpt(opening, 155) or None,
        "seo_description", "opening",
    )  # fmt: skip
    title: str = derived("Title.", lambda written, title: written or title, "seo_title", "title")

    @strawberry.field(description="Preview picture.", metadata={SOURCE: One("Image", "image_id")})
    @staticmethod
    async def image(root: Parent[Any], info: Info) -> Image | None:
        id = getattr(root, "image_id", None)
        return None if id is None else await info.context.loaders.rows("Image").load(id)


@strawberry.type(description="A person whose name appears on posts.")
class Author(Linkable, Node):
    is_type_of = rows_of(models.Author)
    id: strawberry.ID = identifier("Author")
    avatar: Image | None = one("Portrait.", "Image", "avatar_id")
    bio_html: HTML | None = column("Short biography.")
    label: str = column("The name.", of="name")
    name: str = column("Name.")
    path: str = column("Path below the site's URL.")
    post_count: int = column("Number of published posts.")
    posts: PostConnection | None = listed("Published posts, newest first.", OF_AUTHOR, "Post")
    slug: str = column("Unique, human-readable name used in the path.")
    url: URL = located("Canonical URL.")


@strawberry.type(description="A month in which something was published.")
class ArchiveMonth(Linkable, Node):
    is_type_of = rows_of(models.ArchiveMonth)
    id: strawberry.ID = identifier("ArchiveMonth", "month")
    month: YearMonth = column("The month.")
    path: str = column("Path below the site's URL.")
    post_count: int = column("Number of posts published in it.")
    posts: PostConnection | None = listed("Posts of the month, newest first.", OF_MONTH, "Post")
    url: URL = located("Canonical URL.")

    @strawberry.field(  # type: ignore[misc]
        description="Month and year in words, such as Maart 2021.",
        metadata={SOURCE: Worked(_month_label, ("month",))},
    )
    @staticmethod
    def label(root: Parent[models.ArchiveMonth], info: Info, language: Language = UNSET) -> str:
        return _month_label(info.context, root.month, language)


@strawberry.type(description="A subject of posts.")
class Tag(Linkable, Node):
    is_type_of = rows_of(models.Tag)
    id: strawberry.ID = identifier("Tag")
    label: str = column("The name.", of="name")
    path: str = column("Path below the site's URL.")
    post_count: int = column("Number of published posts.")
    posts: PostConnection | None = listed("Published posts, newest first.", OF_TAG, "Post")
    slug: str = column("Unique, human-readable name used in the path.")
    url: URL = located("Canonical URL.")


@strawberry.type(description="A blog post.")
class Post(Linkable, Node):
    is_type_of = rows_of(models.Post)
    id: strawberry.ID = identifier("Post")
    authors: list[Author] | None = few("Authors, in the order of the byline.", AUTHORS_OF_POST)
    blocks: list[Block] = body(
        "Content as typed blocks, for clients that do not render HTML.", "blocks", work=typed_blocks,
        directives=[bounded(50)],
    )  # fmt: skip
    comment_count: int = column("Number of approved comments.")
    comments_open: bool = worked(
        "Whether it takes comments now.",
        lambda context, is_open, moment: models.still_open(context.site, is_open, moment),
        "comments_open", "published_at",
    )  # fmt: skip
    content_html: HTML = body("Content as HTML, sanitised: it may be put into a page as it is.", "html")
    content_text: str = body("Content as plain text.", "text")
    created_at: datetime = column("Moment of creation.")
    image: Image | None = one("Leading picture.", "Image", "image_id")
    label: str = column("The title.", of="title")
    path: str = column("Path below the site's URL.")
    published_at: datetime | None = column("Moment of publication.")
    reading_minutes: int = derived(
        "Estimated reading time.", lambda words: max(1, round(words / WORDS_A_MINUTE)), "word_count"
    )
    seo: Seo = same_row("Metadata for search engines.")
    slug: str = column("Unique, human-readable name used in the path.")
    scheduled_for: datetime | None = derived(
        "When it publishes itself; only who may edit it sees it before.", scheduled_for,
        "status", "published_at",
    )  # fmt: skip
    status: PostStatus = derived("Editorial state.", status_of, "status", "published_at")
    tags: list[Tag] | None = few("Tags, alphabetical.", TAGS_OF_POST)
    title: str = column("Title.")
    updated_at: datetime = column("Moment of the last change.")
    url: URL = located("Canonical URL.")
    version: int = column("Grows with each change; pass it back in updates to detect conflicts.")

    @strawberry.field(
        description="Month it was published in; null for drafts.",
        metadata={SOURCE: One("ArchiveMonth", "published_month")},
    )
    @staticmethod
    async def archive_month(root: Parent[models.Post], info: Info) -> ArchiveMonth | None:
        if not root.is_visible:
            return None
        return await info.context.loaders.months.load(root.published_month)  # type: ignore[no-any-return]

    @strawberry.field(
        description="Top-level comments; replies nest in them.",
        metadata={SOURCE: OF_POST},
        directives=[SEMANTIC_NON_NULL, paged()],
    )
    @staticmethod
    async def comments(
        root: Parent[models.Post], info: Info, after: After = UNSET, before: Before = UNSET,
        first: First = UNSET, last: Last = UNSET, order_by: InOrder = CommentOrder.OLDEST_FIRST,
    ) -> CommentConnection | None:  # fmt: skip
        info.context.loaders.saw("Post", [root])
        asked = window(first, last, after, before)
        return await below(root, info, OF_POST, order_by.order, asked, "Comment")  # type: ignore[return-value]

    @strawberry.field(
        description="Summary: written by the editor or cut from the text.",
        metadata={SOURCE: Worked(_excerpt, ("summary", "opening"), is_prepared=True)},
    )
    @staticmethod
    def excerpt(root: Parent[models.Post], info: Info, length: Length = 200) -> str:
        return _excerpt(info.context, length)(root.summary, root.opening)

    @strawberry.field(
        description="Next newer published post.",
        metadata={SOURCE: Beside("Post", models.Post.in_list, OLDEST)},
    )
    @staticmethod
    async def next(root: Parent[models.Post], info: Info) -> "Post | None":
        return await _neighbour(root, info, 1)  # type: ignore[no-any-return]

    @strawberry.field(
        description="Next older published post.",
        metadata={SOURCE: Beside("Post", models.Post.in_list, NEWEST)},
    )
    @staticmethod
    async def previous(root: Parent[models.Post], info: Info) -> "Post | None":
        return await _neighbour(root, info, 0)  # type: ignore[no-any-return]

    @strawberry.field(
        description="The text as its author wrote it; null for who may not edit the post.", directives=[LARGE]
    )
    @staticmethod
    async def content_source(root: Parent[models.Post], info: Info) -> ContentSource | None:
        whole = await info.context.loaders.sources.load(root.id)
        return None if whole is None else ContentSource.of(whole.source, whole.source_format)

    revisions: RevisionConnection | None = strawberry.field(
        resolver=revisions_of,
        description="What it said after each save, newest first; none for who may not edit it.",
        directives=[SEMANTIC_NON_NULL, paged()],
    )

    @strawberry.field(
        description="Whether the viewer may edit it.", metadata={SOURCE: Worked(lambda _context: False)}
    )
    @staticmethod
    async def viewer_can_edit(root: Parent[models.Post], info: Info) -> bool:
        principal = info.context.principal
        if not principal.may(models.Scope.CONTENT_WRITE):
            return False
        authors = [] if principal.edits_all else await info.context.loaders.few("Author").load(root.id)
        return principal.edits_all or principal.author_id in [author.id for author in authors]


@strawberry.type(description="A standing page such as About or Contact.")
class Page(Linkable, Node):
    is_type_of = rows_of(models.Page)
    id: strawberry.ID = identifier("Page")
    blocks: list[Block] = body(
        "Content as typed blocks.", "blocks", work=typed_blocks, directives=[bounded(50)]
    )
    content_html: HTML = column("Content as HTML, sanitised: it may be put into a page as it is.", of="html")
    label: str = column("The title.", of="title")
    parent: "Page | None" = one("Page above this one.", "Page", "parent_id")
    path: str = column("Path below the site's URL.")
    seo: Seo = same_row("Metadata for search engines.")
    slug: str = column("Unique, human-readable name used in the path.")
    status: PostStatus = derived("Editorial state.", status_of, "status", "published_at")
    title: str = column("Title.")
    updated_at: datetime = column("Moment of the last change.")
    url: URL = located("Canonical URL.")
    version: int = column("Grows with each change.")

    @strawberry.field(
        description="The text as its author wrote it; null for who may not edit the page.", directives=[LARGE]
    )
    @staticmethod
    def content_source(root: Parent[models.Page], info: Info) -> ContentSource | None:
        if not info.context.principal.edits_all:
            return None
        return ContentSource.of(root.source, root.source_format)

    @strawberry.field(
        description="Pages below this one.",
        metadata={SOURCE: PAGES_OF_PAGE},
        directives=[SEMANTIC_NON_NULL, bounded(20)],
    )
    @staticmethod
    async def children(root: Parent[models.Page], info: Info) -> list["Page"] | None:
        return await info.context.loaders.children.load(root.id)  # type: ignore[no-any-return]


async def _neighbour(post: models.Post, info: Info, side: int) -> Any:
    # What has no moment stands beside nothing.
    if post.published_at is None:
        return None
    return (await info.context.loaders.neighbours.load((post.id, post.published_at)))[side]


@strawberry.type(description="Who wrote a comment.")
class CommentAuthor:
    author: Author | None = one("The author, when an author of the site wrote it.", "Author", "author_id")
    avatar_url: URL | None = along("Portrait.", PORTRAIT_OF_WRITER)
    # Read by no plan: it is not everybody's.
    email: EmailAddress | None = strawberry.field(
        resolver=lambda root: root.email, description="Address; moderators only."
    )
    name: str = column("Name shown.")
    website: URL | None = column("Own website.")


@strawberry.type(description="A comment or a reply.")
class Comment(Node):
    is_type_of = rows_of(models.Comment)
    id: strawberry.ID = identifier("Comment")
    author: CommentAuthor = same_row("Who wrote it.")
    content_html: HTML = column("Comment as sanitized HTML.", of="html")
    content_text: str = column("Comment as plain text.", of="text")
    created_at: datetime = column("Moment it was written.")
    edited_at: datetime | None = column("Moment its writer last changed its words; null when never.")
    parent: "Comment | None" = one("The comment it replies to.", "Comment", "parent_id")
    post: Post | None = one("The post it belongs to.", "Post", "post_id", directives=[SEMANTIC_NON_NULL])
    replies: CommentConnection | None = listed("Replies, oldest first.", OF_COMMENT, "Comment")
    reply_count: int = column("Number of approved replies.")
    status: CommentStatus = derived("Moderation state.", lambda status: CommentStatus(status.value), "status")
    url: URL = of_one("URL of the post, with the fragment of the comment.", URL_OF_COMMENT)
    viewer_can_moderate: bool = worked(
        "Whether the viewer may moderate it.",
        lambda context: context.principal.may(models.Scope.COMMENTS_MODERATE),
    )

    @strawberry.field(description="Why it waits, or waited; moderators only.")
    @staticmethod
    def held_because(root: Parent[models.Comment], info: Info) -> list[CommentDoubt] | None:
        return doubts_of(root, info.context.language)
