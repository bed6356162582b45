"""Fields: how each declared source of a field becomes an expression in the function of its level."""

from collections.abc import Callable
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
    is_object_type,
    is_union_type,
)  # fmt: skip

import models
from models.paging import Order
from models.prepared import Builder
from schema.ids import global_id
from schema.plans import below, lists
from schema.plans.arguments import arguments_of
from schema.plans.asking import Arguments, NotPlanned
from schema.plans.compiling import Compiling
from schema.plans.leaves import of_value
from schema.plans.levels import Level, Place, RowPlace, Rows, ThingPlace
from schema.plans.nouns import noun_of
from schema.plans.selections import Nodes
from schema.plans.writing import Writer, display
from schema.sources import (
    SOURCE,
    Along,
    Beside,
    Body,
    Column,
    Derived,
    Few,
    Identified,
    Listed,
    Located,
    OfOne,
    One,
    SameRow,
    Target,
    Worked,
)  # fmt: skip

NOUN_OF_CONNECTION = {f"{kind}Connection": kind for kind in ("Post", "Author", "Comment")}


def shown(compiling: Compiling, place: Place, kind: GraphQLObjectType, nodes: Nodes) -> str:
    """Write an object of a kind with what is selected of it."""
    pairs: dict[str, str] = {}
    for name, asked in compiling.selections.below(kind, nodes).items():
        if asked[0].name.value == "__typename":
            pairs[name] = repr(kind.name)
        else:
            pairs[name] = _Field(compiling, place, kind, asked).expression()
    return display(pairs)


