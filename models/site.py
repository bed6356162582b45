"""The publication as a whole: its title, language, time zone and address."""

import re
import secrets
from collections.abc import Callable, Iterable
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale, UnknownLocaleError
from tortoise import fields
from tortoise.models import Model

from models import text
from models.atomic import atomic
from models.errors import Invalid
from models.fitting import fitting, line, plain
from models.instants import Instant, now

DEFAULT_TITLE = "My publication"
FIRST = 1
# It stands on every page, and with the feed.
LONGEST_DESCRIPTION = 1_000
MOST_DAYS = 36_500
MOST_LINKS = 100
MOST_WORDS = 1_000
LONGEST_WORD = 100
OF_THE_MACHINE = {"localtime", "Factory"}
WEB_ROOT = re.compile(r"https?://[^\s/?#@\\]+/*")


class CommentPolicy(StrEnum):
    """What happens to a guest's comment: it waits for a person, is shown when its address is confirmed, or
    is shown at once.
    """

    HELD = "held"
    CONFIRMED = "confirmed"
    SHOWN = "shown"


class Site(Model):
    """One publication; a store holds one today."""

    id = fields.IntField(primary_key=True)
    title = fields.CharField(max_length=200)
    description = fields.TextField(null=True)
    language = fields.CharField(max_length=35, default="en")
    time_zone = fields.CharField(max_length=64, default="UTC")
    url = fields.CharField(max_length=500, default="")
    secret = fields.CharField(max_length=64)
    # No foreign key: pictures belong to the site, and Tortoise cannot create tables in a circle.
    logo_id = fields.IntField(null=True)
    source = fields.CharField(max_length=255, null=True)
    is_demonstration = fields.BooleanField(default=False)
    comment_policy = fields.CharEnumField(
        CommentPolicy, max_length=16, default=CommentPolicy.HELD, db_default=CommentPolicy.HELD.value
    )
    comment_days = fields.IntField(null=True)
    comment_links = fields.IntField(default=2, db_default=2)
    comment_form = fields.BooleanField(default=False, db_default=False)
    blocked_words = fields.TextField(null=True)
    created_at = Instant()

    class Meta:
        table = "site"

    @classmethod
    async def current(cls) -> "Site | None":
        """Give the site of this store; None before it was founded."""
        return await cls.all().order_by("id").first()

    @classmethod
    @atomic
    async def found(cls) -> "Site":
        """Give the site of this store; the first time make one that asks for no answer."""
        first = {"title": DEFAULT_TITLE, "secret": secrets.token_urlsafe(32), "created_at": now()}
        # By its number, so that two servers that start at once on an empty store found the same one.
        site, _ = await cls.get_or_create(id=FIRST, defaults=first)
        return site

    @atomic
    async def change(self, **more: Any) -> None:
        """Change some of it by name: title, description, language, url, comment_policy, logo_id.

        Comments that wait already go on waiting, whatever the policy.
        """
        values = fitting(Site, {name: CHECKED[name](value) for name, value in more.items()})
        self.update_from_dict(values)
        if values:
            await self.save(update_fields=list(values))

    @atomic
    async def set_comment_rules(self, **rules: Any) -> None:
        """Set the rules for comments by name, and leave the others: `days` below a post, None for ever;
        `links` in one comment; whether it needs a `form` of the site; the `words` that are blocked.
        """
        values = {f"comment_{name}": value for name, value in rules.items() if name != "words"}
        days = rules.get("days")
        if days is not None and not 0 < days <= MOST_DAYS:
            raise Invalid("days", f"Comments stay open for 1 to {MOST_DAYS} days.")
        if not 0 <= rules.get("links", 0) <= MOST_LINKS:
            raise Invalid("links", f"A comment has at most {MOST_LINKS} links.", limit=MOST_LINKS)
        if "words" in rules:
            values["blocked_words"] = _word_list(rules["words"])
        self.update_from_dict(values)
        await self.save(update_fields=list(values))


def _word_list(words: Iterable[str]) -> str | None:
    lines = list(dict.fromkeys(filter(None, (text.clean_line(plain("words", word)) for word in words))))
    if len(lines) > MOST_WORDS or max(map(len, lines), default=0) > LONGEST_WORD:
        message = f"At most {MOST_WORDS} words are blocked, of {LONGEST_WORD} characters each."
        raise Invalid("words", message, limit=MOST_WORDS)
    return "\n".join(lines) or None


@lru_cache(maxsize=200)
def known_language(tag: str) -> str:
    """Give a language tag as BCP 47 writes it; refuse one that Babel has no words for."""
    try:
        if "@" in tag or tag.strip().lower() == "root":
            raise ValueError(tag)
        return str(Locale.parse(tag.strip(), sep="-" if "-" in tag else "_")).replace("_", "-")
    except (ValueError, UnknownLocaleError, TypeError):
        raise Invalid(
            "language", "No language is known by that tag; write one such as nl or en-GB."
        ) from None


@cache
def time_zones() -> frozenset[str]:
    """Give the names of the IANA time zones."""
    return frozenset(available_timezones() - OF_THE_MACHINE)


def known_time_zone(name: str) -> str:
    """Give the name of an IANA time zone; refuse an unknown one."""
    if name not in time_zones():
        raise Invalid("timeZone", "No time zone is known by that name; write one such as Europe/Amsterdam.")
    return ZoneInfo(name).key


def root_url(url: str | None) -> str:
    """Give the root of a site without its last slash; refuse what is no http address, or has a path.

    What stands at a path of this server is named from the root of a host, in texts and pages too.
    """
    if not url:
        return ""
    if not WEB_ROOT.fullmatch(plain("url", url)) or not _has_host(url):
        raise Invalid("url", "The address of a site is one such as https://blog.example, without a path.")
    return url.rstrip("/")


def _has_host(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _title(title: str | None) -> str:
    return line(Site, "title", title or "", missing="A site needs a title.")


def _description(description: str | None) -> str | None:
    said = text.clean_line(description or "")
    if len(said) > LONGEST_DESCRIPTION:
        message = f"The description of a site holds at most {LONGEST_DESCRIPTION} characters."
        raise Invalid("description", message, limit=LONGEST_DESCRIPTION)
    return said or None


CHECKED: dict[str, Callable[[Any], Any]] = {
    "title": _title,
    "description": _description,
    "language": known_language,
    "url": root_url,
    "comment_policy": CommentPolicy,
    "logo_id": lambda id: id,
}
