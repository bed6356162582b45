"""What the mutations take and answer."""

from datetime import datetime
from typing import Annotated, Any

import strawberry
from strawberry import UNSET

import models
from schema.comment_fates import CommentFate, edit_token_of, fate_of
from schema.mistakes import (
    CommentsClosedError,
    InvalidTokenError,
    NotFoundError,
    RateLimitedError,
    ValidationError,
)
from schema.newsletters import MailFrequency, NewsletterSubscription
from schema.queries import Query
from schema.scalars import URL, EmailAddress, LanguageTag
from schema.sources import derived, worked
from schema.types import Comment

AddCommentError = Annotated[
    CommentsClosedError | NotFoundError | RateLimitedError | ValidationError,
    strawberry.union("AddCommentError", description="What can go wrong in addComment."),
]
SubscribeError = Annotated[
    NotFoundError | RateLimitedError | ValidationError,
    strawberry.union("SubscribeError", description="What can go wrong in subscribe."),
]
ConfirmSubscriptionError = Annotated[
    InvalidTokenError | RateLimitedError,
    strawberry.union("ConfirmSubscriptionError", description="What can go wrong in confirmSubscription."),
]
UnsubscribeError = Annotated[
    InvalidTokenError | NotFoundError | ValidationError,
    strawberry.union("UnsubscribeError", description="What can go wrong in unsubscribe."),
]
UpdatePreferencesError = Annotated[
    InvalidTokenError | NotFoundError | ValidationError,
    strawberry.union("UpdatePreferencesError", description="What can go wrong in updatePreferences."),
]
RequestPreferencesLinkError = Annotated[
    RateLimitedError | ValidationError,
    strawberry.union(
        "RequestPreferencesLinkError", description="What can go wrong in requestPreferencesLink."
    ),
]
EraseSubscriptionError = Annotated[
    InvalidTokenError,
    strawberry.union("EraseSubscriptionError", description="What can go wrong in eraseSubscription."),
]


@strawberry.input(one_of=True, description="One thing to receive mail about.")
class TopicInput:
    author_slug: str | None = strawberry.field(
        default=UNSET, description="Posts by the author with this slug."
    )
    newsletter_slug: str | None = strawberry.field(
        default=UNSET, description="The newsletter with this slug."
    )
    tag_slug: str | None = strawberry.field(default=UNSET, description="Posts with the tag of this slug.")

    @property
    def slug(self) -> tuple[str, str]:
        """The kind of thing, and its slug."""
        return next(
            (kind, slug)
            for kind in ("author", "newsletter", "tag")
            if (slug := getattr(self, f"{kind}_slug")) is not UNSET
        )


@strawberry.input(description="An address with the code that was mailed to it.")
class EmailCodeInput:
    code: str = strawberry.field(description="The code.")
    email: EmailAddress = strawberry.field(description="Address.")


@strawberry.input(one_of=True, description="Proof that the address is yours.")
class ConfirmationProof:
    code: EmailCodeInput | None = strawberry.field(
        default=UNSET, description="Address and the short code of the mail, for an app."
    )
    token: str | None = strawberry.field(default=UNSET, description="Token of the e-mail link.")


ONCE = "the same input with it again within a day repeats the first answer instead of the work."
ANEW = "what is sent again is done again."


def client_mutation_id(promise: str = ONCE) -> Any:
    """Declare what every input has; `promise` says what comes of sending it again."""
    return strawberry.field(default=UNSET, description=f"Chosen by the client and echoed; {promise}")


def _token() -> Any:
    return strawberry.field(description="Token of the e-mail link.")


@strawberry.input(description="Input of addComment.")
class AddCommentInput:
    author_email: EmailAddress | None = strawberry.field(
        default=UNSET, description="Address; needed from visitors, never shown."
    )
    author_name: str | None = strawberry.field(default=UNSET, description="Name shown; needed from visitors.")
    author_website: URL | None = strawberry.field(default=UNSET, description="Own website.")
    client_mutation_id: str | None = client_mutation_id()
    content: str = strawberry.field(
        description=(
            f"Comment in plain text, at most {models.LONGEST_COMMENT} characters; an empty line begins a "
            "paragraph."
        )
    )
    form_token: str | None = strawberry.field(
        default=UNSET, description="Token of the form, by commentForm; a site may want one of every guest."
    )
    notify_replies: bool = strawberry.field(
        default=False,
        description="Whether to write to the address about replies, once that is confirmed by letter.",
    )
    parent_id: strawberry.ID | None = strawberry.field(default=UNSET, description="Comment to reply to.")
    post_id: strawberry.ID = strawberry.field(description="Post to comment on.")
    trap: str | None = strawberry.field(
        default=UNSET,
        description="What a field holds that people do not see: machines fill it in.",
    )


