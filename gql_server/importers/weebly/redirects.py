"""Where every old address leads now."""

from collections.abc import Iterable, Iterator

from gql_server.importers.weebly.page import Page
from gql_server.importers.weebly.places import Kind, path_of, place, spellings
from gql_server.importers.weebly.tags import Tags
from gql_server.importers.weebly.values import PageValue, PostValue, Target

INDEX: Target = ("index", "")
NO_PAGE = {"", "/", "/1"}
MOST_FILLED_IN = 500


def redirects(
    posts: Iterable[PostValue], standing: Iterable[PageValue], pages: Iterable[Page], tags: Tags
) -> tuple[tuple[str, Target], ...]:
    """Pair each old path with its target, once; what a post claims nothing else takes."""
    found: dict[str, Target] = {}
    for path, target in _pairs(posts, standing, list(pages), tags):
        if path not in NO_PAGE:
            found.setdefault(path, target)
    return tuple(sorted(found.items()))


def _pairs(
    posts: Iterable[PostValue], standing: Iterable[PageValue], pages: list[Page], tags: Tags
) -> Iterator[tuple[str, Target]]:
    for post in posts:
        for old in post.old_paths:
            yield from ((path, ("post", post.source_id)) for path in spellings(old))
    for page in standing:
        yield from ((path, ("page", page.path)) for path in spellings(page.path))
    for shown in pages:
        if shown.kind is Kind.INDEX and shown.place is None:
            yield from ((path, INDEX) for path in spellings(shown.path))
        if shown.place:
            yield from _list(shown.path, tags)
        if feed := path_of(shown.sidebar.feed):
            yield feed, ("feed", "")
        for path in shown.lists:
            yield from _list(path, tags)


def _list(path: str, tags: Tags) -> Iterator[tuple[str, Target]]:
    found = place(path)
    if found is None:
        return
    if found.kind is Kind.MONTH:
        month: Target = ("month", found.key)
        base = f"{found.blog}/archives/{found.key[5:]}-{found.key[:4]}"
        yield from ((each, month) for each in (*spellings(path), base, f"{base}/1"))
    elif found.kind is Kind.CATEGORY:
        tag: Target = ("tag", tags.named(found.key)) if found.key else INDEX
        yield from ((each, tag) for each in spellings(path))
    else:
        # A link to page 7 says that pages 1 to 6 exist too.
        pages = range(1, min(int(found.key), MOST_FILLED_IN) + 1)
        yield from ((f"{found.blog}/previous/{number}", INDEX) for number in pages)
    if found.blog not in NO_PAGE:
        yield from ((each, INDEX) for each in spellings(found.blog))
