"""What a request knows: the site, what it has read already, and where paths lead."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import models
from schema.languages import first_spoken
from schema.loaders import Loaders
from schema.place import Place, joined


class Outbox(Protocol):
    """Letters that were kept instead of sent: each a `letter` with its `sent_at`."""

    @property
    def kept(self) -> Sequence[Any]:
        """All of them, the newest first."""

    def listen(self) -> AsyncIterator[Any]:
        """Give each as it comes."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks: what the ledger keeps of it, the languages wished for, the gates before asking for letters
    and before leaving a comment.

    `find_outbox` gives the letters that were not sent to who may see them: only who develops does.
    """

    trace: models.Trace
    languages: tuple[str, ...] = ()
    admit: Callable[[], None] = lambda: None
    admit_comment: Callable[[], None] = lambda: None
    find_outbox: Callable[[], Outbox | None] = lambda: None

    @property
    def outbox(self) -> Outbox | None:
        """The letters that were not sent; None for who may not see them."""
        return self.find_outbox()


def nobody() -> Visitor:
    """Be who asks inside the house."""
    return Visitor(models.Trace(door="inside"))


@dataclass
class Context:
    """One request's view of the publication.

    `is_private`: nobody but this machine is served; `is_placed`: a setting says where it lives, not the site.
    """

    masthead: models.Masthead
    root_url: str
    visit: Callable[[], Visitor]
    principal: models.Principal = models.NOBODY
    files: models.Files | None = None
    is_private: bool = False
    is_placed: bool = False
    loaders: Loaders = field(default_factory=Loaders)
    read_masthead: Callable[[], Awaitable[models.Masthead]] = models.read_masthead

    @cached_property
    def visitor(self) -> Visitor:
        """Who asks; not looked at by those who only read."""
        return self.visit()

    @property
    def site(self) -> models.Site:
        """The publication."""
        return self.masthead.site

    @property
    def language(self) -> str:
        """The language to speak: the first wished that we speak, else the site's, else English."""
        return first_spoken([*self.visitor.languages, self.site.language])

    def absolute(self, path: str) -> str:
        """Make a path below the site's URL absolute; an address stays as it is."""
        return joined(self.root_url, path)

    def read_anew(self) -> None:
        """Read from now on as it is after one's own change."""
        self.loaders = Loaders(self.principal)

    async def renew(self) -> None:
        """See the publication as it is after one's own change."""
        self.masthead = await self.read_masthead()
        if self.site.url and not self.is_placed:
            self.root_url = self.site.url


class Publication(Place):
    """Gives each request its context, all of them with the masthead that is kept."""

    def __init__(
        self,
        default_url: str,
        *,
        site_url: str = "",
        files: models.Files | None = None,
        keep_seconds: float = 1.0,
        is_private: bool = False,
    ) -> None:
        super().__init__(default_url, site_url=site_url, keep_seconds=keep_seconds)
        self.is_private = is_private
        self.files = files

    async def context(
        self, visit: Callable[[], Visitor] = nobody, principal: models.Principal = models.NOBODY
    ) -> Context:
        """Give a new request its context."""
        return self._context(await self.masthead(), visit, principal)

    def context_at_once(self, visit: Callable[[], Visitor] = nobody) -> Context | None:
        """Give the request of a reader its context; None when the masthead is to be read first."""
        masthead = self.masthead_at_once()
        return None if masthead is None else self._context(masthead, visit, models.NOBODY)

    def _context(
        self, masthead: models.Masthead, visit: Callable[[], Visitor], principal: models.Principal
    ) -> Context:
        return Context(
            masthead, self.root_url(masthead), visit, principal, self.files, self.is_private,
            bool(self.site_url), Loaders(principal), self.masthead,
        )  # fmt: skip
