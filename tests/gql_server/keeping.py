"""What the tests of kept answers share: answers that say what they read, and how often one was made."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from types import EllipsisType
from unittest.mock import patch

from gql_server.answering import Answering

# As much as any page of the demonstration blog may read.
READS = frozenset(
    ["posts", "any-post", "any-comment", "any-author", "any-tag", "any-site"]
    + [f"{kind}-{number}" for kind in ("post", "comments") for number in range(1, 100)]
)


class Kitchen:
    """Counts what is made; may say otherwise until when it is good and what it was made from."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.reads: frozenset[str] | EllipsisType | None = ...
        self.until: datetime | None = None


@contextmanager
def kitchen() -> Iterator[Kitchen]:
    """Look at what is made."""
    seen, execute, at_once = Kitchen(), Answering._execute, Answering.at_once

    async def make(self, operation, question, asker):
        return look_at(await execute(self, operation, question, asker), question)

    def make_at_once(self, ready, asker):
        answer = at_once(self, ready, asker)
        return None if answer is None else look_at(answer, ready.question)

    def look_at(answer, question):
        seen.made.append(question.query or question.document_id or "")
        # Where there are no plans nobody says what was read, and nothing would be kept.
        reads = READS if answer.reads is None else answer.reads
        answer.reads = None if answer.codes else reads if seen.reads is ... else seen.reads
        answer.until = seen.until or answer.until
        return answer

    with patch.object(Answering, "_execute", make), patch.object(Answering, "at_once", make_at_once):
        yield seen
