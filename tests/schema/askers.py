"""Everybody who may ask something of the garden: what they come with, and who they are by that."""

from dataclasses import dataclass
from typing import Any

import models
from gql_server.identity import SESSION
from schema.permissions import EVERYBODY, KNOWN

ROLES = (models.Role.AUTHOR, models.Role.AUTHOR, models.Role.EDITOR, models.Role.ADMIN)
HOOK = "https://receiver.example.org/"


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody by their name, the headers they send, and the principal that the server takes them for."""

    name: str
    headers: dict[str, str]
    principal: models.Principal

    @property
    def may(self) -> frozenset[str]:
        """The rows of the table of permissions that are theirs."""
        known = {KNOWN} if self.principal.user_id is not None else set()
        return frozenset({EVERYBODY, *known, *self.principal.scopes})


async def employ(rows: dict[str, Any]) -> dict[str, models.User]:
    """Let people sign in, and leave behind what only they are shown."""
    site, users = rows["site"], {}
    # Who has the name of an author writes as them; Dirk has written nothing yet.
    for name, role in zip(("Anna", "Dirk", "Bea", "Cees"), ROLES, strict=True):
        users[name] = await models.User.welcome(site, f"{name.lower()}@staff.example", name, role)
    for name in ("Anna", "Bea"):
        _, token = await models.Key.grant(models.KeyKind.API, users[name])
        giver = await models.Key.principal(token)
        await models.Pen.pass_on(site, giver, email=f"{name.lower()}.next@example.org", name="Wie volgt")
    await models.Webhook.add(HOOK, [models.HookEvent.POST_PUBLISHED], by=models.NOBODY)
    await models.Issue.create(
        site_id=site.id, key="garden", kind=models.IssueKind.POST, post_id=rows["posts"][0].id, facts={},
        topics=[], audience=3, started_at=models.now(),
    )  # fmt: skip
    return users


async def askers(rows: dict[str, Any], users: dict[str, models.User]) -> list[Asker]:
    """Give each of them keys that are good now; a subscriber asks as a reader does, with a token in hand."""
    hidden = rows["hidden"]
    found = [Asker("a reader", {}, models.NOBODY)]
    for name, user in users.items():
        found.append(await _with(f"{name}, by a token", models.KeyKind.API, user))
        found.append(await _with(f"{name}, signed in", models.KeyKind.SESSION, user))
    for wanted in models.Scope:
        by = f"a program that may {wanted}"
        found.append(await _with(by, models.KeyKind.API, users["Cees"], scopes=[wanted]))
    for name, by in (
        ("Cees", "a program that may nothing"),
        ("Anna", "a program of Anna's that may nothing"),
    ):
        found.append(await _with(by, models.KeyKind.API, users[name], scopes=[]))
    for state in ("draft", "scheduled", "archived"):
        preview = {"post_id": hidden[state].id}
        found.append(await _with(f"a preview of what is {state}", models.KeyKind.PREVIEW, None, **preview))
    page = {"page_id": rows["hidden pages"]["draft"].id}
    found.append(await _with("a preview of a page", models.KeyKind.PREVIEW, None, **page))
    return found


async def _with(name: str, kind: models.KeyKind, user: models.User | None, **more: Any) -> Asker:
    _, token = await models.Key.grant(kind, user, **more)
    is_session = kind is models.KeyKind.SESSION
    headers = {"Cookie": f"{SESSION}={token}"} if is_session else {"Authorization": f"Bearer {token}"}
    return Asker(name, headers, await models.Key.principal(token))
