"""Finding posts by their words, in the index that each store keeps of them by itself."""

from pypika_tortoise.enums import Equality
from pypika_tortoise.terms import BasicCriterion, ContainsCriterion, Criterion, LiteralValue
from tortoise.expressions import Q, ResolveContext
from tortoise.query_utils import QueryModifier

# Longer words stand in PostgreSQL's index by their beginnings, of which it takes no more than 2 KB.
LONGEST_WORD = 200


class Having(Q):
    """Posts that have words which begin with each of these; folded, of letters and digits alone."""

    def __init__(self, words: list[str]) -> None:
        super().__init__()
        self._words = list(dict.fromkeys(word[:LONGEST_WORD] for word in words))

    def __bool__(self) -> bool:
        return True

    def resolve(self, resolve_context: ResolveContext) -> QueryModifier:
        """Write the condition in the dialect of the store."""
        is_postgres = resolve_context.model._meta.db.capabilities.dialect == "postgres"
        return QueryModifier(where_criterion=self._postgres() if is_postgres else self._sqlite())

    def _postgres(self) -> Criterion:
        asked = " & ".join(f"''{word}'':*" for word in self._words)
        found = f"(SELECT id FROM post WHERE post_words(words) @@ '{asked}')"
        # As a list, which is made first. Of how many posts begin a word so PostgreSQL has no idea, and might
        # rather go through all posts and take their words apart.
        return BasicCriterion(Equality.eq, LiteralValue('"post"."id"'), LiteralValue(f"ANY(ARRAY{found})"))

    def _sqlite(self) -> Criterion:
        asked = " AND ".join(f'"{word}"*' for word in self._words)
        found = f"(SELECT rowid FROM post_words WHERE post_words MATCH '{asked}')"
        # The sign keeps SQLite from reading all that was found before it sorts: it goes through the list in
        # its order, and looks each up in what was found.
        return ContainsCriterion(LiteralValue('+"post"."id"'), LiteralValue(found))
