"""Which language a page speaks: the one asked for, else the browser's, else the site's."""

from aiohttp import web

from gql_server.visitors import languages_of
from schema.languages import DEFAULT, first_spoken

NAMES = {"nl": "Nederlands", "en": "English"}


def chosen(request: web.Request, site_language: str = DEFAULT) -> str:
    """Choose among the languages that pages have words for."""
    accepted = languages_of(request.headers.get("Accept-Language", ""))
    return first_spoken([request.query.get("lang", ""), *accepted, site_language])
