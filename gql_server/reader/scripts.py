"""What the scripts of the page ask and say, read out of them: whoever runs no scripts is shown the same."""

import json
import re
from pathlib import Path

FOLDER = Path(__file__).parent / "page"
# For search engines and previews, which no script serves: asked of what is read itself.
SEO = "seo { title description canonicalUrl image { url(width: 1200) altText } }"
# For the icon of the page, which no script changes.
ICON = "logo { icon: url(width: 64) width height "
# For the form that whoever runs no scripts fills in.
ANSWERED = """
  query Answered($path: String!) { post(by: { path: $path }) { id path title commentsOpen } }
"""
REMARK = """
  query Remark($id: ID!) { node(id: $id) { ...Said } }
"""
# For programs, which are told in a header when they may try again.
WAIT = "errors { ... on RateLimitedError { retryAfterSeconds } "
DOCUMENT = re.compile(r"const ([A-Z_]+) = /\* GraphQL \*/ `([^`]*)`")

_asking, _words = ((FOLDER / "reader" / name).read_text("utf-8") for name in ("asking.js", "words.js"))
_texts: dict[str, str] = dict(DOCUMENT.findall(_asking))


def _whole(text: str) -> str:
    """Add the fragments that a document names, as the script does."""
    return "".join([text, *(_texts[name.upper()] for name in ("Cards", "Said") if f"...{name}" in text)])


def _told_of(noun: str, text: str) -> str:
    """Let a document ask of a noun what search engines are told of it too."""
    place = f"{noun}(by: {{ path: $path }}) {{"
    assert text.count(place) == 1
    return text.replace(place, f"{place} {SEO}")


# By the names that they have in the script.
DOCUMENTS = {name: _whole(text) for name, text in _texts.items() if "fragment" not in text.split()[:1]}
DOCUMENTS |= {
    "MASTHEAD": DOCUMENTS["MASTHEAD"].replace("logo { ", ICON),
    "POST": _told_of("post", DOCUMENTS["POST"]),
    "ADD_COMMENT": DOCUMENTS["ADD_COMMENT"].replace("errors { ", WAIT),
    "STANDING": _told_of("page", DOCUMENTS["STANDING"]),
    "ANSWERED": ANSWERED,
    "REMARK": _whole(REMARK),
}
# By language and name; what stands in braces is filled in.
WORDS: dict[str, dict[str, str]] = json.loads(_words.partition("const WORDS = ")[2].partition(";\n")[0])
