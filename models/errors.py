"""What the store refuses, in one tree; a class's docstring is its message.

Refused
├── NotFound (field, why)
├── Changed (version)
├── Closed
├── FellBehind
├── Unproven
│   └── Expired (why)
├── NotAllowed (role, scope)
├── TooMany (wait, why)
└── Invalid (field, limit, why)
    ├── Taken
    ├── InUse
    └── NotCalled, in `web_addresses`
StoreError
"""

from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from typing import Any


class Refused(Exception):
    """This cannot be done."""

    # What cannot be done beside it, where all of that is told at once.
    others: "tuple[Refused, ...]" = ()

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.__doc__)


class NotFound(Refused):
    """There is no such thing."""

    def __init__(
        self, message: str | None = None, *, field: str | None = None, why: str | None = None
    ) -> None:
        super().__init__(message)
        self.field = field
        self.why = why


class Changed(Refused):
    """Someone else changed this first; read it again."""

    def __init__(self, message: str | None = None, *, version: int | None = None) -> None:
        super().__init__(message)
        self.version = version


class Closed(Refused):
    """This takes no comments."""


class FellBehind(Refused):
    """More happened than was read in time; begin to listen anew."""


class Unproven(Refused):
    """This link or code is not valid."""


class Expired(Unproven):
    """This link or code was valid once; ask for a new letter."""

    # `why` names the end that it came to, where that leads on to something; `post_id` is the post that it
    # was about, where it was about one.
    def __init__(
        self, message: str | None = None, *, why: str | None = None, post_id: int | None = None
    ) -> None:
        super().__init__(message)
        self.why = why
        self.post_id = post_id


class NotAllowed(Refused):
    """This is not yours to do; sign in as someone who may."""

    # `role` is the least that may; `scope` what a token needs for it, whoever it is of.
    def __init__(self, role: StrEnum | None = None, *, scope: StrEnum | None = None) -> None:
        super().__init__()
        self.role = role
        self.scope = scope


class TooMany(Refused):
    """This was asked too often; wait a while and try again."""

    # `why` names what there is too much of, where one verb counts several.
    def __init__(self, wait: timedelta, *, why: str | None = None) -> None:
        super().__init__()
        self.wait = wait
        self.why = why


class Invalid(Refused):
    """This value cannot be used."""

    # `why` names the reason where the field alone does not tell it.
    def __init__(
        self, field: str, message: str | None = None, *, limit: int | None = None, why: str | None = None
    ) -> None:
        super().__init__(message)
        self.field = field
        self.limit = limit
        self.why = why


class Taken(Invalid):
    """Something else is called so already."""


class InUse(Invalid):
    """Something else needs this; change that first."""


class StoreError(Exception):
    """The store cannot be opened or reached."""


def each_of(*readings: Callable[[], Any]) -> list[Any]:
    """Read several values; refuse all at once of them that cannot be used."""
    values, wrong = [], []
    for read in readings:
        try:
            values.append(read())
        except Invalid as refusal:
            wrong.append(refusal)
    if wrong:
        wrong[0].others = tuple(wrong[1:])
        raise wrong[0]
    return values
