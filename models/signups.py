"""Sign-ups: what somebody asked for an address, kept until the worker has looked at it.

Who asks is answered before anybody knows whether the address is known, suppressed or capped: a request is
the same two rows in one commit for every address, so neither bytes nor time tell (docs/why/0011).
"""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.models import Model

from models.addresses import Address
from models.atomic import atomic, in_one_step
from models.caps import LETTERS, LINKS, Cap, Limits
from models.consents import LONGEST_FORM, Act, Trace, kept_form, note
from models.deliveries import Delivery, LetterKind
from models.engines.intakes import intake
from models.errors import Invalid, NotFound, TooMany
from models.fitting import fitting
from models.instants import Instant, now
from models.interests import Topic, set_topics, still_there, topic_code
from models.jobs import Job, Lane, Work
from models.newsletters import Newsletter
from models.relations import belongs_to
from models.repeats import once
from models.site import Site
from models.subscriptions import LONGEST_NAME, Frequency, Subscription, SubscriptionStatus, wishes
from models.suppressions import Suppression, SuppressionScope
from models.tokens import fresh_seed, keyed_digest


class Wish(StrEnum):
    """What is asked for."""

    LETTERS = "letters"
    PREFERENCES_LINK = "preferences_link"


class SignUp(Model):
    """One request, which whoever knows an address may make."""

    id = fields.IntField(primary_key=True)
    site: Any = belongs_to("Site")
    site_id: int
    wish = fields.CharEnumField(Wish, max_length=32)
    email = fields.CharField(max_length=254)
    mailbox = fields.CharField(max_length=254, db_index=True)
    name = fields.CharField(max_length=LONGEST_NAME, default="")
    language = fields.CharField(max_length=35)
    frequency = fields.CharEnumField(Frequency, max_length=16, default=Frequency.IMMEDIATE)
    topics: list[list[Any]] = fields.JSONField(default=list)
    door = fields.CharField(max_length=32)
    form = fields.CharField(max_length=LONGEST_FORM, null=True)
    network = fields.CharField(max_length=64, null=True)
    asked_at = Instant()

    class Meta:
        table = "sign_up"

    @classmethod
    @in_one_step
    async def ask(
        cls, site: Site, email: str, trace: Trace, *, topics: Sequence[Topic] = (), key: str | None = None,
        **given: Any,
    ) -> Address:  # fmt: skip
        """Ask for letters, with name, language and frequency; give the address they would go to.

        What has a `key` is asked once, however often the command comes.
        """
        address = Address.of(email)
        values = {"topics": topics, **wishes(site, **{"name": "", "language": None} | given)}
        await cls._keep(site, Wish.LETTERS, address, trace, key=key, **values)
        return address

    @classmethod
    @in_one_step
    async def ask_for_link(cls, site: Site, email: str, trace: Trace, *, key: str | None = None) -> Address:
        """Ask for the link to the preferences; give the address it would go to."""
        address = Address.of(email)
        await cls._keep(site, Wish.PREFERENCES_LINK, address, trace, key=key, language=site.language)
        return address

    @classmethod
    async def _keep(
        cls, site: Site, wish: Wish, address: Address, trace: Trace, *, key: str | None, **values: Any
    ) -> None:
        row = {
            "site_id": site.id, "wish": wish, "email": address.text, "mailbox": address.mailbox, "name": "",
            "frequency": Frequency.IMMEDIATE, "topics": (), "door": trace.door, "form": kept_form(trace.form),
            "network": trace.network, "asked_at": now(), **values,
        }  # fmt: skip
        promise = Job.of(Work.ANSWER_SIGN_UP, lane=Lane.URGENT)
        await intake().sign_up(fitting(cls, row), promise, once=once(key))


