"""What the mutations of tags, authors and the site take and answer."""

from enum import Enum
from typing import Any

import strawberry
from strawberry import UNSET

from schema.payloads import EditingError, Payload, client_mutation_id, errors
from schema.scalars import HTML, URL, LanguageTag
from schema.types import Author, Site, Tag


@strawberry.enum(description="What happens to the comments of guests.")
class CommentPolicy(Enum):
    CONFIRMED = strawberry.enum_value(
        "confirmed", description="They are shown when their address is confirmed."
    )
    HELD = strawberry.enum_value("held", description="They wait for a person.")
    SHOWN = strawberry.enum_value("shown", description="They are shown at once.")


@strawberry.input(description="Input of updateTag. Fields left out stay as they are.")
class UpdateTagInput:
    client_mutation_id: str | None = client_mutation_id()
    id: strawberry.ID = strawberry.field(description="Tag to change.")
    name: str | None = strawberry.field(default=UNSET, description="Name.")
    slug: str | None = strawberry.field(default=UNSET, description="Slug; the old path keeps redirecting.")


@strawberry.input(description="Input of mergeTags.")
class MergeTagsInput:
    client_mutation_id: str | None = client_mutation_id()
    id: strawberry.ID = strawberry.field(description="Tag that goes.")
    into_id: strawberry.ID = strawberry.field(description="Tag that takes over all that has it.")


@strawberry.input(description="Input of deleteTag.")
class DeleteTagInput:
    client_mutation_id: str | None = client_mutation_id()
    id: strawberry.ID = strawberry.field(description="Tag to delete.")


@strawberry.input(description="Input of createAuthor.")
class CreateAuthorInput:
    avatar_id: strawberry.ID | None = strawberry.field(default=UNSET, description="Portrait.")
    bio_html: HTML | None = strawberry.field(default=UNSET, description="Short biography.")
    client_mutation_id: str | None = client_mutation_id()
    name: str = strawberry.field(description="Name; nobody else is called so.")
    place: int | None = strawberry.field(
        default=UNSET, description="Place in lists of authors; those without one follow by name."
    )
    slug: str | None = strawberry.field(
        default=UNSET, description="Slug; made from the name when left out. One that is taken gets a number."
    )


@strawberry.input(description="Input of updateAuthor. Fields left out stay as they are; null empties them.")
class UpdateAuthorInput:
    avatar_id: strawberry.ID | None = strawberry.field(default=UNSET, description="Portrait.")
    bio_html: HTML | None = strawberry.field(default=UNSET, description="Short biography.")
    client_mutation_id: str | None = client_mutation_id()
    id: strawberry.ID = strawberry.field(description="Author to change.")
    name: str | None = strawberry.field(default=UNSET, description="Name; nobody else is called so.")
    place: int | None = strawberry.field(
        default=UNSET, description="Place in lists of authors; those without one follow by name."
    )
    slug: str | None = strawberry.field(default=UNSET, description="Slug; the old path keeps redirecting.")


@strawberry.input(description="Input of deleteAuthor.")
class DeleteAuthorInput:
    client_mutation_id: str | None = client_mutation_id()
    id: strawberry.ID = strawberry.field(description="Author to delete: one whom no post names.")


@strawberry.input(description="Input of updateSite. Fields left out stay as they are; null empties them.")
class UpdateSiteInput:
    client_mutation_id: str | None = client_mutation_id()
    comment_policy: CommentPolicy | None = strawberry.field(
        default=UNSET, description="What happens to the comments of guests."
    )
    description: str | None = strawberry.field(default=UNSET, description="One sentence about the site.")
    language: LanguageTag | None = strawberry.field(default=UNSET, description="Language of the content.")
    logo_id: strawberry.ID | None = strawberry.field(default=UNSET, description="Logo.")
    time_zone: str | None = strawberry.field(
        default=UNSET, description="IANA time zone; the months of the archive follow within a moment."
    )
    title: str | None = strawberry.field(default=UNSET, description="Title.")
    url: URL | None = strawberry.field(
        default=UNSET, description="Root URL, without a path; null for where the server is."
    )


def _entity(description: str) -> Any:
    return strawberry.field(default=None, description=description)


@strawberry.type(description="Answer of updateTag and mergeTags.")
class TagPayload(Payload):
    errors: list[EditingError] = errors()
    tag: Tag | None = _entity("The tag after the change.")


@strawberry.type(description="Answer of createAuthor and updateAuthor.")
class AuthorPayload(Payload):
    author: Author | None = _entity("The author after the change.")
    errors: list[EditingError] = errors()


@strawberry.type(description="Answer of updateSite.")
class SitePayload(Payload):
    errors: list[EditingError] = errors()
    site: Site | None = _entity("The site after the change.")
