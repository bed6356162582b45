"""The columns of a roster, by the names that this and other programs give them, and the words in them."""

import re
from collections.abc import Sequence

import models
from gql_server.rosters.guard import unguarded

# As Mailchimp, Ghost, listmonk, beehiiv, Substack, Weebly and people call them, without case and punctuation.
NAMES = {
    "email": "emailaddress e-mail e-mailaddress mail mailaddress subscriberemail emailadres e-mailadres",
    "name": "fullname displayname subscribername naam",
    "first_name": "firstname fname givenname voornaam",
    "last_name": "lastname lname surname familyname achternaam",
    "language": "lang locale taal",
    "topics": "topic newsletter newsletters",
    "status": "subscriptionstatus subscriberstatus emailstatus",
    "created_at": "createdat datecreated dateadded signupdate signedupat subscribedat optintime",
    "confirmed_at": "confirmtime confirmationtime dateconfirmed",
    "confirmed_source": "consentsource",
    "confirmed_ip": "confirmip confirmationip",
    "left_at": "unsubtime unsubscribedat unsubscribetime dateunsubscribed deletedat",
    "leaving_reason": "unsubreason",
    "bounced_at": "cleantime bouncedat",
    "wants_letters": "subscribedtoemails subscribed issubscribed optedin",
    "wants_none": "emaildisabled unsubscribed isunsubscribed optedout",
}
ALIASES = {re.sub("[-_]", "", name): column for column, names in NAMES.items() for name in names.split()}
OURS = {column.replace("_", ""): column for column in models.ROSTER_COLUMNS}
STATUSES = {
    "subscribed": "confirmed", "enabled": "confirmed", "active": "confirmed",
    "unconfirmed": "pending",
    "disabled": "unsubscribed", "blocklisted": "unsubscribed", "blacklisted": "unsubscribed",
    "inactive": "unsubscribed", "non-subscribed": "unsubscribed", "nonsubscribed": "unsubscribed",
    "archived": "unsubscribed", "complained": "unsubscribed",
    "cleaned": "bounced", "undeliverable": "bounced",
}  # fmt: skip
NO = ("false", "no", "n", "0", "nee", "off")


class Columns:
    """Which cell of a line holds what; each thing is read from one column, ours before those of others."""

    def __init__(self, header: Sequence[str]) -> None:
        titles = [re.sub(r"[\W_]+", "", title.casefold()) for title in header]
        self._places: dict[str, int] = {}
        for known in (OURS, ALIASES):
            for place, title in enumerate(titles):
                if (column := known.get(title)) is not None and place not in self._places.values():
                    self._places.setdefault(column, place)
        used = set(self._places.values())
        self.width = len(header)
        self.used = [title.strip() for place, title in enumerate(header) if place in used]
        self.unused = [
            title.strip() for place, title in enumerate(header) if place not in used and title.strip()
        ]

    @property
    def hold_addresses(self) -> bool:
        """Whether there is a column for what nobody can be written to without."""
        return "email" in self._places

    def given(self, row: Sequence[str]) -> dict[str, str]:
        """Give the cells of a line by column, as they stand."""
        return {
            column: unguarded(row[place]).strip()
            for column, place in self._places.items()
            if place < len(row)
        }


def ours(given: dict[str, str]) -> dict[str, str]:
    """Give the cells of a line as our own columns hold them; any no in it is one."""
    cells = {column: given[column] for column in models.ROSTER_COLUMNS if given.get(column)}
    if not cells.get("name"):
        cells["name"] = f"{given.get('first_name', '')} {given.get('last_name', '')}".strip()
    if status := cells.get("status"):
        cells["status"] = STATUSES.get(status.lower(), status)
    if given.get("bounced_at"):
        cells["status"] = "bounced"
    # A column that tells who left may hold a yes as well as a date.
    if given.get("wants_letters", "").lower() in NO or given.get("wants_none", "").lower() not in ("", *NO):
        cells["status"] = "unsubscribed"
    return cells
