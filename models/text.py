"""Text as people write it, made safe to show and fit to cut, compare, find and put into a path."""

import html as entities
import re
import unicodedata
from collections.abc import Collection
from functools import cache

import nh3
from babel import Locale
from selectolax.lexbor import LexborHTMLParser, LexborNode

from models.errors import Invalid
from models.nesting import nesting

DEEPEST = 500
BLOCK_TAGS = {
    "address", "article", "aside", "blockquote", "caption", "dd", "div", "dl", "dt", "figcaption", "figure",
    "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "section", "table", "td", "th", "tr",
    "ul",
}  # fmt: skip
POST_TAGS = BLOCK_TAGS | {
    "a", "abbr", "b", "bdi", "bdo", "br", "cite", "code", "del", "em", "i", "img", "ins", "kbd", "mark", "q",
    "s", "small", "span", "strong", "sub", "sup", "tbody", "tfoot", "thead", "time", "u", "var",
}  # fmt: skip
COMMENT_TAGS = {"a", "b", "blockquote", "br", "code", "em", "i", "li", "ol", "p", "strong", "ul"}
NAME = re.compile(r"(?:[^\W\d_]|[\u0300-\u036f .,'’‘·&()-])+")
# Between letters these are not seen, and hide a word from whoever looks for it.
UNSEEN = re.compile("[\u00ad\u180e\u200b-\u200f\u2060-\u2064\ufeff]")
SOFT_HYPHEN = "\u00ad"
LONGEST_SLUG = 100
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
WORD = re.compile(r"[^\W_]+")
LEADING_LINES = re.compile(r"(<pre(?: [^>]*)?>)\n+")
# What a summary says nothing by, for it is no sentence.
NOT_TOLD = {"h1", "h2", "h3", "h4", "h5", "h6", "table"}
ITEM = "\x1e"
ENDED = re.compile(r"[.,;:!?…–—-]['\"’”»)\]]*$")
# But for tabs and line ends.
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
SPACES = re.compile(r"\s+")
SPACES_OF_A_LINE = re.compile(r"[^\S\n]+")
EMPTY_LINES = re.compile(r"\n\s*\n")
MORE_EMPTY_LINES = re.compile(r"\n{3,}")
# NUL and lone surrogates.
NOT_KEPT = re.compile(r"[\x00\ud800-\udfff]")
# Letters and signs of nothing.
BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
DOMAIN = re.compile(r"\w\w\.\w")
RUNS = re.compile(r"(java|vb)script:|data:", re.IGNORECASE)


def _harmless(_tag: str, attribute: str, value: str) -> str | None:
    # nh3 looks at addresses as browsers do today, and at none in `cite`; others read them more kindly.
    if attribute in {"href", "src", "cite"} and RUNS.match(re.sub("[^!-~]", "", value)):
        return None
    return value


POST_CLEANER = nh3.Cleaner(
    tags=POST_TAGS,
    attributes={
        "*": {"lang", "dir", "title"},
        "a": {"href"},
        "img": {"src", "alt", "width", "height"},
        "td": {"colspan", "rowspan"},
        "th": {"colspan", "rowspan"},
        "time": {"datetime"},
        "q": {"cite"},
        "blockquote": {"cite"},
        "ol": {"start"},
    },
    attribute_filter=_harmless,
    allowed_classes={"figure": {"embed"}},
    url_schemes={"http", "https", "mailto", "tel"},
)
COMMENT_CLEANER = nh3.Cleaner(
    tags=COMMENT_TAGS,
    attributes={"a": {"href"}},
    url_schemes={"http", "https"},
    url_relative="deny",
    link_rel="nofollow ugc noopener noreferrer",
)


def sanitise(html: str) -> str:
    """Keep of a post's HTML what is safe; doing it twice gives the same. Refuse what nests beyond reason."""
    if nesting(html) > DEEPEST:
        raise Invalid("content", f"A text nests at most {DEEPEST} elements into each other.", why="nested")
    return _settle(POST_CLEANER, html)


def sanitise_comment(html: str) -> str:
    """Keep of a comment's HTML what is safe from a stranger; links go out as user content."""
    return _settle(COMMENT_CLEANER, html)


def paragraphs(text: str) -> str:
    """Turn plain text into HTML: an empty line ends a paragraph, a line end is a break."""
    parts = [part.strip() for part in EMPTY_LINES.split(text.replace("\r\n", "\n")) if part.strip()]
    safe = [entities.escape(part, quote=False) for part in parts]
    return "".join("<p>" + part.replace("\n", "<br>") + "</p>" for part in safe)


def is_plain_line(text: str) -> bool:
    """Tell whether a text is one line that HTML has as it is: nothing in it is markup, or read as a space."""
    return text.isprintable() and not ("  " in text or "<" in text or ">" in text or "&" in text)


def plain(html: str) -> str:
    """Read HTML as text: blocks on lines of their own, runs of white space made one."""
    body = LexborHTMLParser(html).body
    if body is None:
        return ""
    pieces: list[str] = []
    _read(body, pieces)
    lines = (SPACES_OF_A_LINE.sub(" ", line).strip() for line in "".join(pieces).split("\n"))
    return MORE_EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()


def told(html: str) -> str:
    """Read HTML as one line to sum it up by: without headings and tables, the items of lists set apart."""
    body = LexborHTMLParser(html).body
    pieces: list[str] = []
    if body is not None:
        _read(body, pieces, around_item=ITEM, but=NOT_TOLD)
    parts = [one for part in "".join(pieces).split(ITEM) if (one := " ".join(part.split()))]
    return "".join(part + _between(part, after) for part, after in zip(parts, [*parts[1:], ""], strict=False))


