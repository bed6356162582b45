"""Webhooks and their log, as those who run the publication see them."""

from datetime import datetime
from enum import Enum
from typing import Annotated, Any

import strawberry
from strawberry import UNSET, Info, Parent

import models
from models.paging import page
from schema.connections import (
    NEWEST,
    After,
    Before,
    First,
    Last,
    PageInfo,
    Slice,
    cursor_field,
    info_field,
    total_field,
    window,
)
from schema.directives import SEMANTIC_NON_NULL, paged
from schema.nodes import Node, identifier, rows_of
from schema.scalars import URL
from schema.sources import column, derived


@strawberry.enum(description="What a receiver can be told of.")
class WebhookEvent(Enum):
    COMMENT_HELD = strawberry.enum_value("comment.held", description="A comment waits for a decision.")
    COMMENT_SHOWN = strawberry.enum_value("comment.shown", description="A comment can be read.")
    POST_DELETED = strawberry.enum_value("post.deleted", description="A post that could be read is gone.")
    POST_PUBLISHED = strawberry.enum_value("post.published", description="A post can be read from now on.")
    POST_UPDATED = strawberry.enum_value("post.updated", description="A post that can be read was changed.")
    POST_WITHDRAWN = strawberry.enum_value("post.withdrawn", description="A post can be read no more.")
    SUBSCRIPTION_CONFIRMED = strawberry.enum_value(
        "subscription.confirmed", description="Somebody subscribed, and proved the address."
    )
    SUBSCRIPTION_ENDED = strawberry.enum_value(
        "subscription.ended", description="A subscriber left, was erased, or receives no mail any more."
    )
    WEBHOOK_PING = strawberry.enum_value("webhook.ping", description="A test; it cannot be chosen.")


@strawberry.enum(description="Where a call stands.")
class WebhookCallState(Enum):
    DELIVERED = strawberry.enum_value("delivered", description="The receiver took it.")
    FAILED = strawberry.enum_value("failed", description="It was not taken, and is tried no more.")
    PAUSED = strawberry.enum_value("paused", description="It is kept until its webhook goes on.")
    WAITING = strawberry.enum_value("waiting", description="It will be made, or tried again.")


@strawberry.type(description="One message to a receiver, and what came of it.")
class WebhookCall(Node):
    is_type_of = rows_of(models.WebhookCall)
    id: strawberry.ID = identifier("WebhookCall")
    created_at: datetime = column("Moment of what it tells.")
    event: WebhookEvent = derived("What it tells of.", lambda event: WebhookEvent(event.value), "event")
    last_reason: str | None = column("Why the last try was not taken.")
    last_status: int | None = column("HTTP status of the last answer; null when there was none.")
    message_id: str = derived("The webhook-id of its every try.", lambda message: message, "message")
    settled_at: datetime | None = column("Moment from which it is tried no more.")
    state: WebhookCallState = derived(
        "Where it stands.", lambda state: WebhookCallState(state.value), "state"
    )
    tries: int = column("How often it was tried.")

    @strawberry.field(description="Moment of the next try; null when there is none.")
    @staticmethod
    def next_try_at(root: Parent[models.WebhookCall]) -> datetime | None:
        return root.not_before if root.state is models.CallState.WAITING else None


@strawberry.type(description="A call within a connection.")
class WebhookCallEdge:
    cursor: str = cursor_field()
    node: WebhookCall = strawberry.field(description="The call.")


@strawberry.type(description="A page of calls.")
class WebhookCallConnection:
    edges: list[WebhookCallEdge] = strawberry.field(description="Calls with their cursors.")
    nodes: list[WebhookCall] = strawberry.field(description="Calls without cursors.")
    page_info: PageInfo = info_field()
    total_count: int | None = total_field()


def _events(events: list[str]) -> list[WebhookEvent]:
    return [WebhookEvent(event) for event in events]


@strawberry.type(description="A receiver that is told what happens; its secret is not shown.")
class Webhook(Node):
    is_type_of = rows_of(models.Webhook)
    id: strawberry.ID = identifier("Webhook")
    created_at: datetime = column("Moment it was added.")
    events: list[WebhookEvent] = derived("What it is told of.", _events, "events")
    failing_since: datetime | None = column("Moment since which nothing was taken.")
    is_paused: bool = column("Whether it is told nothing now.")
    paused_because: str | None = column("Why it was paused, when nobody did it by hand.")
    url: URL = column("Address that messages go to.")

    @strawberry.field(
        description="What it was told in the last 30 days, newest first.",
        directives=[SEMANTIC_NON_NULL, paged()],
    )
    @staticmethod
    async def calls(
        root: Parent[models.Webhook],
        info: Info,
        after: After = UNSET,
        before: Before = UNSET,
        first: First = UNSET,
        last: Last = UNSET,
        states: Annotated[
            list[WebhookCallState] | None, strawberry.argument(description="Only those that stand so.")
        ] = UNSET,
    ) -> WebhookCallConnection | None:
        question = models.WebhookCall.log_of(root.id)
        if states:
            asked: list[Any] = list(states)
            question = question.filter(state__in=[models.CallState(state.value) for state in asked])
        found = await page(question, NEWEST, window(first, last, after, before))
        return Slice(found, NEWEST, question.count)  # type: ignore[return-value]
