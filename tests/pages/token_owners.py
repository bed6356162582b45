"""What the tests expect of tokens: whose they are, and until when they open anything."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import models

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
YEAR = 365 * DAY
OF_ROLE = {
    "author": {"content:read", "content:write"},
    "editor": {"content:read", "content:write", "comments:moderate"},
    "admin": {"content:read", "content:write", "comments:moderate", "subscribers:manage", "tokens:manage"},
}


@dataclass(eq=False)
class Subscriber:
    """A subscriber; each time they are forgotten another `life` begins."""

    email: str
    life: int = 0
    status: str = "none"
    version: int = 0
    proof: int | None = None
    asked_at: datetime | None = None
    left_at: datetime | None = None

    def asks(self, now: datetime) -> bool:
        """Sign up; tell whether a letter asks to confirm."""
        if self.status == "confirmed":
            return False
        self.version += 1
        self.status, self.proof, self.asked_at = "pending", self.version, now
        return True

    def says_yes(self) -> None:
        self.status, self.left_at = "confirmed", None

    def leaves(self, now: datetime) -> bool:
        """Leave; tell whether a letter offers a way back."""
        if self.status == "left":
            return False
        was_confirmed, self.status = self.status == "confirmed", "left"
        self.version, self.proof, self.left_at = self.version + 1, None, now
        return was_confirmed

    def returns(self) -> None:
        self.status, self.left_at = "confirmed", None

    def is_forgotten(self) -> None:
        self.life, self.status, self.proof, self.left_at = self.life + 1, "none", None, None


@dataclass(eq=False)
class Member:
    """Somebody who can sign in, as long as they are not retired."""

    id: int
    email: str
    role: str
    is_retired: bool = False

    @property
    def is_moderator(self) -> bool:
        return not self.is_retired and self.role in {"editor", "admin"}

    @property
    def is_admin(self) -> bool:
        return not self.is_retired and self.role == "admin"


@dataclass(eq=False)
class Remark:
    """A comment, which reads as `words` until it is changed or gone."""

    id: int
    email: str
    words: str
    at: datetime
    is_gone: bool = False


@dataclass(eq=False)
class Passed:
    """A pen on its way, until somebody takes it, leaves it or takes it back."""

    id: int
    email: str
    giver: Member
    by: models.Principal
    is_over: bool = False


@dataclass(eq=False)
class Minted:
    """A token, and what is known of it by how it came to be: `is_good` tells whether it opens its doors.

    `scopes` are what it may be used for as a key of the graph; `giver` made it for others.
    """

    kind: str
    text: str
    is_good: Callable[[], bool]
    owner: object = None
    scopes: Callable[[], set[str]] = set
    giver: Member | None = None
    is_spent: bool = False

    def __repr__(self) -> str:
        return f"<{self.kind}: {self.text[:14]}…>"

    @property
    def opens(self) -> bool:
        return not self.is_spent and self.is_good()


def may(member: Member, scopes: set[str] | None = None) -> set[str]:
    """Tell what somebody's key is good for now."""
    theirs = OF_ROLE[member.role]
    return theirs if scopes is None else theirs & scopes


def of(role: str) -> models.Role:
    return models.Role(role)
