"""What can be read: the root of every query."""

from asyncio import gather
from typing import Annotated, Any

import strawberry
from strawberry import UNSET, Info

import models
from models.paging import Order, page
from schema.connections import After, AuthorConnection, Before, First, Last, PostConnection, Slice, window
from schema.content import image_at, place_of_image
from schema.directives import SEMANTIC_NON_NULL, bounded, paged
from schema.ids import int_key, read_id, row_id
from schema.inputs import (
    AuthorLookup,
    OrderDirection,
    PageLookup,
    PostFilter,
    PostLookup,
    PostOrder,
    PostOrderField,
)  # fmt: skip
from schema.loaders import NOUNS
from schema.newsletters import NewsletterSubscription
from schema.nodes import Node
from schema.outbox import OutboxLetter, kept_letters
from schema.scalars import MONTH
from schema.types import ArchiveMonth, Author, Page, Post, Site, Tag
from schema.users import AccessToken, User

MOST_IDS = 100
MOST_TOKENS = 200
MOST_USERS = 200
ALPHABETICAL = Order("sort_key", descending=False)
NEWEST = PostOrder(direction=OrderDirection.DESC, field=PostOrderField.PUBLISHED_AT)
Identifier = Annotated[strawberry.ID, strawberry.argument(description="Global identifier.")]


@strawberry.type(description="What can be read.")
class Query:
    @strawberry.field(
        description="Months with posts, newest first.", directives=[SEMANTIC_NON_NULL, bounded(120)]
    )
    @staticmethod
    async def archive_months(
        year: Annotated[int | None, strawberry.argument(description="Only this year.")] = UNSET,
    ) -> list[ArchiveMonth] | None:
        if year and not 0 <= year <= 9999:
            return []
        return await models.archive_months(year=None if year is UNSET else year)  # type: ignore[return-value]

    @strawberry.field(description="One author.")
    @staticmethod
    async def author(
        info: Info, by: Annotated[AuthorLookup, strawberry.argument(description="Which one.")]
    ) -> Author | None:
        known = models.Author.known()
        slug, id = by.slug, row_id(by.id or "", "Author")
        named = {"site_id": info.context.site.id, "slug": models.findable(slug or "")}
        found = known.filter(**named) if slug else known.filter(id=id or 0)
        return await found.first()  # type: ignore[return-value]

    @strawberry.field(
        description="Authors, as the editors placed them; those without a place follow alphabetically.",
        directives=[SEMANTIC_NON_NULL, paged()],
    )
    @staticmethod
    async def authors(
        info: Info, after: After = UNSET, before: Before = UNSET, first: First = UNSET, last: Last = UNSET
    ) -> AuthorConnection | None:
        question = models.Author.known()
        found = await page(question, ALPHABETICAL, window(first, last, after, before))
        info.context.loaders.saw("Author", found.rows)
        return Slice(found, ALPHABETICAL, question.count)  # type: ignore[return-value]

    @strawberry.field(
        description="Tokens that still open something, newest first.",
        directives=[SEMANTIC_NON_NULL, bounded(200)],
    )
    @staticmethod
    async def access_tokens() -> list[AccessToken] | None:
        living = models.Key.living().filter(user_id__isnull=False)
        return await living.order_by("-id").limit(MOST_TOKENS)  # type: ignore[return-value]

    @strawberry.field(description="The subscription a preferences link belongs to.")
    @staticmethod
    async def newsletter_subscription(
        info: Info, token: Annotated[str, strawberry.argument(description="Token of an e-mail link.")]
    ) -> NewsletterSubscription | None:
        try:
            row, _ = await models.Subscription.behind(info.context.site, token, "prefs")
        except models.Unproven:
            return None
        return row  # type: ignore[return-value]

    @strawberry.field(description="Any object, by its global identifier.")
    @staticmethod
    async def node(info: Info, id: Identifier) -> Node | None:
        return await _fetch(info, id)  # type: ignore[no-any-return]

    @strawberry.field(
        description="Several objects, in the order asked for; null where there is none.",
        directives=[SEMANTIC_NON_NULL, bounded(MOST_IDS)],
    )
    @staticmethod
    async def nodes(
        info: Info,
        ids: Annotated[
            list[strawberry.ID], strawberry.argument(description="Global identifiers, at most 100.")
        ],
    ) -> list[Node | None] | None:
        if len(ids) > MOST_IDS:
            raise models.Invalid("ids", f"`ids` holds at most {MOST_IDS} identifiers.")
        return await _fetch_all(info, ids)  # type: ignore[return-value]

    @strawberry.field(
        description="Letters kept instead of sent, newest first; a development server's alone.",
        directives=[SEMANTIC_NON_NULL, bounded(200)],
    )
    @staticmethod
    def outbox(info: Info) -> list[OutboxLetter] | None:
        return kept_letters(info)

    @strawberry.field(description="One page.")
    @staticmethod
    async def page(
        info: Info, by: Annotated[PageLookup, strawberry.argument(description="Which one.")]
    ) -> Page | None:
        shown = models.Page.published()
        site_id = info.context.site.id
        if by.path:
            path = models.normal_path(by.path)
            findable = models.findable(path, models.LONGEST_PATH)
            found = await shown.filter(site_id=site_id, path=findable).first()
            old = None if found else await models.leads(path)
            return found or (await shown.filter(id=old.page_id or 0).first() if old else None)  # type: ignore[return-value]
        slug, id = by.slug, row_id(by.id or "", "Page")
        named = {"site_id": site_id, "slug": models.findable(slug or "")}
        one = shown.filter(**named) if slug else shown.filter(id=id or 0)
        return await one.first()  # type: ignore[return-value]

    @strawberry.field(description="One post.")
    @staticmethod
    async def post(
        info: Info, by: Annotated[PostLookup, strawberry.argument(description="Which one.")]
    ) -> Post | None:
        found = await _find_post(by, info.context.site.id)
        if found is not None:
            info.context.loaders.saw("Post", [found])
        return found  # type: ignore[return-value]

    @strawberry.field(description="Posts.", directives=[SEMANTIC_NON_NULL, paged()])
    @staticmethod
    async def posts(
        info: Info, after: After = UNSET, before: Before = UNSET,
        filter: Annotated[PostFilter | None, strawberry.argument(description="Conditions.")] = UNSET,
        first: First = UNSET, last: Last = UNSET,
        order_by: Annotated[PostOrder, strawberry.argument(description="Order.")] = NEWEST,
    ) -> PostConnection | None:  # fmt: skip
        wanted = filter.wanted() if filter else models.Wanted()
        order = order_by.order
        found = await page(models.Post.in_list(wanted), order, window(first, last, after, before))
        info.context.loaders.saw("Post", found.rows)
        return Slice(found, order, lambda: models.count_posts(wanted))  # type: ignore[return-value]

    @strawberry.field(description="The site.", directives=[SEMANTIC_NON_NULL])
    @staticmethod
    def site(info: Info) -> Site | None:
        return info.context.site  # type: ignore[no-any-return]

    @strawberry.field(description="Tags in use, alphabetical.", directives=[SEMANTIC_NON_NULL, bounded(100)])
    @staticmethod
    async def tags(info: Info) -> list[Tag] | None:
        return await models.Tag.in_use().order_by("sort_key", "id")  # type: ignore[return-value]

    @strawberry.field(
        description="Those who can sign in, by name.", directives=[SEMANTIC_NON_NULL, bounded(200)]
    )
    @staticmethod
    async def users() -> list[User] | None:
        return await models.User.active().order_by("name", "id").limit(MOST_USERS)  # type: ignore[return-value]

    @strawberry.field(description="The user signed in; null for visitors.")
    @staticmethod
    async def viewer(info: Info) -> User | None:
        id = info.context.principal.user_id
        return None if id is None else await info.context.loaders.users.load(id)


