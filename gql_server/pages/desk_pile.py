"""A pile on the desk: the posts in one editorial state, some at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web

import models

STATES = ("draft", "scheduled", "published", "archived")
SIZE = 25
LISTED = ("id", "title", "status", "published_at", "updated_at")
# More than anybody has; a bigger number is no number to the store.
MOST_PAGES = 100_000


@dataclass(frozen=True, slots=True)
class Pile:
    """One page of a pile; `authors` are told, by post, to who edits the posts of others."""

    state: str
    posts: Sequence[models.Post]
    authors: Mapping[int, str]
    page: int
    has_older: bool

    @classmethod
    async def all_of(cls, request: web.Request, principal: models.Principal) -> list["Pile"]:
        """Take the top of each pile; of the one that an address names the page that it names."""
        state = request.query.get("state")
        if state not in STATES:
            return [await cls.of(principal, one) for one in STATES]
        return [await cls.of(principal, state, page_asked(request))]

    @classmethod
    async def of(cls, principal: models.Principal, state: str, page: int = 1) -> "Pile":
        """Take a page of a pile."""
        asked = models.Post.owned_in(principal, state).offset((page - 1) * SIZE).limit(SIZE + 1)
        found = await asked.only(*LISTED)
        posts = found[:SIZE]
        authors = await _authors_of(posts) if principal.edits_all and posts else {}
        return cls(state, posts, authors, page, has_older=len(found) > SIZE)

    def path(self, page: int) -> str:
        """Give the way to a page of this pile."""
        return f"/write?state={self.state}&page={page}"


def page_asked(request: web.Request) -> int:
    """Read which page of a list an address names."""
    page = request.query.get("page", "")
    number = int(page[:9]) if page.isdecimal() else 1
    return min(max(number, 1), MOST_PAGES)


async def _authors_of(posts: Sequence[models.Post]) -> dict[int, str]:
    """Name the authors of posts, each in the order of its byline."""
    ids = [post.id for post in posts]
    lines = models.Byline.filter(post_id__in=ids).order_by("position", "id").select_related("author")
    named: dict[int, list[str]] = {}
    for line in await lines:
        named.setdefault(line.post_id, []).append(line.author.name)
    return {id: ", ".join(names) for id, names in named.items()}
