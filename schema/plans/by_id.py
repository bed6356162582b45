"""Objects of any kind by their global identifiers."""

from typing import Any

from graphql import is_abstract_type, is_object_type

from models.engines.steps import Steps
from schema.content import image_at, place_of_image
from schema.fetching import of_masthead
from schema.ids import int_key, read_id
from schema.loaders import NOUNS
from schema.plans.asking import Arguments, Asking, Brief, NotPlanned
from schema.plans.below import Ones
from schema.plans.compiling import Compiling
from schema.plans.levels import Level, RowPlace
from schema.plans.selections import Nodes
from schema.queries import MOST_IDS
from schema.scalars import MONTH

OF_MASTHEAD = frozenset({"Site", "Menu", "MenuItem"})
Named = tuple[str, str]


class Anything(Brief):
    """Objects of any kind, as far as their kinds are asked for."""

    def __init__(self, compiling: Compiling, kind: Any, nodes: Nodes, given: Arguments) -> None:
        assert is_abstract_type(kind)
        self._compiling, self._nodes, self.given = compiling, nodes, given
        self._kinds = {possible.name: possible for possible in compiling.schema.get_possible_types(kind)}
        self._rows: dict[str, Ones] = {}
        self._texts: dict[str, Ones] = {}
        self._things: dict[str, Level] = {}

    def found(self, wanted: set[Named], x: Asking) -> Steps[dict[Named, Any]]:
        """Read the objects of these kinds and keys; what nobody may see is not among them."""
        found: dict[Named, Any] = {}
        for kind in dict.fromkeys(kind for kind, _ in wanted):
            names = [key for named, key in wanted if named == kind]
            if kind == "Image":
                yield from self._find_inline([key for key in names if not key.isdigit()], found, x)
                names = [key for key in names if key.isdigit()]
            if kind in OF_MASTHEAD:
                yield from self._find_in_memory(kind, names, found, x)
            elif (keys := _keys(kind, names)) is not None:
                made = yield from self._ones(kind).found(set(keys.values()), x)
                found |= {(kind, name): made[key] for name, key in keys.items() if key in made}
                if kind == "Comment" and len(made) < len(keys):
                    # Whatever may come to be seen, nothing tells of it beforehand.
                    x.is_kept = False
                if kind == "Post" and len(made) < len(keys):
                    # What comes to be seen is told of as one of the list.
                    x.reads.add("posts")
        return found

    def _find_in_memory(self, kind: str, names: list[str], found: dict[Named, Any], x: Asking) -> Steps[None]:
        # What is not there now may come to be.
        self._compiling.look_at_masthead()
        for name in names:
            if (thing := of_masthead(x.context.masthead, kind, name)) is not None:
                found[kind, name] = yield from self._thing(kind).made(thing, x)

    def _find_inline(self, names: list[str], found: dict[Named, Any], x: Asking) -> Steps[None]:
        places = {name: at for name in names if (at := place_of_image(name)) is not None}
        for kind in ("post", "page"):
            ids = {id for place, id, _ in places.values() if place == kind}
            texts = yield from self._text(kind).found(ids, x)
            for name, (place, id, number) in places.items():
                if place == kind and (image := image_at(texts.get(id, []), number, name)) is not None:
                    found["Image", name] = yield from self._thing("Image").made(image, x)

    def _ones(self, kind: str) -> Ones:
        if kind not in self._rows:
            ones = Ones.of(self._compiling, kind, _no_keys)
            ones.rows.written_as(self._compiling, self._kinds[kind], self._nodes)
            self._rows[kind] = ones
        return self._rows[kind]

    def _text(self, kind: str) -> Ones:
        if kind not in self._texts:
            ones = Ones.of(self._compiling, kind.capitalize(), _no_keys)
            ones.rows.written(f"[{RowPlace(ones.rows).python('blocks')} for r in rows]")
            self._texts[kind] = ones
        return self._texts[kind]

    def _thing(self, kind: str) -> Level:
        if kind not in self._things:
            possible = self._kinds[kind]
            if not is_object_type(possible):
                raise NotPlanned(kind)
            self._things[kind] = Level.of_thing(self._compiling, possible, self._nodes)
            self._compiling.look_at_masthead()
        return self._things[kind]


class OneNode(Anything):
    """The field `node`."""

    def read(self, x: Asking) -> Steps[Any]:
        """Read it."""
        named = read_id(x.given(self.given)["id"])
        found = (yield from self.found({named}, x)) if named is not None else {}
        return None if named is None else found.get(named)


class ManyNodes(Anything):
    """The field `nodes`."""

    def read(self, x: Asking) -> Steps[Any]:
        """Read them, in the order asked for."""
        ids = x.given(self.given)["ids"]
        if len(ids) > MOST_IDS:
            raise NotPlanned("too many ids")
        named = [read_id(id) for id in ids]
        found = yield from self.found({name for name in named if name is not None}, x)
        return [None if name is None else found.get(name) for name in named]


def _keys(kind: str, names: list[str]) -> dict[str, Any] | None:
    if kind == "ArchiveMonth":
        return {name: name for name in names if MONTH.fullmatch(name)}
    if kind in NOUNS:
        return {name: key for name in names if (key := int_key(name)) is not None}
    return None


def _no_keys(_: Any) -> list[Any]:
    return []
