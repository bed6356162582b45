"""Rosters as other programs write them, what each says of Ann, and files that are none."""

from typing import NamedTuple

YES = "2020-03-01T09:00:00Z,https://old.example/form"
PLAIN = f"email,name,confirmed_at,confirmed_source\nann@example.org,Ann,{YES}\nbob@example.org,Bob,,\n"


class Sample(NamedTuple):
    """A file, and how Ann Lee stands after it."""

    status: str
    header: str
    line: str
    name: str = "Ann Lee"
    end: str = "\n"

    @property
    def content(self) -> bytes:
        return f"{self.header}{self.end}{self.line}{self.end}".encode()


def mailchimp(status: str, titles: str, cells: str) -> Sample:
    return Sample(
        status,
        "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,"
        f"{titles},LEID,EUID,NOTES,TAGS",
        "ann@example.org, Ann , Lee ,2,2018-02-05 19:28:22,,2018-02-05 19:28:23,192.0.2.7,"
        f'{cells},1,2,,"""Editors"""',
    )


GHOST = (
    "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,"
    "labels"
)
LISTMONK = "uuid,email,name,attributes,status,created_at,updated_at"
ELSEWHERE = {
    "Mailchimp, subscribed": mailchimp("pending", "LAST_CHANGED", "2020-01-01 10:00:00"),
    "Mailchimp, unsubscribed": mailchimp(
        "unsubscribed", "UNSUB_TIME,UNSUB_REASON", "2018-07-23 12:19:27,NORMAL"
    ),
    "Mailchimp, cleaned": mailchimp("bounced", "CLEAN_TIME", "2020-03-23 17:30:05"),
    "Ghost": Sample("pending", GHOST, "6,ann@example.org,Ann Lee,,true,,,2022-04-06T07:42:08.000Z,,"),
    "Ghost, no letters": Sample("unsubscribed", GHOST, "6,ann@example.org,Ann Lee,,false,,,2022-04-06,,"),
    "listmonk": Sample(
        "pending",
        LISTMONK,
        'x,ann@example.org,Ann Lee,"{""city"": ""Delft""}",enabled,2019-06-26 20:40:32.07573 +0000 UTC,',
    ),
    "listmonk, blocklisted": Sample(
        "unsubscribed", LISTMONK, "x,ann@example.org,Ann Lee,{},blocklisted,2019-06-26 20:40:32 +0200 CEST,"
    ),
    "beehiiv": Sample(
        "unsubscribed",
        "email,First Name,Last Name,status,tier,created_at,unsubscribed_at",
        "ann@example.org,Ann,Lee,active,free,2023-04-11 14:02:46 UTC,2024-03-13 11:33:53 UTC",
    ),
    "Substack": Sample(
        "unsubscribed",
        "email,active_subscription,expiry,email_disabled,created_at",
        "ann@example.org,true,2021-07-06T16:20:44.000Z,true,2018-08-27T15:06:27.713Z",
        name="",
    ),
    "a spreadsheet": Sample(
        "pending", "\ufeffE-mail;Voornaam;Achternaam", "ann@example.org;Ann;Lee", end="\r\n"
    ),
    "tabs": Sample("pending", "EMAIL\tFULL NAME", "ann@example.org\tAnn Lee"),
    "who left, by date": Sample(
        "unsubscribed", "email,name,unsubscribed", "ann@example.org,Ann Lee,2021-02-03"
    ),
    "an old Mac": Sample("pending", "email,name", "ann@example.org,Ann Lee", end="\r"),
}
NO_ROSTER = {
    "nothing": b"",
    "an empty line": b"\n\nann@example.org\n",
    "no header": b"ann@example.org,Ann\nbob@example.org,Bob\n",
    "no addresses": b"name,city\nAnn,Delft\n",
    "a spreadsheet's own format": b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x81\x8d\x8f",
    "UTF-16 without a mark": "email,name\nann@example.org,Ann\n".encode("utf-16-le"),
    "UTF-16 that is cut": "email\nann@example.org\n".encode("utf-16")[:-1],
    "a line without an end": b"email\n" + b"x" * 70_000,
    "a header with a wild quote": b'"email,name\nann@example.org,Ann\n',
}
