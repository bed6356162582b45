"""The caller: makes the calls of webhooks that were promised, signed, and keeps what was heard."""

from importlib.metadata import version
from typing import Any

import orjson
import structlog

import models
from gql_server.outgoing import Resolve, Unanswered, look_up, post
from models.instants import rfc_3339
from schema.ids import global_id
from schema.place import Place

NOUNS = {"post": "Post", "comment": "Comment", "subscription": "NewsletterSubscription", "webhook": "Webhook"}
AGENT = f"gql-server/{version('gql-server')}"
LONGEST_CUT = 100
log = structlog.get_logger("webhooks")


class Caller:
    """Makes one call at a time; `near` lets receivers stand on this machine, to try them."""

    work = models.Work.SEND_WEBHOOK

    def __init__(self, place: Place, *, near: bool, resolve: Resolve = look_up) -> None:
        self._place = place
        self._near = near
        self._resolve = resolve

    async def send(self, call: int) -> None:
        """Make a call that waits, and keep what came of it; raise TryLater for the moment of its next try."""
        row = await models.WebhookCall.filter(id=call, state=models.CallState.WAITING).first()
        webhook = await models.Webhook.filter(id=row.webhook_id).first() if row else None
        if row is None:
            return
        if webhook is None:
            await row.delete()
            return
        if webhook.is_paused:
            if not await models.webhooks.set_aside(row):
                raise models.TryLater(models.now())
            return
        if webhook.rest is not None and models.now() < row.is_over_at:
            raise models.TryLater(webhook.rest)
        heard = await self._told(webhook, row)
        again = await models.webhooks.hear(row, heard)
        if not heard.is_taken:
            # The host alone: there may be a secret in the path.
            log.warning("not taken", webhook=webhook.id, host=webhook.host, call=row.id, status=heard.status)
        if again is not None:
            raise models.TryLater(again)

    async def _told(self, webhook: models.Webhook, call: models.WebhookCall) -> models.Heard:
        body, timestamp = await self._body(call), int(models.now().timestamp())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": AGENT,
            "webhook-id": call.message,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": webhook.signatures(call.message, timestamp, body),
        }
        try:
            status, said = await post(webhook.url, body, headers, near=self._near, resolve=self._resolve)
        except models.Invalid as invalid:
            # It was added on a private server, which this one is no more.
            return models.Heard(reason=str(invalid))
        except Unanswered as unanswered:
            return models.Heard(reason=str(unanswered))
        return models.Heard(status=status, reason=None if 200 <= status < 300 else _reason(status, said))

    async def _body(self, call: models.WebhookCall) -> bytes:
        """Write the message; of the same call it is always the same."""
        facts: dict[str, Any] = dict(call.facts)
        kind = NOUNS[call.event.partition(".")[0]]
        data: dict[str, Any] = {"id": global_id(kind, call.subject_id)}
        if "post_id" in facts:
            data["postId"] = global_id("Post", facts["post_id"])
        if "path" in facts:
            absolute = await self._place.absolute()
            data |= {"path": facts["path"], "url": absolute(facts["path"])}
        return orjson.dumps({"type": call.event, "timestamp": rfc_3339(call.created_at), "data": data})


def _reason(status: int, said: bytes) -> str:
    if 300 <= status < 400:
        return f"answered {status}; redirects are not followed"
    plain = "".join(sign if sign.isprintable() else " " for sign in said.decode("ascii", "replace"))
    cut = " ".join(plain.split())[:LONGEST_CUT]
    return f"answered {status}: {cut}" if cut else f"answered {status}"
