"""The same post met on several pages and in the feed, made one."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from gql_server.importers.weebly.comments import Remark
from gql_server.importers.weebly.entries import Entry
from gql_server.importers.weebly.feed import Feed, FeedItem
from gql_server.importers.weebly.page import Page
from gql_server.importers.weebly.places import Kind, path_of, slug_of, spellings

RANK = {Kind.POST: 1}


@dataclass(slots=True)
class Story:
    """One post with every sight of it."""

    digits: str = ""
    sights: list[tuple[Page, Entry]] = field(default_factory=list)
    items: list[FeedItem] = field(default_factory=list)

    @property
    def source_id(self) -> str:
        """Weebly's number; a post known only from the feed has no other name than its path."""
        return f"weebly:{self.digits or next(iter(self.paths), self.title)}"[:255]

    @property
    def best(self) -> Entry | None:
        """The best sight: whole before shortened, its own page before a list."""
        ranked = [(not entry.is_cut, RANK.get(page.kind, 0), entry) for page, entry in self.sights]
        return max(ranked, key=lambda sight: sight[:2])[2] if ranked else None

    @property
    def title(self) -> str:
        """The title as the best sight gives it."""
        titles = [self.best.title if self.best else "", *(item.title for item in self.items)]
        return next(filter(None, titles), "")

    @property
    def content(self) -> str:
        """The fullest markup: a shortened list never beats the feed, nor the feed a page."""
        told = max((item.content for item in self.items), key=len, default="")
        if self.best is None or (self.best.is_cut and len(told) > len(self.best.content)):
            return told
        return self.best.content

    @property
    def is_cut(self) -> bool:
        """Whether only the beginning of the post was found."""
        return self.best is not None and self.best.is_cut and self.content == self.best.content

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path that led to the post."""
        seen = [entry.path for _, entry in self.sights] + [path_of(item.link) for item in self.items]
        return tuple(dict.fromkeys(path for path in seen if path))

    @property
    def date(self) -> str:
        """The date as a page writes it."""
        return next((entry.date for _, entry in self.sights if entry.date), "")

    @property
    def months(self) -> frozenset[str]:
        """The month pages it stood on."""
        return frozenset(self._stood_on(Kind.MONTH))

    @property
    def categories(self) -> tuple[str, ...]:
        """The slugs of the category pages it stood on."""
        return self._stood_on(Kind.CATEGORY)

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """The comments, of the copy of its page that has most."""
        return max((page.remarks for page, _ in self.sights if page.kind is Kind.POST), key=len, default=())

    @property
    def counted(self) -> int | None:
        """The number of comments its own page speaks of, else any other."""
        ranked = sorted(self.sights, key=lambda sight: -RANK.get(sight[0].kind, 0))
        return next((entry.counted for _, entry in ranked if entry.counted is not None), None)

    @property
    def are_comments_open(self) -> bool:
        """Whether readers could still comment; the feed does not say, so then they could."""
        is_closed = any(page.are_comments_closed for page, _ in self.sights if page.kind is Kind.POST)
        return not is_closed and (not self.sights or self.counted is not None or bool(self.remarks))

    def _stood_on(self, kind: Kind) -> tuple[str, ...]:
        places = (page.place for page, _ in self.sights)
        return tuple(
            dict.fromkeys(place.key for place in places if place and place.kind is kind and place.key)
        )


def gather(pages: Iterable[Page], feeds: Iterable[Feed]) -> list[Story]:
    """Put together what belongs to one post, by Weebly's number, then by path."""
    shelf = _Shelf()
    for page in pages:
        for entry in page.entries:
            shelf.story(entry.digits, entry.path).sights.append((page, entry))
    for feed in feeds:
        for item in feed.items:
            shelf.told(item).items.append(item)
    return list({story.source_id: story for story in reversed(shelf.stories)}.values())[::-1]


class _Shelf:
    def __init__(self) -> None:
        self.stories: list[Story] = []
        self._by_digits: dict[str, Story] = {}
        self._by_path: dict[str, Story] = {}

    def story(self, digits: str, path: str) -> Story:
        there = self._by_path.get(spellings(path)[0]) if path else None
        if there is not None and digits and there.digits not in {"", digits}:
            there = None
        story = self._by_digits.get(digits) or there
        if story is None:
            story = Story()
            self.stories.append(story)
        story.digits = story.digits or digits
        if digits:
            self._by_digits[digits] = story
        if path:
            self._by_path[spellings(path)[0]] = story
        return story

    def told(self, item: FeedItem) -> Story:
        path = path_of(item.link)
        if not path or spellings(path)[0] in self._by_path:
            return self.story("", path)
        # A feed of the old generator names the same slug below another path.
        alike = [known for known in self._by_path if slug_of(known) == slug_of(path)]
        return self._by_path[alike[0]] if len(alike) == 1 else self.story("", path)
