"""What is shown at each address to whoever runs no scripts, or waits for them: what the scripts show."""

import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from aiohttp import web

import models
from gql_server.identity import session_of
from gql_server.own_graph import Told, TooMuch
from gql_server.questions import Unreadable
from gql_server.reader.reading import Reading
from schema.searching import LONGEST

MOST_ON_FRONT = 7


@dataclass(frozen=True, slots=True)
class View:
    """A page: its title, the template of what is in it, and what that is filled in with.

    `seo` is what is told of it to search engines and previews; a page without is not for them.
    """

    title: str
    template: str
    facts: Told
    kind: str = ""
    seo: Told | None = field(default_factory=dict)
    status: int = 200


Show = Callable[..., Awaitable[View | None]]


async def view_at(reading: Reading, path: str) -> View | None:
    """Find what lives at a path; None when nothing does. Raises `models.Invalid` for a place in a list or a
    conversation that is none, and `models.Unproven` for a link that shows nothing any more.
    """
    path = path.rstrip("/") or "/"
    show, found = next((show, found) for pattern, show in VIEWS if (found := pattern.fullmatch(path)))
    return await show(reading, *found.groups())


def nothing_at(reading: Reading, why: str = "missing_text") -> View:
    """Say that nothing lives at an address."""
    return View(reading.says("missing"), "missing.html", {"why": why}, kind="text", seo=None, status=404)


async def _front(reading: Reading) -> View:
    found = await reading.ask("POSTS", first=MOST_ON_FRONT)
    seo = {"description": reading.site["description"]}
    return View(reading.site["title"], "front.html", {"posts": found["posts"]}, kind="front", seo=seo)


async def _blog(reading: Reading) -> View:
    found = await reading.ask("POSTS", **reading.slice)
    return _list(reading.says("blog"), found["posts"])


async def _author(reading: Reading, slug: str) -> View | None:
    author = (await reading.ask("AUTHOR", slug=slug, **reading.slice))["author"]
    if author is None:
        return None
    told = models.text.excerpt(models.text.plain(author["bioHtml"] or ""), 155)
    posts = author["posts"]
    return _list(author["name"], posts, {"description": told}, mark="author", author=author, is_own=True)


async def _tag(reading: Reading, slug: str) -> View | None:
    known = _first(reading.masthead["tags"], slug=slug)
    if known is None:
        return None
    found = await reading.ask("POSTS", filter={"tagSlugs": [slug]}, **reading.slice)
    return _list(known["label"], found["posts"], mark="tag", is_own=True)


async def _month(reading: Reading, month: str) -> View | None:
    known = _first(reading.masthead["archiveMonths"], month=month)
    if known is None:
        return None
    found = await reading.ask("POSTS", filter={"month": month}, **reading.slice)
    return _list(known["label"], found["posts"], mark="archive")


async def _search(reading: Reading) -> View:
    # More than the graph takes is no mistake of who pastes a title.
    words = reading.request.query.get("q", "").strip()[:LONGEST]
    found = (await reading.ask("SEARCH", words=words, **reading.slice))["search"] if words else None
    title = reading.says("results", words=words) if words else reading.says("search")
    return View(title, "search.html", {"words": words, "found": found}, seo=None)


async def _authors(reading: Reading) -> View:
    return View(reading.says("authors"), "authors.html", {})


async def _archive(reading: Reading) -> View:
    return View(reading.says("archive"), "archive.html", {})


async def _standing(reading: Reading, path: str) -> View | None:
    facts = await _written(reading, "STANDING", "page", path)
    if facts is None:
        return None
    page = facts["page"]
    seo = None if facts["is_preview"] else page["seo"] or {}
    return View(page["title"], "standing.html", facts, kind="text", seo=seo)