@atomic
async def answer_sign_up(sign_up: int) -> None:
    """Look at a request: promise the letter it gets, if any, and forget it."""
    asked = await SignUp.select_for_update().filter(id=sign_up).first()
    if asked is None:
        return
    site = await Site.get(id=asked.site_id)
    is_link = asked.wish is Wish.PREFERENCES_LINK
    allowed = await _may_write(site, asked, LINKS if is_link else LETTERS)
    # Only now: the cap lets one at a time through, and the row is read as that one left it.
    known = Subscription.filter(site_id=site.id, mailbox=asked.mailbox)
    found = await known.select_for_update().first()
    letter = await (_link if is_link else _confirmation)(site, asked, found) if allowed else None
    await asked.delete()
    if letter is not None:
        await Delivery.promise([letter], lane=Lane.URGENT)


async def _link(site: Site, asked: SignUp, found: Subscription | None) -> Delivery | None:
    # Who never said yes gets one letter a day at most: the one that asks.
    if found is None or found.confirmed_at is None:
        return None
    paths = {"link": found.path_to_preferences(site)}
    return found.letter(LetterKind.PREFERENCES_LINK, site, key=f"{asked.id}", paths=paths)


async def _confirmation(site: Site, asked: SignUp, found: Subscription | None) -> Delivery | None:
    if found is not None and found.status is SubscriptionStatus.CONFIRMED:
        # Nothing of the request is taken over: whoever knows an address may make one.
        paths = {"preferences_link": found.path_to_preferences(site)}
        return found.letter(LetterKind.ALREADY_SUBSCRIBED, site, key=f"{asked.id}", paths=paths)
    topics: list[Topic] = await still_there([(kind, id) for kind, id in asked.topics])
    topics = topics or [("newsletter", (await Newsletter.main(site)).id)]
    pending = found or Subscription(
        site_id=site.id, mailbox=asked.mailbox, seed=fresh_seed(), created_at=asked.asked_at
    )
    for name in ("email", "name", "language", "frequency"):
        setattr(pending, name, getattr(asked, name))
    pending.status, pending.paused_until = SubscriptionStatus.PENDING, None
    if found is None:
        await pending.save()  # for the id that its link names
    # What an earlier letter asks to open proves nothing any more.
    await Delivery.cancel(pending.id, kind=LetterKind.CONFIRMATION)
    letter = pending.ask_to_confirm(site)
    await pending.save()
    await set_topics(pending.id, topics)
    trace = Trace(door=asked.door, form=asked.form, network=asked.network)
    await note(pending, Act.REQUESTED, trace, topics=list(map(topic_code, topics)), frequency=asked.frequency)
    return letter


@atomic
async def ask_again(site: Site, subscription: Subscription) -> None:
    """Send once more the letter that asks to confirm, no more often than sign-ups may, to who is pending."""
    # First, as a sign-up does, so that of two at once the second waits; what is refused is not counted.
    allowed = await Cap.take(cap_key(site, Wish.LETTERS, subscription.email), LETTERS)
    row = await Subscription.select_for_update().filter(id=subscription.id).first()
    if row is None:
        raise NotFound("This subscription is gone.", field="id")
    if row.status is not SubscriptionStatus.PENDING:
        raise Invalid("status", f"This subscription is {row.status}.", why="not pending")
    if await Suppression.bars(site, row.mailbox, SuppressionScope.ALL):
        raise Invalid("email", "No letter goes to this address.", why="suppressed")
    if not allowed:
        raise TooMany(timedelta(days=1))
    # What an earlier letter asks to open proves nothing any more.
    await Delivery.cancel(row.id, kind=LetterKind.CONFIRMATION)
    letter = row.ask_to_confirm(site)
    await row.save(update_fields=["version", "proof", "code", "asked_at"])
    await Delivery.promise([letter], lane=Lane.URGENT)


def cap_key(site: Site, wish: Wish, email: str) -> str:
    """Give the digest under which it is counted how often letters for a wish go to an inbox."""
    return keyed_digest(site.secret, wish, Address(email).folded)


async def _may_write(site: Site, asked: SignUp, limits: Limits) -> bool:
    allowed = await Cap.take(cap_key(site, asked.wish, asked.email), limits)
    return allowed and not await Suppression.bars(site, asked.mailbox, SuppressionScope.ALL)