async def _find_post(by: PostLookup, site_id: int) -> models.Post | None:
    # Slugs are unique within a site; only with it can an index be used.
    shown = models.Post.in_full()
    if by.path:
        path = models.normal_path(by.path)
        if path.startswith("/posts/"):
            slug = models.findable(path.removeprefix("/posts/"))
            found = await shown.filter(site_id=site_id, slug=slug).first()
            if found is not None:
                return found
        old = await models.leads(path)
        return await shown.filter(id=old.post_id).first() if old and old.post_id else None
    if by.slug:
        return await shown.filter(site_id=site_id, slug=models.findable(by.slug)).first()
    return await shown.filter(id=row_id(by.id or "", "Post") or 0).first()


async def _fetch_all(info: Info, ids: list[strawberry.ID]) -> list[object | None]:
    fetched = [_fetch(info, id) for id in ids]
    return list(await gather(*fetched))


async def _fetch(info: Info, id: str) -> Any:
    found = read_id(id)
    if found is None:
        return None
    kind, key = found
    if kind == "Image" and not key.isdigit():
        return await _inline_image(info, key)
    if kind in NOUNS:
        row = int_key(key)
        return None if row is None else await info.context.loaders.rows(kind).load(row)
    if kind == "ArchiveMonth" and MONTH.fullmatch(key):
        return await info.context.loaders.months.load(key)
    if kind in ("AccessToken", "User"):
        return await _of_staff(info, kind, int_key(key))
    return of_masthead(info.context.masthead, kind, key)


async def _of_staff(info: Info, kind: str, id: int | None) -> object | None:
    """Give a user to themselves, and users and tokens to who runs the publication."""
    principal = info.context.principal
    if kind == "User" and id is not None and id == principal.user_id:
        return await info.context.loaders.users.load(id)  # type: ignore[no-any-return]
    if id is None or not principal.may(models.Scope.TOKENS_MANAGE):
        return None
    found = models.User.active() if kind == "User" else models.Key.filter(user_id__isnull=False)
    return await found.filter(id=id).first()


def of_masthead(masthead: models.Masthead, kind: str, key: str) -> object | None:
    """Give what is in memory already: the site, a menu, an entry of one."""
    if kind == "Site":
        return masthead.site if key == str(masthead.site.id) else None
    if kind == "Menu":
        return next((menu for menu in masthead.menus.values() if str(menu.id) == key), None)
    if kind == "MenuItem":
        return next(
            (item for item in models.menu_entries(masthead.menus.values()) if str(item.id) == key), None
        )
    return None


async def _inline_image(info: Info, key: str) -> object | None:
    if (at := place_of_image(key)) is None:
        return None
    place, id, number = at
    row = await info.context.loaders.texts(place).load(id)
    return None if row is None else image_at(row.blocks, number, key)
