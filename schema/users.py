"""People who can sign in, as they and those who run the publication see them."""

from datetime import datetime

import strawberry
from strawberry import Info, Parent

import models
from schema.directives import SEMANTIC_NON_NULL
from schema.nodes import Node, identifier, rows_of
from schema.roles import Role, TokenScope
from schema.scalars import EmailAddress
from schema.sources import column, derived, one
from schema.types import Author


@strawberry.type(description="Someone who can sign in.")
class User(Node):
    is_type_of = rows_of(models.User)
    id: strawberry.ID = identifier("User")
    author: Author | None = one("The author they publish as.", "Author", "author_id")
    email: EmailAddress = column("Address.")
    name: str = column("Name.")
    role: Role = derived("Role.", lambda role: Role[role.name], "role")


def _scopes(scopes: list[str]) -> list[TokenScope]:
    return [TokenScope(scope) for scope in scopes]


@strawberry.type(description="A token of a program or a browser: what is known of it, without its secret.")
class AccessToken(Node):
    is_type_of = rows_of(models.Key)
    id: strawberry.ID = identifier("AccessToken")
    created_at: datetime = column("Moment it was made.")
    expires_at: datetime = column("Moment it runs out.")
    is_session: bool = derived(
        "Whether it is a browser in which somebody signed in.",
        lambda kind: kind is models.KeyKind.SESSION,
        "kind",
    )
    label: str = column("What it is for.")
    revoked_at: datetime | None = column("Moment it was taken back.")
    scopes: list[TokenScope] = derived("What it may do.", _scopes, "scopes")
    used_at: datetime | None = column("Moment it was last used, within ten minutes.")

    @strawberry.field(description="Whose it is.", directives=[SEMANTIC_NON_NULL])
    @staticmethod
    async def user(root: Parent[models.Key], info: Info) -> User | None:
        return await info.context.loaders.users.load(root.user_id)  # type: ignore[no-any-return]
