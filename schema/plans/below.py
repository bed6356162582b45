"""What is read below a level, for all its rows at once: a row each names, few rows each has, neighbours."""

from collections.abc import Callable
from itertools import islice
from operator import attrgetter
from typing import Any

import orjson
from graphql import GraphQLObjectType, is_object_type

import models
from models.engines.steps import Steps
from models.paging import Order
from models.prepared import Builder, Slot, Statement
from schema.plans.asking import Asking
from schema.plans.compiling import Compiling
from schema.plans.levels import Level, RowPlace, Rows
from schema.plans.nouns import Noun, noun_of
from schema.plans.selections import Nodes
from schema.sources import Beside, Few

Keys = Callable[[Any], list[Any]]


class Objects(Rows):
    """Rows of a noun that become objects of its kind."""

    @classmethod
    def of(cls, compiling: Compiling, kind: str) -> "Objects":
        """Begin rows of a kind of the graph."""
        return cls.of_noun(compiling, noun_of(kind))

    @classmethod
    def of_noun(cls, compiling: Compiling, noun: Noun) -> "Objects":
        """Begin rows of a noun."""
        rows = cls(noun, is_postgres=compiling.is_postgres)
        table = noun.table._meta.db_table
        compiling.look_at([table])
        if noun.table is models.Comment:
            # Whoever reads a comment reads the conversation below its post.
            rows.tell("comments", "post_id")
        return rows

    def written_as(self, compiling: Compiling, kind: GraphQLObjectType, nodes: Nodes) -> None:
        """Write the function that makes a list of objects of the rows."""
        value = compiling.show(RowPlace(self), kind, nodes)
        self.written(f"[{value} for r in rows]")


class Ones:
    """The visible rows that others name by a key, each made into a part of the answer."""

    def __init__(self, rows: Objects, keys: Keys) -> None:
        self.rows = rows
        self._keys = keys
        self._statement: Statement | None = None

    @classmethod
    def of(cls, compiling: Compiling, kind: str, keys: Keys) -> "Ones":
        """Begin to read the rows of a kind."""
        rows = Objects.of(compiling, kind)
        compiling.reads |= SEEN_WITH.get(kind, frozenset())
        if kind == "Post":
            rows.tell("post", "id")
        return cls(rows, keys)

    def read(self, above: Any, x: Asking) -> Steps[dict[Any, Any]]:
        """Read the rows, and give what is made of them by key."""
        keys = {key for key in self._keys(above) if key is not None}
        return (yield from self.found(keys, x))

    def found(self, keys: set[Any], x: Asking) -> Steps[dict[Any, Any]]:
        """Read the rows that have these keys."""
        if not keys:
            return {}
        self.rows.refuse_to_hold_up(len(keys), x)
        found = yield x.bound(self._prepared(), x.keys(keys))
        made = yield from self.rows.made(found, x)
        return dict(zip((row[0] for row in found), made, strict=True))

    def _prepared(self) -> Statement:
        # Written when it is first asked: by then all columns are selected.
        if self._statement is None:
            noun = self.rows.noun
            builder = Builder(noun.table)
            key = builder.column(noun.key)
            self._statement = builder.done(
                builder.among(noun.question, self.rows.selected(builder), key, noun.key_kind)
            )
        return self._statement


# What else is looked at, to know whether a row may be seen.
SEEN_WITH = {
    "Comment": frozenset({"any-post", "posts"}),
    "Image": frozenset({"any-post", "posts", "any-author", "any-site"}),
    "Tag": frozenset({"any-tag"}),
}


class Part:
    """Something in memory that a thing in memory has, with what is read below it."""

    def __init__(self, compiling: Compiling, name: str, kind: GraphQLObjectType, nodes: Nodes) -> None:
        self._of = attrgetter(name)
        self._level = Level.of_thing(compiling, kind, nodes)

    def read(self, above: Any, x: Asking) -> Steps[Any]:
        """Give what is made of it; nothing where there is none."""
        thing = self._of(above)
        return None if thing is None else (yield from self._level.made(thing, x))


