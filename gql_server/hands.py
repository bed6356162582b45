"""What is done for each kind of work, and what recurs."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

import models
from gql_server.carrier import Carrier
from models.timetable import Timetable

# A hand takes the ids of the promise by name, and ends well, or says TryLater or GiveUp.
Hand = Callable[..., Awaitable[Any]]
Hands = Mapping[models.Work, Hand]

HANDS: Hands = {
    models.Work.ANSWER_SIGN_IN: models.answer_sign_in,
    models.Work.ANSWER_SIGN_UP: models.answer_sign_up,
    models.Work.COUNT_DUE: models.count_due,
    models.Work.PURGE: models.purge,
    models.Work.SCRUB: models.scrub,
    models.Work.TIDY_QUEUE: models.jobs.tidy,
}

TIMETABLE: Timetable = {
    models.Work.COUNT_DUE: timedelta(minutes=1),
    models.Work.PURGE: timedelta(hours=1),
    models.Work.TIDY_QUEUE: timedelta(hours=1),
}


def hands_with(carrier: Carrier) -> Hands:
    """Give all hands there are; HANDS alone leaves the letters to a worker that has a post."""
    return {**HANDS, models.Work.SEND_LETTERS: carrier.send}