async def _post(reading: Reading, path: str) -> View | None:
    facts = await _written(reading, "POST", "post", path)
    if facts is None:
        return None
    post = facts["post"]
    if facts["is_preview"]:
        return View(post["title"], "post.html", facts, kind="text", seo=None)
    # What is said of a post is missed less than the post; guests may say more than one answer holds.
    with suppress(models.Unavailable, Unreadable, TooMuch):
        facts |= await _conversation(reading, post["path"])
    seo = {**(post["seo"] or {}), "published": post["publishedAt"]}
    return View(post["title"], "post.html", facts, kind="text", seo=seo)


async def _written(reading: Reading, document: str, noun: str, path: str) -> dict[str, Any] | None:
    """Give what somebody wrote at a path, also what is not published to who has a link that shows it."""
    token = reading.request.query.get("preview")
    principal = await models.Key.shown_by(token) if token else models.NOBODY
    found = (await reading.ask(document, principal=principal, path=path))[noun]
    if found is None:
        await _lead_on(reading, principal)
        return None
    facts = {noun: found, "is_preview": found["status"] != "PUBLISHED"}
    if facts["is_preview"]:
        # Of what is not published nobody is told but who may write it.
        mine = await reading.ask("MINE", principal=await session_of(reading.request), path=path)
        facts["is_mine"] = mine[noun] is not None
    return facts


async def _lead_on(reading: Reading, principal: models.Principal) -> None:
    """Lead to where what a link shows is now: it may have another address since the link was made."""
    shown = await models.shown_to(principal)
    if shown is not None and shown.path != reading.request.path:
        # Nothing remembers what a draft was called before; whoever has its link may know where it is.
        to = reading.request.rel_url.with_path(quote(shown.path), encoded=True, keep_query=True)
        raise web.HTTPFound(to, headers={"Cache-Control": "no-store"})


async def _conversation(reading: Reading, path: str) -> dict[str, Any]:
    """Give a part of the conversation: from its beginning or a place in it, or what follows one comment."""
    cursor, thread = reading.request.query.get("comments"), reading.request.query.get("thread")
    talk = (await reading.ask("THREADS", path=path, after=None if thread else cursor))["post"]
    if talk is None or thread is None:
        return {"talk": talk, "comments": talk and talk["comments"], "is_part": bool(cursor)}
    comment = await below(reading, path, thread, after=cursor)
    return {"talk": talk, "comments": {"nodes": [comment]}, "is_part": True}


async def below(reading: Reading, path: str, id: str, *, document: str = "REPLIES", **place: Any) -> Told:
    """Give a comment below a post, with what follows it or as asked; raise `models.Invalid` for none."""
    comment: Told = (await reading.ask(document, id=id, **place))["node"] or {}
    if comment.get("url", "").rpartition("#")[0] != f"{reading.site['url'].rstrip('/')}{quote(path)}":
        raise models.Invalid("thread")
    return comment


def _list(title: str, posts: Told, seo: Told | None = None, *, mark: str = "", **facts: Any) -> View:
    return View(title, "list.html", {"posts": posts, "mark": mark, **facts}, seo=seo or {})


def _first(rows: Iterable[Told] | None, **named: str) -> Told | None:
    [(name, value)] = named.items()
    return next((row for row in rows or () if row[name] == value), None)


def by_year(months: Iterable[Told] | None) -> dict[str, list[Told]]:
    """Sort the months of the archive into years."""
    years = defaultdict(list)
    for month in months or ():
        years[month["month"][:4]].append(month)
    return years


VIEWS: list[tuple[re.Pattern[str], Show]] = [
    (re.compile(r"/"), _front),
    (re.compile(r"/posts"), _blog),
    (re.compile(r"(/posts/[^/]+)"), _post),
    (re.compile(r"/authors"), _authors),
    (re.compile(r"/authors/([^/]+)"), _author),
    (re.compile(r"/tags/([^/]+)"), _tag),
    (re.compile(r"/archive"), _archive),
    (re.compile(r"/archive/(\d{4}-(?:0[1-9]|1[0-2]))"), _month),
    (re.compile(r"/search"), _search),
    (re.compile(r"(/.+)", re.DOTALL), _standing),
]
