"""Subscriptions: an address, what it asked to receive, and how it came to that."""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any, Self

from tortoise import fields
from tortoise.expressions import Q, Subquery
from tortoise.functions import Count
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models import text, webhooks
from models.addresses import Address
from models.atomic import atomic
from models.caps import CODES, Cap
from models.consents import Act, Trace, note
from models.deliveries import LIVES, Delivery, LetterKind
from models.errors import Expired, Invalid, NotFound, Unproven
from models.fitting import fitting, plain
from models.instants import Instant, known_moment, lasts, now
from models.interests import Topic, read_topic, set_topics, still_there, subscribed_to, topic_code, topics_of
from models.jobs import Lane
from models.relations import belongs_to
from models.site import Site, known_language, known_time_zone
from models.slugs import findable
from models.suppressions import Suppression, SuppressionScope
from models.tokens import CODE, Token, digest, fresh_code, fresh_secret, keyed_digest, matches
from models.webhook_calls import HookEvent

CONFIRM, PREFERENCES, UNSUBSCRIBE, UNDO = "confirm", "prefs", "unsub", "undo"
PROOF_LIFE = LIVES[LetterKind.CONFIRMATION]
UNDO_LIFE = timedelta(days=30)
LONGEST_NAME = 100
LONGEST_REASON = 500
LONGEST_PAUSE = timedelta(days=366)


class Frequency(StrEnum):
    """How often letters come."""

    IMMEDIATE = "immediate"
    DAILY = "daily"
    WEEKLY = "weekly"


