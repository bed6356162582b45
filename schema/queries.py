"""What can be read: the root of every query."""

from typing import Annotated, Any
from urllib.parse import unquote

import strawberry
from strawberry import UNSET, Info

import models
from models.paging import Order, Window, page
from schema import searching
from schema.connections import (
    After,
    AuthorConnection,
    Before,
    CommentConnection,
    First,
    IssueConnection,
    Last,
    PostConnection,
    Slice,
    window,
)
from schema.conversations import CommentForm, Conditions, across_posts, form_below
from schema.directives import SEARCHED, SEMANTIC_NON_NULL, bounded, paged
from schema.fetching import fetch, fetch_all
from schema.given import at_most
from schema.ids import row_id
from schema.inputs import (
    AuthorLookup,
    OrderDirection,
    PageLookup,
    PostFilter,
    PostLookup,
    PostOrder,
    PostOrderField,
)  # fmt: skip
from schema.issues import Issue
from schema.newsletters import NewsletterSubscription
from schema.nodes import Linkable, Node
from schema.outbox import OutboxLetter, kept_letters
from schema.pens import Pen
from schema.permissions import demand
from schema.subscribers import NewsletterSubscriptionConnection, NewsletterSubscriptionFilter, subscribers
from schema.types import ArchiveMonth, Author, Page, Post, Site, Tag
from schema.users import AccessToken, User
from schema.webhooks import Webhook