class _Field:
    """One field that is selected at a place."""

    def __init__(self, compiling: Compiling, place: Place, kind: GraphQLObjectType, nodes: Nodes) -> None:
        self._compiling = compiling
        self._place = place
        self._level = place.level
        self._nodes = nodes
        self._definition: GraphQLField = kind.fields[nodes[0].name.value]
        self._source = source_of(self._definition)

    @property
    def _writer(self) -> Writer:
        return self._level.writer

    def expression(self) -> str:
        """Write it."""
        source, place = self._source, self._place
        match source:
            case Column(name):
                return self._column(name)
            case Identified(kind, key):
                return f"{self._writer.name(global_id)}({kind!r}, {place.raw(key)})"
            case Derived(function, columns):
                return self._leaf(f"{self._writer.name(function)}({self._values(columns)})")
            case Worked():
                return self._worked(source)
            case Located(path):
                absolute = self._writer.once("x.context.absolute")
                return f"{absolute}({place.python(path)})"
            case Body(name, work):
                return self._body(name, work)
            case SameRow():
                return shown(self._compiling, place, self._object(), self._nodes)
        return self._read_below()

    def _read_below(self) -> str:
        source, place, compiling = self._source, self._place, self._compiling
        match source:
            case One(noun, key):
                if isinstance(place.level, Rows) and not place.level.has(key):
                    return "None"
                child = below.Ones.of(compiling, noun, self._each(place.raw(key)))
                child.rows.written_as(compiling, self._object(), self._nodes)
                return f"{self._level.add(child)}.get({place.raw(key)})"
            case OfOne():
                return self._of_one(source)
            case Along():
                found = self._along(place, self._each, source.way)
                return f"{self._writer.name(source.function)}(x.context, {found})"
            case Few():
                few = below.Fews.of(compiling, source, self._each(place.raw("id")))
                few.rows.written_as(compiling, self._object(), self._nodes)
                if isinstance(place.level, Rows):
                    few.ask_within(place.level)
                return f"{self._level.add(few)}.get({place.raw('id')}, {self._writer.name(())})"
            case Beside():
                at = f"({place.raw('id')}, {place.raw(source.order.column)})"
                beside, name = self._level.shared(
                    "beside", lambda: below.Besides(compiling, source, self._each(at))
                )
                way, number = beside.add(compiling, source, self._object(), self._nodes)
                found = f"{name}.get(({way}, {place.raw('id')}))"
                return f"({found} or {self._writer.name(below.NOTHING)})[{number}]"
            case Listed():
                return self._listed(source)
            case Target():
                targets = below.Targets(compiling, get_named_type(self._definition.type), self._nodes)
                return f"{self._level.add(targets)}.get({place.raw('target')})"
        raise NotPlanned(f"nothing is declared of {self._nodes[0].name.value}")

    def _each(self, value: str) -> below.Keys:
        """Write a function that gives a value of each thing at this place."""
        if isinstance(self._place, ThingPlace) and not self._place.is_read_below:
            raise NotPlanned("nothing is read below a part of a thing")
        return self._level.each(value)

    def _column(self, name: str) -> str:
        named = get_named_type(self._definition.type)
        if not is_composite_type(named):
            return self._place.leaf(name, self._definition.type)
        return self._composite(name)

    def _composite(self, name: str) -> str:
        """Write something in memory that a thing has, or a list of it, with what is selected."""
        place, is_list = self._place, is_list_type(get_nullable_type(self._definition.type))
        if isinstance(place, ThingPlace) and place.is_read_below and not is_list:
            part = below.Part(self._compiling, name, self._object(), self._nodes)
            return self._level.add(part)
        item = self._writer.variable()
        told = self._item(item)
        if is_list:
            return f"[{told} for {item} in {place.raw(name)}]"
        return f"[None if {item} is None else {told} for {item} in ({place.raw(name)},)][0]"

    def _item(self, item: str) -> str:
        if not is_union_type(get_named_type(self._definition.type)):
            return self._compiling.show(ThingPlace(self._level, item), self._object(), self._nodes)
        kinds = self._writer.name(_by_class(self._compiling, self._definition, self._nodes))
        return f"{kinds}[{self._writer.name(type)}({item})]({item}, x)"

    def _worked(self, source: Worked) -> str:
        values, function = self._values(source.columns), self._writer.name(source.function)
        given = f", **{self._given()}" if self._definition.args else ""
        if source.is_prepared:
            value = f"{self._writer.once(f'{function}(x.context{given})')}({values})"
        else:
            value = f"{function}(x.context{f', {values}' if values else ''}{given})"
        if not is_composite_type(get_named_type(self._definition.type)):
            return self._leaf(value)
        item = self._writer.once(value)
        kind = shown(self._compiling, ThingPlace(self._level, item), self._object(), self._nodes)
        return f"(None if {item} is None else {kind})"

    def _body(self, name: str, work: Any) -> str:
        if work is None:
            return self._place.leaf(name, self._definition.type)
        rows = self._place.level
        if not isinstance(rows, Rows):
            raise NotPlanned("blocks are made of a row")
        kinds = self._writer.name(_by_class(self._compiling, self._definition, self._nodes))
        where = rows.noun.table.__name__.lower()
        given = f"{where!r}, {self._place.raw('id')}, {self._place.python(name)}, x.context"
        parts = f"{self._writer.name(work)}({given})"
        kind_of = self._writer.name(type)
        return f"[{kinds}[{kind_of}(b)](b, x) for b in {parts}]"

    def _of_one(self, source: OfOne) -> str:
        rows = self._place.level
        if not isinstance(rows, Rows):
            return self._of_one_apart(source)
        noun = noun_of(source.noun)
        self._compiling.look_at([noun.table._meta.db_table])
        if noun.table is models.Post:
            rows.tell("post", source.key)
        key = f'"{rows.noun.table._meta.db_table}"."{source.key}"'

        def write(builder: Builder) -> str:
            other = builder.of(noun.table)
            named = f"{other.column('id')} = {key}"
            return f"({other.asked(noun.question, [other.column(source.column)], named)})"

        found = f"r[{rows.ask(f'{source.key}.{source.column}', write)}]"
        return f"{self._writer.name(source.function)}(x.context, {self._place.raw('id')}, {found})"

    def _of_one_apart(self, source: OfOne) -> str:
        """Write it for a thing in memory, which no statement of its own can look it up with."""
        key = self._place.raw(source.key)
        ones = below.Ones.of(self._compiling, source.noun, self._each(key))
        ones.rows.written(f"[{RowPlace(ones.rows).python(source.column)} for r in rows]")
        found = f"{self._level.add(ones)}.get({key})"
        return f"{self._writer.name(source.function)}(x.context, {self._place.raw('id')}, {found})"

    def _along(self, place: Any, each: Callable[[str], below.Keys], way: tuple[tuple[str, str], ...]) -> str:
        """Write the column at the end of a way, of rows that are read like all that others name."""
        if not way:
            return str(place.python(self._source.column))
        (noun, key), *further = way
        ones = below.Ones.of(self._compiling, noun, each(place.raw(key)))
        value = self._along(RowPlace(ones.rows), ones.rows.each, tuple(further))
        ones.rows.written(f"[{value} for r in rows]")
        return f"{place.level.add(ones)}.get({place.raw(key)})"

    def _listed(self, source: Listed) -> str:
        given = self._arguments() if self._definition.args else lambda _: {}
        place = self._place
        key = place.raw(source.key)
        kept = place.raw(source.kept) if source.kept else None
        pairs = self._each(f"({key}, {kept})")
        child = lists.PagesBelow(source, given, pairs, self._pages(source))
        return f"{self._level.add(child)}[{key}]"

    def _pages(self, source: Listed) -> lists.Orders:
        compiling, connection, nodes = self._compiling, self._object(), self._nodes
        noun = noun_of(NOUN_OF_CONNECTION[connection.name])
        compiling.look_at([noun.table._meta.db_table, *([source.through] if source.through else [])])
        if noun.table is models.Post:
            compiling.reads.add("posts")
        belonging = lists.below_of(source, noun)

        def in_order(order: Order) -> lists.Pages:
            question = source.question
            return lists.Pages(compiling, noun, question, order, connection, nodes, below=belonging)

        return lists.Orders(in_order)

    def _leaf(self, value: str) -> str:
        return of_value(self._writer, value, self._definition.type)

    def _values(self, columns: tuple[str, ...]) -> str:
        return ", ".join(self._place.python(name) for name in columns)

    def _given(self) -> str:
        return self._writer.once(f"x.given({self._writer.name(self._arguments())})")

    def _arguments(self) -> Arguments:
        node: FieldNode = self._nodes[0]
        return arguments_of(self._compiling.schema, self._definition, node)

    def _object(self) -> GraphQLObjectType:
        named = get_named_type(self._definition.type)
        if not is_object_type(named):
            raise NotPlanned(f"{named.name} is not one kind of object")
        return named


def source_of(definition: GraphQLField) -> Any:
    """Give the declared source of a field: what is said of it, or the attribute of its name."""
    declared = definition.extensions["strawberry-definition"]
    if (source := declared.metadata.get(SOURCE)) is not None:
        return source
    return None if declared.base_resolver is not None else Column(declared.python_name)


def _by_class(compiling: Compiling, definition: GraphQLField, nodes: Nodes) -> dict[type, Any]:
    """Write a function for each kind of thing that a union holds, by the class of the thing."""
    made: dict[type, Any] = {}
    for kind in compiling.schema.get_possible_types(get_named_type(definition.type)):  # type: ignore[arg-type]
        level = Level.of_thing(compiling, kind, nodes, is_lowest=True)
        made[kind.extensions["strawberry-definition"].origin] = level.make
    return made
