"""Finding rows by their words, in the indexes that each store keeps of them by itself."""

from enum import Enum

from pypika_tortoise.context import SqlContext
from pypika_tortoise.terms import Criterion, Term, ValueWrapper
from tortoise.exceptions import OperationalError
from tortoise.expressions import Q, ResolveContext
from tortoise.models import Model
from tortoise.query_utils import QueryModifier

from models import text

# Longer words stand in PostgreSQL's index by their beginnings, of which it takes no more than 2 KB.
LONGEST_WORD = 200
# Each word is looked up in the index, and a letter may begin one of every row.
MOST_WORDS = 10


class Part(Enum):
    """Where words are found: anywhere; all of them in the title or name; or not all of them there."""

    ANYWHERE = "anywhere"
    LABEL = "label"
    ELSEWHERE = "elsewhere"


def words_to_find(label: str, body: str) -> dict[str, str]:
    """Give the columns by which a row is found: the words of its title or name, and those of all it says."""
    return {"label_words": _spaced(label), "words": _spaced(f"{label} {body}")}


def sought(asked: str) -> str:
    """Give the words somebody asks for, folded, with spaces between; "" when there are none.

    Of too many it is the longest, which tell the most apart.
    """
    words = list(dict.fromkeys(word[:LONGEST_WORD] for word in text.search_words(asked)))
    kept = set(sorted(words, key=len, reverse=True)[:MOST_WORDS])
    return " ".join(word for word in words if word in kept)


async def mend(noun: type[Model]) -> bool:
    """Make the index of a noun's words anew where it is damaged, and tell whether it was.

    PostgreSQL looks after its own. What looks through a SQLite file passes over what is in such an index.
    """
    db, index = noun._meta.db, f"{noun._meta.db_table}_words"
    if db.capabilities.dialect == "postgres":
        return False
    try:
        await db.execute_query(f"INSERT INTO {index} ({index}) VALUES ('integrity-check')")
    except OperationalError:
        await db.execute_query(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")
        return True
    return False


class Having(Q):
    """Rows, of a noun with an index of its words, that have words which begin with each of those `sought`."""

    def __init__(self, sought: str, part: Part = Part.ANYWHERE) -> None:
        super().__init__()
        self._sought, self._part = sought, part

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Having) and (self._sought, self._part) == (other._sought, other._part)

    def __hash__(self) -> int:
        return hash((self._sought, self._part))

    def resolve(self, resolve_context: ResolveContext) -> QueryModifier:
        """Write the condition in the dialect of the store."""
        meta, words = resolve_context.model._meta, ValueWrapper(self._sought)
        write = _postgres if meta.db.capabilities.dialect == "postgres" else _sqlite
        return QueryModifier(where_criterion=_Written(*write(meta.db_table, words, self._part)))


class _Written(Criterion):
    """A condition as SQL, with values at their places."""

    def __init__(self, *pieces: str | Term) -> None:
        super().__init__()
        self._pieces = pieces

    def get_sql(self, ctx: SqlContext) -> str:
        return "".join(piece if isinstance(piece, str) else piece.get_sql(ctx) for piece in self._pieces)


Pieces = tuple[str | Term, ...]


def _postgres(table: str, words: Term, part: Part) -> Pieces:
    # 'a':* & 'b':*
    asked = "('''' || replace(", words, "::text, ' ', ''':* & ''') || ''':*')::tsquery"

    def having(column: str) -> Pieces:
        return f'SELECT id FROM "{table}" WHERE word_vector({column}) @@ ', *asked

    rows = having("label_words" if part is Part.LABEL else "words")
    if part is Part.ELSEWHERE:
        rows = *rows, " EXCEPT ", *having("label_words")
    # As a list, which is made first. How many rows have words that begin so PostgreSQL has no idea, and might
    # rather go through all of them and take their words apart.
    return f'"{table}"."id" = ANY(ARRAY(', *rows, "))"


def _sqlite(table: str, words: Term, part: Part) -> Pieces:
    # ("a"* AND "b"*)
    asked: Pieces = """'("' || replace(""", words, """, ' ', '"* AND "') || '"*)'"""
    if part is Part.LABEL:
        asked = "'label_words : ' || ", *asked
    elif part is Part.ELSEWHERE:
        asked = *asked, " || ' NOT label_words : ' || ", *asked
    # The sign keeps SQLite from reading all that was found before it sorts: it goes through the list in its
    # order, and looks each up in what was found.
    found = f'SELECT rowid FROM "{table}_words" WHERE "{table}_words" MATCH '
    return f'+"{table}"."id" IN (', found, *asked, ")"


def _spaced(said: str) -> str:
    return " " + " ".join(text.search_words(said))
