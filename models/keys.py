"""Keys: what lets a person or a program in, until it runs out or is taken back."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from tortoise import fields
from tortoise.fields.base import OnDelete
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models import pulse, text
from models.atomic import atomic
from models.audit import Audit
from models.errors import Expired, Invalid, Unproven
from models.fitting import fitting, line
from models.instants import Instant, now
from models.pages import Page
from models.posts import Post
from models.principals import NOBODY, OF_ROLE, Principal, Role, Scope, lacking
from models.relations import may_point_to
from models.tokens import Token, digest, fresh_secret, matches
from models.users import User, require_power

LONGEST_LABEL = 100
# What was used within is not written anew: a request of who is signed in costs no commit.
USED_WITHIN = timedelta(minutes=10)


class KeyKind(StrEnum):
    """What a key is for: a program, a browser in which somebody signed in, a look at a draft."""

    API = "api"
    SESSION = "sess"
    PREVIEW = "preview"


LIVES = {
    KeyKind.API: timedelta(days=365),
    KeyKind.SESSION: timedelta(days=30),
    KeyKind.PREVIEW: timedelta(days=7),
}


class Key(Model):
    """A key, of which only the digest is kept. `scopes` are fewer than its owner's role gives, or as many."""

    id = fields.IntField(primary_key=True)
    kind = fields.CharEnumField(KeyKind, max_length=16)
    digest = fields.CharField(max_length=64)
    user: Any = may_point_to("User", on_delete=OnDelete.CASCADE)
    user_id: int | None
    post: Any = may_point_to("Post", on_delete=OnDelete.CASCADE)
    post_id: int | None
    page: Any = may_point_to("Page", on_delete=OnDelete.CASCADE, indexed=False)
    page_id: int | None
    scopes: list[str] = fields.JSONField()
    label = fields.CharField(max_length=LONGEST_LABEL, default="")
    created_at = Instant()
    expires_at = Instant(db_index=True)
    used_at = Instant(null=True)
    revoked_at = Instant(null=True)

    class Meta:
        table = "key"
        # A column that came later has its index here: the migration that adds one makes none.
        indexes = (("page_id",),)

    @classmethod
    def living(cls) -> QuerySet[Self]:
        """Ask for the keys that still open something."""
        return cls.filter(revoked_at__isnull=True, expires_at__gt=now())

    @classmethod
    @atomic
    async def grant(
        cls, kind: KeyKind, user: User | None = None, *, post_id: int | None = None,
        page_id: int | None = None, label: str = "", scopes: Collection[Scope] | None = None,
        lives: timedelta | None = None,
    ) -> tuple[Self, str]:  # fmt: skip
        """Make a key; give it with its token, which nobody can tell again."""
        mine = OF_ROLE[user.role] if user is not None else frozenset()
        wanted = mine if scopes is None else frozenset(scopes)
        if more := wanted - mine:
            raise Invalid("scopes", f"The role {user and user.role} has no {', '.join(sorted(more))}.")
        lives = LIVES[kind] if lives is None else lives
        if not timedelta(0) < lives <= LIVES[KeyKind.API]:
            raise Invalid("days", "A key lives for a day at least, and for a year at most.", limit=365)
        secret, moment = fresh_secret(), now()
        key = await cls.create(
            kind=kind, digest=digest(secret), user_id=user.id if user else None, post_id=post_id,
            page_id=page_id, scopes=sorted(wanted), created_at=moment, expires_at=moment + lives,
            **fitting(cls, {"label": text.clean_line(label)}),
        )  # fmt: skip
        return key, str(Token(kind, key.id, secret))

    @classmethod
    @atomic
    async def grant_as(
        cls, principal: Principal, *, label: str, scopes: Collection[Scope] | None, lives: timedelta
    ) -> tuple[Self, str]:
        """Make a key for a program of who asks, which may do no more than they do now."""
        user = await User.active().filter(id=principal.user_id or 0).first()
        if user is None:
            raise lacking(Scope.TOKENS_MANAGE)
        wanted = principal.scopes if scopes is None else frozenset(scopes)
        if not wanted <= principal.scopes:
            raise Invalid("scopes", "A token may do no more than who makes it.")
        return await cls.grant_api(user, label=label, scopes=wanted, lives=lives, by=principal)

    @classmethod
    @atomic
    async def grant_api(
        cls, user: User, *, label: str, scopes: Collection[Scope] | None, lives: timedelta,
        by: Principal = NOBODY,
    ) -> tuple[Self, str]:  # fmt: skip
        """Make a key for a program that acts for somebody, and note who did."""
        label = line(cls, "label", label, missing="Say what the token is for.")
        key, token = await cls.grant(KeyKind.API, user, label=label, scopes=scopes, lives=lives)
        await Audit.note(by, "token.create", key.id)
        return key, token

    @classmethod
    @atomic
    async def grant_preview(cls, principal: Principal, shown: Post | Page) -> tuple[Self, str]:
        """Make a key that shows one post or page to whoever has it, and note who did."""
        noun, user = shown._meta.db_table, await User.filter(id=principal.user_id or 0).first()
        about: dict[str, Any] = {f"{noun}_id": shown.id}
        made = await cls.grant(KeyKind.PREVIEW, user, scopes=(), **about)
        await Audit.note(principal, f"{noun}.preview", shown.id)
        return made

    @classmethod
    async def principal(cls, token: str) -> Principal:
        """Tell who asks with a token; refuse one that opens nothing, or nothing any more."""
        key = await cls._behind(token)
        if key.used_at is None or not key.used_at <= now() < key.used_at + USED_WITHIN:
            await cls.filter(id=key.id).update(used_at=now())
        return key.opens()

    @classmethod
    async def shown_by(cls, token: str) -> Principal:
        """Tell what a link of a preview shows; a token of another kind is none here, whatever it opens."""
        if Token.read(token, KeyKind.PREVIEW) is None:
            raise Unproven
        return await cls.principal(token)

    def opens(self) -> Principal:
        """Give who asks with this key, of which `user` has been read."""
        if self.kind is KeyKind.PREVIEW:
            return Principal(key_id=self.id, post_id=self.post_id, page_id=self.page_id)
        role = Role(self.user.role)
        # Who is signed in may do what they are trusted with now; a program what it was made for.
        made_for = OF_ROLE[role] if self.kind is KeyKind.SESSION else frozenset(map(Scope, self.scopes))
        scopes = made_for & OF_ROLE[role]
        return Principal(self.user_id, role, self.user.author_id, scopes, self.id)

    @classmethod
    async def still_opens(cls, principal: Principal) -> bool:
        """Tell whether the key that somebody came with still lets them in, and as who they were."""
        key = await cls.living().filter(id=principal.key_id).select_related("user").first()
        is_gone = key is None or (key.user_id is not None and key.user.retired_at is not None)
        return not is_gone and key is not None and key.opens() == principal

    @classmethod
    @atomic
    async def revoke(cls, *ids: int, by: Principal = NOBODY) -> int:
        """Take keys back, and note who did; whoever is connected with one is told.

        Give how many still opened something.
        """
        open_ones: list[Any] = await cls.filter(id__in=ids, revoked_at__isnull=True).values_list(
            "id", flat=True
        )
        taken = await cls.filter(id__in=open_ones, revoked_at__isnull=True).update(revoked_at=now())
        for id in open_ones:
            pulse.tell(pulse.KeyRevoked(key_id=id))
            await Audit.note(by, "token.revoke", id)
        return taken

    @classmethod
    @atomic
    async def retire(cls, user: User, *, by: Principal) -> None:
        """Let somebody sign in no more, and close what their keys hold open."""
        require_power(by, user.role)
        await user.retire()
        ids: list[Any] = await cls.living().filter(user_id=user.id).values_list("id", flat=True)
        await cls.revoke(*ids, by=by)
        await Audit.note(by, "user.retire", user.id)

    @classmethod
    async def forget(cls, older_than: datetime) -> int:
        """Forget the keys that have opened nothing since a moment."""
        return await cls.filter(expires_at__lt=older_than).delete()

    @classmethod
    async def _behind(cls, text: str) -> Self:
        read = [token for kind in KeyKind if (token := Token.read(text, kind)) is not None]
        if not read:
            raise Unproven
        [token] = read
        key = await cls.filter(id=token.owner, kind=token.kind).select_related("user").first()
        # Compared though nobody has it, so that the time tells nothing either.
        if not matches(key.digest if key else digest(""), digest(token.secret)) or key is None:
            raise Unproven
        if key.revoked_at is not None or (key.user_id is not None and key.user.retired_at is not None):
            raise Unproven
        if key.expires_at <= now():
            raise Expired
        return key
