"""Pages as a browser gets them: words in their places, and what may be done with them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web
from markupsafe import Markup, escape

from gql_server import paper
from gql_server.pages.words import WORDS

FOLDER = Path(__file__).parent
_templates = paper.templates(FOLDER / "templates")
_CSS, _JS = ((FOLDER / name).read_bytes() for name in ("page.css", "desk.js"))


@dataclass(frozen=True, slots=True)
class Link:
    """A way on."""

    label: str
    href: str
    is_button: bool = False


def says(language: str, words: str, **facts: Any) -> str:
    """Give a sentence, with these facts in it; with a moment among them it is HTML."""
    sentence = WORDS[language][words]
    is_html = any(isinstance(fact, Markup) for fact in facts.values())
    return (escape(sentence) if is_html else sentence) % facts


def printed(
    page: str, language: str, *, status: int = 200, is_public: bool = False, policy: str = paper.POLICY,
    **values: Any,
) -> web.Response:  # fmt: skip
    """Print a page; one that is not public is for its visitor alone, and so is its address."""
    template = _templates.get_template(page)
    text = template.render(language=language, words=WORDS[language], is_public=is_public, **values)
    response = paper.page(text, language, policy=policy, cache="no-store")
    response.set_status(status)
    if not is_public:
        response.headers["X-Robots-Tag"] = "noindex"
        # The token in an address goes nowhere; with less our own forms could not say where they come from.
        response.headers["Referrer-Policy"] = "strict-origin"
    return response


def go_to(address: str) -> web.Response:
    """Go on to a page, so that to load it again sends nothing again."""
    return web.Response(status=303, headers={"Location": address, "Cache-Control": "no-store"})


async def style(request: web.Request) -> web.Response:
    """Give the style sheet of these pages."""
    return paper.file(request, _CSS, "text/css")


async def script(request: web.Request) -> web.Response:
    """Give the script of the desk."""
    return paper.file(request, _JS, "text/javascript")
