"""The purge: forgets what is kept for a time only."""

from datetime import timedelta

from models.atomic import atomic
from models.caps import Cap
from models.commenters import Commenter
from models.comments import Comment
from models.deliveries import Delivery
from models.instants import now
from models.issues import Issue
from models.jobs import Job, Work
from models.keys import Key
from models.pens import Pen
from models.repeats import Repeat
from models.sign_ins import SignIn
from models.signups import SignUp
from models.subscriptions import Subscription, SubscriptionStatus
from models.webhook_calls import WebhookCall

UNCONFIRMED_KEPT = timedelta(days=30)
LETTERS_KEPT = timedelta(days=365)
CALLS_KEPT = timedelta(days=30)
A_PART = 2000
NEVER = (SubscriptionStatus.PENDING, SubscriptionStatus.BOUNCED)


async def purge() -> None:
    """Forget who never confirmed, and caps, answers, letters, calls that nothing looks back at any more."""
    await _forget()
    while await _forget_letters():
        pass


@atomic
async def _forget_letters() -> int:
    """Forget a part of the old letters, of which an issue has many; tell how many."""
    old = Delivery.settled_before(LETTERS_KEPT).order_by("id").limit(A_PART)
    # Locked: whatever is counted out is deleted by who has counted it.
    ids = [letter.id for letter in await old.select_for_update(skip_locked=True).only("id")]
    part = Delivery.filter(id__in=ids)
    await Issue.count_out(part)
    await part.delete()
    return len(ids)


@atomic
async def _forget() -> None:
    old = now() - UNCONFIRMED_KEPT
    unconfirmed = Subscription.filter(status__in=NEVER, asked_at__lt=old)
    # Who left once and was asked again stays as who left: their no outlives a stranger's sign-up.
    back = await unconfirmed.filter(left_at__isnull=False).update(
        status=SubscriptionStatus.UNSUBSCRIBED, proof=None, code=None
    )
    # And whose mail once bounced, as who bounced.
    await unconfirmed.filter(status=SubscriptionStatus.PENDING, confirmed_at__isnull=False).update(
        status=SubscriptionStatus.BOUNCED, proof=None, code=None
    )
    # Sign-ups first, as `erase` does: otherwise the two would wait for each other.
    gone = await SignUp.filter(asked_at__lt=old).delete()
    gone += await unconfirmed.filter(left_at__isnull=True, confirmed_at__isnull=True).delete()
    gone += await Comment.forget_unproven(old)
    gone += await Commenter.filter(confirmed_at__isnull=True, created_at__lt=old).delete()
    await Cap.forget()
    await Key.forget(old)
    await SignIn.forget(old)
    gone += await Pen.forget(old)
    await Repeat.forget()
    await WebhookCall.forget(now() - CALLS_KEPT)
    if gone or back:
        await Job.promise(Work.SCRUB, key="scrub")