class SubscriptionStatus(StrEnum):
    """How a subscription stands."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"


class Subscription(Model):
    """One address at one site. `mailbox` says who is meant, `email` where letters go.

    `version` grows with each sign-up and each goodbye, so that what was proven before proves nothing after.
    `seed` keeps the tokens of an erased row from fitting one that comes to have its id.
    """

    id = fields.IntField(primary_key=True)
    site: Any = belongs_to("Site", indexed=False)
    site_id: int
    email = fields.CharField(max_length=254)
    mailbox = fields.CharField(max_length=254)
    name = fields.CharField(max_length=LONGEST_NAME, default="")
    language = fields.CharField(max_length=35)
    frequency = fields.CharEnumField(Frequency, max_length=16, default=Frequency.IMMEDIATE)
    status = fields.CharEnumField(SubscriptionStatus, max_length=16, default=SubscriptionStatus.PENDING)
    # Where days begin for its digests; the site's zone when it has none.
    time_zone = fields.CharField(max_length=64, null=True)
    # What appeared until then has come in a digest, or was before there were any.
    digested_until = Instant(null=True)
    paused_until = Instant(null=True)
    version = fields.IntField(default=0)
    seed = fields.CharField(max_length=32)
    proof = fields.CharField(max_length=64, null=True)
    code = fields.CharField(max_length=64, null=True)
    asked_at = Instant(null=True)
    confirmed_at = Instant(null=True)
    left_at = Instant(null=True)
    leaving_reason = fields.CharField(max_length=500, null=True)
    created_at = Instant()

    class Meta:
        table = "subscription"
        unique_together = (("site_id", "mailbox"),)
        indexes = (
            ("status", "id"), ("status", "asked_at"), ("frequency", "time_zone"), ("created_at", "id")
        )  # fmt: skip

    @classmethod
    def confirmed(cls) -> QuerySet[Self]:
        """Ask for those who said yes and did not leave: the only ones that a letter of a topic goes to."""
        return cls.filter(status=SubscriptionStatus.CONFIRMED)

    @classmethod
    def listed(
        cls, *, statuses: Sequence[SubscriptionStatus] = (), newsletter: str | None = None,
        search: str | None = None, is_paused: bool = False,
    ) -> QuerySet[Self]:  # fmt: skip
        """Ask for the subscriptions in any of some states, of a newsletter by its slug, with something in
        their name or address, and with a pause now; what is left out does not matter.
        """
        # Not by their site, which they all have: SQLite would look them up by it, and sort them all.
        asked = cls.all()
        if is_paused:
            asked = asked.filter(paused_until__gt=now())
        if statuses:
            asked = asked.filter(status__in=list(statuses))
        if newsletter is not None:
            asked = asked.filter(
                id__in=Subquery(subscribed_to(findable(newsletter)).values("subscription_id"))
            )
        if search is not None:
            word = plain("search", search).strip()
            asked = asked.filter(Q(name__icontains=word) | Q(email__icontains=word))
        return asked

    @classmethod
    async def of(cls, site: Site, email: str) -> Self:
        """Give the subscription of an address; refuse an address that has none."""
        found = await cls.filter(site_id=site.id, mailbox=Address.of(email).mailbox).first()
        if found is None:
            raise NotFound("This address has no subscription here.", field="email")
        return found

    @classmethod
    async def counts(cls, site: Site) -> dict[SubscriptionStatus, int]:
        """Count the subscriptions by how they stand."""
        grouped = cls.filter(site_id=site.id).annotate(number=Count("id")).group_by("status")
        counted = dict(await grouped.values_list("status", "number"))
        return {status: int(counted.get(status, 0)) for status in SubscriptionStatus}

    @property
    def is_paused(self) -> bool:
        """Whether letters of its topics wait now."""
        return self.paused_until is not None and self.paused_until > now()

    @property
    def had_said_yes(self) -> bool:
        """Whether who left may come back by a link alone."""
        # Not who was asked once more and left again: that no was an answer to a stranger's sign-up.
        return self.confirmed_at is not None and not (self.asked_at and self.asked_at > self.confirmed_at)

    def path_to_preferences(self, site: Site) -> str:
        """Give the path that a letter leads to the preferences by; it never expires."""
        return f"/preferences/{self.preferences_token(site)}"

    def preferences_token(self, site: Site) -> Token:
        """Give the token that shows and changes the preferences."""
        return Token.signed(PREFERENCES, self.id, site.secret, self.seed)

    def path_out(self, site: Site, topic: Topic | None = None) -> str:
        """Give the path that a letter leads out by, of one topic or of all; it never expires."""
        claim = topic_code(topic) if topic else ""
        return f"/unsubscribe/{Token.signed(UNSUBSCRIBE, self.id, site.secret, self.seed, claim=claim)}"

    def path_back(self, site: Site, topic: Topic | None = None) -> str:
        """Give the path that takes leaving back, until the next sign-up or goodbye."""
        claim = topic_code(topic) if topic else ""
        token = Token.signed(UNDO, self.id, site.secret, self.seed, self.version, claim=claim)
        return f"/undo/{token}"

    @classmethod
    async def behind(cls, site: Site, token: str, *kinds: str) -> tuple[Self, Topic | None]:
        """Give the subscription a signed token belongs to, and the topic it names; refuse any other.

        What was merged or deleted since is none: who leaves by that link leaves all.
        """
        for kind in kinds:
            if (read := Token.read(token, kind)) is None:
                continue
            found = await cls.filter(id=read.owner, site_id=site.id).first()
            if found is None:
                break
            bound = (found.seed, found.version) if kind == UNDO else (found.seed,)
            if (claim := read.claim(site.secret, *bound)) is not None:
                named = read_topic(claim)
                return found, named if named and await still_there([named]) else None
        raise Unproven

    @classmethod
    async def to_choose(cls, site: Site, token: str) -> Self:
        """Give the subscription whose preferences a token shows and changes; refuse any other token."""
        found, _ = await cls.behind(site, token, PREFERENCES)
        return found

    @classmethod
    async def to_confirm(cls, site: Site, token: str) -> Self:
        """Give the subscription that a confirmation's token belongs to; refuse a wrong or expired one."""
        read = Token.read(token, CONFIRM)
        found = await cls.filter(id=read.owner, site_id=site.id).first() if read else None
        if read is None or found is None or not matches(found.proof, digest(read.secret)):
            raise Unproven
        if not lasts(found.asked_at, PROOF_LIFE):
            raise Expired
        return found

    def ask_to_confirm(self, site: Site) -> Delivery:
        """Write the letter that asks to confirm; the caller saves the row and promises the letter.

        What an earlier letter proved proves nothing any more.
        """
        secret, code = fresh_secret(), fresh_code()
        self.version += 1
        self.proof, self.code = digest(secret), self._digest_of(site, code)
        self.asked_at = now()
        link = f"/confirm/{Token(CONFIRM, self.id, secret)}"
        return self.letter(LetterKind.CONFIRMATION, site, paths={"link": link}, code=code)

    @classmethod
    async def confirm(cls, site: Site, token: str, trace: Trace) -> Self:
        """Say yes by the link of a letter; doing it twice is as good as once."""
        return await (await cls.to_confirm(site, token))._say_yes(site, trace)

    @classmethod
    async def confirm_by_code(cls, site: Site, email: str, code: str, trace: Trace) -> Self:
        """Say yes by the code of a letter; who guesses may do so five times a day."""
        try:
            mailbox = Address.of(email).mailbox
        except Invalid:
            raise Unproven from None
        # As it is read from a letter: in two parts, say.
        typed = "".join(code.split())
        if not CODE.fullmatch(typed):
            raise Unproven  # a slip, and no guess
        # Counted for addresses that nobody knows too, and kept though what follows is refused.
        allowed = await Cap.take(keyed_digest(site.secret, "code", mailbox), CODES)
        found = await cls.filter(site_id=site.id, mailbox=mailbox).first()
        is_right = found is not None and matches(found.code, found._digest_of(site, typed))
        if found is None or not (allowed and is_right):
            raise Unproven
        if not lasts(found.asked_at, PROOF_LIFE):
            raise Expired
        return await found._say_yes(site, trace)

    @atomic
    async def _say_yes(self, site: Site, trace: Trace) -> Self:
        row = await self._locked()
        if row.status is SubscriptionStatus.CONFIRMED:
            return row
        if row.version != self.version:
            raise Unproven
        row.status, row.confirmed_at = SubscriptionStatus.CONFIRMED, now()
        row.digested_until, row.left_at, row.leaving_reason = row.confirmed_at, None, None
        columns = ["status", "confirmed_at", "digested_until", "left_at", "leaving_reason"]
        await row.save(update_fields=columns)
        # One whose outcome is uncertain would be sent once more; and mail arrives there again.
        await Delivery.cancel(row.id, kind=LetterKind.CONFIRMATION)
        await Suppression.lift(site, row.mailbox, SuppressionScope.LISTS)
        await note(row, Act.CONFIRMED, trace, topics=list(map(topic_code, await topics_of(row.id))))
        paths = {"preferences_link": row.path_to_preferences(site), "unsubscribe_link": row.path_out(site)}
        await Delivery.promise([row.letter(LetterKind.WELCOME, site, paths=paths)], lane=Lane.URGENT)
        await webhooks.promise(HookEvent.SUBSCRIPTION_CONFIRMED, row.id)
        return row

    @atomic
    async def choose(self, site: Site, trace: Trace, **changes: Any) -> Self:
        """Change name, language, frequency, topics, time_zone or paused_until; what is left out stays."""
        row = await self._locked()
        topics = changes.pop("topics", None)
        wished = fitting(Subscription, wishes(site, **changes))
        values = {name: value for name, value in wished.items() if value != getattr(row, name)}
        changed, said = set(values), None
        if row.frequency is Frequency.IMMEDIATE and "frequency" in values:
            values["digested_until"] = now()  # what appeared before has come already
        row.update_from_dict(values)
        if values:
            await row.save(update_fields=list(values))
        if topics is not None:
            if not topics:
                raise Invalid("topics", "Choose at least one thing to receive, or unsubscribe.")
            present = set(await topics_of(row.id))
            for topic in present - set(topics):
                await Delivery.cancel(row.id, topic=topic_code(topic))
            if present != set(topics):
                await set_topics(row.id, topics)
                changed.add("topics")
                said = list(dict.fromkeys(map(topic_code, topics)))
        # Who chooses what is so already adds nothing to the ledger.
        if changed:
            # The name is not repeated in a ledger that nothing is ever taken from.
            await note(row, Act.CHANGED, trace, changed=sorted(changed), topics=said)
        return row

    @atomic
    async def leave(
        self, site: Site, trace: Trace, *, topics: Sequence[Topic] | None = None, reason: str | None = None
    ) -> Self:
        """Leave some topics, or all; letters of them that are not out yet are taken back."""
        row = await self._locked()
        if row.status is SubscriptionStatus.UNSUBSCRIBED:
            return row
        present = await topics_of(row.id)
        if topics is not None and (kept := [topic for topic in present if topic not in topics]):
            await row._keep_to(kept, trace, present=present)
        else:
            reason = text.clean_line(plain("reason", reason or ""))[:LONGEST_REASON] or None
            await row._say_no(site, trace, reason)
        return row

    @atomic
    async def end(self, site: Site, trace: Trace) -> bool:
        """Leave all; tell whether it had not been left already."""
        row = await self._locked()
        if row.status is SubscriptionStatus.UNSUBSCRIBED:
            return False
        await row.leave(site, trace)
        return True

    async def _keep_to(self, kept: Sequence[Topic], trace: Trace, *, present: Sequence[Topic]) -> None:
        left = [topic_code(topic) for topic in present if topic not in kept]
        for code in left:
            await Delivery.cancel(self.id, topic=code)
        # Who leaves once more what was left already adds nothing to the ledger.
        if left:
            await set_topics(self.id, kept)
            await note(self, Act.LEFT, trace, topics=left)

    async def _say_no(self, site: Site, trace: Trace, reason: str | None) -> None:
        was_confirmed = self.status is SubscriptionStatus.CONFIRMED
        self.status, self.left_at, self.leaving_reason = SubscriptionStatus.UNSUBSCRIBED, now(), reason
        self.version, self.proof, self.code = self.version + 1, None, None
        await self.save(update_fields=["status", "left_at", "leaving_reason", "version", "proof", "code"])
        await Delivery.cancel(self.id)
        await note(self, Act.LEFT, trace)
        if was_confirmed:
            await webhooks.promise(HookEvent.SUBSCRIPTION_ENDED, self.id)
        if was_confirmed and not await Suppression.bars(site, self.mailbox, SuppressionScope.ALL):
            goodbye = self.letter(LetterKind.GOODBYE, site, paths={"undo_link": self.path_back(site)})
            await Delivery.promise([goodbye], lane=Lane.URGENT)

    @classmethod
    async def to_undo(cls, site: Site, token: str) -> tuple[Self, Topic | None]:
        """Give the subscription that a goodbye's token belongs to, and the topic; refuse an old one."""
        found, topic = await cls.behind(site, token, UNDO)
        if await Suppression.bars(site, found.mailbox, SuppressionScope.ALL):
            raise Unproven
        if found.left_at is not None and not lasts(found.left_at, UNDO_LIFE):
            raise Expired
        return found, topic

    @classmethod
    async def undo(cls, site: Site, token: str, trace: Trace) -> Self:
        """Take a goodbye back by the link of its letter or page."""
        found, topic = await cls.to_undo(site, token)
        return await found._return(site, trace, topic)

    @atomic
    async def _return(self, site: Site, trace: Trace, topic: Topic | None) -> Self:
        row = await self._locked()
        if row.version != self.version:
            raise Unproven
        topics = await topics_of(row.id)
        missing = await still_there([topic] if topic and topic not in topics else [])
        if missing:
            await set_topics(row.id, [*topics, *missing])
        is_back = row.status is SubscriptionStatus.UNSUBSCRIBED and row.had_said_yes
        if is_back:
            row.status, row.left_at, row.leaving_reason = SubscriptionStatus.CONFIRMED, None, None
            await row.save(update_fields=["status", "left_at", "leaving_reason"])
            await Delivery.cancel(row.id)  # the goodbye, if it is not out yet
            await Suppression.lift(site, row.mailbox, SuppressionScope.LISTS)  # of a complaint
            await webhooks.promise(HookEvent.SUBSCRIPTION_CONFIRMED, row.id)
        if is_back or missing:
            await note(row, Act.RETURNED, trace, topics=list(map(topic_code, missing)))
        return row

    def letter(self, kind: LetterKind, site: Site, *, key: str = "", **facts: Any) -> Delivery:
        """Write a letter to this subscriber, once for each version or for each key."""
        # Who has not said yes may have been named by a stranger, and must not read what a stranger wrote.
        is_theirs = self.status is SubscriptionStatus.CONFIRMED or kind is LetterKind.GOODBYE
        # Who says yes may not have been the first to ask: what is no name is not repeated to them either.
        name = self.name if is_theirs and text.is_name(self.name) else ""
        about = {"to": self.email, "name": name, "language": self.language, "site_title": site.title}
        key = f"{self.seed}:{key or self.version}"
        return Delivery.written(self.id, kind, key=key, facts={**about, **facts})

    async def _locked(self) -> Self:
        row = await type(self).select_for_update().filter(id=self.id).first()
        if row is None:
            raise Unproven
        return row

    def _digest_of(self, site: Site, code: str) -> str:
        return keyed_digest(site.secret, "code", self.seed, self.version, code)


def wishes(site: Site, **given: Any) -> dict[str, Any]:
    """Read what a subscriber may wish; refuse a long name, an unknown language, a strange pause."""
    read = dict(given)
    if "name" in given:
        read["name"] = text.clean_line(given["name"] or "")
        if len(read["name"]) > LONGEST_NAME:
            raise Invalid("name", f"A name holds at most {LONGEST_NAME} characters.", limit=LONGEST_NAME)
    if "language" in given:
        read["language"] = known_language(given["language"] or site.language)
    if given.get("time_zone") is not None:
        read["time_zone"] = known_time_zone(given["time_zone"])
    if (moment := given.get("paused_until")) is not None:
        # Compared before it is put into UTC, which the last moments of the calendar cannot be.
        if moment.tzinfo is None or not now() < moment <= now() + LONGEST_PAUSE:
            raise Invalid("pausedUntil", "A pause ends within the coming year.")
        read["paused_until"] = known_moment(moment)
    return read
