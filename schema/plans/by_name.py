"""What is found by its name: by a slug, or by a path of now or of old."""

from typing import Any
from urllib.parse import unquote

from graphql import GraphQLObjectType
from tortoise.models import Model

import models
from models.engines.steps import Steps
from models.listed import Selected
from models.prepared import Bound, Builder, Question, Slot, Statement
from schema.plans.asking import Arguments, Asking, Brief
from schema.plans.below import Objects
from schema.plans.by_id import Anything
from schema.plans.compiling import Compiling
from schema.plans.nouns import noun_of
from schema.plans.selections import Nodes


class ByName(Brief):
    """One visible row, by its id, its slug or its path."""

    def __init__(
        self, compiling: Compiling, noun: str, kind: GraphQLObjectType, nodes: Nodes, given: Arguments
    ) -> None:
        self._given = given
        self._name = noun
        self._rows = Objects.of(compiling, noun)
        if noun == "Post":
            self._rows.tell("post", "id")
        self._rows.written_as(compiling, kind, nodes)
        self._statements: dict[str, Statement] = {}
        compiling.reads |= {"any-redirect"} if noun != "Author" else set()

    def read(self, x: Asking) -> Steps[Any]:
        """Find it, and give what is made of it."""
        by, found = x.given(self._given)["by"], []
        for column, value in by.tries:
            if column == "old":
                [[id]] = (yield self._bound(column, value, x)) or [[None]]
                found = [] if id is None else (yield self._bound("id", id, x))
            else:
                found = yield self._bound(column, value, x)
            if found:
                break
        if self._name == "Post" and not (found and column == by.tries[0][0]):
            # Whatever comes to have this name, which may lead elsewhere now, is told of as one of the list.
            x.reads.add("posts")
        made = yield from self._rows.made(found, x)
        return made[0] if made else None

    def _bound(self, column: str, value: Any, x: Asking) -> Bound:
        return x.bound(self._statement(column), {"value": value, "site": x.context.site.id})

    def _statement(self, column: str) -> Statement:
        if column not in self._statements:
            noun = self._rows.noun
            self._statements[column] = (
                _old_path(f"{noun.table._meta.db_table}_id")
                if column == "old"
                else _finding(noun.table, noun.question, self._rows.selected, column)
            )
        return self._statements[column]


class AtPath(Anything):
    """The field `atPath`."""

    def __init__(self, compiling: Compiling, kind: Any, nodes: Nodes, given: Arguments) -> None:
        super().__init__(compiling, kind, nodes, given)
        self._statements: dict[str, Statement] = {}
        # What is not there now may come to be, and what is may go elsewhere.
        compiling.look_at(("page", "author", "tag", "month_count", "redirect"))
        compiling.reads.add("posts")

    def read(self, x: Asking) -> Steps[Any]:
        """Read what lives there, else what an old path leads to."""
        path = models.normal_path(unquote(x.given(self.given)["path"]))
        made = yield from self._living_at(path, x)
        return made if made is not None else (yield from self._led_to(path, x))

    def _living_at(self, path: str, x: Asking) -> Steps[Any]:
        noun, name = models.place_of(path)
        kind = noun.__name__
        if kind == "ArchiveMonth":
            return (yield from self._one(kind, name, x))
        column = "path" if kind == "Page" else "slug"
        if kind not in self._statements:
            known = noun_of(kind)
            self._statements[kind] = _finding(known.table, known.question, _columns("id"), column)
        [[id]] = (yield self._bound(kind, name, x)) or [[None]]
        return (yield from self._one(kind, id, x))

    def _led_to(self, path: str, x: Asking) -> Steps[Any]:
        if "old" not in self._statements:
            self._statements["old"] = _old_path("post_id", "page_id", "to_path")
        [[post_id, page_id, to_path]] = (yield self._bound("old", path, x)) or [[None, None, None]]
        if to_path is not None:
            return (yield from self._living_at(to_path, x))
        return (yield from self._one("Post" if page_id is None else "Page", page_id or post_id, x))

    def _one(self, kind: str, key: Any, x: Asking) -> Steps[Any]:
        named = (kind, str(key))
        return None if key is None else (yield from self.found({named}, x)).get(named)

    def _bound(self, statement: str, name: str, x: Asking) -> Bound:
        value = models.findable(name, models.LONGEST_PATH)
        return x.bound(self._statements[statement], {"value": value, "site": x.context.site.id})


def _old_path(*columns: str) -> Statement:
    """Write what finds where an old path leads."""
    return _finding(models.Redirect, models.Redirect.all, _columns(*columns), "path")


def _columns(*names: str) -> Selected:
    return lambda builder: [builder.column(name) for name in names]


def _finding(noun: type[Model], question: Question, selected: Selected, column: str) -> Statement:
    """Write what finds a row of a noun by what stands in a column."""
    builder = Builder(noun)
    # Slugs and paths are unique within a site; only with it can an index be used.
    sites = [f"{builder.column('site_id')} = {builder.value(Slot('site'))}"] if column != "id" else []
    named = f"{builder.column(column)} = {builder.value(Slot('value'))}"
    return builder.done(builder.asked(question, selected(builder), *sites, named))
