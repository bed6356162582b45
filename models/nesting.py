"""How deep HTML nests at most, without parsing it: parsers take quadratic time for depth."""

import re

EMPTY = {
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr",
}  # fmt: skip
# Left open these do not nest: what comes beside them or ends around them ends them.
SELF_ENDING = {"dd", "dt", "li", "option", "p", "td", "th", "tr"}
ENDING_THOSE = {
    "address", "article", "aside", "blockquote", "center", "details", "div", "dl", "fieldset", "figcaption",
    "figure", "footer", "header", "main", "nav", "ol", "pre", "section", "table", "tbody", "tfoot", "thead",
    "ul",
}  # fmt: skip
# But an item of one of these lists ends none of the other, and stands in it.
OF_OTHER_LISTS = {"dd": {"li"}, "dt": {"li"}, "li": {"dd", "dt"}}
MARKUP = re.compile(r"<(?:(/?)([a-zA-Z][^\t\n\f\r />]*)|(!--)|[!?/])")
# What stands in a tag, a comment and anything else that markup may begin with, as the HTML standard reads
# it (13.2.5): an end tag in there is none.
IN_TAG = re.compile(
    r"""(?>[\t\n\f\r /]+|[^\t\n\f\r />][^\t\n\f\r />=]*"""
    r"""(?>[\t\n\f\r ]*=[\t\n\f\r ]*(?>"[^"]*"|'[^']*'|[^\t\n\f\r >"'][^\t\n\f\r >]*)?)?)*+"""
)
IN_COMMENT = re.compile(r"-?>|.*?(?:--!?>|\Z)", re.DOTALL)
IN_OTHER = re.compile(r"[^>]*")


def nesting(html: str) -> int:
    """Tell how many elements stand in each other at most; of HTML that is no tree too many, never too few.

    What an end tag ends is sure only when that was opened last: parsers may take no notice of any other.
    """
    # Each with what in it was begun and may still be open, though it does not count.
    still_open: list[tuple[str, set[str]]] = [("", set())]
    deepest = passed = 0
    for found in MARKUP.finditer(html):
        closing, name, comment = found.groups()
        if is_seen := found.start() >= passed:
            inside = IN_TAG if name else IN_COMMENT if comment else IN_OTHER
            # Each of them takes nothing where there is nothing.
            passed = inside.match(html, found.end()).end()  # type: ignore[union-attr]
        # Parsers know capitals of ASCII only: the sign of kelvin is no K.
        name = name and (name.lower() if name.isascii() else name)
        if not name or name in EMPTY:
            continue
        last, begun = still_open[-1]
        is_counted = name not in SELF_ENDING or not OF_OTHER_LISTS.get(name, set()).isdisjoint({last, *begun})
        if not closing and is_counted:
            still_open.append((name, set()))
            deepest = max(deepest, len(still_open) - 1)
        elif not closing:
            begun.add(name)
        elif is_seen and name in begun:
            begun.discard(name)
        elif is_seen and name == last and (name in ENDING_THOSE or not begun):
            still_open.pop()
    return deepest
