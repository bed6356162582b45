"""What there is to say to a planted store: the values of arguments, told apart by how they fare."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from graphql import GraphQLEnumType, GraphQLSchema, get_named_type

import models
from models.bylines import Byline
from models.menus import MenuItem
from models.redirects import Redirect
from schema.ids import global_id, read_id
from tests.schema.garden import CANARY

Ask = Callable[..., Awaitable[dict[str, Any]]]
MONTHS = ("2021-03", "2021-04", "2020-02", "2020-01", "2019-12", "1969-07")
MOMENTS = (
    "2021-03-10T12:00:00Z", "2020-02-01T01:00:00+01:00", "2020-02-01T00:00:00.250Z", "2021-03-31T22:30:00Z",
    "1999-01-01T00:00:00Z", "2030-01-01T00:00:00Z",
)  # fmt: skip
MALFORMED_IDS = ("", "x", "UG9zdDox\n", "UG9zdDow", "5", "Ω", "UXVlcnk6MQ==", "UG9zdDo5OTk5OTk5OTk5OTk=")


class Values(NamedTuple):
    """Some that lead somewhere, some that lead nowhere, some that are refused as the field is read."""

    usual: tuple[Any, ...]
    odd: tuple[Any, ...] = ()
    refused: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Lore:
    """Values by the name of an argument or input field, with the name of its owner where that matters.

    `cursors` has those of each kind of connection, by what it was ordered by.
    """

    values: dict[str, Values]
    cursors: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)

    def of(self, owner: str, name: str, kind: str) -> Values:
        """Tell what to say for an argument; fail when a new one was forgotten here."""
        for key in (f"{owner}.{name}", name, kind):
            if key in self.values:
                return self.values[key]
        raise KeyError(f"lore.py knows no value for {owner}.{name}: {kind}")

    def of_cursor(self, connection: str, ordered: str) -> Values:
        """Tell the cursors of a list, and those that are none of it."""
        own = self.cursors.get(connection, {}).get(ordered, ())
        others = tuple(
            cursors[len(cursors) // 2]
            for kind, orders in self.cursors.items()
            for order, cursors in orders.items()
            if cursors and (kind, order) != (connection, ordered)
        )
        return Values(own or ("",), own[:1] + own[-1:], (*others, "", "x", "bm9wZQ", "é"))


async def gather(core: GraphQLSchema, rows: dict[str, Any], ask: Ask) -> Lore:
    """Ask the store what it knows."""
    ids = await _ids()
    slugs = {noun: [row.slug for row in await noun.all().order_by("id")] for noun in SLUGGED}
    paths = [row.path for row in await Redirect.all().order_by("id")]
    post_paths = [row.path for row in await models.Post.all().order_by("id")]
    page_paths = [row.path for row in await models.Page.all().order_by("id")]
    other_paths = [
        row.path for noun in (models.Author, models.Tag) for row in await noun.all().order_by("id")
    ]
    other_paths += [models.ArchiveMonth.path_of(month) for month in MONTHS]
    everything = tuple(id for found in ids.values() for id in found)
    nowhere = ("", "geen", "x" * 130, "Élan", CANARY)
    strange = ("/", "", "//x//", "zonder", "/posts/", "/posts/geen", "/x" * 300)
    loose = tuple(f"{path.strip('/')}/" for path in (*post_paths[:3], *page_paths[:3]))
    known = {
        "Query.node.id": Values(everything, MALFORMED_IDS),
        "Query.issue.id": Values(MALFORMED_IDS),
        "Query.commentForm.postId": Values(tuple(ids["Post"]), MALFORMED_IDS),
        "CommentFilter.postId": Values(tuple(ids["Post"]), MALFORMED_IDS),
        "Query.nodes.ids": Values(everything, MALFORMED_IDS),
        "PostFilter.ids": Values(tuple(ids["Post"]), (*MALFORMED_IDS, *ids["Tag"][:2])),
        **{
            f"{kind}Lookup.id": Values(tuple(ids[kind]), (*MALFORMED_IDS, *everything[::9]))
            for kind in ("Post", "Page", "Author")
        },
        **{f"{noun.__name__}Lookup.slug": Values(tuple(slugs[noun]), nowhere) for noun in SLUGGED},
        "PostLookup.path": Values((*post_paths, *paths), (*strange, *loose, *page_paths[:2])),
        "PageLookup.path": Values((*page_paths, *paths), (*strange, *loose, *post_paths[:2])),
        "Query.atPath.path": Values((*post_paths, *page_paths, *paths, *other_paths), (*strange, *loose)),
        "PostFilter.authorSlugs": Values(tuple(slugs[models.Author]), nowhere),
        "PostFilter.tagSlugs": Values(tuple(slugs[models.Tag]), nowhere),
        "PostFilter.statuses": Values(("PUBLISHED",), refused=("DRAFT", "SCHEDULED", "ARCHIVED")),
        "Query.tags.isWhole": Values((False,), refused=(True,)),
        "Site.menu.isWhole": Values((False,), refused=(True,)),
        "Revision.diff.since": Values(MALFORMED_IDS),
        "Site.menu.slug": Values(("main", "footer", "empty"), ("", "geen")),
        "NewsletterSubscriptionFilter.newsletterSlug": Values(("main",), ("", "geen", CANARY)),
        "token": Values(tuple(rows["tokens"]), ("", "prefs_1_x", f"prefs_{2**80}_x")),
    }
    return Lore(SAID | known, {kind: await _cursors(ask, *how) for kind, how in _lists(core).items()})


async def gather_for_staff(lore: Lore) -> Lore:
    """Know what only those who sign in say something with."""
    ids: dict[str, tuple[str, ...]] = {}
    for kind, noun in OF_STAFF.items():
        found = await noun.all().order_by("id").values_list("id", flat=True)
        ids[kind] = tuple(global_id(kind, id) for id in (*found[:9], 9_999))
    everything = (*lore.values["Query.node.id"].usual, *(id for found in ids.values() for id in found))
    known = {
        "Query.node.id": Values(everything, MALFORMED_IDS),
        "Query.nodes.ids": Values(everything, MALFORMED_IDS),
        "Query.issue.id": Values(ids["Issue"], MALFORMED_IDS),
        "Revision.diff.since": Values(ids["Revision"], MALFORMED_IDS),
        "PostFilter.statuses": Values(("DRAFT", "SCHEDULED", "ARCHIVED", "PUBLISHED")),
        "Query.tags.isWhole": Values((True, False)),
        "Site.menu.isWhole": Values((True, False)),
    }
    return replace(lore, values=lore.values | known)


def of_shown(lore: Lore, shown: models.Post | models.Page) -> Lore:
    """Know of one post or page before all, as who has a link to it does."""
    kind = type(shown).__name__
    id = global_id(kind, shown.id)
    known = {
        "Query.node.id": Values((id, *lore.values["Query.node.id"].usual[:2])),
        "Query.nodes.ids": Values((id, *lore.values["Query.node.id"].usual[:2])),
        f"{kind}Lookup.id": Values((id,)),
        f"{kind}Lookup.slug": Values((shown.slug,)),
        f"{kind}Lookup.path": Values((shown.path,)),
        "Query.atPath.path": Values((shown.path,)),
    }
    return replace(lore, values=lore.values | known)


OF_STAFF: dict[str, Any] = {
    "AccessToken": models.Key, "Issue": models.Issue, "Pen": models.Pen, "Revision": models.Revision,
    "User": models.User, "Webhook": models.Webhook,
}  # fmt: skip
SLUGGED = (models.Post, models.Page, models.Author, models.Tag)
SOUGHT = Values(
    ("rozen", "gelijk", "ELAN", "bericht 1", "alinea kop", "a", "over"),
    ("", " ", "%", "_", "!?", "'", "é", "\N{SEEDLING}", "x" * 100, CANARY),
    ("x" * 101,),
)
SAID = {
    "first": Values((2, 3, 1, 5, 20, 0), (100, 7), (-1, 101, 2**31 - 1)),
    "last": Values((2, 3, 1, 5, 20, 0), (100, 7), (-1, 101, 2**31 - 1)),
    "year": Values((2021, 2020, 2019), (0, -1, 10_000, 2031, 2**31 - 1)),
    "width": Values((100, 640, 2000), (0, -1)),
    "length": Values((20, 5, 200, 1_000), (1, 2**31 - 1), (0, -1)),
    "YearMonth": Values(MONTHS, ("2019-05", "2031-07", "0000-01", "9999-12")),
    "LanguageTag": Values(("nl", "en", "fr", "en-GB", "ja"), ("de-AT",), ("xx", "zz-ZZ", "abcdefgh")),
    "DateTime": Values(MOMENTS, ("0001-01-01T00:00:00Z", "9998-12-31T23:59:59.999999999Z")),
    "query": SOUGHT,
    "search": SOUGHT,
    "Boolean": Values((False, True)),
}


async def _ids() -> dict[str, list[str]]:
    """Name everything there is, hidden or not, and one of each kind that is not."""
    ids: dict[str, list[str]] = {}
    for noun in (*SLUGGED, models.Comment, models.Image, models.Menu, MenuItem, models.Newsletter):
        found = await noun.all().order_by("id").values_list("id", flat=True)
        ids[noun.__name__] = [global_id(noun.__name__, id) for id in (*found, 9_999)]
    ids["Inline"] = [
        global_id("Image", f"{kind}-{id}-{place}")
        for kind, place in (("post", 2), ("page", 2), ("post", 0), ("post", 6), ("page", 6))
        for id in (1, 2, 5, 6, 8, 99)
    ]
    ids["ArchiveMonth"] = [global_id("ArchiveMonth", month) for month in (*MONTHS, "2019-05", "2021-13")]
    ids["Site"] = [global_id("Site", id) for id in (1, 2)]
    ids["Subscription"] = [global_id("NewsletterSubscription", 1)]
    assert await Byline.all().exists()
    assert all(read_id(found[0]) for found in ids.values())
    return ids


def _lists(core: GraphQLSchema) -> dict[str, tuple[str, list[str]]]:
    """Tell of each connection how to come to it, and its orders."""
    orders = [
        f"{{direction: {direction}, field: {field}}}"
        for direction in _names(core, "OrderDirection")
        for field in _names(core, "PostOrderField")
    ]
    return {
        "PostConnection": ("posts(first: 100, orderBy: ORDER) { edges { cursor } }", orders),
        "AuthorConnection": ("authors(first: 100) { edges { cursor } }", [""]),
        "SearchResultConnection": ('search(query: "a", first: 100) { edges { cursor } }', [""]),
        "CommentConnection": (
            "posts(first: 9) { nodes { comments(first: 40, orderBy: ORDER) { edges { cursor } } } }",
            _names(core, "CommentOrder"),
        ),
    }


def _names(core: GraphQLSchema, enum: str) -> list[str]:
    found = get_named_type(core.type_map[enum])
    assert isinstance(found, GraphQLEnumType)
    return list(found.values)


async def _cursors(ask: Ask, field: str, orders: list[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for order in orders:
        answered = await ask(f"{{ {field.replace('ORDER', order)} }}")
        found[order] = tuple(dict.fromkeys(_found(answered, "cursor")))
    return found


def _found(value: Any, name: str) -> list[Any]:
    if isinstance(value, list):
        return [found for item in value for found in _found(item, name)]
    if isinstance(value, dict):
        here = [value[name]] if name in value else []
        return here + [found for item in value.values() for found in _found(item, name)]
    return []
