"""Who comes: the principal behind the token of a program or the session of a browser, and for how long."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress

import structlog
from aiohttp import web

import models
from gql_server.origins import ORIGINS
from gql_server.questions import Unreadable

SESSION = "gql_server_session"
# How often it is looked at whether a key still opens what it holds open, beside being told when it does not:
# on SQLite the command line tells no server.
LOOK_SECONDS = 2.0
log = structlog.get_logger("identity")
ADVICE = "This token opens nothing, or nothing any more; send one that does, or none."
BARE = "A token comes behind the word Bearer: `Authorization: Bearer …`."
KINDS = tuple(f"{kind}_" for kind in models.KeyKind)


def shows_a_key(headers: Mapping[str, str]) -> bool:
    """Tell whether somebody comes with a token or a session: what they are answered is for them alone."""
    return "Authorization" in headers or f"{SESSION}=" in headers.get("Cookie", "")


async def principal_of(request: web.Request) -> models.Principal:
    """Tell who sends a request; refuse a token that opens nothing. An old session is nobody's."""
    if not shows_a_key(request.headers):
        return models.NOBODY
    if (token := _bearer(request.headers.get("Authorization", ""))) is not None:
        return await principal_behind(token)
    return await session_of(request)


async def principal_behind(token: str) -> models.Principal:
    """Tell who comes with a token; refuse one that opens nothing."""
    try:
        return await models.Key.principal(token)
    except models.Unproven:
        challenge = 'Bearer error="invalid_token"'
        raise Unreadable(401, ADVICE, code="UNAUTHENTICATED", www_authenticate=challenge) from None


async def session_of(request: web.Request) -> models.Principal:
    """Tell who is signed in with a browser; nobody on a page of another origin, which may not."""
    token = request.cookies.get(SESSION, "")
    if not token.startswith(f"{models.KeyKind.SESSION}_") or not request.app[ORIGINS].is_own_page(request):
        return models.NOBODY
    with suppress(models.Unproven):
        return await models.Key.principal(token)
    return models.NOBODY


def bearer_in(payload: object) -> str | None:
    """Find a token in what a client says when it opens a socket, as HTTP would have it in a header."""
    said = payload if isinstance(payload, dict) else {}
    for name, value in said.items():
        if isinstance(name, str) and name.lower() == "authorization" and isinstance(value, str):
            return _bearer(value)
    return None


@asynccontextmanager
async def watched(principal: models.Principal, leave: Callable[[], object]) -> AsyncIterator[None]:
    """Call `leave` as soon as the key of a principal opens nothing any more, or something else."""
    if not principal.is_known:
        yield
        return
    watching = asyncio.create_task(_watch(principal, leave))
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def _watch(principal: models.Principal, leave: Callable[[], object]) -> None:
    try:
        await _opens_something(principal)
    except asyncio.CancelledError:
        raise
    except Exception as error:
        # Who can be watched no more is let out, and may come in again.
        log.warning("a key is watched no more", error=type(error).__name__)
    leave()


async def _opens_something(principal: models.Principal) -> None:
    """Go on for as long as a key does."""
    told = models.pulse.listen(models.pulse.KeyRevoked, models.pulse.RoleChanged)
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS):
                async for event in told:
                    if _concerns(event, principal):
                        break
        # A store that does not answer says nothing against anybody.
        with suppress(models.Unavailable):
            if not await models.Key.still_opens(principal):
                return


def _concerns(event: models.pulse.Event, principal: models.Principal) -> bool:
    match event:
        case models.pulse.KeyRevoked(key_id=id):
            return id == principal.key_id
        case models.pulse.RoleChanged(user_id=id):
            return id == principal.user_id
    return False


def _bearer(value: str) -> str | None:
    """Give the token of an Authorization header; other schemes are those of a proxy before us."""
    scheme, _, token = value.strip().partition(" ")
    if not token and scheme.startswith(KINDS):
        # Whoever forgot the word would be answered as nobody, and told to sign in.
        raise Unreadable(401, BARE, code="UNAUTHENTICATED", www_authenticate="Bearer")
    return token.strip() if scheme.lower() == "bearer" else None
