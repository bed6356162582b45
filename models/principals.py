"""Principals: who asks, what their role lets them do, and the post or page that a link lets them see."""

from dataclasses import dataclass
from enum import StrEnum

from models.errors import NotAllowed


class Role(StrEnum):
    """What someone who can sign in is trusted with."""

    AUTHOR = "author"
    EDITOR = "editor"
    ADMIN = "admin"


class Scope(StrEnum):
    """A thing that a key may be for."""

    CONTENT_READ = "content:read"
    CONTENT_WRITE = "content:write"
    COMMENTS_MODERATE = "comments:moderate"
    SUBSCRIBERS_MANAGE = "subscribers:manage"
    TOKENS_MANAGE = "tokens:manage"


OF_ROLE: dict[Role, frozenset[Scope]] = {
    Role.AUTHOR: frozenset((Scope.CONTENT_READ, Scope.CONTENT_WRITE)),
    Role.EDITOR: frozenset((Scope.CONTENT_READ, Scope.CONTENT_WRITE, Scope.COMMENTS_MODERATE)),
    Role.ADMIN: frozenset(Scope),
}


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks. `author_id` is the author they publish as; `post_id` or `page_id` what a preview shows."""

    user_id: int | None = None
    role: Role | None = None
    author_id: int | None = None
    scopes: frozenset[Scope] = frozenset()
    key_id: int | None = None
    post_id: int | None = None
    page_id: int | None = None

    @property
    def is_known(self) -> bool:
        """Whether this is anybody but a reader: what is answered is for them alone."""
        return self.key_id is not None

    @property
    def edits_all(self) -> bool:
        """Whether the posts of others are theirs to edit too."""
        return self.role in (Role.EDITOR, Role.ADMIN)

    @property
    def sees_all(self) -> bool:
        """Whether they may read whatever was written, by whomever."""
        return self.edits_all and self.sees_own

    @property
    def sees_own(self) -> bool:
        """Whether they may read what they wrote before everybody may."""
        return self.may(Scope.CONTENT_READ) or self.may(Scope.CONTENT_WRITE)

    def may(self, scope: Scope) -> bool:
        """Tell whether they may do something of a kind at all."""
        return scope in self.scopes

    def require(self, scope: Scope) -> None:
        """Refuse unless they may."""
        if not self.may(scope):
            raise lacking(scope)

    def require_role(self, role: Role) -> None:
        """Refuse who is trusted with less."""
        trusted = list(Role)
        if self.role is None or trusted.index(self.role) < trusted.index(role):
            raise NotAllowed(role)


NOBODY = Principal()


def lacking(scope: Scope) -> NotAllowed:
    """Tell who may do something of a kind, and by a token of what scope."""
    return NotAllowed(least_role(scope), scope=scope)


def least_role(scope: Scope) -> Role:
    """Give the least role that may do something of a kind."""
    return next(role for role in Role if scope in OF_ROLE[role])
