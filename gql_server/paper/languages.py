"""Which language a page speaks: the one asked for, else the browser's, else the site's."""

from urllib.parse import urlencode

from aiohttp import web

from gql_server.visitors import languages_of
from schema.languages import DEFAULT, first_spoken

NAMES = {"nl": "Nederlands", "en": "English"}


def tongues_of(request: web.Request) -> list[tuple[str, str, str]]:
    """Give each language that a page may be had in: its tag, its name, and the way to the same page in it."""
    asked = [pair for pair in request.query.items() if pair[0] != "lang"]
    return [(tag, name, "?" + urlencode([*asked, ("lang", tag)])) for tag, name in NAMES.items()]


def chosen(request: web.Request, site_language: str = DEFAULT) -> str:
    """Choose among the languages that pages have words for."""
    accepted = languages_of(request.headers.get("Accept-Language", ""))
    return first_spoken([request.query.get("lang", ""), *accepted, site_language])
