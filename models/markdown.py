"""Markdown as authors write it, made into HTML that is still to be sanitised."""

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore

# CommonMark lets HTML through; the sanitiser that follows does not tell who wrote it.
READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def _begin_below_the_title(state: StateCore) -> None:
    # The title of a page is its one heading of the first level.
    for token in state.tokens:
        if token.tag == "h1":
            token.tag = "h2"


READER.core.ruler.push("begin_below_the_title", _begin_below_the_title)


def to_html(markdown: str) -> str:
    """Read CommonMark with tables and ~~strikethrough~~."""
    return str(READER.render(markdown))
