"""Documents that are asked for by an id: those of the manifests, and those that clients register."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Mapping

import structlog
from aiohttp import web
from graphql import GraphQLError

import models
from gql_server.document_ids import SHA256, plain_id
from gql_server.questions import Question, Unreadable
from schema.documents import Document, Documents

MOST_TEXT = 4_000_000  # characters that are kept in memory
WAIT_SECONDS = 0.5
MOST_WAITING = 500
NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
log = structlog.get_logger("persisted")


class Missing(Exception):
    """An automatic persisted query that is not known here: the client sends it again with its text."""


class Persisted:
    """Finds the document of a question. With `trusted_only` it takes those of the manifests and no others."""

    def __init__(self, documents: Documents, manifests: Mapping[str, str], *, trusted_only: bool) -> None:
        self._documents = documents
        self._trusted = dict(manifests)
        self._trusted_texts = frozenset(manifests.values())
        self._trusted_only = trusted_only
        self._kept: OrderedDict[str, str] = OrderedDict()
        self._kept_text = 0
        self._waiting: dict[str, str] = {}
        self._writing: asyncio.Task[None] | None = None
        unfit = [id for id, text in manifests.items() if documents.trust(text).errors]
        if unfit:
            log.warning("trusted documents do not fit the schema", count=len(unfit), first=unfit[0][:80])

    async def document(self, question: Question) -> Document:
        """Give the document of a question; raise Missing, or what is wrong with how it is asked for."""
        if question.document_id is None:
            return self._read(question.query or "")
        id = plain_id(question.document_id)
        if question.query is not None:
            return self._registered(question, id)
        text = await self._text(id)
        if text is not None:
            return self._read(text)
        if question.is_automatic:
            raise Missing
        add = "add the document to the server's manifest"
        way = f"{add} and start it again" if self._trusted_only else f"send `query`, or {add}"
        message = f"No document has this id; {way}."
        raise GraphQLError(message, extensions={"code": NOT_FOUND})

    def known(self, question: Question) -> Document | None:
        """Give the document of a question that was read before and is only asked for: no one has to wait."""
        text, id = question.query, question.document_id
        if id is not None:
            text = self._in_memory(plain_id(id)) if text is None else None
        if text is None or (self._trusted_only and text not in self._trusted_texts):
            return None
        return self._documents.known(text)

    async def close(self) -> None:
        """Write down what still waits for it."""
        if self._writing is not None:
            await self._writing

    def _read(self, text: str) -> Document:
        if self._trusted_only and text not in self._trusted_texts:
            message = "Only documents of the server's manifest are taken; ask for one by its `documentId`."
            raise GraphQLError(message, extensions={"code": "DOCUMENT_NOT_TRUSTED"})
        return self._documents.read(text)

    def _registered(self, question: Question, id: str) -> Document:
        """Read a document that comes with its hash; the next time the hash will do."""
        text = question.query or ""
        if SHA256.fullmatch(id) and hashlib.sha256(text.encode()).hexdigest() != id.lower():
            raise Unreadable(400, "The hash is not that of this document.")
        document = self._read(text)
        if question.is_automatic and not document.errors and not self._trusted_only:
            if id not in self._kept:
                self._promise(id, text)
            self._keep(id, text)
        return document

    async def _text(self, id: str) -> str | None:
        text = self._in_memory(id)
        if text is None and not self._trusted_only and SHA256.fullmatch(id):
            text = await models.PersistedDocument.of(id.lower())
            if text is not None:
                self._keep(id, text)
        return text

    def _in_memory(self, id: str) -> str | None:
        if (text := self._trusted.get(id)) is None and (text := self._kept.get(id)) is not None:
            self._kept.move_to_end(id)
        return text

    def _keep(self, id: str, text: str) -> None:
        if self._kept.pop(id, None) is None:
            self._kept_text += len(text)
        self._kept[id] = text
        while self._kept_text > MOST_TEXT:
            _, oldest = self._kept.popitem(last=False)
            self._kept_text -= len(oldest)

    def _promise(self, id: str, text: str) -> None:
        """Tell the other processes in a moment, many at once: a client never waits for that."""
        if len(text) > models.LONGEST_PERSISTED or len(self._waiting) >= MOST_WAITING:
            return
        self._waiting[id] = text
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())

    async def _write(self) -> None:
        while self._waiting:
            await asyncio.sleep(WAIT_SECONDS)
            batch, self._waiting = self._waiting, {}
            try:
                await models.PersistedDocument.keep(batch)
            except models.Unavailable:
                # Those who ask for them by their hash elsewhere are asked for the text once more.
                log.warning("registered documents are not written down", count=len(batch))
            except Exception as error:
                # Nor may a failure of ours keep the server from stopping as it should.
                log.error("registered documents are not written down", count=len(batch), exc_info=error)


DOCUMENTS = web.AppKey("documents", Documents)
PERSISTED = web.AppKey("persisted", Persisted)
