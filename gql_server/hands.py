"""What is done for each kind of work, and what recurs."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

import models
from gql_server.carrier import Carrier
from gql_server.webhook_calls import Caller
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


def hands_with(*senders: Carrier | Caller) -> Hands:
    """Give the hands of these as well; HANDS alone leaves what goes out to a worker that has them."""
    return {**HANDS, **{sender.work: sender.send for sender in senders}}
