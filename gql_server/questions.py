"""Questions: what is asked to be executed, whichever transport brought it."""

from typing import Any, NamedTuple

import orjson
import structlog

from gql_server.admission import OVERLOADED, RETRY_SECONDS, TOO_MANY
from gql_server.document_ids import SHA256
from models.text import is_plain
from schema.errors import refusal

BAD_REQUEST = "BAD_REQUEST"
log = structlog.get_logger("graphql")


class Unreadable(Exception):
    """A request that is no GraphQL request, or cannot be taken now: its status, and what to do about it."""

    def __init__(self, status: int, message: str, *, code: str = BAD_REQUEST, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.headers = {name.replace("_", "-").title(): value for name, value in headers.items()}
        wait = headers.get("retry_after")
        self.error = refusal(message, code, **({"retryAfterSeconds": int(wait)} if wait else {}))

    def record(self, number: str) -> None:
        """Log one line, so that who runs the server sees why clients are refused; a crowd needs none each."""
        if self.status != 503:
            code = self.error["extensions"]["code"]
            log.info("refused", status=self.status, code=code, request_id=number)

    @property
    def body(self) -> bytes:
        """The answer."""
        return orjson.dumps({"errors": [self.error]})


def turned_away() -> Unreadable:
    """Tell a client that there is no seat for it."""
    return Unreadable(503, TOO_MANY, code=OVERLOADED, retry_after=str(RETRY_SECONDS))


class Question(NamedTuple):
    """A GraphQL request. It has a document, or the id of one, or both when a client registers it by its hash.

    `is_automatic` says that the id is the hash of an automatic persisted query (Apollo).
    """

    query: str | None
    variables: dict[str, Any]
    operation_name: str | None = None
    document_id: str | None = None
    is_automatic: bool = False
    may_change: bool = True
    asks_cost: bool = False
    brings_files: bool = False


def question_of(asked: Any, *, may_change: bool = True) -> Question:
    """Read a question from parsed JSON; refuse what is none."""
    if not isinstance(asked, dict):
        raise Unreadable(400, "A request is a JSON object with `query` in it; batches are not taken.")
    query, variables = asked.get("query"), asked.get("variables")
    name, extensions = asked.get("operationName"), asked.get("extensions")
    if query is not None and not isinstance(query, str):
        raise Unreadable(400, "`query` is a GraphQL document as a string.")
    if variables is not None and not isinstance(variables, dict):
        raise Unreadable(400, "`variables` is a JSON object.")
    if name is not None and not isinstance(name, str):
        raise Unreadable(400, "`operationName` is a string.")
    if extensions is not None and not isinstance(extensions, dict):
        raise Unreadable(400, "`extensions` is a JSON object.")
    if not is_plain(query or "") or not _all_plain(variables):
        raise Unreadable(400, "A text holds no NUL and no lone surrogate.")
    query = query if query and query.strip() else None
    automatic = _automatic((extensions or {}).get("persistedQuery"))
    document_id = automatic or _document_id(asked.get("documentId"))
    if query is None and document_id is None:
        raise Unreadable(400, "Send `query`, a GraphQL document as a string, or `documentId`.")
    return Question(
        query,
        variables or {},
        name or None,
        document_id,
        is_automatic=automatic is not None,
        may_change=may_change,
        asks_cost=(extensions or {}).get("cost") is True,
    )


def _automatic(told: Any) -> str | None:
    if told is None:
        return None
    if not isinstance(told, dict) or type(told.get("version")) is not int or told["version"] != 1:
        raise Unreadable(400, "`persistedQuery` is an object with `version` 1 and `sha256Hash`.")
    digest = told.get("sha256Hash")
    if not isinstance(digest, str) or not SHA256.fullmatch(digest):
        raise Unreadable(400, "`sha256Hash` is the SHA-256 of the document in 64 hexadecimal digits.")
    return digest.lower()


def _document_id(told: Any) -> str | None:
    if told is None:
        return None
    if not isinstance(told, str) or not 0 < len(told) <= 200 or not is_plain(told):
        raise Unreadable(400, "`documentId` is a string such as sha256:… of the document.")
    return told


def _all_plain(value: Any) -> bool:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            if not is_plain(item):
                return False
        elif isinstance(item, dict):
            waiting += [*item.keys(), *item.values()]
        elif isinstance(item, list):
            waiting += item
    return True