class Fews:
    """The few rows that each row has, in their order."""

    def __init__(self, compiling: Compiling, rows: Objects, declared: Few, keys: Keys) -> None:
        self.rows = rows
        self._declared = declared
        self._keys = keys
        # Of one row's, and of several.
        self._statements: dict[bool, Statement] = {}
        # Where the id stands in the rows above, and what was asked for within them.
        self._within: tuple[int, int] | None = None
        if declared.through:
            compiling.look_at([declared.through])

    @classmethod
    def of(cls, compiling: Compiling, declared: Few, keys: Keys) -> "Fews":
        """Begin to read the rows of a declaration."""
        return cls(compiling, Objects.of(compiling, declared.noun), declared, keys)

    def ask_within(self, above: Rows) -> None:
        """Ask PostgreSQL for them with the rows above."""
        # It saves a round trip. SQLite is in our process, where such a value takes longer than a statement.
        # Not of the same table: within the question its name would hide the row above.
        if above.writer.is_postgres and above.noun.table is not self.rows.noun.table:
            id, name = above.index("id"), f"few {len(above.columns)}"
            self._within = id, above.ask(name, self._written)

    def read(self, above: Any, x: Asking) -> Steps[dict[Any, list[Any]]]:
        """Read them, and give a list of what is made of them by the id of the row above."""
        if not above:
            return {}
        if self._within is not None:
            id, place = self._within
            told = [row[place] for row in above]
            # NULL where JSON would write a column otherwise than the driver.
            if None not in told:
                lists = orjson.loads(f"[{','.join(told)}]")
                made = iter((yield from self.rows.made([row for one in lists for row in one], x)))
                return {row[id]: list(islice(made, len(one))) for row, one in zip(above, lists, strict=True)}
        keys = set(self._keys(above))
        is_one = len(keys) == 1
        given = {"key": keys.pop()} if is_one else x.keys(keys)
        found = yield x.bound(self._prepared(is_one=is_one), given)
        self.rows.refuse_to_hold_up(len(found), x)
        made = yield from self.rows.made(found, x)
        groups: dict[Any, list[Any]] = {}
        for row, one in zip(found, made, strict=True):
            groups.setdefault(row[-1], []).append(one)
        return groups

    def _prepared(self, *, is_one: bool) -> Statement:
        if is_one not in self._statements:
            few, builder = self._declared, Builder(self.rows.noun.table)
            key = builder.column(few.column, few.through)
            columns, through = [*self.rows.selected(builder), key], self._through
            if is_one:
                of_one = f"{key} = {builder.value(Slot('key', 'int'))}"
                asked = builder.asked(few.question, columns, of_one, through=through)
            else:
                asked = builder.among(few.question, columns, key, through=through)
            self._statements[is_one] = builder.done(f"{asked} ORDER BY {self._order}")
        return self._statements[is_one]

    def _written(self, above: Builder) -> str:
        if not self.rows.is_like_json:
            return "NULL"
        few, builder = self._declared, above.of(self.rows.noun.table)
        of_row = f"{builder.column(few.column, few.through)} = {above.column('id')}"
        return builder.gathered(few.question, self.rows.selected(builder), of_row, self._order, self._through)

    @property
    def _through(self) -> tuple[str, str, str] | None:
        few = self._declared
        return (few.through, few.link, "id") if few.through else None

    @property
    def _order(self) -> str:
        return ", ".join('"{}"."{}"'.format(*column.split(".")) for column in self._declared.order)


class Besides:
    """The visible rows before and after each row, in one statement for both ways and all that is selected.

    `places` gives the id of each row and its key in the order.
    """

    def __init__(self, compiling: Compiling, declared: Beside, places: Keys) -> None:
        compiling.reads.add("posts")
        self._rows = Objects.of(compiling, declared.noun)
        self._question = declared.question
        self._places = places
        self._ways: list[Order] = []
        self._selected: list[str] = []
        self._statements: dict[bool, Statement] = {}

    def add(
        self, compiling: Compiling, declared: Beside, kind: GraphQLObjectType, nodes: Nodes
    ) -> tuple[int, int]:
        """Select something of the neighbour on one side; give the number of the side, and of what is made."""
        if declared.order not in self._ways:
            self._ways.append(declared.order)
        self._selected.append(compiling.show(RowPlace(self._rows), kind, nodes))
        return self._ways.index(declared.order), len(self._selected) - 1

    def read(self, above: Any, x: Asking) -> Steps[dict[Any, Any]]:
        """Read them, and give what is made of them by side and by the id of the row beside which they are."""
        if not (places := dict(self._places(above))):
            return {}
        self._rows.refuse_to_hold_up(len(places) * len(self._ways), x)
        if is_one := len(places) == 1:
            [(id, key)] = places.items()
            given = {"this_id": id, "this_key": key}
        else:
            given = x.keys(places)
        found = yield x.bound(self._prepared(is_one=is_one), given)
        made = yield from self._rows.made(found, x)
        return dict(zip(((row[-1], row[-2]) for row in found), made, strict=True))

    def _prepared(self, *, is_one: bool) -> Statement:
        if is_one in self._statements:
            return self._statements[is_one]
        if not self._statements:
            self._rows.written(f"[({', '.join(self._selected)},) for r in rows]")
        builder = Builder(self._rows.noun.table)
        # For one, as on a post's own page, each way is a plain walk along the index from where it stands.
        beside = builder.beside_one if is_one else builder.beside
        ways = [
            beside(self._question, self._rows.selected(builder), order, str(number))
            for number, order in enumerate(self._ways)
        ]
        statement = builder.done(" UNION ALL ".join(f"SELECT * FROM ({way}) w" for way in ways))
        self._statements[is_one] = statement
        return statement


class _Nothing:
    """What is made of a neighbour that is not there."""

    def __getitem__(self, _number: int) -> None:
        """Give nothing, whatever was selected."""


NOTHING = _Nothing()


class Targets:
    """The visible rows that the entries of all menus lead to, by kind and id."""

    def __init__(self, compiling: Compiling, kind: Any, nodes: Nodes) -> None:
        self._kinds: dict[str, Ones] = {}
        compiling.reads.add("posts")
        for possible in compiling.schema.get_possible_types(kind):
            if possible.name in TARGETS and is_object_type(possible):
                ones = Ones.of(compiling, possible.name, lambda _: [])
                ones.rows.written_as(compiling, possible, nodes)
                self._kinds[possible.name.lower()] = ones

    def read(self, above: Any, x: Asking) -> Steps[dict[Any, Any]]:
        """Read them."""
        entries = models.menu_entries(x.context.masthead.menus.values())
        wanted = {entry.target for entry in entries if entry.target is not None}
        found: dict[Any, Any] = {}
        for kind, ones in self._kinds.items():
            ids = {id for named, id in wanted if named == kind}
            made = yield from ones.found(ids, x)
            found |= {(kind, id): value for id, value in made.items()}
        return found


TARGETS = frozenset({"Page", "Post", "Author", "Tag"})
