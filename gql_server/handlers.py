"""The handlers: what is done for each kind of work, and what recurs."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import models
from gql_server.carrier import Carrier
from gql_server.webhook_calls import Caller
from models.timetable import Timetable

# A handler takes the ids of the promise by name, and ends well, or says TryLater or GiveUp.
Handler = Callable[..., Awaitable[Any]]
Handlers = Mapping[models.Work, Handler]

HANDLERS: Handlers = {
    models.Work.ANNOUNCE_POST: models.announce_post,
    models.Work.ANSWER_SIGN_IN: models.answer_sign_in,
    models.Work.ANSWER_SIGN_UP: models.answer_sign_up,
    models.Work.ATTEND_COMMENT: models.attend_comment,
    models.Work.CARRY_ISSUE: models.carry_issue,
    models.Work.COUNT_DUE: models.count_due,
    models.Work.CUT_MONTHS: models.cut_months,
    models.Work.DIGEST: models.digest,
    models.Work.LEARN_SPAM: models.learn_spam,
    models.Work.PURGE: models.purge,
    models.Work.REMIND_OF_PEN: models.remind_of_pen,
    models.Work.SCRUB: models.scrub,
    models.Work.THANK_FOR_PENS: models.thank_for_pens,
    models.Work.TELL_MODERATORS: models.tell_moderators,
    models.Work.TIDY_QUEUE: models.jobs.tidy,
}

TIMETABLE: Timetable = {
    models.Work.COUNT_DUE: timedelta(minutes=1),
    # Whole quarters: seven in the morning falls on one in every time zone.
    models.Work.DIGEST: timedelta(minutes=15),
    models.Work.PURGE: timedelta(hours=1),
    models.Work.THANK_FOR_PENS: timedelta(minutes=1),
    models.Work.TIDY_QUEUE: timedelta(hours=1),
}


def handlers_with(*senders: Carrier | Caller, files: models.Files | None = None) -> Handlers:
    """Give the handlers of these as well, and of who has a place for files; what a worker lacks is left to
    others.
    """
    handlers = {**HANDLERS, **{sender.work: sender.send for sender in senders}}
    if files is not None:
        handlers[models.Work.DRAW_RENDITIONS] = partial(models.draw_renditions, files)
    return handlers
