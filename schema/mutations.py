"""What can be changed: each mutation takes its input to a verb, and a refusal back as data."""

from dataclasses import replace
from typing import Annotated, Any

import strawberry
from strawberry import UNSET, Info

import models
from schema.commands import COSTLY, DONE, SAID, key_of, mistakes_as_data, once
from schema.given import given
from schema.payloads import (
    ConfirmSubscriptionInput,
    ConfirmSubscriptionPayload,
    EraseSubscriptionInput,
    EraseSubscriptionPayload,
    RequestPreferencesLinkInput,
    RequestPreferencesLinkPayload,
    SubscribeInput,
    SubscribePayload,
    TopicInput,
    UnsubscribeInput,
    UnsubscribePayload,
    UpdatePreferencesInput,
    UpdatePreferencesPayload,
)
from schema.scalars import EmailAddress


@strawberry.type(description="What can be changed.")
class Mutation:
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
        topics = await _topics(info, input.topics or None) or ()
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
        row, topic = await _behind(info, input.token, "unsub", "prefs")
        topics = await _topics(info, input.topics) or ([topic] if topic else None)
        trace = info.context.visitor.trace
        left = await row.leave(info.context.site, trace, topics=topics, **given(input, "reason"))
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
            row, _ = await _behind(info, input.token, "prefs")
            changes = _wishes(input, "paused_until", "time_zone")
            if (topics := await _topics(info, input.topics)) is not None:
                changes["topics"] = topics
            await row.choose(info.context.site, info.context.visitor.trace, **changes)
            return DONE

        await once(info, input, work)
        row, _ = await _behind(info, input.token, "prefs")
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
        row, _ = await _behind(info, input.token, "prefs")
        await models.erase(row)
        return EraseSubscriptionPayload(erased_email=row.email)


async def _behind(info: Info, token: str, *kinds: str) -> tuple[Any, models.Topic | None]:
    return await models.Subscription.behind(info.context.site, token, *kinds)


def _address(given: str) -> EmailAddress:
    return EmailAddress(models.Address.of(given).text)


async def _topics(info: Info, asked: list[TopicInput] | None) -> list[models.Topic] | None:
    if asked is None or asked is UNSET:
        return None
    if not asked:
        raise models.Invalid("topics")
    return await models.known_topics(info.context.site, [topic.slug for topic in asked])


def _wishes(input: Any, *names: str) -> dict[str, Any]:
    said = given(input, "name", "language", "frequency", *names)
    if (frequency := said.pop("frequency", None)) is not None:
        said["frequency"] = models.Frequency(frequency.value)
    return said


def _trace(info: Info, source: str | None) -> models.Trace:
    trace: models.Trace = info.context.visitor.trace
    return replace(trace, form=source) if source else trace
