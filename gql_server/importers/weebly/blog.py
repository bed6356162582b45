"""A whole Weebly blog, read from what its owner has."""

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

from gql_server.importers.errors import ImportRefused
from gql_server.importers.weebly import body, dates, feed, page
from gql_server.importers.weebly.bylines import Bylines, fold
from gql_server.importers.weebly.encoding import decode
from gql_server.importers.weebly.feed import Feed
from gql_server.importers.weebly.page import Page
from gql_server.importers.weebly.places import Kind, host_of, path_of, spellings
from gql_server.importers.weebly.posts import Editor, clues
from gql_server.importers.weebly.redirects import redirects
from gql_server.importers.weebly.report import Counts, Report
from gql_server.importers.weebly.sources import documents
from gql_server.importers.weebly.stories import gather
from gql_server.importers.weebly.tags import Tags
from gql_server.importers.weebly.values import Blog, MenuValue, PageValue, PostValue, SiteValue
from gql_server.importers.weebly.witnesses import Court
from gql_server.importers.weebly.zones import Zone, zone_of

USUAL_LANGUAGE = "en"


def read(
    paths: Iterable[str | Path], *, authors: Iterable[str] = (), progress: Callable[[str], None] | None = None
) -> Blog:
    """Read a blog from pages, folders, archives and feeds; `progress` hears each document's name."""
    pages: list[Page] = []
    feeds: list[Feed] = []
    skipped: list[str] = []
    for name, data in documents(paths):
        if progress:
            progress(name)
        text = decode(data)
        found = feed.read(name, text) or page.read(name, text)
        if isinstance(found, Feed):
            feeds.append(found)
        elif found:
            pages.append(found)
        else:
            skipped.append(name)
    if not pages and not feeds:
        raise ImportRefused("There is nothing of a Weebly blog in what was given.")
    return _Reading(pages, feeds, skipped, authors).blog()


