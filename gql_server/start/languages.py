"""Which language the page speaks: the one asked for, else the browser's, else the site's."""

from aiohttp import web

from gql_server.start.words import WORDS

DEFAULT = "en"


def chosen(request: web.Request, site_language: str = DEFAULT) -> str:
    """Choose among the languages that the page has words for."""
    wishes = [
        request.query.get("lang", ""),
        *_accepted(request.headers.get("Accept-Language", "")),
        site_language,
    ]
    spoken = (wish.strip().lower().partition("-")[0] for wish in wishes)
    return next((wish for wish in spoken if wish in WORDS), DEFAULT)


def _accepted(header: str) -> list[str]:
    """List the languages a browser accepts, the best first."""
    offers: list[tuple[float, str]] = []
    for part in header.split(","):
        tag, _, weight = part.partition(";")
        try:
            quality = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if quality > 0:
            offers.append((quality, tag))
    return [tag for _, tag in sorted(offers, key=lambda offer: -offer[0])]
