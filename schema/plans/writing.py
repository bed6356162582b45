"""Writes the functions of a plan: source text of Python, with the objects it speaks of by name.

Nothing that a client sends becomes source text but response names, which the grammar holds to letters, digits
and underscores, and they stand in quotes.
"""

from collections.abc import Callable
from typing import Any


class Writer:
    """Writes one function, and knows the dialect whose rows it is given."""

    def __init__(self, *, is_postgres: bool) -> None:
        self.is_postgres = is_postgres
        self._names: dict[str, Any] = {"__builtins__": {}}
        self._known: dict[int, str] = {}
        self._opening: list[str] = []
        self._variables = 0

    def name(self, thing: Any) -> str:
        """Give the name by which the function speaks of a thing."""
        if id(thing) not in self._known:
            name = f"n{len(self._known)}"
            self._known[id(thing)] = name
            self._names[name] = thing
        return self._known[id(thing)]

    def once(self, expression: str) -> str:
        """Let the function work something out before all else; give the name of its value."""
        for known in self._opening:
            name, _, value = known.partition(" = ")
            if value == expression:
                return name
        name = f"v{len(self._opening)}"
        self._opening.append(f"{name} = {expression}")
        return name

    def variable(self) -> str:
        """Give a fresh name for a variable of a loop."""
        self._variables += 1
        return f"o{self._variables}"

    def function(self, parameters: str, value: str, *, opens_if: str = "True") -> Callable[..., Any]:
        """Write the function of some parameters that gives a value; what is worked out before all else is so
        only if something holds, without which nothing asks for it.
        """
        opening = [f"if {opens_if}: {line}" for line in self._opening]
        lines = [f"def made({parameters}):", *opening, f"return {value}"]
        exec(compile("\n    ".join(lines), "<plan>", "exec"), self._names)
        # A function that finds itself among what it speaks of would have to be found by the collector.
        made: Callable[..., Any] = self._names.pop("made")
        return made


def display(pairs: dict[str, str]) -> str:
    """Write an object of an answer: expressions by response name."""
    return "{" + ", ".join(f"{name!r}: {value}" for name, value in pairs.items()) + "}"
