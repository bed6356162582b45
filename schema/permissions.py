"""Who may: the one table of every field of the graph. A field without a row is nobody's."""

from collections.abc import Callable
from typing import Any, Literal

from graphql import GraphQLError, GraphQLField, GraphQLObjectType, GraphQLSchema, is_introspection_type

import models
from models import Scope

EVERYBODY: Literal["everybody"] = "everybody"
# Whoever is signed in, or comes with a key of somebody's.
KNOWN: Literal["known"] = "known"
Who = Literal["everybody", "known"] | Scope

TABLE: dict[str, dict[Who, str]] = {
    "AccessToken": {
        Scope.TOKENS_MANAGE: "createdAt expiresAt id isSession label revokedAt scopes usedAt user"
    },
    "AddCommentPayload": {EVERYBODY: "clientMutationId comment errors query"},
    "ArchiveMonth": {EVERYBODY: "id label month path postCount posts url"},
    "Author": {EVERYBODY: "avatar bioHtml id label name path postCount posts slug url"},
    "AuthorConnection": {EVERYBODY: "edges nodes pageInfo totalCount"},
    "AuthorEdge": {EVERYBODY: "cursor node"},
    "Comment": {
        EVERYBODY: ("author contentHtml contentText createdAt id parent post replies replyCount status url")
    },
    "CommentAddedEvent": {EVERYBODY: "commentEdge post"},
    "CommentAuthor": {EVERYBODY: "author name website"},
    "CommentConnection": {EVERYBODY: "edges nodes pageInfo totalCount"},
    "CommentEdge": {EVERYBODY: "cursor node"},
    "ForbiddenError": {EVERYBODY: "code message path requiredRole"},
    "CommentsClosedError": {EVERYBODY: "closedAt code message path"},
    "ConfirmSubscriptionPayload": {
        EVERYBODY: ("clientMutationId errors newsletterSubscription preferencesToken query")
    },
    "EmbedBlock": {EVERYBODY: "html url"},
    "EraseSubscriptionPayload": {EVERYBODY: "clientMutationId erasedEmail errors query"},
    "HeadingBlock": {EVERYBODY: "anchor depth text"},
    "HtmlBlock": {EVERYBODY: "html"},
    "Image": {EVERYBODY: "altText caption height id mediaType url width"},
    "ImageBlock": {EVERYBODY: "image"},
    "InvalidTokenError": {EVERYBODY: "code isExpired message path"},
    "ListBlock": {EVERYBODY: "isOrdered items"},
    "Menu": {EVERYBODY: "id items slug"},
    "MenuItem": {EVERYBODY: "id items label target url"},
    "Mutation": {
        EVERYBODY: (
            "addComment confirmSubscription eraseSubscription requestPreferencesLink subscribe "
            "unsubscribe updatePreferences"
        ),
        Scope.TOKENS_MANAGE: "createToken inviteUser retireUser revokeToken updateUser",
    },
    "Newsletter": {EVERYBODY: "description id slug title"},
    "NewsletterSubscription": {
        EVERYBODY: ("confirmedAt createdAt email export frequency id language name pausedUntil status topics")
    },
    "NotFoundError": {EVERYBODY: "code message missingId path"},
    "OutboxLetter": {EVERYBODY: "html language links sentAt subject text to"},
    "Page": {
        EVERYBODY: (
            "blocks children contentHtml id label parent path seo slug status title updatedAt url version"
        )
    },
    "PageInfo": {EVERYBODY: "endCursor hasNextPage hasPreviousPage startCursor"},
    "ParagraphBlock": {EVERYBODY: "html text"},
    "Post": {
        EVERYBODY: (
            "archiveMonth authors blocks commentCount comments commentsOpen contentHtml contentText "
            "createdAt excerpt id image label next path previous publishedAt readingMinutes seo slug "
            "status tags title updatedAt url version"
        )
    },
    "PostConnection": {EVERYBODY: "edges nodes pageInfo totalCount"},
    "PostEdge": {EVERYBODY: "cursor node"},
    "PostPublishedEvent": {EVERYBODY: "isUpdate postEdge"},
    "Query": {
        EVERYBODY: (
            "archiveMonths author authors newsletterSubscription node nodes outbox page post posts site "
            "tags viewer"
        ),
        Scope.TOKENS_MANAGE: "accessTokens users",
    },
    "QuoteBlock": {EVERYBODY: "attribution html"},
    "RateLimitedError": {EVERYBODY: "code message path retryAfterSeconds"},
    "RequestPreferencesLinkPayload": {EVERYBODY: "clientMutationId errors linkSentTo query"},
    "Seo": {EVERYBODY: "canonicalUrl description image title"},
    "Site": {EVERYBODY: "description id language logo menu newsletters timeZone title url"},
    "SubscribePayload": {EVERYBODY: "clientMutationId confirmationSentTo errors query"},
    "Subscription": {EVERYBODY: "commentAdded mailSent postPublished"},
    "Tag": {EVERYBODY: "id label path postCount slug url"},
    "TokenPayload": {EVERYBODY: "accessToken clientMutationId errors query token"},
    "UnsubscribePayload": {EVERYBODY: "clientMutationId errors newsletterSubscription query"},
    "UpdatePreferencesPayload": {EVERYBODY: "clientMutationId errors newsletterSubscription query"},
    "User": {KNOWN: "author email id name role"},
    "UserPayload": {EVERYBODY: "clientMutationId errors query user"},
    "ValidationError": {EVERYBODY: "code limit message path"},
}
_ROWS: dict[tuple[str, str], Who] = {
    (kind, field): who
    for kind, rows in TABLE.items()
    for who, fields in rows.items()
    for field in fields.split()
}
Denied = Callable[[Any, Any, models.NotAllowed], Any]


