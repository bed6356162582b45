"""Notes which tables a transaction writes, by its statements, so that no verb can forget to tell."""

import re
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import lru_cache, wraps
from typing import Any, NamedTuple, Protocol, TypeVar, cast

from tortoise.backends.base.client import TransactionalDBClient

Run = TypeVar("Run", bound=Callable[..., Any])
Names = frozenset[str]
NONE: Names = frozenset()

# So many different statements are remembered with what they write.
REMEMBERED = 1000
_TARGET = re.compile(
    r"\b(INSERT|REPLACE|UPDATE|DELETE|MERGE)\b(?:\s+OR\s+\w+)?(?:\s+INTO|\s+FROM)?(?:\s+ONLY)?"
    r"\s+(?:[\"`\[]?\w+[\"`\]]?\.)?[\"`\[]?(\w+)",
    re.IGNORECASE,
)
_NEVER_WRITE = ("SELECT ", "SAVEPOINT ", "RELEASE ", "ROLLBACK ")
_TAKES_AWAY = {"REPLACE", "DELETE", "MERGE"}
_UPHEAVAL = re.compile(r"\s*(TRUNCATE|ALTER|DROP|COPY)\b", re.IGNORECASE)


class News(NamedTuple):
    """What a transaction has to tell; a savepoint that is undone puts back what it found.

    `touched` are the tags of what verbs said they change, and `covered` the tables those tags stand for;
    `written` are the other tables.
    """

    events: tuple[Any, ...] = ()
    touched: Names = NONE
    covered: Names = NONE
    written: Names = NONE


NO_NEWS = News()


class Witness(Protocol):
    """Who learns of what happened in a transaction, and of its commit."""

    def heed(self, statement: str) -> Names:
        """Tell which tables that matter a statement writes."""

    async def foresee(self, transaction: Any, news: News) -> None:
        """Do what belongs to the transaction, as the last thing in it."""

    def learn(self, news: News) -> None:
        """Do what follows the commit; it cannot fail any more, and nobody waits for it."""

    def doubt(self, news: News) -> None:
        """Do what follows a commit of which nobody knows whether it was kept."""


# Tables whose changes the verb that runs tells more precisely than their names would.
covered: ContextVar[Names] = ContextVar("covered", default=NONE)


class Heed:
    """Knows which tables matter, and which of them a statement writes.

    `swept` names for each table those that a deletion from it changes as well.
    """

    def __init__(self, tables: Names, swept: Mapping[str, Names]) -> None:
        self._tables = tables
        self._swept = swept
        self._remembered = lru_cache(REMEMBERED)(self._read)

    def __call__(self, statement: str) -> Names:
        # Most statements are Tortoise's own reads, and every savepoint has a name of its own.
        return NONE if statement.startswith(_NEVER_WRITE) else self._remembered(statement)

    def _read(self, statement: str) -> Names:
        if _UPHEAVAL.match(statement):
            return self._tables.intersection(re.findall(r"\w+", statement.lower()))
        found: set[str] = set()
        for word, name in _TARGET.findall(statement):
            found.add(name.lower())
            if word.upper() in _TAKES_AWAY:
                found |= self._swept.get(name.lower(), NONE)
        return self._tables & found


def noted(run: Run) -> Run:
    """Note what a statement writes in its transaction; what writes outside of one runs in one of its own."""

    @wraps(run)
    async def noting(self: Any, query: str, *values: Any) -> Any:
        tables = NONE if self.witness is None else self.witness.heed(query)
        if tables and not isinstance(self, TransactionalDBClient):
            async with self._in_transaction() as transaction:
                return await getattr(transaction, run.__name__)(query, *values)
        if tables:
            _note(self, tables)
        return await run(self, query, *values)

    return cast(Run, noting)


def _note(transaction: Any, tables: Names) -> None:
    news, told = transaction.news, tables & covered.get()
    if not (told <= news.covered and tables - told <= news.written):
        transaction.news = news._replace(covered=news.covered | told, written=news.written | (tables - told))
