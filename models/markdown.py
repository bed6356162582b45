"""Markdown as authors write it, made into HTML that is still to be sanitised."""

from markdown_it import MarkdownIt

# CommonMark lets HTML through; the sanitiser that follows does not tell who wrote it.
READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def to_html(markdown: str) -> str:
    """Read CommonMark with tables and ~~strikethrough~~."""
    return str(READER.render(markdown))