def who_may(kind: str, field: str) -> Who | None:
    """Tell who may ask for a field of a type; None when nobody may."""
    return _ROWS.get((kind, field))


def guard(graph: GraphQLSchema, mutation_denied: Callable[[GraphQLField], Denied]) -> None:
    """Let each field of a graph be asked for by those alone who may; what everybody may costs nothing.

    A mutation answers as `mutation_denied` has it; any other field is an error at its path.
    """
    for kind in graph.type_map.values():
        if not isinstance(kind, GraphQLObjectType) or is_introspection_type(kind):
            continue
        for name, field in kind.fields.items():
            who = who_may(kind.name, name)
            if who != EVERYBODY:
                denied = mutation_denied(field) if kind is graph.mutation_type else _error
                if kind is graph.subscription_type:
                    field.subscribe = _guarded(field.subscribe, who, denied)
                else:
                    field.resolve = _guarded(field.resolve, who, denied)


def _guarded(resolve: Any, who: Who | None, denied: Denied) -> Any:
    def asked(root: Any, info: Any, **given: Any) -> Any:
        refusal = refused(info.context.principal, who)
        return resolve(root, info, **given) if refusal is None else denied(info, given, refusal)

    return asked


def refused(principal: models.Principal, who: Who | None) -> models.NotAllowed | None:
    """Tell why somebody may not ask for what is for `who`; None when they may."""
    if who == KNOWN:
        return None if principal.user_id is not None else models.NotAllowed(models.Role.AUTHOR)
    if isinstance(who, Scope):
        return None if principal.may(who) else models.NotAllowed(models.least_role(who))
    return models.NotAllowed()


def _error(info: Any, _given: Any, refusal: models.NotAllowed) -> Any:
    is_known = info.context.principal.is_known
    code = "FORBIDDEN" if is_known else "UNAUTHENTICATED"
    message = "You may not ask for this." if is_known else "Sign in to ask for this."
    raise GraphQLError(message, extensions={"code": code, "requiredRole": refusal.role and refusal.role.name})
