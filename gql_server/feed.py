"""The feed: the newest posts for whoever follows the publication with a feed reader (Atom, RFC 4287)."""

import re
from contextlib import suppress
from datetime import datetime
from uuid import UUID, uuid5
from xml.etree.ElementTree import Element, SubElement, tostring

from aiohttp import web
from markupsafe import Markup

import models
from gql_server import followed, own_graph
from gql_server.answers import Answer
from gql_server.followed import Written
from gql_server.own_graph import Told, TooMuch
from gql_server.publication import PUBLICATION
from gql_server.visitors import VISITORS
from mailers.body import for_feed

PATH = "/feed.xml"
NEWEST = """
  query Feed($first: Int!) {
    site { title description url language }
    posts(first: $first) {
      nodes {
        id title url publishedAt updatedAt excerpt(length: 300) contentHtml
        image { url(width: 1280) altText }
        authors { name url }
        tags { label }
      }
    }
  }
"""
# How many are given; fewer of those that are so long that no answer holds as many.
MOST = (20, 10, 5, 2, 1)
PICTURE = Markup('<p><img src="{url}" alt="{altText}"></p>')
NAMES = {"xmlns": "http://www.w3.org/2005/Atom"}
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
# What text may hold and XML may not (XML 1.0, 2.2).
UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


async def show(request: web.Request) -> web.Response:
    """Give the feed; who has it already is told so."""
    request.app[VISITORS].admit(request)
    return await followed.given(request, PATH, "application/atom+xml", lambda: _write(request))


async def _write(request: web.Request) -> Written:
    told, answer = await _newest(request)
    secret = (await request.app[PUBLICATION].masthead()).site.secret
    # An address may become another, that of the site too, and what an entry is known by may not.
    known_by = UUID(hex=models.keyed_digest(secret, "feed")[:32])
    site, posts = told["site"], told["posts"]["nodes"]
    # Of a feed without entries too (RFC 4287, 4.2.15): the day before anything was.
    updated = max(map(_updated, posts), key=datetime.fromisoformat, default="1970-01-01T00:00:00Z")
    body = _written(site, posts, known_by, updated)
    reads = None if answer.codes else answer.reads
    return Written(body, reads, answer.until, datetime.fromisoformat(updated))


async def _newest(request: web.Request) -> tuple[Told, Answer]:
    for first in MOST[:-1]:
        with suppress(TooMuch):
            return await own_graph.ask_whole(request, NEWEST, first=first)
    return await own_graph.ask_whole(request, NEWEST, first=MOST[-1])


def _written(site: Told, posts: list[Told], known_by: UUID, updated: str) -> bytes:
    home = site["url"].rstrip("/")
    feed = Element("feed", NAMES | {LANGUAGE: site["language"]})
    _add(feed, "id", known_by.urn)
    _add(feed, "title", site["title"])
    if site["description"]:
        _add(feed, "subtitle", site["description"])
    _add(feed, "link", href=f"{home}/")
    _add(feed, "link", rel="self", type="application/atom+xml", href=f"{home}{PATH}")
    _add(feed, "updated", updated)
    # For posts that nobody signed (RFC 4287, 4.1.1).
    _add(SubElement(feed, "author"), "name", site["title"])
    for post in posts:
        _entry(SubElement(feed, "entry"), post, known_by)
    written: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _entry(entry: Element, post: Told, known_by: UUID) -> None:
    _add(entry, "id", uuid5(known_by, post["id"]).urn)
    _add(entry, "title", post["title"])
    _add(entry, "link", rel="alternate", type="text/html", href=post["url"])
    _add(entry, "published", post["publishedAt"])
    _add(entry, "updated", _updated(post))
    for author in post["authors"] or ():
        person = SubElement(entry, "author")
        _add(person, "name", author["name"])
        _add(person, "uri", author["url"])
    for tag in post["tags"] or ():
        _add(entry, "category", term=tag["label"])
    _add(entry, "summary", post["excerpt"])
    picture = PICTURE.format_map(post["image"]) if post["image"] else ""
    _add(entry, "content", for_feed(f"{picture}{post['contentHtml']}", post["url"]), type="html")


def _updated(post: Told) -> str:
    """Give when it became what it is: what was planned was saved before it appeared."""
    return str(max(post["updatedAt"], post["publishedAt"], key=datetime.fromisoformat))


def _add(parent: Element, name: str, text: str | None = None, **about: str) -> None:
    element = SubElement(parent, name, {key: UNWRITABLE.sub("", value) for key, value in about.items()})
    element.text = None if text is None else UNWRITABLE.sub("", text)
