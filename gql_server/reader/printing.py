"""The reader's page with what is shown at an address in it; a script shows the same in its place."""

import re
from typing import Any
from urllib.parse import quote, urlencode

from aiohttp import web
from markupsafe import Markup

from gql_server import paper
from gql_server.own_graph import Told
from gql_server.pages.outbox import outbox_for
from gql_server.pages.printing import says
from gql_server.publication import SETTINGS
from gql_server.reader.reading import Reading
from gql_server.reader.scripts import FOLDER
from gql_server.reader.views import View, by_year

# Pictures stand wherever the publication has them.
POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
    "img-src 'self' data: http: https:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
NEARLY_SQUARE = 3 / 4
_PAGE = (FOLDER / "index.html").read_text("utf-8")
# Where in the page, as it is written for who copies it, the server puts what.
HTML, TITLE, BODY = '<html lang="en">\n', "<title>Lezen · Reading</title>\n", "<body>\n"
ICON = '<link rel="icon" href="/reader/reader.svg" type="image/svg+xml">\n'
HEADER, FOOTER = "<header></header>\n", "<footer></footer>\n"
MAIN = _PAGE[_PAGE.index("<main") : _PAGE.index("</main>")]
IN_DEVELOPMENT = "<!-- In development the server leads from here to its start page. -->\n"
SCRIPTS = _PAGE[_PAGE.index('<link rel="modulepreload"') : _PAGE.index("</head>")]
PLACES = (HTML, IN_DEVELOPMENT, TITLE, ICON, SCRIPTS, BODY, HEADER, MAIN, FOOTER)

_pieces = re.split(f"({'|'.join(map(re.escape, PLACES))})", _PAGE)
assert [piece for piece in _pieces if piece in PLACES] == [*PLACES]


def _person(author: Any) -> Markup:
    return Markup('<a href="{}" dir="auto">{}</a>').format(author["path"], author["name"])


_templates = paper.templates(FOLDER.parent / "templates")
_templates.filters |= {
    "by_year": by_year,
    "person": _person,
    # Only what the graph calls HTML, which is sanitised there.
    "sanitised": Markup,
}


def given(reading: Reading, view: View, *, scripts: bool = True) -> web.Response:
    """Give a view as a page, or say that whoever asks has it already; where the scripts show nothing of their
    own it comes without them.
    """
    request = reading.request
    text = _printed(reading, view, leads_to_start=request.app[SETTINGS].is_private, scripts=scripts)
    is_everybodys = scripts and "preview" not in request.query
    cache = "no-cache" if is_everybodys else "no-store"
    response = paper.page(text, reading.language, policy=POLICY, cache=cache)
    response.headers["Vary"] = "Accept, Accept-Language, Accept-Encoding"
    response.set_status(view.status)
    if is_everybodys and view.status == 200:
        paper.mark(request, response)
    if response.status != 304 and paper.packs(request):
        response.enable_compression(web.ContentCoding.gzip)
    return response


def _canonical(reading: Reading, view: View) -> str:
    """Give the address that programs are to know: each page of a list has one of its own."""
    path = quote(reading.request.path.rstrip("/")) or "/"
    place = view.template == "list.html" and urlencode(reading.place)
    return f"{reading.site['url'].rstrip('/')}{path}{f'?{place}' if place else ''}"


def _icon(logo: Told | None) -> str:
    """Give the icon of the page: the logo of the site, unless too wide or high to be made out as one."""
    if logo is None or not (logo["width"] and logo["height"]):
        return ICON
    shorter, longer = sorted((logo["width"], logo["height"]))
    if shorter < NEARLY_SQUARE * longer:
        return ICON
    return Markup('<link rel="icon" href="{}">\n').format(logo["icon"])


def _letters(reading: Reading) -> str:
    """Give the script a way to the letters that are not sent, for who asks on this very machine."""
    if outbox_for(reading.request) is None:
        return ""
    told = [says(reading.language, words) for words in ("letter_here", "letter_read")]
    way = Markup('<template><p>{} <a href="/letters?lang={}" rel="help">{}</a></p></template>\n')
    return str(way.format(told[0], reading.language, told[1]))


def _printed(reading: Reading, view: View, *, leads_to_start: bool, scripts: bool) -> str:
    def part(template: str, **facts: Any) -> str:
        whole = _templates.get_template(template)
        return whole.render(reading=reading, view=view, leads_to_start=leads_to_start, **facts)

    skip = Markup('<a class="skip" href="#content">{}</a>').format(reading.says("skip"))
    places = {
        HTML: f'<html lang="{reading.language}">\n',
        IN_DEVELOPMENT: ('<link rel="help" href="/start">\n' if leads_to_start else "") + _letters(reading),
        TITLE: part("head.html", canonical=_canonical(reading, view)),
        ICON: _icon(reading.site["logo"]),
        SCRIPTS: SCRIPTS if scripts else "",
        BODY: f'<body class="{view.kind}">\n{skip}\n',
        HEADER: f"<header>\n{part('header.html')}</header>\n",
        MAIN: f'<main id="content" tabindex="-1">\n{part(view.template, **view.facts)}',
        FOOTER: f"<footer>\n{part('footer.html')}</footer>\n",
    }
    return "".join(places.get(piece, piece) for piece in _pieces)
