"""Scalars: how moments, months, HTML, addresses and languages are written on the wire."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NewType

import strawberry
from graphql import GraphQLError, ValueNode, value_from_ast_untyped
from strawberry.types.scalar import ScalarDefinition

from models.instants import rfc_3339

HTML = NewType("HTML", str)
URL = NewType("URL", str)
YearMonth = NewType("YearMonth", str)
LanguageTag = NewType("LanguageTag", str)
EmailAddress = NewType("EmailAddress", str)


class Upload:
    """A file that came with a request, kept aside for as long as that lasts; its digest says which it is."""

    def __init__(self, path: Path, digest: str) -> None:
        self.path = path
        self._digest = digest

    def __str__(self) -> str:
        """Name what is in it."""
        return self._digest


RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,6}")


def read_moment(value: object) -> datetime:
    """Read an RFC 3339 moment; refuse one without an offset, and what no calendar has."""
    if isinstance(value, str) and RFC_3339.fullmatch(value):
        try:
            # Fractions beyond a microsecond are cut: the stores keep no more.
            text = re.sub(r"(\.\d{6})\d+", r"\1", value.upper()).replace("Z", "+00:00")
            return datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise GraphQLError("A DateTime is written such as 2021-03-01T09:00:00Z, with an offset.")


def read_month(value: object) -> str:
    """Read a calendar month."""
    if isinstance(value, str) and MONTH.fullmatch(value):
        return value
    raise GraphQLError("A YearMonth is written such as 2021-03.")


def read_language(value: object) -> str:
    """Read a BCP 47 language tag."""
    if isinstance(value, str) and LANGUAGE.fullmatch(value):
        return value
    raise GraphQLError("A LanguageTag is written such as nl or en-GB.")


def read_upload(value: object) -> Upload:
    """Read a file; it comes beside what is asked, and never within."""
    if isinstance(value, Upload):
        return value
    raise GraphQLError("An Upload is a file of a multipart request; its variable is null in `operations`.")


def text_such_as(example: str) -> Callable[[object], str]:
    """Read any text; what is wrong with it is the person's to correct, and so data in the answer."""

    def read(value: object) -> str:
        if isinstance(value, str):
            return value
        raise GraphQLError(f"This is written as a string such as {example}.")

    return read


def _at_its_place(read: Callable[[object], Any]) -> Callable[..., Any]:
    """Read a value that is written in a document; what is wrong with it is told with its place."""

    def read_literal(node: ValueNode, variables: dict[str, Any] | None = None) -> Any:
        try:
            return read(value_from_ast_untyped(node, variables))
        except GraphQLError as error:
            raise GraphQLError(error.message, node) from None

    return read_literal


def _scalar(name: str, description: str, url: str, **work: Any) -> ScalarDefinition:
    if read := work.get("parse_value"):
        work["parse_literal"] = _at_its_place(read)
    scalar: ScalarDefinition = strawberry.scalar(
        name=name, description=description, specified_by_url=url, **work
    )
    return scalar


SCALARS: dict[object, ScalarDefinition] = {
    Upload: _scalar(
        "Upload",
        "A file of a multipart request.",
        "https://github.com/jaydenseric/graphql-multipart-request-spec",
        serialize=str,
        parse_value=read_upload,
    ),
    datetime: _scalar(
        "DateTime",
        "An instant, RFC 3339 with an offset, always sent in UTC.",
        "https://scalars.graphql.org/andimarek/date-time.html",
        serialize=rfc_3339,
        parse_value=read_moment,
    ),
    YearMonth: _scalar(
        "YearMonth",
        "A calendar month in the site's time zone, such as 2021-03.",
        "https://html.spec.whatwg.org/multipage/common-microsyntaxes.html#months",
        serialize=str,
        parse_value=read_month,
    ),
    LanguageTag: _scalar(
        "LanguageTag",
        "A BCP 47 language tag, such as nl or en-GB.",
        "https://www.rfc-editor.org/info/bcp47",
        serialize=str,
        parse_value=read_language,
    ),
    EmailAddress: _scalar(
        "EmailAddress",
        "An e-mail address.",
        "https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address",
        serialize=str,
        parse_value=text_such_as("ann@example.org"),
    ),
    HTML: _scalar(
        "HTML",
        "Sanitized HTML, safe to insert into a page.",
        "https://html.spec.whatwg.org/",
        serialize=str,
        parse_value=text_such_as("<p>Hello</p>"),
    ),
    URL: _scalar(
        "URL",
        "An absolute URL.",
        "https://url.spec.whatwg.org/",
        serialize=str,
        parse_value=text_such_as("https://example.org/"),
    ),
}