class _Reading:
    def __init__(
        self, pages: list[Page], feeds: list[Feed], skipped: list[str], authors: Iterable[str]
    ) -> None:
        self.pages, self.feeds, self.skipped = pages, feeds, skipped
        self.language = _most([each.language for each in pages]) or _most([each.language for each in feeds])
        self.host = _most([each.host for each in pages]) or _most([host_of(each.link) for each in feeds])
        clock = next((told.clock for told in feeds if told.clock), None)
        self.zone: Zone = zone_of(self.language or USUAL_LANGUAGE, clock)
        named = (*(name for each in pages for name in each.sidebar.authors), *authors)
        # Filled from the back, so that the first spelling is the one that stays.
        first_spelled = {fold(name): name for name in reversed(named)}
        self.authors = tuple(first_spelled[key] for key in dict.fromkeys(map(fold, named)) if key)
        labels = {slug: label for each in pages for slug, label in each.sidebar.categories}
        told = (name for each in feeds for item in each.items for name in item.categories)
        self.tags = Tags(labels, told)
        self.known_months = frozenset(month for each in pages for month, _, _ in each.sidebar.months)
        self.stories = gather(pages, feeds)
        self.editor = self._editor()

    def blog(self) -> Blog:
        made = (self.editor.post(story) for story in self.stories)
        posts = sorted(filter(None, made), key=lambda post: (post.published, post.source_id), reverse=True)
        standing = self._standing()
        menu = self._menu()
        paths = redirects(posts, standing, self.pages, self.tags)
        forms = tuple(dict.fromkeys(form for each in self.pages for form in each.forms))
        self._doubt(menu, {path for path, _ in paths})
        return Blog(
            site=self._site(),
            menu=menu,
            pages=standing,
            posts=tuple(posts),
            authors=self.authors,
            forms=forms,
            redirects=paths,
            report=self._report(posts, pages=len(standing), forms=len(forms), redirects=len(paths)),
        )

    def _editor(self) -> Editor:
        zone = ZoneInfo(self.zone.name)
        remarks = (dates.written(remark.written) for story in self.stories for remark in story.remarks)
        court = Court(
            [clues(story, zone) for story in self.stories],
            comments=filter(None, remarks),
            sidebar=self.known_months,
            language=self.language or USUAL_LANGUAGE,
        )
        bylines = Bylines(self.authors)
        return Editor(host=self.host, zone=zone, court=court, bylines=bylines, tags=self.tags)

    def _site(self) -> SiteValue:
        titles = [each.site_title for each in self.pages] + [each.title for each in self.feeds]
        told = [each.description for each in self.pages if each.kind is not Kind.POST]
        return SiteValue(
            title=_most(titles) or self.host,
            language=self.language or USUAL_LANGUAGE,
            host=self.host,
            time_zone=self.zone.name,
            description=next(filter(None, [*told, *(each.description for each in self.feeds)]), ""),
        )

    def _menu(self) -> tuple[MenuValue, ...]:
        # On a page of the blog the current item is the blog's own.
        ranked = sorted(self.pages, key=lambda each: each.kind is Kind.PLAIN)
        return next((each.menu for each in ranked if each.menu), ())

    def _standing(self) -> tuple[PageValue, ...]:
        found: dict[str, PageValue] = {}
        for shown in self.pages:
            path = spellings(shown.path)[0]
            if shown.kind is Kind.PLAIN and path not in found:
                text = body.read(shown.content, self.host)
                self.editor.dropped += text.dropped
                source_id = f"weebly:page:{path}"[:255]
                found[path] = PageValue(
                    source_id=source_id, title=shown.title or path, path=shown.path, html=text.html
                )
        return tuple(found.values())

    def _doubt(self, menu: tuple[MenuValue, ...], known: set[str]) -> None:
        tell = self.editor.doubtful.append
        hosts = sorted({each.host for each in self.pages if each.host} - {self.host})
        if hosts:
            tell(f"pages of other hosts than {self.host} are among them: {', '.join(hosts)}")
        if not self.language:
            tell("no page says its language; taken for English")
        if self.editor.court.is_divided:
            tell("the dates of this site contradict each other about D/M or M/D")
        if any(each.are_comments_elsewhere for each in self.pages):
            tell("Facebook or Disqus kept the comments; they are not on the pages")
        missing = [item.label for item in _flat(menu) if _is_missing(item, known)]
        if missing:
            tell(f"the menu leads to {len(missing)} pages that were not given: {', '.join(missing)}")

    def _report(self, posts: list[PostValue], *, pages: int, forms: int, redirects: int) -> Report:
        months = Counter(f"{post.day:%Y-%m}" for post in posts)
        comments = Counter[str](comment.suggested_status for post in posts for comment in post.comments)
        signed = Counter(name for post in posts for name in post.authors)
        court = self.editor.court
        return Report(
            site=f"{self._site().title}, language {self._site().language}, {self.host or 'host unknown'}",
            zone_reason=f"{self.zone.name} ({self.zone.reason})",
            posts=len(posts),
            pages=pages,
            months=tuple(sorted(months.items(), reverse=True)),
            empty_months=tuple(sorted(self.known_months - set(months), reverse=True)),
            comments=_counts(comments),
            date_order=court.order + (" (a guess)" if court.is_guess else ""),
            witnesses=_counts(Counter(post.witness for post in posts)),
            authors=tuple((name, signed[name]) for name in self.authors),
            unsigned=sum(not post.authors for post in posts),
            tags=_counts(Counter(tag for post in posts for tag in post.tags)),
            images=self.editor.images,
            forms=forms,
            redirects=redirects,
            skipped=tuple(self.skipped),
            miscounted=tuple(self.editor.miscounted),
            doubtful=tuple(self.editor.doubtful),
            dropped=_counts(self.editor.dropped),
        )


def _most(values: list[str]) -> str:
    return next((value for value, _ in Counter(filter(None, values)).most_common(1)), "")


def _counts(counter: Counter[str]) -> Counts:
    return tuple((str(name), count) for name, count in counter.most_common() if count)


def _flat(menu: tuple[MenuValue, ...]) -> list[MenuValue]:
    return [each for item in menu for each in (item, *_flat(item.items))]


def _is_missing(item: MenuValue, known: set[str]) -> bool:
    path = path_of(item.href or "")
    return path not in {"", "/"} and not item.is_current and not known & set(spellings(path))