def excerpt(text: str, length: int) -> str:
    """Cut text to at most so many characters, at the end of a word, with an ellipsis when cut."""
    head = text[: length + 1]
    if head.endswith(" "):
        head = text[: length + 2]
    # What is one line already need not be put together anew, and of that only the beginning matters.
    is_line = head.isprintable() and "  " not in head and " " not in (head[:1], head[-1:])
    return cut(head if is_line else " ".join(text.split()), length)


def cut(line: str, length: int) -> str:
    """Cut one line to at most so many characters, as `excerpt` does."""
    if len(line) <= length:
        return line
    if not length:
        return ""
    end = length - 1
    if line[end] != " " and (space := line.rfind(" ", 0, end)) >= 0:
        end = space
    return line[:end].rstrip(" ,.;:–-") + "…"


def fold(text: str) -> str:
    """Fold case and accents away, so that both stores find and sort alike."""
    small = unicodedata.normalize("NFKD", text).casefold().replace("ø", "o").replace("ł", "l")
    spread = unicodedata.normalize("NFKD", small)
    return "".join(letter for letter in spread if not unicodedata.combining(letter))


def sort_key(text: str) -> str:
    """Give the key that text is sorted by: folded, without leading punctuation."""
    return re.sub(r"^\W+", "", fold(text))[:200]


def search_words(text: str) -> list[str]:
    """List the different words of a text, folded, in order of appearance."""
    # Where a word may be broken it is one word all the same.
    return list(dict.fromkeys(WORD.findall(fold(text.replace(SOFT_HYPHEN, "")))))


def words_of(text: str) -> list[str]:
    """List all words of a text in their order, folded, with nothing hidden between their letters."""
    # Folding is slow, and changes nothing more in what is ASCII.
    return WORD.findall(text.lower() if text.isascii() else fold(without_unseen(text)))


def without_unseen(text: str) -> str:
    """Take out the signs that stand between letters and are not seen."""
    return UNSEEN.sub("", text)


def count_words(text: str) -> int:
    """Count the words of a text."""
    return len(re.findall(r"\w+", text))


def slugify(text: str, language: str) -> str:
    """Make the part of a path from a name in a language: letters and digits of ASCII, hyphens between."""
    plain_text = fold(text).replace("&", _and_in(language)).replace("æ", "ae").replace("œ", "oe")
    slug = re.sub(r"[^a-z0-9]+", "-", plain_text.replace("'", "").replace("’", "")).strip("-")
    return slug[:LONGEST_SLUG].rstrip("-")


def is_slug(text: str) -> bool:
    """Tell whether a text is such a part of a path already."""
    return len(text) <= LONGEST_SLUG and SLUG.fullmatch(text) is not None


@cache
def _and_in(language: str) -> str:
    """Give what a language says for &, between spaces where they stand there."""
    locale = Locale.parse(language, sep="-" if "-" in language else "_")
    return fold(locale.list_patterns["standard"]["2"].format("", ""))


def is_plain(text: str) -> bool:
    """Tell whether a text has only characters that a store keeps: no NUL, no lone surrogate."""
    # Most is ASCII, of which that is known at once.
    return "\0" not in text if text.isascii() else NOT_KEPT.search(text) is None


def is_name(line: str) -> bool:
    """Tell whether a line may be a name: no digits, no signs of an address, nothing like a domain."""
    return NAME.fullmatch(line) is not None and not DOMAIN.search(line)


def clean_line(text: str) -> str:
    """Make one line of a name or title: no control characters, single spaces."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    visible = "".join(
        " " if unicodedata.category(letter) in {"Cc", "Zl", "Zp"} else letter for letter in text
    )
    return " ".join(visible.replace("\ufeff", "").replace("\u200b", "").split())


def is_seen(line: str) -> bool:
    """Tell whether there is a letter, a digit or a sign among what may be nothing but joints and spaces."""
    return any(unicodedata.category(letter)[0] in "LNPS" and letter not in BLANK for letter in line)


def _settle(cleaner: nh3.Cleaner, html: str) -> str:
    # A parser may read its own output differently (mutation XSS); clean until nothing changes any more.
    html = html.replace("\x00", "")
    for _ in range(5):
        # Each reading takes one line end after <pre> away.
        cleaned = LEADING_LINES.sub(r"\1", cleaner.clean(html))
        if cleaned == html:
            return cleaned
        html = cleaned
    return html if cleaner.clean(html) == html else f"<p>{entities.escape(plain(html))}</p>"


def _between(part: str, after: str) -> str:
    if not after or ENDED.search(part[-9:]):
        return " " if after else ""
    return ". " if after[0].isupper() else "; "


def _read(
    node: LexborNode, pieces: list[str], *, around_item: str = "\n", but: Collection[str] = frozenset()
) -> None:
    # An own stack: HTML may nest deeper than Python recurses.
    stack: list[LexborNode | str] = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            pieces.append(item)
        elif item.is_text_node:
            pieces.append(SPACES.sub(" ", item.text_content or ""))
        elif item.tag == "br":
            pieces.append("\n")
        elif item.tag not in but:
            gap = around_item if item.tag == "li" else _gap(item.tag or "")
            pieces.append(gap)
            stack.append(gap)
            stack.extend(_children(item))


def _children(node: LexborNode) -> list[LexborNode]:
    children: list[LexborNode] = []
    child = node.last_child
    while child is not None:
        children.append(child)
        child = child.prev
    return children


def _gap(tag: str) -> str:
    if tag in {"li", "tr", "dt", "dd"}:
        return "\n"
    return "\n\n" if tag in BLOCK_TAGS else ""
