"""Which language a page speaks: the one asked for, else the browser's, else the site's."""

from collections.abc import Iterable

from aiohttp import web

from gql_server.visitors import languages_of

NAMES = {"nl": "Nederlands", "en": "English"}
DEFAULT = "en"


def chosen(request: web.Request, site_language: str = DEFAULT) -> str:
    """Choose among the languages that pages have words for."""
    accepted = languages_of(request.headers.get("Accept-Language", ""))
    return first_spoken([request.query.get("lang", ""), *accepted, site_language])


def first_spoken(wishes: Iterable[str]) -> str:
    """Give the first of these languages, or the one it is a variety of, that pages have words for."""
    spoken = (wish.strip().lower().replace("_", "-").partition("-")[0] for wish in wishes)
    return next((wish for wish in spoken if wish in NAMES), DEFAULT)
