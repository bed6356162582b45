"""Draws questions from a schema: documents that are valid by construction, and variables to send along."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple

from graphql import (
    GraphQLCompositeType,
    GraphQLField,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
    is_object_type,
    is_union_type,
)
from graphql.utilities.type_comparators import do_types_overlap
from hypothesis import strategies as st

from schema.documents import PRIVATE
from schema.limits import MOST_ALIASES, MOST_DEPTH, MOST_DIRECTIVES
from schema.permissions import who_may
from schema.prices import Prices
from tests.schema.arguments import Arguments, Luck, literal, shape
from tests.schema.crawl import READER
from tests.schema.lore import Lore

# What an alias may be called: names of fields among them, which others are answered under then.
ALIASES = ("x", "y", "id", "title", "nodes", "label", "url", "posts", "_1")
OF_THE_SCHEMA = (
    "__schema { queryType { name } directives { name } }",
    '__type(name: "Post") { name kind fields { name } }',
    '__type(name: "Nothing") { name }',
)
# In quarters of what a field of an object costs; a value costs one.
ROOMS = (400, 2_000, 18_000)
SIZES = (8, 20, 40, 60)


@dataclass(frozen=True, slots=True)
class Question:
    """A document, the operation that is meant, and the variables sent along: now, and `before` this."""

    source: str
    variables: dict[str, Any]
    operation: str | None
    before: tuple[dict[str, Any], ...] = ()

    @property
    def all(self) -> Iterator["Question"]:
        """Give one question for each time that the document is sent."""
        for variables in (*self.before, self.variables):
            yield Question(self.source, variables, self.operation)

    def __str__(self) -> str:
        before = f"after: {self.before!r}\n" if self.before else ""
        return f"\n{self.source}\n{before}variables: {self.variables!r}\noperation: {self.operation!r}\n"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        # As Hypothesis shows what fails: to be read, and pasted.
        for line in str(self).splitlines():
            printer.text(line)
            printer.break_()


class Drawn(NamedTuple):
    """A part of a document, what it may cost, and how many levels it has."""

    text: str
    price: int = 1
    depth: int = 1


class Place(NamedTuple):
    """Where a selection stands: its level, the names above it, how much it may cost, and how often the
    fields come that hold the list of a connection.
    """

    level: int
    path: tuple[str, ...]
    room: int
    sized: tuple[str, ...] = ()
    length: int = 1


class Said(NamedTuple):
    """A field as it is asked somewhere, to be asked again under the same name."""

    parent: GraphQLCompositeType
    name: str
    head: str


@dataclass(frozen=True, slots=True)
class Fragment:
    """A named fragment and where it may be spread."""

    name: str
    kind: GraphQLCompositeType
    drawn: Drawn
    place: Place


def questions(core: GraphQLSchema, lore: Lore, may: frozenset[str] = READER) -> st.SearchStrategy[Question]:
    """Draw questions of who `may` ask for those rows of the table of permissions; some values are refused,
    and of a few variables not even the type is right.
    """
    return st.randoms(use_true_random=True).map(lambda random: draw(core, lore, random, may=may))


def draw(
    core: GraphQLSchema, lore: Lore, random: Random, sizes: tuple[int, ...] = SIZES, *,
    may: frozenset[str] = READER,
) -> Question:  # fmt: skip
    """Draw one question with about so many fields."""
    return _Drawing(Luck(random), core, lore, random.choice(sizes), may).question()


def draw_mutation(core: GraphQLSchema, lore: Lore, random: Random, name: str) -> Question:
    """Draw what somebody asks of the payload of a mutation; its input is a variable yet to be given."""
    return _Drawing(Luck(random), core, lore, random.choice(SIZES[:2]), READER).mutation(name)


@dataclass
class _Drawing:
    luck: Luck
    core: GraphQLSchema
    lore: Lore
    left: int
    may: frozenset[str]
    fragments: list[Fragment] = field(default_factory=list)
    aliases: int = 0
    directives: int = 0

    def __post_init__(self) -> None:
        self.arguments = Arguments(self.luck, self.lore, self.core)
        self._prices = Prices(self.core)
        # Either every name means one thing in the whole document, so that fragments may be spread anywhere,
        # or it may mean other things elsewhere.
        self._is_alike = self.luck.chance(50)
        self._said: dict[Any, dict[str, list[tuple[Said, str]]]] = defaultdict(lambda: defaultdict(list))
        self._again: dict[Any, list[tuple[str, Said, GraphQLField]]] = defaultdict(list)

    def question(self) -> Question:
        root = self.core.query_type
        assert root is not None
        drawn = self._selection(root, Place(1, (), self.luck.pick(ROOMS)))
        if self.luck.chance(4):
            drawn = Drawn(f"{drawn.text[:-2]} {self.luck.pick(OF_THE_SCHEMA)} }}")
        fragments = [f"fragment {one.name} on {one.kind.name} {one.drawn.text}" for one in self.fragments]
        body = "\n".join([drawn.text, *fragments])
        name = "Drawn" if self.luck.chance(40) else None
        parts = [f"{self._header(body, name)}{drawn.text}", *fragments]
        if name and self.luck.chance(20):
            parts.insert(self.luck.upto(len(parts)), "query Other { __typename }")
        if self.luck.chance(3):
            self.arguments.spoil()
        times = self.luck.upto(2) if self.arguments.declared and self.luck.chance(40) else 0
        before = tuple(self.arguments.given_again() for _ in range(times))
        return Question("\n".join(parts), self.arguments.given, name, before)

    def mutation(self, name: str) -> Question:
        assert self.core.mutation_type is not None
        field = self.core.mutation_type.fields[name]
        drawn = self._selection(get_named_type(field.type), Place(2, (name,), ROOMS[0]))  # type: ignore[arg-type]
        fragments = [f"fragment {one.name} on {one.kind.name} {one.drawn.text}" for one in self.fragments]
        inputs = [f"$input: {field.args['input'].type}"]
        header = self._header("\n".join([drawn.text, *fragments]), "Drawn", kind="mutation", first=inputs)
        source = f"{header}{{ {name}(input: $input) {drawn.text} }}"
        return Question("\n".join([source, *fragments]), self.arguments.given, "Drawn")

    def _header(self, body: str, name: str | None, *, kind: str = "query", first: Sequence[str] = ()) -> str:
        # Some variables were drawn for what was not asked in the end.
        used = set(re.findall(r"\$(\w+)", body))
        declared = self.arguments.declared = {
            key: value for key, value in self.arguments.declared.items() if key in used
        }
        self.arguments.given = {key: value for key, value in self.arguments.given.items() if key in used}
        written = [
            *first,
            *(
                f"${key}: {value.kind}" + (f" = {value.default}" if value.default is not None else "")
                for key, value in declared.items()
            ),
        ]
        if not (name or written):
            return self.luck.pick(("", "query "))
        return f"{kind} {name or ''}{'(' + ', '.join(written) + ')' if written else ''} "

    def _selection(self, kind: GraphQLCompositeType, place: Place) -> Drawn:
        parts: list[Drawn] = []
        # Of few fields a few parts: more would be the same again.
        most = 2 if place.level == 1 else min(4, 1 + len(getattr(kind, "fields", ())))
        for _ in range(1 + self.luck.upto(most)):
            room = place.room - sum(part.price for part in parts)
            parts.append(self._part(kind, place._replace(room=room)))
        text = " ".join(part.text for part in parts)
        return Drawn(f"{{ {text} }}", sum(part.price for part in parts), max(part.depth for part in parts))

    def _part(self, kind: GraphQLCompositeType, place: Place) -> Drawn:
        if self.left <= 0:
            return self._leaf(kind, place)
        # Where several types may stand, fragments are most of what there is to say.
        spread, inline, name = (90, 80, 74) if is_object_type(kind) else (80, 50, 44)
        chosen = self.luck.upto(99)
        if chosen >= spread:
            return self._spread(kind, place)
        if chosen >= inline:
            return self._inline(kind, place)
        if chosen >= name or is_union_type(kind):
            return self._typename(kind, place)
        if chosen >= name - 8 and (said := self._again[place.path, kind.name]):
            return self._once_more(said, place)
        return self._field(kind, place)

    def _leaf(self, kind: GraphQLCompositeType, place: Place) -> Drawn:
        names = (
            []
            if is_union_type(kind)
            else [name for name in self._open(kind) if not self._is_composite(kind, name)]
        )
        return self._asked(kind, self.luck.pick(names), place) if names else Drawn("__typename")

    def _typename(self, kind: GraphQLCompositeType, place: Place) -> Drawn:
        return self._ask(kind, "__typename", {}, "String!", place)[0]

    def _field(self, kind: Any, place: Place) -> Drawn:
        names = [name for name in self._open(kind) if self._is_composite(kind, name)]
        if kind is self.core.query_type:
            is_private = self.luck.chance(4 if self.may == READER else 12)
            names = [name for name in names if bool(PRIVATE.search(name)) is is_private]
            return self._asked(kind, self.luck.pick(names), place)
        is_full = place.level >= MOST_DEPTH or place.room < 40 * place.length
        mostly_values = 2 * len(names) < len(kind.fields)
        if not names or is_full or self.luck.chance(60 if mostly_values else 20):
            return self._leaf(kind, place)
        return self._asked(kind, self.luck.pick(names), place)

    def _asked(self, kind: GraphQLCompositeType, name: str, place: Place) -> Drawn:
        definition = self.core.get_field(kind, name)
        assert definition is not None
        self.left -= 1
        given = self.arguments.of(kind, name, definition)
        drawn, response, said = self._ask(kind, name, given, shape(definition.type), place)
        if response is None:
            return drawn
        if is_composite_type(get_named_type(definition.type)):
            self._again[place.path, kind.name].append((response, said, definition))
        return self._with_below(drawn.text, response, said, definition, place, given)

    def _once_more(self, said: Any, place: Place) -> Drawn:
        response, field_said, definition = self.luck.pick(said)
        self.left -= 1
        # As long as it may be: what it is sliced by is not looked up again.
        return self._with_below(field_said.head, response, field_said, definition, place, None)

    def _with_below(
        self, head: str, response: str, said: Said, definition: GraphQLField, place: Place, given: Any
    ) -> Drawn:
        named = get_named_type(definition.type)
        condition = self._condition()
        if not is_composite_type(named):
            return Drawn(f"{head}{condition}")
        price = self._prices.of(said.parent, said.name)
        length = 1
        if price.length is not None:
            length = 100 if given is None else self.arguments.length(given, price.slicing, price.length)
        elif said.name in place.sized:
            length = place.length
        times = 1 if price.sized else length
        below = Place(
            place.level + 1,
            (*place.path, response),
            max(0, place.room - 4 * price.weight) // max(times, 1),
            *((price.sized, length) if price.sized else ()),
        )
        inner = self._selection(named, below)
        cost = (4 * price.weight + inner.price) * times
        return Drawn(f"{head}{condition} {inner.text}", cost, inner.depth + 1)

    def _ask(
        self, kind: GraphQLCompositeType, name: str, given: dict[str, Any], shaped: str, place: Place
    ) -> tuple[Drawn, str | None, Said]:
        """Name a field, so that whatever else is answered there can be merged with it."""
        passed = ", ".join(f"{key}: {literal(value)}" for key, value in given.items())
        plain = f"{name}({passed})" if passed else name
        wanted = self.luck.pick(ALIASES) if self.luck.chance(10) else name
        for response in (wanted, name, f"a{self.aliases}"):
            is_alias = response != name
            if is_alias and self.aliases >= MOST_ALIASES - 2:
                continue
            said = Said(kind, name, f"{response}: {plain}" if is_alias else plain)
            if self._fits(response, said, plain, shaped, place):
                self.aliases += is_alias
                return Drawn(said.head), response, said
        return Drawn("__typename"), None, Said(kind, name, "__typename")

    def _fits(self, response: str, said: Said, plain: str, shaped: str, place: Place) -> bool:
        known = self._said[() if self._is_alike else place.path][response]
        for other, other_shape in known:
            apart = (
                other.parent is not said.parent
                and is_object_type(other.parent)
                and is_object_type(said.parent)
            )
            if other_shape != shaped or not (apart or other.head == plain):
                return False
        known.append((said._replace(head=plain), shaped))
        return True

    def _inline(self, kind: GraphQLCompositeType, place: Place) -> Drawn:
        if self.luck.chance(25):
            inner = self._selection(kind, place)
            return inner._replace(text=f"...{self._condition()} {inner.text}")
        narrow = self.luck.pick(self._overlapping(kind))
        inner = self._selection(narrow, place)
        return inner._replace(text=f"... on {narrow.name}{self._condition()} {inner.text}")

    def _spread(self, kind: GraphQLCompositeType, place: Place) -> Drawn:
        fitting = [one for one in self.fragments if self._may_spread(one, kind, place)]
        if fitting and self.luck.chance(60):
            one = self.luck.pick(fitting)
        else:
            narrow = self.luck.pick(self._overlapping(kind))
            drawn = self._selection(narrow, place)
            one = Fragment(f"F{len(self.fragments)}", narrow, drawn, place)
            self.fragments.append(one)
        return one.drawn._replace(text=f"...{one.name}{self._condition()}")

    def _may_spread(self, one: Fragment, kind: GraphQLCompositeType, place: Place) -> bool:
        return (
            (self._is_alike or one.place.path == place.path)
            and place.level + one.drawn.depth - 1 <= MOST_DEPTH
            and one.drawn.price <= place.room
            and place.length <= one.place.length
            and do_types_overlap(self.core, kind, one.kind)
        )

    def _condition(self) -> str:
        if self.directives >= MOST_DIRECTIVES - 4 or not self.luck.chance(7):
            return ""
        self.directives += 2
        return self.arguments.condition()

    def _open(self, kind: Any) -> list[str]:
        """Name the fields to choose from: seldom those that who asks may not ask for."""
        theirs = [name for name in kind.fields if who_may(kind.name, name) in (None, *self.may)]
        return list(kind.fields) if self.luck.chance(10) or not theirs else theirs

    def _overlapping(self, kind: GraphQLCompositeType) -> list[GraphQLCompositeType]:
        """Tell on which types a fragment may be spread here; those of rows come twice."""
        found = [
            other
            for other in self.core.type_map.values()
            if is_composite_type(other) and do_types_overlap(self.core, kind, other)
        ]
        return [*found, *(other for other in found if is_object_type(other))]

    def _is_composite(self, kind: Any, name: str) -> bool:
        return is_composite_type(get_named_type(kind.fields[name].type))
