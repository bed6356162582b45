"""A reader at an address: what is asked of the graph for them, and how things are said in their language."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from babel import Locale
from babel.lists import format_list
from babel.numbers import format_decimal
from markupsafe import Markup

import models
from gql_server import own_graph
from gql_server.own_graph import Told
from gql_server.paper.languages import chosen
from gql_server.publication import PUBLICATION
from gql_server.reader import scripts
from gql_server.visitors import VISITORS
from mailers.wording import clock_in_words, day_in_words, locale_of, moment_in_words

# As in the script.
PAGE = 12


@dataclass(frozen=True, slots=True)
class Reading:
    """Who reads, in which language; `masthead` is what stands around every page."""

    request: web.Request
    language: str
    masthead: Told

    @classmethod
    async def of(cls, request: web.Request) -> "Reading":
        """Receive a reader, who counts as who asks the graph."""
        request.app[VISITORS].admit(request)
        context = await request.app[PUBLICATION].context()
        language = chosen(request, context.site.language)
        return cls(request, language, await cls(request, language, {}).ask("MASTHEAD", language=language))

    async def ask(
        self, document: str, *, principal: models.Principal = models.NOBODY, **variables: Any
    ) -> Told:
        """Ask the graph what a script asks by this name; what could not be told is null.

        Raises `models.Invalid` when it is asked for what is none, such as a cursor of another list.
        """
        return await own_graph.ask(
            self.request, scripts.DOCUMENTS[document], principal=principal, **variables
        )

    @property
    def site(self) -> Told:
        """The publication."""
        site: Told = self.masthead["site"]
        return site

    @property
    def slice(self) -> dict[str, Any]:
        """Which page of a list is asked for."""
        place = self.place
        return {"last" if "before" in place else "first": PAGE, **place}

    @property
    def place(self) -> dict[str, str]:
        """Where in a list that page is; its first is nowhere in particular."""
        asked = self.request.query
        return next(({name: asked[name]} for name in ("before", "after") if asked.get(name)), {})

    def turned(self, **cursor: str) -> str:
        """Give the address of another page of the list that is read."""
        asked = {name: value for name, value in self.request.query.items() if name not in {"after", "before"}}
        return str(self.request.rel_url.with_query({**asked, **cursor}))

    def local(self, url: str) -> str:
        """Write an address of the publication as a path."""
        rest = url.removeprefix(self.site["url"])
        if rest == url:
            return url
        return rest if rest.startswith("/") else (url if rest else "/")

    def says(self, words: str, /, **facts: Any) -> str:
        """Give a sentence, with these facts in it."""
        return scripts.WORDS[self.language][words].format(**facts)

    def counted(self, noun: str, n: int) -> str:
        """Say how many there are of something."""
        return self.says(noun if n == 1 else f"{noun}s", n=format_decimal(n, locale=self._locale))

    def day(self, moment: str) -> str:
        """Write down the day of a moment."""
        return day_in_words(self._here(moment).date().isoformat(), self.language)

    def minute(self, moment: str) -> str:
        """Write a moment down to the minute."""
        return moment_in_words(self._here(moment), self.language)

    def clock(self, moment: str) -> str:
        """Write down what the clock says at a moment."""
        return clock_in_words(self._here(moment), self.language)

    def listed(self, names: Iterable[Markup]) -> Markup:
        """Write names in a row, as they are written in the language."""
        return Markup(format_list(list(names), locale=self._locale))

    def _here(self, moment: str) -> datetime:
        return datetime.fromisoformat(moment).astimezone(ZoneInfo(self.site["timeZone"]))

    @property
    def _locale(self) -> Locale:
        return locale_of(self.language)