MOST_IDS = 100
MOST_PENS = 100
MOST_PAGES = 200
MOST_TOKENS = 200
MOST_USERS = 200
ALPHABETICAL = Order("sort_key", descending=False)
NEWEST_ISSUES = Order("started_at", descending=True)
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

    @strawberry.field(
        description=(
            "What lives at a path of the site, or did once: its own path is the one that is right now. Null "
            "where nothing does, and at the front page."
        )
    )
    @staticmethod
    async def at_path(
        info: Info,
        path: Annotated[str, strawberry.argument(description="The path, as a browser shows or sends it.")],
    ) -> Linkable | None:
        found = await models.living_at(unquote(path), info.context.principal)
        if isinstance(found, models.Post):
            info.context.loaders.saw("Post", [found])
        return found  # type: ignore[return-value]

    @strawberry.field(description="One author.")
    @staticmethod
    async def author(
        info: Info, by: Annotated[AuthorLookup, strawberry.argument(description="Which one.")]
    ) -> Author | None:
        return await _named(info, models.Author.known(), by)  # type: ignore[no-any-return]

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
        description=f"Tokens that still open something, newest first; at most {MOST_TOKENS}.",
        directives=[SEMANTIC_NON_NULL, bounded(MOST_TOKENS)],
    )
    @staticmethod
    async def access_tokens() -> list[AccessToken] | None:
        living = models.Key.living().exclude(kind=models.KeyKind.PREVIEW)
        return await living.order_by("-id").limit(MOST_TOKENS)  # type: ignore[return-value]

    @strawberry.field(description="What a form below a post carries; null where nobody can comment.")
    @staticmethod
    async def comment_form(
        info: Info,
        post_id: Annotated[strawberry.ID, strawberry.argument(description="Post to comment on.")],
    ) -> CommentForm | None:
        return await form_below(info.context, post_id)

    @strawberry.field(
        description="Comments across posts, newest first; the moderation queue.",
        directives=[SEMANTIC_NON_NULL, paged()],
    )
    @staticmethod
    async def comments(
        info: Info, after: After = UNSET, before: Before = UNSET, filter: Conditions = UNSET,
        first: First = UNSET, last: Last = UNSET,
    ) -> CommentConnection | None:  # fmt: skip
        asked = window(first, last, after, before)
        return await across_posts(info.context, filter or None, asked)  # type: ignore[return-value]

    @strawberry.field(description="One issue.")
    @staticmethod
    async def issue(id: Identifier) -> Issue | None:
        return await models.Issue.in_list().filter(id=row_id(id, "Issue") or 0).first()  # type: ignore[return-value]

    @strawberry.field(
        description="Issues: posts and digests that went to subscribers, newest first.",
        directives=[SEMANTIC_NON_NULL, paged()],
    )
    @staticmethod
    async def issues(
        after: After = UNSET, before: Before = UNSET, first: First = UNSET, last: Last = UNSET
    ) -> IssueConnection | None:
        question = models.Issue.in_list()
        found = await page(question, NEWEST_ISSUES, window(first, last, after, before))
        return Slice(found, NEWEST_ISSUES, question.count)  # type: ignore[return-value]

    @strawberry.field(description="The subscription a preferences link belongs to.")
    @staticmethod
    async def newsletter_subscription(
        info: Info, token: Annotated[str, strawberry.argument(description="Token of an e-mail link.")]
    ) -> NewsletterSubscription | None:
        try:
            return await models.Subscription.to_choose(info.context.site, token)  # type: ignore[return-value]
        except models.Unproven:
            return None

    @strawberry.field(
        description="Subscriptions, newest first, for those who send to them.",
        directives=[SEMANTIC_NON_NULL, paged()],
    )
    @staticmethod
    async def newsletter_subscriptions(
        info: Info, after: After = UNSET, before: Before = UNSET,
        filter: Annotated[
            NewsletterSubscriptionFilter | None, strawberry.argument(description="Conditions.")
        ] = UNSET,
        first: First = UNSET, last: Last = UNSET,
    ) -> NewsletterSubscriptionConnection | None:  # fmt: skip
        return await subscribers(filter or None, window(first, last, after, before))  # type: ignore[return-value]

    @strawberry.field(description="Any object, by its global identifier.")
    @staticmethod
    async def node(info: Info, id: Identifier) -> Node | None:
        return await fetch(info, id)  # type: ignore[no-any-return]

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
        return await fetch_all(info, at_most(MOST_IDS, "ids", ids))  # type: ignore[return-value]

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
        return await _named(info, models.Page.open_to(info.context.principal), by)  # type: ignore[no-any-return]

    @strawberry.field(
        description=(
            "Pens that the viewer has passed, newest first; an editor sees those of all. "
            f"At most {MOST_PENS}."
        ),
        directives=[SEMANTIC_NON_NULL, bounded(MOST_PENS)],
    )
    @staticmethod
    async def pens(info: Info) -> list[Pen] | None:
        return await models.Pen.passed_by(info.context.principal).limit(MOST_PENS)  # type: ignore[return-value]

    @strawberry.field(
        description=(
            f"The first {MOST_PAGES} pages in the order of their paths, drafts among them for editors."
        ),
        directives=[SEMANTIC_NON_NULL, bounded(MOST_PAGES)],
    )
    @staticmethod
    async def pages(info: Info) -> list[Page] | None:
        pages = models.Page.listed_to(info.context.principal).filter(site_id=info.context.site.id)
        return await pages.order_by("path").limit(MOST_PAGES)  # type: ignore[return-value]

    @strawberry.field(description="One post.")
    @staticmethod
    async def post(
        info: Info, by: Annotated[PostLookup, strawberry.argument(description="Which one.")]
    ) -> Post | None:
        found = await _named(info, models.Post.open_to(info.context.principal), by)
        if found is not None:
            info.context.loaders.saw("Post", [found])
        return found  # type: ignore[no-any-return]

    @strawberry.field(description="Posts.", directives=[SEMANTIC_NON_NULL, paged()])
    @staticmethod
    async def posts(
        info: Info, after: After = UNSET, before: Before = UNSET,
        filter: Annotated[PostFilter | None, strawberry.argument(description="Conditions.")] = UNSET,
        first: First = UNSET, last: Last = UNSET,
        order_by: Annotated[PostOrder, strawberry.argument(description="Order.")] = NEWEST,
    ) -> PostConnection | None:  # fmt: skip
        conditions = filter.conditions() if filter else models.PostConditions()
        order = order_by.order
        if filter and filter.states is not None:
            return await _kept(info, filter.states, conditions, order, window(first, last, after, before))  # type: ignore[return-value]
        found = await page(models.Post.in_list(conditions), order, window(first, last, after, before))
        info.context.loaders.saw("Post", found.rows)
        return Slice(found, order, lambda: models.count_posts(conditions))  # type: ignore[return-value]

    @strawberry.field(
        description=(
            "What has some words, the best first: in its title or name before elsewhere, and there authors "
            "before pages before posts, the newest first."
        ),
        directives=[SEMANTIC_NON_NULL, SEARCHED, paged()],
    )
    @staticmethod
    async def search(
        info: Info, query: searching.Words, after: After = UNSET, before: Before = UNSET,
        first: First = UNSET, kinds: searching.Kinds = searching.EVERY_KIND, last: Last = UNSET,
    ) -> searching.SearchResultConnection | None:  # fmt: skip
        return await searching.found(info, query, kinds, window(first, last, after, before))  # type: ignore[return-value]

    @strawberry.field(description="The site.", directives=[SEMANTIC_NON_NULL])
    @staticmethod
    def site(info: Info) -> Site | None:
        return info.context.site  # type: ignore[no-any-return]

    @strawberry.field(
        description="Tags in use, alphabetical; all of them.", directives=[SEMANTIC_NON_NULL, bounded(100)]
    )
    @staticmethod
    async def tags(
        info: Info,
        is_whole: Annotated[
            bool, strawberry.argument(description="With those that no published post has; for editors.")
        ] = False,
    ) -> list[Tag] | None:
        if is_whole:
            demand(info, models.Scope.CONTENT_WRITE)
        tags = models.Tag.open_to(info.context.principal) if is_whole else models.Tag.in_use()
        return await tags.order_by("sort_key", "id")  # type: ignore[return-value]

    @strawberry.field(
        description=f"Those who can sign in, by name; at most {MOST_USERS}.",
        directives=[SEMANTIC_NON_NULL, bounded(MOST_USERS)],
    )
    @staticmethod
    async def users() -> list[User] | None:
        return await models.User.active().order_by("name", "id").limit(MOST_USERS)  # type: ignore[return-value]

    @strawberry.field(description="The user signed in; null for visitors.")
    @staticmethod
    async def viewer(info: Info) -> User | None:
        id = info.context.principal.user_id
        return None if id is None else await info.context.loaders.users.load(id)

    @strawberry.field(
        description="Receivers that are told what happens.", directives=[SEMANTIC_NON_NULL, bounded(20)]
    )
    @staticmethod
    async def webhooks() -> list[Webhook] | None:
        return await models.Webhook.all().order_by("id")  # type: ignore[return-value]


async def _kept(
    info: Info, states: list[str], conditions: models.PostConditions, order: Order, asked: Window
) -> Slice:
    demand(info, models.Scope.CONTENT_READ)
    if order.column == "published_at" and not {"draft", "archived"}.isdisjoint(states):
        # A draft was published at no moment.
        order = Order("updated_at", order.descending)
    question = models.Post.kept(info.context.principal, states, conditions)
    found = await page(question, order, asked)
    info.context.loaders.saw("Post", found.rows)
    return Slice(found, order, question.count)


async def _named(info: Info, shown: Any, by: AuthorLookup | PageLookup | PostLookup) -> Any:
    # Slugs and paths are unique within a site; only with it can an index be used.
    here = shown.filter(site_id=info.context.site.id)
    for column, value in by.tries:
        is_old = column == "old"
        wanted = await _led_to(shown.model, value) if is_old else value
        # What no row has need not be looked for.
        if wanted and (found := await here.filter(**{"id" if is_old else column: wanted}).first()):
            return found
    return None


async def _led_to(noun: Any, path: str) -> int | None:
    old = await models.leads(path) if path else None
    return getattr(old, f"{noun._meta.db_table}_id", None)
