"""What subscribers do: sign up, say yes, choose, sign off, and be forgotten."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

import strawberry
from strawberry import UNSET, Info

import models
from models.subscriptions import PREFERENCES, UNSUBSCRIBE
from schema.commands import COSTLY, DONE, SAID, key_of, mistakes_as_data, once
from schema.given import given
from schema.mistakes import InvalidTokenError, NotFoundError, RateLimitedError, ValidationError
from schema.newsletters import MailFrequency, NewsletterSubscription
from schema.payloads import ANEW, Payload, client_mutation_id, errors
from schema.scalars import EmailAddress, LanguageTag

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


def _token() -> Any:
    return strawberry.field(description="Token of the e-mail link.")


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


@strawberry.type
class Subscribing:
    @strawberry.mutation(
        description=(
            "Ask for newsletters. Answers the same whether or not the address is known; the rest happens "
            "by e-mail."
        ),
        directives=[COSTLY],
    )
    @staticmethod
    @mistakes_as_data(SubscribePayload)
    async def subscribe(info: Info, input: Annotated[SubscribeInput, SAID]) -> SubscribePayload | None:
        key = key_of(info, input)
        if await models.Repeat.answer_to(key):
            return SubscribePayload(confirmation_sent_to=_address(input.email))
        info.context.visitor.admit()
        topics = await _topics(info, input.topics, why="none") or ()
        wishes = _wishes(input)
        address = await models.SignUp.ask(
            info.context.site, input.email, _trace(info, input.source), topics=topics, key=key, **wishes
        )
        return SubscribePayload(confirmation_sent_to=EmailAddress(address.text))

    @strawberry.mutation(
        description="Confirm a sign-up with the token of the e-mail. Idempotent.", directives=[COSTLY]
    )
    @staticmethod
    @mistakes_as_data(ConfirmSubscriptionPayload, token_at="proof")
    async def confirm_subscription(
        info: Info, input: Annotated[ConfirmSubscriptionInput, SAID]
    ) -> ConfirmSubscriptionPayload | None:
        # Not `once`: to say yes twice does no harm, and a wrong code is counted though it is refused.
        site, trace, proof = info.context.site, info.context.visitor.trace, input.proof
        row: Any
        if proof.code:
            info.context.visitor.admit()
            by_code = models.Subscription.confirm_by_code
            row = await by_code(site, proof.code.email, proof.code.code, trace)
        else:
            row = await models.Subscription.confirm(site, proof.token or "", trace)
        token = str(row.preferences_token(site))
        return ConfirmSubscriptionPayload(newsletter_subscription=row, preferences_token=token)

    @strawberry.mutation(
        description="Sign off with the token of any e-mail. Idempotent.", directives=[COSTLY]
    )
    @staticmethod
    @mistakes_as_data(UnsubscribePayload)
    async def unsubscribe(info: Info, input: Annotated[UnsubscribeInput, SAID]) -> UnsubscribePayload | None:
        # Not `once`: to leave twice does no harm, and who came back meanwhile means it anew.
        site, trace = info.context.site, info.context.visitor.trace
        row, topic = await models.Subscription.behind(site, input.token, UNSUBSCRIBE, PREFERENCES)
        topics = await _topics(info, input.topics) or ([topic] if topic else None)
        left: Any = await row.leave(site, trace, topics=topics, **given(input, "reason"))
        return UnsubscribePayload(newsletter_subscription=left)

    @strawberry.mutation(
        description="Change name, language, topics, frequency or pause with the token of an e-mail.",
        directives=[COSTLY],
    )
    @staticmethod
    @mistakes_as_data(UpdatePreferencesPayload)
    async def update_preferences(
        info: Info, input: Annotated[UpdatePreferencesInput, SAID]
    ) -> UpdatePreferencesPayload | None:
        async def work() -> str:
            row = await _to_choose(info, input.token)
            changes = _wishes(input, "paused_until", "time_zone")
            if (topics := await _topics(info, input.topics)) is not None:
                changes["topics"] = topics
            await row.choose(info.context.site, info.context.visitor.trace, **changes)
            return DONE

        await once(info, input, work)
        row = await _to_choose(info, input.token)
        return UpdatePreferencesPayload(newsletter_subscription=row)

    @strawberry.mutation(
        description="Send a link to the preferences. Answers the same whether or not the address is known.",
        directives=[COSTLY],
    )
    @staticmethod
    @mistakes_as_data(RequestPreferencesLinkPayload)
    async def request_preferences_link(
        info: Info, input: Annotated[RequestPreferencesLinkInput, SAID]
    ) -> RequestPreferencesLinkPayload | None:
        key = key_of(info, input)
        if await models.Repeat.answer_to(key):
            return RequestPreferencesLinkPayload(link_sent_to=_address(input.email))
        visitor = info.context.visitor
        visitor.admit()
        address = await models.SignUp.ask_for_link(info.context.site, input.email, visitor.trace, key=key)
        return RequestPreferencesLinkPayload(link_sent_to=EmailAddress(address.text))

    @strawberry.mutation(
        description="Forget an address and all that is held of it, with the token of an e-mail. For good.",
        directives=[COSTLY],
    )
    @staticmethod
    @mistakes_as_data(EraseSubscriptionPayload)
    async def erase_subscription(
        info: Info, input: Annotated[EraseSubscriptionInput, SAID]
    ) -> EraseSubscriptionPayload | None:
        # Not `once`: an answer to repeat would have to keep the address that is to be forgotten.
        row = await _to_choose(info, input.token)
        await models.erase(row)
        return EraseSubscriptionPayload(erased_email=row.email)


async def _to_choose(info: Info, token: str) -> Any:
    return await models.Subscription.to_choose(info.context.site, token)


def _address(given: str) -> EmailAddress:
    return EmailAddress(models.Address.of(given).text)


async def _topics(
    info: Info, asked: list[TopicInput] | None, *, why: str | None = None
) -> list[models.Topic] | None:
    if asked is None or asked is UNSET:
        return None
    if not asked:
        raise models.Invalid("topics", why=why)
    return await models.known_topics(info.context.site, [topic.slug for topic in asked])


def _wishes(input: Any, *names: str) -> dict[str, Any]:
    said = given(input, "name", "language", "frequency", *names)
    if (frequency := said.pop("frequency", None)) is not None:
        said["frequency"] = models.Frequency(frequency.value)
    return said


def _trace(info: Info, source: str | None) -> models.Trace:
    trace: models.Trace = info.context.visitor.trace
    return replace(trace, form=source) if source else trace
