"""What all mutations of those who write share: a deed is done once, noted, and done by who may."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from strawberry import UNSET, Info
from tortoise.models import Model
from tortoise.queryset import QuerySet

import models
from schema.commands import once
from schema.ids import row_id

M = TypeVar("M", bound=Model)


async def change(info: Info, input: Any, deed: str, work: Callable[[], Awaitable[int]]) -> int:
    """Do a deed, unless it was done before, and note it; give the id of what was changed, as `work` does."""

    async def noted() -> str:
        return str(await models.Audit.noted(info.context.principal, deed, work))

    return int(await once(info, input, noted))


@contextmanager
def said_as(**names: str) -> Iterator[None]:
    """Let a refusal name the fields of an input instead of those of a noun."""
    try:
        yield
    except models.Invalid as refusal:
        refusal.field = names.get(refusal.field, refusal.field)
        raise


def require_editor(info: Info, role: models.Role = models.Role.EDITOR) -> None:
    """Refuse who edits nothing but their own posts; or, when `role` says so, who may not do everything."""
    info.context.principal.require_role(role)


async def found(question: QuerySet[M], id: str | None, kind: str, *, field: str = "id") -> M:
    """Give the row that a global identifier names; refuse one that is not there to be seen."""
    row = await question.filter(id=row_id(id or "", kind) or 0).first()
    if row is None:
        raise models.NotFound(f"There is no such {kind.lower()}.", field=field)
    return row


async def found_all(question: QuerySet[M], ids: Sequence[str], kind: str, *, field: str) -> dict[str, M]:
    """Give the rows that several identifiers name, read together, in that order."""
    named = {id: row_id(id, kind) or 0 for id in ids}
    rows = {row.pk: row for row in await question.filter(id__in=list(named.values()))} if named else {}
    if not rows.keys() >= set(named.values()):
        raise models.NotFound(f"There is no such {kind.lower()}.", field=field)
    return {id: rows[key] for id, key in named.items()}


async def changed(noun: Any, id: int) -> Any:
    """Give a row as it is after a change; one that was repeated may be of what has gone since."""
    row = await noun.filter(id=id).first()
    if row is None:
        raise models.NotFound("This is gone.", field="id")
    return row


async def maybe(question: QuerySet[M], id: str | None, kind: str, *, field: str) -> M | None:
    """Do so for an identifier that may be null."""
    return None if id is None else await found(question, id, kind, field=field)


async def content_of(input: Any) -> models.Content | None:
    """Read the text of an input, in HTML or in Markdown; None when it is left out, empty when it is null."""
    given = {
        name: getattr(input, name)
        for name in ("content_html", "content_markdown")
        if getattr(input, name) is not UNSET
    }
    said = [name for name, text in given.items() if text is not None]
    if len(said) > 1:
        raise models.Invalid("contentMarkdown", "A text is given as HTML or as Markdown, not as both.")
    if not said:
        return await models.read_content("", models.Format.HTML) if given else None
    format = models.Format.HTML if said == ["content_html"] else models.Format.MARKDOWN
    try:
        return await models.read_content(given[said[0]], format)
    except models.Invalid as refusal:
        field = "contentHtml" if format is models.Format.HTML else "contentMarkdown"
        raise models.Invalid(field, str(refusal), limit=refusal.limit, why=refusal.why) from None