@strawberry.input(description="Input of subscribe.")
class SubscribeInput:
    client_mutation_id: str | None = client_mutation_id()
    email: EmailAddress = strawberry.field(description="Address.")
    frequency: MailFrequency = strawberry.field(default=MailFrequency.IMMEDIATE, description="How often.")
    language: LanguageTag | None = strawberry.field(
        default=UNSET, description="Language of the mail; the site's when left out."
    )
    name: str | None = strawberry.field(default=UNSET, description="Name used in the mail.")
    source: str | None = strawberry.field(default=UNSET, description="Where the form stood, for statistics.")
    topics: list[TopicInput] | None = strawberry.field(
        default=UNSET, description="What to receive; the main newsletter when left out."
    )


@strawberry.input(description="Input of confirmSubscription.")
class ConfirmSubscriptionInput:
    client_mutation_id: str | None = client_mutation_id(ANEW)
    proof: ConfirmationProof = strawberry.field(description="Token of the link, or address and code.")


@strawberry.input(description="Input of unsubscribe.")
class UnsubscribeInput:
    client_mutation_id: str | None = client_mutation_id(ANEW)
    reason: str | None = strawberry.field(default=UNSET, description="Why, for the editors.")
    token: str = _token()
    topics: list[TopicInput] | None = strawberry.field(
        default=UNSET, description="What to leave; when left out, what the token is for, else everything."
    )


@strawberry.input(description="Input of updatePreferences. Fields left out stay as they are.")
class UpdatePreferencesInput:
    client_mutation_id: str | None = client_mutation_id()
    frequency: MailFrequency | None = strawberry.field(default=UNSET, description="How often from now on.")
    language: LanguageTag | None = strawberry.field(default=UNSET, description="New language.")
    name: str | None = strawberry.field(default=UNSET, description="New name; null empties it.")
    paused_until: datetime | None = strawberry.field(
        default=UNSET, description="No mail until then, at most a year ahead; null ends a pause."
    )
    time_zone: str | None = strawberry.field(
        default=UNSET,
        description="IANA time zone, in which digests come at seven; null for the site's.",
    )
    token: str = _token()
    topics: list[TopicInput] | None = strawberry.field(
        default=UNSET, description="What to receive from now on."
    )


@strawberry.input(description="Input of requestPreferencesLink.")
class RequestPreferencesLinkInput:
    client_mutation_id: str | None = client_mutation_id()
    email: EmailAddress = strawberry.field(description="Address.")


@strawberry.input(description="Input of eraseSubscription.")
class EraseSubscriptionInput:
    client_mutation_id: str | None = client_mutation_id(ANEW)
    token: str = _token()


@strawberry.type(description="What every answer of a mutation has.")
class Payload:
    client_mutation_id: str | None = strawberry.field(
        default=None, description="The clientMutationId of the input."
    )
    query: Query | None = strawberry.field(
        default_factory=Query, description="The whole query root, to refetch what the change touched."
    )


def errors() -> Any:
    """Declare what every payload has."""
    return strawberry.field(default_factory=list, description="What went wrong; empty on success.")


@strawberry.type(description="Answer of addComment.")
class AddCommentPayload(Payload):
    comment: Comment | None = strawberry.field(
        default=None, description="The comment, with status PENDING while it waits."
    )
    edit_token: str | None = worked(
        "Token for editComment and retractComment, within 15 minutes.", edit_token_of, "comment"
    )
    errors: list[AddCommentError] = errors()
    fate: CommentFate | None = derived("What became of the comment.", fate_of, "comment")


@strawberry.type(description="Answer of subscribe.")
class SubscribePayload(Payload):
    confirmation_sent_to: EmailAddress | None = strawberry.field(
        default=None, description="Address the confirmation was sent to."
    )
    errors: list[SubscribeError] = errors()


@strawberry.type(description="Answer of confirmSubscription.")
class ConfirmSubscriptionPayload(Payload):
    errors: list[ConfirmSubscriptionError] = errors()
    newsletter_subscription: NewsletterSubscription | None = strawberry.field(
        default=None, description="The confirmed subscription."
    )
    preferences_token: str | None = strawberry.field(
        default=None, description="Token for newsletterSubscription, updatePreferences and the like."
    )


@strawberry.type(description="Answer of unsubscribe.")
class UnsubscribePayload(Payload):
    errors: list[UnsubscribeError] = errors()
    newsletter_subscription: NewsletterSubscription | None = strawberry.field(
        default=None, description="The subscription after signing off."
    )


@strawberry.type(description="Answer of updatePreferences.")
class UpdatePreferencesPayload(Payload):
    errors: list[UpdatePreferencesError] = errors()
    newsletter_subscription: NewsletterSubscription | None = strawberry.field(
        default=None, description="The subscription after the change."
    )


@strawberry.type(description="Answer of requestPreferencesLink.")
class RequestPreferencesLinkPayload(Payload):
    errors: list[RequestPreferencesLinkError] = errors()
    link_sent_to: EmailAddress | None = strawberry.field(
        default=None, description="Address the link was sent to."
    )


@strawberry.type(description="Answer of eraseSubscription.")
class EraseSubscriptionPayload(Payload):
    erased_email: EmailAddress | None = strawberry.field(
        default=None, description="Address that nothing is held of any more."
    )
    errors: list[EraseSubscriptionError] = errors()
