"""A visit to a page: who comes, to which site, and the language that is spoken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from aiohttp import web
from markupsafe import Markup

import models
from gql_server.pages.printing import Link, go_to, printed, says
from gql_server.paper.languages import chosen, tongues_of
from gql_server.publication import PUBLICATION
from gql_server.visitors import VISITORS
from mailers.wording import day_in_words, moment_in_words
from schema.context import Context
from schema.languages import first_spoken

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Visit:
    """What a door knows of who stands before it."""

    request: web.Request
    context: Context
    language: str

    @classmethod
    async def of(cls, request: web.Request, door: str = "page") -> "Visit":
        """Receive a visitor."""
        visitors = request.app[VISITORS]
        context = await request.app[PUBLICATION].context(lambda: visitors.of(request, door))
        return cls(request, context, chosen(request, context.site.language))

    @property
    def site(self) -> models.Site:
        """The publication."""
        return self.context.site

    @property
    def token(self) -> str:
        """The token in the address."""
        return self.request.match_info["token"]

    @property
    def trace(self) -> models.Trace:
        """What the ledger keeps of the visit."""
        trace = self.context.visitor.trace
        # The address of such a page holds the token, and that is not to be kept.
        own = self.request.path.split("/")[1]
        return replace(trace, form=f"/{own}") if "token" in self.request.match_info else trace

    @property
    def home(self) -> Link:
        """The way to the site itself."""
        return Link(self.says("to_site"), self.context.absolute("/"))

    @property
    def sign_up(self) -> Link:
        """The way to sign up once more."""
        return Link(self.says("sign_up_again"), f"/subscribe?lang={self.language}")

    def ways_on(self, subscription: models.Subscription) -> list[Link]:
        """Give the ways on of who gets letters: to choose, and to the site."""
        path = subscription.path_to_preferences(self.site)
        return [Link(self.says("choose"), path, is_button=True), self.home]

    def to(self, subscription: models.Subscription) -> "Visit":
        """Speak the language of a subscriber."""
        return self.speaking(subscription.language)

    def speaking(self, language: str | None) -> "Visit":
        """Speak a language if we can, else the site's; None goes on as it is."""
        if language is None:
            return self
        return replace(self, language=first_spoken([language, self.site.language]))

    async def with_user(self, user: models.User) -> "Visit":
        """Speak the language of who is signed in, or from now on the one that they ask for here."""
        if self.request.query.get("lang") == self.language:
            await user.speak(self.language)
        return self.speaking(user.language)

    def says(self, words: str, **facts: Any) -> str:
        """Give a sentence, with these facts in it."""
        return says(self.language, words, site=self.site.title, **facts)

    def moment(self, at: datetime) -> Markup:
        """Write a moment down to the minute, in the site's time zone, and which that is."""
        here = at.astimezone(ZoneInfo(self.site.time_zone))
        exactly = at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        shown = f"{moment_in_words(here, self.language)} {here.tzname()}"
        return Markup('<time datetime="{}">{}</time>').format(exactly, shown)

    def day(self, at: datetime) -> str:
        """Write a day down, in the site's time zone."""
        here = at.astimezone(ZoneInfo(self.site.time_zone))
        return day_in_words(here.date().isoformat(), self.language)

    def shows(self, page: str, **values: Any) -> web.Response:
        """Print a page; one to look at, without a token in its address, may be had in each language."""
        is_to_look_at = self.request.method in {"GET", "HEAD"} and "token" not in self.request.match_info
        tongues = tongues_of(self.request) if is_to_look_at else None
        about: dict[str, Any] = {
            "site": self.site,
            "home": self.home.href,
            "says": self.says,
            "tongues": tongues,
            "visit": self,
        }
        return printed(page, self.language, **about, **values)

    def tells(
        self, what: str, facts: Facts | None = None, *, links: Sequence[Link] = (), **more: Any
    ) -> web.Response:
        """Print a page that tells what is so, and where to go on."""
        return self.shows("told.html", what=what, facts=facts or {}, links=links, **more)

    def has_just(self, done: str) -> bool:
        """Say whether a button led here that did this."""
        return self.request.query.get("told") == done

    def goes_back(self, done: str) -> web.Response:
        """Show the page of this address, so that to load it again, or to come back to it, does nothing."""
        return go_to(f"{self.request.path}?{urlencode({'told': done})}")

    def says_in_short(self, words: str) -> web.Response:
        """Answer who looks at no page with a sentence."""
        return web.Response(text=f"{self.says(words)}\n", headers={"Cache-Control": "no-store"})

    def asks(self, what: str, facts: Facts, *, buttons: Mapping[str, str], **more: Any) -> web.Response:
        """Print a page that asks to press a button; each has a name and what stands on it."""
        return self.shows("asked.html", what=what, facts=facts, buttons=buttons, **more)
