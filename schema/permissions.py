"""Who may: the one table of every field of the graph. A field without a row is nobody's."""

from collections.abc import Callable
from typing import Any, Literal, NoReturn

from graphql import GraphQLError, GraphQLField, GraphQLObjectType, GraphQLSchema, is_introspection_type

import models
from models import Scope

EVERYBODY: Literal["everybody"] = "everybody"
# Whoever is signed in, or comes with a key of somebody's.
KNOWN: Literal["known"] = "known"
Who = Literal["everybody", "known"] | Scope

TABLE: dict[str, dict[Who, str]] = {
    "AccessToken": {
        Scope.TOKENS_MANAGE: "createdAt expiresAt id isSession label revokedAt scopes usedAt user",
    },
    "AddCommentPayload": {EVERYBODY: "clientMutationId comment editToken errors fate query"},
    "ArchiveMonth": {EVERYBODY: "id label month path postCount posts url"},
    "Author": {EVERYBODY: "avatar bioHtml id label name path postCount posts slug url"},
    "AuthorConnection": {EVERYBODY: "edges nodes pageInfo totalCount"},
    "AuthorEdge": {EVERYBODY: "cursor node"},
    "AuthorPayload": {EVERYBODY: "author clientMutationId errors query"},
    "Comment": {
        EVERYBODY: (
            "author contentHtml contentText createdAt editedAt id parent post replies replyCount status url "
            "viewerCanModerate"
        ),
        Scope.COMMENTS_MODERATE: "heldBecause",
    },
    "CommentAddedEvent": {EVERYBODY: "commentEdge post"},
    "CommentAuthor": {EVERYBODY: "author avatarUrl name website", Scope.COMMENTS_MODERATE: "email"},
    "CommentConnection": {EVERYBODY: "edges nodes pageInfo totalCount"},
    "CommentDoubt": {Scope.COMMENTS_MODERATE: "explanation rule"},
    "CommentEdge": {EVERYBODY: "cursor node"},
    "CommentForm": {EVERYBODY: "token"},
    "CommentsClosedError": {EVERYBODY: "closedAt code message path"},
    "ConfirmSubscriptionPayload": {
        EVERYBODY: "clientMutationId errors newsletterSubscription preferencesToken query",
    },
    "ConflictError": {EVERYBODY: "code currentVersion message path"},
    "ContentSource": {Scope.CONTENT_WRITE: "format text"},
    "CreatePostPayload": {EVERYBODY: "clientMutationId errors post query"},
    "CreatePreviewLinkPayload": {EVERYBODY: "clientMutationId errors expiresAt query token url"},
    "DeleteCommentPayload": {EVERYBODY: "clientMutationId deletedCommentId errors query"},
    "DeletePostPayload": {EVERYBODY: "clientMutationId deletedPostId errors query"},
    "DeleteWebhookPayload": {EVERYBODY: "clientMutationId deletedWebhookId errors query"},
    "DeletedPayload": {EVERYBODY: "clientMutationId deletedId errors query"},
    "DiffHunk": {Scope.CONTENT_WRITE: "lines newStart oldStart"},
    "DiffLine": {Scope.CONTENT_WRITE: "change text"},
    "EditCommentPayload": {EVERYBODY: "clientMutationId comment editToken errors fate query"},
    "EmbedBlock": {EVERYBODY: "html url"},
    "EraseSubscriptionPayload": {EVERYBODY: "clientMutationId erasedEmail errors query"},
    "ForbiddenError": {EVERYBODY: "code message path requiredRole requiredScope"},
    "HeadingBlock": {EVERYBODY: "anchor depth text"},
    "HtmlBlock": {EVERYBODY: "html"},
    "Image": {EVERYBODY: "altText caption height id mediaType thumbhash url width"},
    "ImageBlock": {EVERYBODY: "image"},
    "ImagePayload": {EVERYBODY: "clientMutationId errors image query"},
    "InvalidTokenError": {EVERYBODY: "code isExpired message path"},
    "Issue": {
        Scope.SUBSCRIBERS_MANAGE: "audience counters finishedAt id kind newsletters post startedAt status",
    },
    "IssueConnection": {Scope.SUBSCRIBERS_MANAGE: "edges nodes pageInfo totalCount"},
    "IssueCounters": {Scope.SUBSCRIBERS_MANAGE: "cancelled deferred failed queued sent uncertain"},
    "IssueEdge": {Scope.SUBSCRIBERS_MANAGE: "cursor node"},
    "IssuePayload": {EVERYBODY: "clientMutationId errors issue query"},
    "IssueProgressedEvent": {Scope.SUBSCRIBERS_MANAGE: "issue"},
    "ListBlock": {EVERYBODY: "isOrdered items"},
    "Menu": {EVERYBODY: "id items slug"},
    "MenuItem": {EVERYBODY: "id items label target url"},
    "MenuPayload": {EVERYBODY: "clientMutationId errors menu query"},
    "ModerateCommentPayload": {EVERYBODY: "clientMutationId comment errors query"},
    "ModerateCommentsPayload": {EVERYBODY: "clientMutationId comments errors query"},
    "Mutation": {
        EVERYBODY: (
            "addComment confirmSubscription editComment eraseSubscription requestPreferencesLink "
            "retractComment subscribe unsubscribe updatePreferences"
        ),
        Scope.COMMENTS_MODERATE: "deleteComment moderateComment moderateComments",
        Scope.CONTENT_WRITE: (
            "archivePost createAuthor createNewsletter createPage createPost createPreviewLink deleteAuthor "
            "deleteNewsletter deletePage deletePost deleteTag mergeTags passPen publishPage publishPost "
            "restoreRevision schedulePost unpublishPage unpublishPost updateAuthor updateImage updateMenu "
            "updateNewsletter updatePage updatePost updateSite updateTag uploadImage withdrawPen"
        ),
        Scope.SUBSCRIBERS_MANAGE: "pauseIssue recallIssue resumeIssue retryIssue sendTestIssue",
        Scope.TOKENS_MANAGE: (
            "createToken createWebhook deleteWebhook inviteUser pingWebhook replayWebhookCall retireUser "
            "revokeToken updateUser updateWebhook"
        ),
    },
    "Newsletter": {EVERYBODY: "description id slug title"},
    "NewsletterPayload": {EVERYBODY: "clientMutationId errors newsletter query"},
    "NewsletterSubscription": {
        EVERYBODY: (
            "confirmedAt createdAt email export frequency id language name pausedUntil status timeZone topics"
        ),
    },
    "NewsletterSubscriptionConnection": {Scope.SUBSCRIBERS_MANAGE: "edges nodes pageInfo totalCount"},
    "NewsletterSubscriptionEdge": {Scope.SUBSCRIBERS_MANAGE: "cursor node"},
    "NotFoundError": {EVERYBODY: "code message missingId path"},
    "OutboxLetter": {EVERYBODY: "html language links sentAt subject text to"},
    "Page": {
        EVERYBODY: (
            "blocks children contentHtml id label parent path seo slug status title updatedAt url version"
        ),
        Scope.CONTENT_WRITE: "contentSource",
    },
    "PageInfo": {EVERYBODY: "endCursor hasNextPage hasPreviousPage startCursor"},
    "PagePayload": {EVERYBODY: "clientMutationId errors page query"},
    "ParagraphBlock": {EVERYBODY: "html text"},
    "Pen": {Scope.CONTENT_WRITE: "email giver id name note passedAt post state"},
    "PenPayload": {EVERYBODY: "clientMutationId errors pen query"},
    "Post": {
        EVERYBODY: (
            "archiveMonth authors blocks commentCount comments commentsOpen contentHtml contentText "
            "createdAt excerpt id image label next path previous publishedAt readingMinutes scheduledFor "
            "seo slug status tags title updatedAt url version viewerCanEdit"
        ),
        Scope.CONTENT_WRITE: "contentSource revisions",
    },
    "PostConnection": {EVERYBODY: "edges nodes pageInfo totalCount"},
    "PostEdge": {EVERYBODY: "cursor node"},
    "PostPublishedEvent": {EVERYBODY: "isUpdate postEdge"},
    "PublishPostPayload": {EVERYBODY: "clientMutationId errors post query"},
    "Query": {
        EVERYBODY: (
            "archiveMonths atPath author authors commentForm comments newsletterSubscription node nodes "
            "outbox page pages post posts search site tags viewer"
        ),
        Scope.CONTENT_WRITE: "pens",
        Scope.SUBSCRIBERS_MANAGE: "issue issues newsletterSubscriptions",
        Scope.TOKENS_MANAGE: "accessTokens users webhooks",
    },
    "QuoteBlock": {EVERYBODY: "attribution html"},
    "RateLimitedError": {EVERYBODY: "code message path retryAfterSeconds"},
    "RequestPreferencesLinkPayload": {EVERYBODY: "clientMutationId errors linkSentTo query"},
    "RetractCommentPayload": {EVERYBODY: "clientMutationId errors query retractedCommentId"},
    "Revision": {
        Scope.CONTENT_WRITE: (
            "contentSource createdAt diff editorName excerpt id restoredVersion savedAt title version"
        ),
    },
    "RevisionConnection": {Scope.CONTENT_WRITE: "edges nodes pageInfo totalCount"},
    "RevisionDiff": {Scope.CONTENT_WRITE: "excerptAfter excerptBefore hunks titleAfter titleBefore"},
    "RevisionEdge": {Scope.CONTENT_WRITE: "cursor node"},
    "SchedulePostPayload": {EVERYBODY: "clientMutationId errors post query"},
    "SearchResultConnection": {EVERYBODY: "edges nodes pageInfo totalCount"},
    "SearchResultEdge": {EVERYBODY: "cursor node score snippetHtml"},
    "Seo": {EVERYBODY: "canonicalUrl description image title"},
    "Site": {EVERYBODY: "description id language logo menu newsletters timeZone title url"},
    "SitePayload": {EVERYBODY: "clientMutationId errors query site"},
    "SubscribePayload": {EVERYBODY: "clientMutationId confirmationSentTo errors query"},
    "Subscription": {
        EVERYBODY: "commentAdded mailSent postPublished",
        Scope.SUBSCRIBERS_MANAGE: "issueProgress",
    },
    "Tag": {EVERYBODY: "id label path postCount posts slug url"},
    "TagPayload": {EVERYBODY: "clientMutationId errors query tag"},
    "TestIssuePayload": {EVERYBODY: "clientMutationId errors query sentTo"},
    "TokenPayload": {EVERYBODY: "accessToken clientMutationId errors query token"},
    "UnpublishPostPayload": {EVERYBODY: "clientMutationId errors post query"},
    "UnsubscribePayload": {EVERYBODY: "clientMutationId errors newsletterSubscription query"},
    "UpdatePostPayload": {EVERYBODY: "clientMutationId errors post query"},
    "UpdatePreferencesPayload": {EVERYBODY: "clientMutationId errors newsletterSubscription query"},
    "UploadImagePayload": {EVERYBODY: "clientMutationId errors image query"},
    "User": {KNOWN: "author email id name role"},
    "UserPayload": {EVERYBODY: "clientMutationId errors query user"},
    "ValidationError": {EVERYBODY: "code limit message path"},
    "Webhook": {Scope.TOKENS_MANAGE: "calls createdAt events failingSince id isPaused pausedBecause url"},
    "WebhookCall": {
        Scope.TOKENS_MANAGE: (
            "createdAt event id lastReason lastStatus messageId nextTryAt settledAt state tries"
        ),
    },
    "WebhookCallConnection": {Scope.TOKENS_MANAGE: "edges nodes pageInfo totalCount"},
    "WebhookCallEdge": {Scope.TOKENS_MANAGE: "cursor node"},
    "WebhookCallPayload": {EVERYBODY: "call clientMutationId errors query"},
    "WebhookPayload": {EVERYBODY: "clientMutationId errors query secret webhook"},
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
        return None if principal.may(who) else models.lacking(who)
    return models.NotAllowed()


def demand(info: Any, who: Who) -> None:
    """Refuse a field whose arguments ask for more than its row tells."""
    if (refusal := refused(info.context.principal, who)) is not None:
        deny(info.context.principal, refusal)


def _error(info: Any, _given: Any, refusal: models.NotAllowed) -> Any:
    deny(info.context.principal, refusal)


def deny(principal: models.Principal, refusal: models.NotAllowed) -> NoReturn:
    """Tell somebody, as an error of the answer, that they may not."""
    is_known = principal.is_known
    code = "FORBIDDEN" if is_known else "UNAUTHENTICATED"
    message = "You may not ask for this." if is_known else "Sign in to ask for this."
    needs = {"requiredRole": refusal.role, "requiredScope": refusal.scope}
    told = {name: need and need.name for name, need in needs.items()}
    raise GraphQLError(message, extensions={"code": code, **told})
