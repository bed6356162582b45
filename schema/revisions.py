"""What a post was written as, now and at earlier saves, for those who may edit it."""

from datetime import datetime
from enum import Enum
from typing import Annotated

import strawberry
from strawberry import UNSET, Info, Parent

import models
from schema.connections import (
    NEWEST,
    After,
    Before,
    First,
    Last,
    PageInfo,
    below,
    cursor_field,
    info_field,
    total_field,
    window,
)
from schema.directives import LARGE, SEMANTIC_NON_NULL, Cost
from schema.ids import row_id
from schema.nodes import Node, identifier, rows_of
from schema.sources import Listed, column


@strawberry.enum(description="What a text is written in.")
class ContentFormat(Enum):
    HTML = strawberry.enum_value("html", description="HTML.")
    MARKDOWN = strawberry.enum_value("markdown", description="Markdown: CommonMark, tables, strikethrough.")


@strawberry.type(description="A text as its author wrote it, to be edited; it is not safe to show.")
class ContentSource:
    format: ContentFormat = strawberry.field(description="What it is written in.")
    text: str = strawberry.field(description="The text.")

    @classmethod
    def of(cls, source: str, format: models.Format) -> "ContentSource":
        """Give what a row keeps."""
        return cls(format=ContentFormat(format.value), text=source)


@strawberry.enum(description="What became of a line.")
class LineChange(Enum):
    ADDED = strawberry.enum_value("added", description="It is new.")
    KEPT = strawberry.enum_value("kept", description="It stands in both.")
    REMOVED = strawberry.enum_value("removed", description="It is gone.")


@strawberry.type(description="A line of one text, the other, or both.")
class DiffLine:
    text: str = strawberry.field(description="The line.")

    @strawberry.field(description="What became of it.")
    @staticmethod
    def change(root: Parent[models.DiffLine]) -> LineChange:
        return LineChange(root.fate.value)


@strawberry.type(description="Lines that changed, with some that stand around them.")
class DiffHunk:
    lines: list[DiffLine] = strawberry.field(description="The lines.")
    new_start: int = strawberry.field(description="Number of the first line in the newer text, from 1.")
    old_start: int = strawberry.field(description="Number of the first line in the older text, from 1.")


@strawberry.type(description="What changed between two revisions.")
class RevisionDiff:
    excerpt_after: str | None = strawberry.field(description="Written summary of the newer one.")
    excerpt_before: str | None = strawberry.field(description="Written summary of the older one.")
    hunks: list[DiffHunk] = strawberry.field(description="What changed in the text, line by line.")
    title_after: str = strawberry.field(description="Title of the newer one.")
    title_before: str | None = strawberry.field(description="Title of the older one.")


Since = Annotated[
    strawberry.ID | None,
    strawberry.argument(
        description="Revision of the same post to compare with; the one before when left out."
    ),
]


@strawberry.type(description="What a post said after a save, until the next one.")
class Revision(Node):
    is_type_of = rows_of(models.Revision)
    id: strawberry.ID = identifier("Revision")
    created_at: datetime = column("Moment of its first save.")
    editor_name: str = column("Name of who saved it, at that time; empty when nobody knows.")
    excerpt: str | None = column("Written summary.", of="summary")
    restored_version: int | None = column("Version that was gone back to.", of="restored")
    saved_at: datetime = column("Moment of its last save: those of one person within minutes are one.")
    title: str = column("Title.")
    version: int = column("Version that the post had with it.")

    @strawberry.field(description="The text.", directives=[SEMANTIC_NON_NULL, LARGE])
    @staticmethod
    async def content_source(root: Parent[models.Revision], info: Info) -> ContentSource | None:
        whole = await info.context.loaders.wordings.load(root.id)
        return None if whole is None else ContentSource.of(whole.source, whole.source_format)

    @strawberry.field(
        description="What changed since the one before, or since another.", directives=[Cost(weight=20)]
    )
    @staticmethod
    async def diff(root: Parent[models.Revision], info: Info, since: Since = UNSET) -> RevisionDiff | None:
        if since:
            others = models.Revision.of_post(root.post_id)
            old = await others.filter(id=row_id(since, "Revision") or 0).first()
            if old is None:
                return None
        else:
            old = await info.context.loaders.revisions_before.load((root.post_id, root.id))
        if (new := await info.context.loaders.wordings.load(root.id)) is None:
            return None
        found = await models.compare(old.source if old else "", new.source)
        return RevisionDiff(
            excerpt_after=new.summary,
            excerpt_before=old.summary if old else None,
            hunks=found,  # type: ignore[arg-type]
            title_after=new.title,
            title_before=old.title if old else None,
        )


@strawberry.type(description="A revision within a connection.")
class RevisionEdge:
    cursor: str = cursor_field()
    node: Revision = strawberry.field(description="The revision.")


@strawberry.type(description="A page of revisions.")
class RevisionConnection:
    edges: list[RevisionEdge] = strawberry.field(description="Revisions with their cursors.")
    nodes: list[Revision] = strawberry.field(description="Revisions without cursors.")
    page_info: PageInfo = info_field()
    total_count: int | None = total_field()


async def revisions_of(
    root: models.Post, info: Info, after: After = UNSET, before: Before = UNSET,
    first: First = UNSET, last: Last = UNSET,
) -> RevisionConnection | None:  # fmt: skip
    """Read a page of the revisions of a post."""
    principal = info.context.principal

    def question() -> object:
        return models.Revision.in_list(principal)

    declared = Listed("post.revisions", question, NEWEST, "post_id")  # type: ignore[arg-type]
    return await below(root, info, declared, NEWEST, window(first, last, after, before), "Revision")  # type: ignore[return-value]
