"""One asking of a plan: the values it is asked with, what its reader may see, and what it has read."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from models.prepared import Bound, Statement, asking_at, packed
from schema.context import Context

# Whose questions the plans ask.
READERS = "readers"


# From coerced variables to the arguments of a field, as its resolver takes them.
Arguments = Callable[[Any], dict[str, Any]]


class NotPlanned(Exception):
    """A plan does not answer this; graphql-core does."""


@dataclass(slots=True)
class Asking:
    """What a plan needs to know while it reads.

    `variables` are what was `sent`, coerced; `reads` gathers the tags of what was read, and `is_kept` says
    whether that tells everything on which the answer depends.
    """

    context: Context
    sent: dict[str, Any]
    variables: Any
    is_postgres: bool
    reads: set[str] = field(default_factory=set)
    is_kept: bool = True
    audience: str = READERS
    # Whether others wait while this is read and made; large answers are not made before everybody.
    holds_up_others: bool = False
    _asked_at: Any = None
    _given: dict[Arguments, dict[str, Any]] = field(default_factory=dict)

    def begin(self) -> None:
        """Begin with a field of the root: nothing is read for it yet."""
        self.reads, self.is_kept = set(), True

    def begin_anew(self, *, holds_up_others: bool) -> None:
        """Begin to read all of an answer: at another moment than before."""
        self.holds_up_others, self._asked_at = holds_up_others, None

    def given(self, arguments: Arguments) -> dict[str, Any]:
        """Give the arguments of a field, worked out once."""
        if arguments not in self._given:
            self._given[arguments] = arguments(self.variables)
        return self._given[arguments]

    def bound(self, statement: Statement, given: Mapping[Any, Any]) -> Bound:
        """Fill in the values of a statement; the moment of asking is the same in all of them."""
        if self._asked_at is None:
            self._asked_at = asking_at(is_postgres=self.is_postgres)
        return statement.bound(given, self._asked_at)

    def keys(self, keys: Iterable[Any]) -> dict[str, Any]:
        """Give keys as a statement takes them."""
        return {"keys": packed(keys, is_postgres=self.is_postgres)}


class Brief:
    """A root field that is read by an index, whatever is asked for."""

    def is_long(self, x: Asking) -> bool:
        """Tell that it takes no time."""
        return False
