"""The doors /write/site: who may do everything says what the site is called and how it is run."""

from aiohttp import web
from babel import Locale
from babel.localedata import locale_identifiers

import models
from gql_server.pages.desk import at_desk_as, read_desk_form
from gql_server.pages.desk_bench import Bench, acted, expect_fingerprint, fingerprint, shown
from gql_server.pages.forms import NOTHING, Form
from gql_server.pages.printing import go_to
from gql_server.pages.signing_in import zones
from mailers.wording import locale_of

FIELDS = ("title", "description", "language", "time_zone", "comment_policy")


class SiteBench(Bench):
    """What the site is called and how it is run."""

    @classmethod
    async def of(cls, request: web.Request) -> "SiteBench":
        """Take the site to the desk of who may change it."""
        visit, principal = await at_desk_as(models.Role.ADMIN, request)
        return cls(visit, principal, await models.Site.get(id=visit.site.id))

    async def shows(self, form: Form = NOTHING, wrong: str = "", why: str = "") -> web.Response:
        """Show the site as it is kept, or as it was filled in when something is wrong with that."""
        filled = _kept(self.thing) | {"version": _version(self.thing)}
        if wrong:
            filled = {name: form.one(name) for name in filled}
        told = self.visit.request.query.get("told") == "saved"
        return self.visit.shows(
            "desk_site.html", status=409 if wrong == "changed" else 422 if wrong else 200,
            filled=filled, wrong=wrong, is_saved=told and not wrong,
            languages=_languages(self.visit.language, self.thing.language),
            # One that the graph has set may be none of a place.
            zones=dict.fromkeys([*zones(), self.thing.time_zone]), policies=list(models.CommentPolicy),
        )  # fmt: skip

    async def saves(self, form: Form) -> None:
        """Keep what is filled in, unless somebody else has changed the site meanwhile."""

        async def work() -> int:
            site = await models.lock_site(self.thing.id)
            expect_fingerprint(form, _version(site))
            said = {name: form.one(name) for name in ("title", "description", "language")}
            await site.change(**said, comment_policy=_policy(form.one("comment_policy")))
            if form.one("time_zone") != site.time_zone:
                await models.set_time_zone(site, form.one("time_zone"))
            return site.id

        await models.Audit.noted(self.principal, "site.update", work)


async def show(request: web.Request) -> web.Response:
    """Show what the site is called and how it is run."""
    return await shown(request, SiteBench)


async def save(request: web.Request) -> web.Response:
    """Save what the site is called and how it is run."""
    return await acted(request, await read_desk_form(request), SiteBench, _save)


async def _save(bench: SiteBench, form: Form) -> web.Response:
    await bench.saves(form)
    return go_to("/write/site?told=saved")


def _policy(given: str) -> models.CommentPolicy:
    try:
        return models.CommentPolicy(given)
    except ValueError:
        raise models.Invalid("commentPolicy") from None


def _kept(site: models.Site) -> dict[str, str]:
    return {name: str(getattr(site, name) or "") for name in FIELDS}


def _version(site: models.Site) -> str:
    return fingerprint(_kept(site))


def _languages(spoken: str, kept: str) -> dict[str, str]:
    """Give the languages that a site may be written in, and the one it is in, by their names in another."""
    locale = locale_of(spoken)
    tags = {tag for tag in locale_identifiers() if "_" not in tag} & locale.languages.keys()
    names = {tag: locale.languages[tag] for tag in tags}
    names[kept] = Locale.parse(kept, sep="-").get_display_name(locale) or kept
    return dict(sorted(names.items(), key=lambda one: one[1].casefold()))
