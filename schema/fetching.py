"""What global identifiers lead to, for who asks."""

from asyncio import gather
from collections.abc import Callable
from typing import Any

import strawberry
from strawberry import Info
from tortoise.queryset import QuerySet

import models
from models import Principal, Scope
from schema.content import image_at, place_of_image
from schema.ids import int_key, read_id
from schema.loaders import NOUNS, OPEN_TO
from schema.scalars import MONTH

# What is shown to those alone who may do something, and which of it to whom.
OF_STAFF: dict[str, tuple[Scope, Callable[[Principal], QuerySet[Any]]]] = {
    "AccessToken": (Scope.TOKENS_MANAGE, lambda _: models.Key.exclude(kind=models.KeyKind.PREVIEW)),
    "Issue": (Scope.SUBSCRIBERS_MANAGE, lambda _: models.Issue.in_list()),
    "NewsletterSubscription": (Scope.SUBSCRIBERS_MANAGE, lambda _: models.Subscription.all()),
    "Pen": (Scope.CONTENT_WRITE, models.Pen.passed_by),
    "User": (Scope.TOKENS_MANAGE, lambda _: models.User.active()),
    "Webhook": (Scope.TOKENS_MANAGE, lambda _: models.Webhook.all()),
    "WebhookCall": (Scope.TOKENS_MANAGE, lambda _: models.WebhookCall.all()),
}


async def fetch_all(info: Info, ids: list[strawberry.ID]) -> list[object | None]:
    """Give what several identifiers lead to, read together."""
    fetched = [fetch(info, id) for id in ids]
    return list(await gather(*fetched))


async def fetch(info: Info, id: str) -> Any:
    """Give what an identifier leads to; None when that is nothing, or nothing for who asks."""
    found = read_id(id)
    if found is None:
        return None
    kind, key = found
    if kind == "Image" and not key.isdigit():
        return await _inline_image(info, key)
    if kind in NOUNS or kind in OPEN_TO:
        row = int_key(key)
        return None if row is None else await info.context.loaders.rows(kind).load(row)
    if kind == "ArchiveMonth" and MONTH.fullmatch(key):
        return await info.context.loaders.months.load(key)
    if kind in OF_STAFF:
        return await _of_staff(info, kind, int_key(key) or 0)
    return of_masthead(info.context.masthead, kind, key)


async def _of_staff(info: Info, kind: str, id: int) -> object | None:
    principal = info.context.principal
    if kind == "User" and id == principal.user_id:
        return await info.context.loaders.users.load(id)  # type: ignore[no-any-return]
    scope, question = OF_STAFF[kind]
    return await question(principal).filter(id=id).first() if principal.may(scope) else None


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
