"""Writes documents that mean harm: ever different ones, the same for the same seed."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.gql_server.hostile.shapes import SHAPES
from tests.gql_server.hostile.values import VALUES

KINDS: dict[str, Callable[[Random], Any]] = {kind.__name__: kind for kind in (*SHAPES, *VALUES)}


@dataclass(frozen=True)
class Hostile:
    """A document that means harm, with what is sent beside it."""

    kind: str
    query: str
    variables: dict[str, Any] = field(default_factory=dict)

    @property
    def asked(self) -> dict[str, Any]:
        """What is asked, as JSON has it."""
        return {"query": self.query, "variables": self.variables}


def hostile_documents(count: int, seed: int = 4) -> Iterator[Hostile]:
    """Write so many documents, no two of them alike, and each kind as often as the others."""
    some, known = Random(seed), set[str]()
    names = sorted(KINDS)
    while len(known) < count:
        kind = names[len(known) % len(names)]
        written = KINDS[kind](some)
        query, variables = written if isinstance(written, tuple) else (written, {})
        # Some ask twice in the same words; a comment makes them strangers to the cache.
        if query + json.dumps(variables) in known:
            query = f"# {len(known)}\n{query}"
        known.add(query + json.dumps(variables))
        yield Hostile(kind, query, variables)
