"""What is read from a Weebly site: frozen values that know nothing of pages, files or the store."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from gql_server.importers.weebly.dates import Witness
from gql_server.importers.weebly.report import Report

TargetKind = Literal["post", "month", "tag", "index", "page", "feed"]
Target = tuple[TargetKind, str]
SuggestedStatus = Literal["approved", "pending"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteValue:
    """The site; `host` is empty when no page says it, `time_zone` is an IANA name."""

    title: str
    language: str
    host: str
    time_zone: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuValue:
    """An item of the menu; one without `href` is only a label."""

    label: str
    href: str | None
    items: tuple["MenuValue", ...] = ()
    is_current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FormValue:
    """A newsletter form: the old site sent `field` and `ucfid` to Weebly."""

    ucfid: str
    field: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageValue:
    """An image by its address; an `alt` that only says "Picture" is read as empty."""

    url: str
    alt: str
    caption: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageValue:
    """A standing page at its old path."""

    source_id: str
    title: str
    path: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentValue:
    """A comment in plain text; paragraphs have an empty line between them."""

    source_id: str
    parent_id: str | None
    name: str
    website: str | None
    written: datetime
    text: str
    is_owner: bool
    suggested_status: SuggestedStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class PostValue:
    """A post; `published` is aware and falls on `day` in the site's zone, which `witness` settled."""

    source_id: str
    title: str
    slug: str
    published: datetime
    day: date
    witness: Witness
    html: str
    image: ImageValue | None
    authors: tuple[str, ...]
    tags: tuple[str, ...]
    comments_open: bool
    comments: tuple[CommentValue, ...]
    old_paths: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Blog:
    """Everything to bring in, newest post first; `redirects` pairs an old path with where it leads now."""

    site: SiteValue
    menu: tuple[MenuValue, ...]
    pages: tuple[PageValue, ...]
    posts: tuple[PostValue, ...]
    authors: tuple[str, ...]
    forms: tuple[FormValue, ...]
    redirects: tuple[tuple[str, Target], ...]
    report: Report
