"""What those who run the publication change: who can sign in, and the tokens of programs."""

from datetime import timedelta
from typing import Annotated, Any

import strawberry
from strawberry import UNSET, Info

import models
from schema.commands import COSTLY, SAID, mistakes_as_data, once
from schema.editing import changed, found
from schema.mistakes import ForbiddenError, NotFoundError, RateLimitedError, ValidationError
from schema.payloads import ANEW, Payload, client_mutation_id, errors
from schema.roles import Role, TokenScope
from schema.scalars import EmailAddress
from schema.users import AccessToken, User

StaffError = Annotated[
    ForbiddenError | NotFoundError | RateLimitedError | ValidationError,
    strawberry.union("StaffError", description="What can go wrong with users and tokens."),
]


@strawberry.input(description="Input of inviteUser.")
class InviteUserInput:
    client_mutation_id: str | None = client_mutation_id()
    email: EmailAddress = strawberry.field(description="Address that their links to sign in go to.")
    name: str = strawberry.field(description="Name; the author of that name is who they publish as.")
    role: Role = strawberry.field(default=Role.AUTHOR, description="Role.")


@strawberry.input(description="Input of updateUser. Fields left out stay as they are.")
class UpdateUserInput:
    client_mutation_id: str | None = client_mutation_id()
    id: strawberry.ID = strawberry.field(description="User to change.")
    role: Role | None = strawberry.field(default=UNSET, description="Role.")


@strawberry.input(description="Input of retireUser.")
class RetireUserInput:
    client_mutation_id: str | None = client_mutation_id()
    id: strawberry.ID = strawberry.field(description="User who is to sign in no more.")


@strawberry.input(description="Input of createToken.")
class CreateTokenInput:
    client_mutation_id: str | None = client_mutation_id(ANEW)
    days: int = strawberry.field(default=365, description="Days until it runs out, at most 365.")
    label: str = strawberry.field(description="What it is for.")
    scopes: list[TokenScope] | None = strawberry.field(
        default=UNSET, description="What it may do; all that its owner may when left out."
    )


@strawberry.input(description="Input of revokeToken.")
class RevokeTokenInput:
    client_mutation_id: str | None = client_mutation_id()
    id: strawberry.ID = strawberry.field(description="Token to take back.")


@strawberry.type(description="Answer of inviteUser, updateUser and retireUser.")
class UserPayload(Payload):
    errors: list[StaffError] = errors()
    user: User | None = strawberry.field(default=None, description="The user as they are now.")


@strawberry.type(description="Answer of createToken and revokeToken.")
class TokenPayload(Payload):
    access_token: AccessToken | None = strawberry.field(default=None, description="What is known of it.")
    errors: list[StaffError] = errors()
    token: str | None = strawberry.field(
        default=None, description="The token itself; it is shown once, and kept nowhere."
    )


@strawberry.type
class Staff:
    @strawberry.mutation(
        description="Let somebody sign in, and write them so. Known ones get the role anew.",
        directives=[COSTLY],
    )
    @staticmethod
    @mistakes_as_data(UserPayload)
    async def invite_user(info: Info, input: Annotated[InviteUserInput, SAID]) -> UserPayload | None:
        async def work() -> str:
            site, by = info.context.site, info.context.principal
            role = _role(input.role)
            return str((await models.invite(site, input.email, input.name, role, by=by)).id)

        return UserPayload(user=await _user(int(await once(info, input, work))))

    @strawberry.mutation(description="Trust somebody with another role.", directives=[COSTLY])
    @staticmethod
    @mistakes_as_data(UserPayload)
    async def update_user(info: Info, input: Annotated[UpdateUserInput, SAID]) -> UserPayload | None:
        async def work() -> str:
            user = await found(models.User.active(), input.id, "User")
            if input.role:
                await user.become(_role(input.role), by=info.context.principal)
            return str(user.id)

        return UserPayload(user=await _user(int(await once(info, input, work))))

    @strawberry.mutation(
        description="Let somebody sign in no more; what is theirs to open is closed at once.",
        directives=[COSTLY],
    )
    @staticmethod
    @mistakes_as_data(UserPayload)
    async def retire_user(info: Info, input: Annotated[RetireUserInput, SAID]) -> UserPayload | None:
        async def work() -> str:
            user = await found(models.User.active(), input.id, "User")
            await models.Key.retire(user, by=info.context.principal)
            return str(user.id)

        return UserPayload(user=await _user(int(await once(info, input, work))))

    @strawberry.mutation(
        description="Make a token for a program, which may do as much as its maker or less.",
        directives=[COSTLY],
    )
    @staticmethod
    @mistakes_as_data(TokenPayload)
    async def create_token(info: Info, input: Annotated[CreateTokenInput, SAID]) -> TokenPayload | None:
        # Not `once`: an answer to repeat would have to keep the token.
        asked: Any = input.scopes
        scopes = None if asked in (None, UNSET) else [models.Scope(scope.value) for scope in asked]
        key: Any
        key, token = await models.Key.grant_as(
            info.context.principal, label=input.label, scopes=scopes, lives=_lives(input.days)
        )
        return TokenPayload(access_token=key, token=token)

    @strawberry.mutation(
        description="Take a token back: it opens nothing any more, and what it holds open is closed.",
        directives=[COSTLY],
    )
    @staticmethod
    @mistakes_as_data(TokenPayload)
    async def revoke_token(info: Info, input: Annotated[RevokeTokenInput, SAID]) -> TokenPayload | None:
        async def work() -> str:
            key = await found(models.Key.all(), input.id, "AccessToken")
            await models.Key.revoke(key.id, by=info.context.principal)
            return str(key.id)

        return TokenPayload(access_token=await changed(models.Key, int(await once(info, input, work))))


def _lives(days: int) -> timedelta:
    # More days than there are in any calendar cannot be counted.
    return timedelta(days=max(0, min(days, 1000)))


def _role(wanted: Any) -> models.Role:
    return models.Role(wanted.value)


async def _user(id: int) -> Any:
    return await models.User.get(id=id)
