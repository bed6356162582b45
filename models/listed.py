"""Lists as statements written once: a page of a list, what lies around it, and how long it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tortoise.models import Model

from models.bylines import Byline, Tagging
from models.paging import Order, Window
from models.prepared import ASKED_AT, Builder, Question, Slot, Statement

Selected = Callable[[Builder], Sequence[str]]
# Writes one value that is told of a whole list.
Figure = Callable[[Builder], str]
# Stands where the figures of a page will.
FIGURES = "\x01figures"
# The order of most lists; what is published by now is found by an index in this order.
PUBLISHED_AT = "published_at"
# Those between that keep it too, beside the key of each row above.
DATED = frozenset(noun._meta.db_table for noun in (Byline, Tagging))


class Cut(NamedTuple):
    """The form of a window: whether there are cursors, and whether rows are taken from the end."""

    after: bool
    before: bool
    from_end: bool

    @classmethod
    def of(cls, window: Window) -> "Cut":
        """Give the form of a window."""
        return cls(window.after is not None, window.before is not None, window.last is not None)


@dataclass(frozen=True, slots=True)
class Below:
    """Which rows belong to a row above: those that name it in a column, of this table or of one between."""

    column: str
    kind: str = "int"
    through: str | None = None


@dataclass(frozen=True, slots=True)
class List:
    """A list of rows of a noun in an order; below other rows, or on its own."""

    noun: type[Model]
    question: Question
    order: Order
    below: Below | None = None

    def page(
        self, selected: Selected, cut: Cut, *, is_below_one: bool = False, figures: Sequence[Figure] = ()
    ) -> Statement:
        """Write a page and one row more: at most `limit` rows, between two places, below each of the `keys`.

        `selected` writes the columns. Rows come as they are walked: from the end when the page is cut there.
        Below several the key comes last; the list of one, as on a post's own page, is a plainer question.
        A list below nothing tells `figures` of the whole in each row, after its columns.
        """
        builder = Builder(self.noun)
        columns = selected(builder)
        order = Order(self.order.column, self.order.descending != cut.from_end)
        walked = builder.walked(order, self._dated)
        between = self._between(builder, cut)
        limit = builder.limit()
        if self.below is None:
            asked = builder.asked(self.question, [*columns, *([FIGURES] if figures else [])], *between)
            if self.order.column != PUBLISHED_AT:
                asked = builder.without_index(asked, PUBLISHED_AT)
            # After that: what is counted is best found by that very index.
            asked = asked.replace(FIGURES, ",".join(write(builder) for write in figures), 1)
            return builder.done(f"{asked} ORDER BY {walked} LIMIT {limit}")
        key = self._key(builder)
        if is_below_one:
            one = builder.value(Slot("key", self.below.kind))
            # What is looked up by the key itself is so once, and not for each row.
            columns = [column.replace(f" = {key}", f" = {one}") for column in columns]
            asked = self._asked(builder, columns, *between, f"{key} = {one}")
            return builder.done(f"{asked} ORDER BY {walked} LIMIT {limit}")
        keys, conditions = builder.keys(self.below.kind), [*between, f"{key} = k.value"]
        return builder.done(
            builder.for_each(
                keys, self.question, columns, conditions, order, limit, through=self._link,
                is_dated=self._dated is not None,
            )
        )  # fmt: skip

    @property
    def is_walked(self) -> bool:
        """Whether an index has the rows below one in order; where it has not, only ids should be sorted."""
        return self.below is not None and (self.below.through is None or self._dated is not None)

    def figures(self, figures: Sequence[Figure]) -> Statement:
        """Write figures of the list, for a page that has no row to tell them."""
        builder = Builder(self.noun)
        return builder.done(f"SELECT {', '.join(write(builder) for write in figures)}")

    def has_previous(self, builder: Builder) -> str:
        """Write whether rows precede the page that comes `after` a place."""
        return self._beside(builder, Order(self.order.column, not self.order.descending), "after")

    def has_next(self, builder: Builder) -> str:
        """Write whether rows follow the page that comes `before` a place."""
        return self._beside(builder, self.order, "before")

    def counted(self, builder: Builder) -> str:
        """Write how long the list is."""
        return f"({builder.asked(self.question, ['COUNT(*)'])})"

    def sides(self, cut: Cut) -> Statement:
        """Write for each key whether rows precede its page and follow it, as far as the cursors tell."""
        assert self.below is not None
        builder = Builder(self.noun)
        previous = self.has_previous(builder) if cut.after else "FALSE"
        following = self.has_next(builder) if cut.before else "FALSE"
        return builder.done(f"SELECT k.value, {previous}, {following} FROM {builder.keys(self.below.kind)}")

    def counts(self) -> Statement:
        """Write for each key how long its list is, where it is not empty."""
        assert self.below is not None
        builder = Builder(self.noun)
        key = self._key(builder)
        asked = builder.among(self.question, [key, "COUNT(*)"], key, self.below.kind, through=self._link)
        return builder.done(f"{asked} GROUP BY {key}")

    @property
    def _link(self) -> tuple[str, str, str] | None:
        if self.below is None or self.below.through is None:
            return None
        return self.below.through, f"{self.noun._meta.db_table}_id", "id"

    @property
    def _dated(self) -> str | None:
        """The table between, when it keeps the order: an index has what belongs to one row above in it."""
        between = None if self.below is None else self.below.through
        return between if between in DATED and self.order.column == PUBLISHED_AT else None

    def _key(self, builder: Builder) -> str:
        assert self.below is not None
        return builder.column(self.below.column, self.below.through)

    def _belonging(self, builder: Builder) -> list[str]:
        return [] if self.below is None else [f"{self._key(builder)} = k.value"]

    def _asked(self, builder: Builder, columns: Sequence[str], *conditions: str) -> str:
        asked = builder.asked(self.question, columns, *conditions, through=self._link)
        return asked if self._dated is None else builder.without_index(asked, PUBLISHED_AT)

    def _between(self, builder: Builder, cut: Cut) -> list[str]:
        backwards = Order(self.order.column, not self.order.descending)
        parts = [builder.beyond(self.order, "after", self._dated)] if cut.after else []
        parts += [builder.beyond(backwards, "before", self._dated)] if cut.before else []
        if self._dated is not None:
            # PostgreSQL would begin with those that have no moment.
            parts.append(f"{builder.column(PUBLISHED_AT, self._dated)} <= {builder.value(ASKED_AT)}")
        return parts

    def _beside(self, builder: Builder, order: Order, name: str) -> str:
        conditions = [builder.beyond(order, name, self._dated, at="="), *self._belonging(builder)]
        return f"EXISTS ({self._asked(builder, ['1'], *conditions)})"
