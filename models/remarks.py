"""What strangers bring to a conversation: who writes and what, as a comment may keep it."""

import re
from dataclasses import dataclass
from typing import Any

from models import text
from models.addresses import Address
from models.errors import Invalid, each_of
from models.fitting import plain

LONGEST = 5_000
LONGEST_NAME = 100
LONGEST_WEBSITE = 500
# A host and what follows it; no name and password before it, which would show one place and lead to another.
WEB_ADDRESS = re.compile(r"https?://[^\s<>\"\x00-\x1f\x7f/?#@\\\[\]]+([/?#][^\s<>\"\x00-\x1f\x7f\\]*)?")
# Whoever is named so would turn around what stands beside the name.
TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Who writes a comment: a guest by name, or an author of the site."""

    name: str
    email: str | None = None
    website: str | None = None
    author_id: int | None = None

    @property
    def mailbox(self) -> str | None:
        """Who is meant by the address."""
        return None if self.email is None else Address(self.email).mailbox


def left(writer: Writer, content: str) -> dict[str, Any]:
    """Give the columns of what somebody leaves; refuse all at once that cannot be kept; cut nothing."""
    if writer.author_id is not None:
        return signed(writer) | written(content)
    name, email, website, words = each_of(
        lambda: _name_of_guest(writer.name),
        lambda: Address.of(writer.email or "", field="authorEmail"),
        lambda: _website_of_guest(writer.website or ""),
        lambda: written(content),
    )
    return {"name": name, "email": email.text, "mailbox": email.mailbox, "website": website, **words}


def signed(writer: Writer) -> dict[str, str | None]:
    """Give the columns that say who writes; refuse a name of nothing and a website that leads nowhere."""
    name, website = _name(writer.name)[:LONGEST_NAME], _website(writer.website or "")
    return {"name": name, "email": writer.email, "mailbox": writer.mailbox, "website": website}


def written(content: str) -> dict[str, Any]:
    """Give the columns that say what is written, from plain text; refuse nothing and too much."""
    content = text.CONTROLS.sub("", plain("content", content.replace("\x00", ""))).strip()
    if not text.is_seen(content):
        raise Invalid("content", "A comment needs some text.")
    if len(content) > LONGEST:
        raise Invalid("content", f"A comment holds at most {LONGEST} characters.", limit=LONGEST)
    if text.is_plain_line(content):
        # As most are: to read it as HTML would give the same, and take longer than to keep it.
        return {"source": content, "html": f"<p>{content}</p>", "text": content}
    html = text.sanitise_comment(text.paragraphs(content))
    return {"source": content, "html": html, "text": text.plain(html)}


def is_website(address: str) -> bool:
    """Tell whether a comment may keep an address as the website of who wrote it."""
    return len(address) <= LONGEST_WEBSITE and WEB_ADDRESS.fullmatch(address) is not None


def _name_of_guest(given: str) -> str:
    name = text.clean_line(TURNING.sub("", given))
    if len(name) > LONGEST_NAME:
        raise Invalid("authorName", f"A name holds at most {LONGEST_NAME} characters.", limit=LONGEST_NAME)
    return _name(name)


def _name(given: str) -> str:
    name = plain("authorName", text.clean_line(given))
    if not text.is_seen(name):
        raise Invalid("authorName", "A comment needs the name of who wrote it.")
    return name


def _website_of_guest(given: str) -> str | None:
    if len(given) > LONGEST_WEBSITE:
        message = f"A website holds at most {LONGEST_WEBSITE} characters."
        raise Invalid("authorWebsite", message, limit=LONGEST_WEBSITE)
    return _website(given.strip())


def _website(given: str) -> str | None:
    if given and not WEB_ADDRESS.fullmatch(plain("authorWebsite", given)):
        raise Invalid("authorWebsite", "A website begins with https:// or http://.")
    return given or None
