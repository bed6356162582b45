"""The nouns as plans know them: the kinds of the graph that are rows, and how these are found by key."""

from typing import Any, NamedTuple

from tortoise.models import Model

import models
from models.prepared import Question
from schema.loaders import NOUNS
from schema.plans.asking import NotPlanned


class Noun(NamedTuple):
    """A kind of rows: their table, who says what properties are made of, who may be seen, and their key."""

    table: type[Model]
    face: type[Any]
    question: Question
    key: str = "id"
    key_kind: str = "int"


def noun_of(kind: str) -> Noun:
    """Give the noun of a kind of the graph; what is not read from rows is no plan's."""
    if kind == "ArchiveMonth":
        months = models.MonthCount
        return Noun(months, models.ArchiveMonth, months.in_archive, key="month", key_kind="text")
    if (question := NOUNS.get(kind)) is None:
        raise NotPlanned(f"{kind} is not read from rows")
    return Noun(question().model, question().model, question)
