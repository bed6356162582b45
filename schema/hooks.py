"""What those who run the publication change of its webhooks."""

from typing import Annotated, Any

import strawberry
from strawberry import UNSET, Info

import models
from schema.commands import COSTLY, DONE, SAID, mistakes_as_data, once
from schema.ids import row_id
from schema.mistakes import ForbiddenError, NotFoundError, ValidationError
from schema.payloads import ANEW, Payload, client_mutation_id, errors
from schema.scalars import URL
from schema.webhooks import Webhook, WebhookCall, WebhookEvent

WebhookError = Annotated[
    ForbiddenError | NotFoundError | ValidationError,
    strawberry.union("WebhookError", description="What can go wrong with webhooks."),
]


@strawberry.input(description="Input of createWebhook.")
class CreateWebhookInput:
    client_mutation_id: str | None = client_mutation_id(ANEW)
    events: list[WebhookEvent] = strawberry.field(description="What to tell of.")
    url: URL = strawberry.field(description="Address on the public internet to send messages to.")


@strawberry.input(description="Input of updateWebhook. Fields left out stay as they are.")
class UpdateWebhookInput:
    client_mutation_id: str | None = client_mutation_id(ANEW)
    events: list[WebhookEvent] | None = strawberry.field(default=UNSET, description="What to tell of.")
    id: strawberry.ID = strawberry.field(description="Webhook to change.")
    is_paused: bool | None = strawberry.field(
        default=UNSET, description="Whether to tell it nothing for now; what waits is kept meanwhile."
    )
    new_secret: bool = strawberry.field(
        default=False, description="Whether to sign with a new secret; for a day the old one signs too."
    )
    url: URL | None = strawberry.field(default=UNSET, description="Address to send messages to.")


@strawberry.input(description="Input of deleteWebhook.")
class DeleteWebhookInput:
    client_mutation_id: str | None = client_mutation_id()
    id: strawberry.ID = strawberry.field(description="Webhook to remove, with its log.")


@strawberry.input(description="Input of pingWebhook.")
class PingWebhookInput:
    client_mutation_id: str | None = client_mutation_id()
    id: strawberry.ID = strawberry.field(description="Webhook to try.")


@strawberry.input(description="Input of replayWebhookCall.")
class ReplayWebhookCallInput:
    client_mutation_id: str | None = client_mutation_id()
    id: strawberry.ID = strawberry.field(description="Call to make once more.")


@strawberry.type(description="Answer of createWebhook and updateWebhook.")
class WebhookPayload(Payload):
    errors: list[WebhookError] = errors()
    secret: str | None = strawberry.field(
        default=None, description="The secret that messages are signed with, when it is new; shown once."
    )
    webhook: Webhook | None = strawberry.field(default=None, description="The webhook as it is now.")


@strawberry.type(description="Answer of deleteWebhook.")
class DeleteWebhookPayload(Payload):
    deleted_webhook_id: strawberry.ID | None = strawberry.field(
        default=None, description="Identifier of what is gone."
    )
    errors: list[WebhookError] = errors()


@strawberry.type(description="Answer of pingWebhook and replayWebhookCall.")
class WebhookCallPayload(Payload):
    call: WebhookCall | None = strawberry.field(default=None, description="The call that is on its way.")
    errors: list[WebhookError] = errors()


@strawberry.type
class Hooks:
    @strawberry.mutation(description="Tell a receiver of some events from now on.", directives=[COSTLY])
    @staticmethod
    @mistakes_as_data(WebhookPayload)
    async def create_webhook(info: Info, input: Annotated[CreateWebhookInput, SAID]) -> WebhookPayload | None:
        # Not `once`: an answer to repeat would have to keep the secret, as that of an update may.
        context = info.context
        webhook: Any
        webhook, secret = await models.Webhook.add(
            input.url, _events(input.events), by=context.principal, near=context.is_private
        )
        return WebhookPayload(webhook=webhook, secret=secret)

    @strawberry.mutation(
        description="Tell it elsewhere, of other events, or nothing for now.", directives=[COSTLY]
    )
    @staticmethod
    @mistakes_as_data(WebhookPayload)
    async def update_webhook(info: Info, input: Annotated[UpdateWebhookInput, SAID]) -> WebhookPayload | None:
        webhook, by = await _webhook(input.id), info.context.principal
        changes = {
            "url": input.url or None,
            "events": _events(input.events) if isinstance(input.events, list) else None,
            "is_paused": input.is_paused if isinstance(input.is_paused, bool) else None,
        }
        secret = await webhook.update(
            **changes, new_secret=input.new_secret, by=by, near=info.context.is_private
        )
        return WebhookPayload(webhook=webhook, secret=secret)

    @strawberry.mutation(description="Tell it nothing any more, and forget its log.", directives=[COSTLY])
    @staticmethod
    @mistakes_as_data(DeleteWebhookPayload)
    async def delete_webhook(
        info: Info, input: Annotated[DeleteWebhookInput, SAID]
    ) -> DeleteWebhookPayload | None:
        async def work() -> str:
            webhook = await _webhook(input.id)
            await webhook.remove(by=info.context.principal)
            return DONE

        await once(info, input, work)
        return DeleteWebhookPayload(deleted_webhook_id=input.id)

    @strawberry.mutation(description="Send a message that says nothing, to try it out.", directives=[COSTLY])
    @staticmethod
    @mistakes_as_data(WebhookCallPayload)
    async def ping_webhook(info: Info, input: Annotated[PingWebhookInput, SAID]) -> WebhookCallPayload | None:
        async def work() -> str:
            webhook = await _webhook(input.id)
            return str((await webhook.ping(by=info.context.principal)).id)

        return WebhookCallPayload(call=await _call(int(await once(info, input, work))))

    @strawberry.mutation(
        description="Make a call once more, whatever came of it; the receiver knows it again by its id.",
        directives=[COSTLY],
    )
    @staticmethod
    @mistakes_as_data(WebhookCallPayload)
    async def replay_webhook_call(
        info: Info, input: Annotated[ReplayWebhookCallInput, SAID]
    ) -> WebhookCallPayload | None:
        async def work() -> str:
            call = await _call(row_id(input.id, "WebhookCall") or 0)
            await models.webhooks.replay(call, by=info.context.principal)
            return str(call.id)

        return WebhookCallPayload(call=await _call(int(await once(info, input, work))))


def _events(events: Any) -> list[models.HookEvent]:
    return [models.HookEvent(event.value) for event in events]


async def _call(id: int) -> Any:
    return await models.WebhookCall.by_id(id)


async def _webhook(id: str) -> Any:
    return await models.Webhook.by_id(row_id(id, "Webhook") or 0)
