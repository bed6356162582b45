"""Content as typed blocks, and the pictures in it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import strawberry
from strawberry import UNSET, Info

import models
from models.images import media_type
from models.renditions import nearest
from schema.context import Context
from schema.ids import int_key
from schema.nodes import Node, identifier, rows_of
from schema.scalars import HTML, URL
from schema.sources import SOURCE, Worked


@dataclass(frozen=True, slots=True)
class InlineImage:
    """A picture within a text, named by the text and its place in it."""

    key: str
    url: str
    alt_text: str
    caption: str | None
    width: int | None
    height: int | None

    @property
    def id(self) -> str:
        """Key of its global identifier."""
        return self.key

    @property
    def media_type(self) -> str:
        """Media type, by the ending of the address."""
        return media_type(self.url)

    @property
    def thumbhash(self) -> None:
        """Nothing is known of how it looks."""


def address_of_image(context: Context, url: str, width: int | None = UNSET) -> URL:
    """Give where a picture can be fetched, as wide as is wanted or wider."""
    wanted = None if width is UNSET else width
    if wanted is not None and wanted < 1:
        raise models.Invalid("width", "`width` is a number of at least 1.")
    return URL(context.absolute(nearest(url, wanted)))


@strawberry.type(description="A picture.")
class Image(Node):
    is_type_of = rows_of(models.Image, InlineImage)
    id: strawberry.ID = identifier("Image")
    alt_text: str = strawberry.field(description="Text for those who cannot see it; empty for decoration.")
    caption: HTML | None = strawberry.field(description="Caption.")
    height: int | None = strawberry.field(description="Height of the original in pixels.")
    media_type: str = strawberry.field(description="Media type of the original, such as image/jpeg.")
    thumbhash: str | None = strawberry.field(description="ThumbHash placeholder, in base64.")
    width: int | None = strawberry.field(description="Width of the original in pixels.")

    @strawberry.field(
        description="Where it can be fetched.", metadata={SOURCE: Worked(address_of_image, ("url",))}
    )
    @staticmethod
    def url(
        root: strawberry.Parent[Any],
        info: Info,
        width: Annotated[
            int | None,
            strawberry.argument(description="Wanted width in pixels; a picture is never scaled up."),
        ] = UNSET,
    ) -> URL:
        return address_of_image(info.context, root.url, width)


@strawberry.type(description="A paragraph.")
class ParagraphBlock:
    html: HTML = strawberry.field(description="The paragraph as inline HTML.")
    text: str = strawberry.field(description="The paragraph as plain text.")


@strawberry.type(description="A heading.")
class HeadingBlock:
    anchor: str = strawberry.field(description="Fragment identifier to link to it.")
    depth: int = strawberry.field(description="Depth, 2 to 6.")
    text: str = strawberry.field(description="The heading.")


@strawberry.type(description="A picture within the text.")
class ImageBlock:
    image: Image = strawberry.field(description="The picture.")


@strawberry.type(description="A list.")
class ListBlock:
    is_ordered: bool = strawberry.field(description="Whether the items are numbered.")
    items: list[HTML] = strawberry.field(description="Items as inline HTML.")


@strawberry.type(description="A quotation.")
class QuoteBlock:
    attribution: str | None = strawberry.field(description="Who said it.")
    html: HTML = strawberry.field(description="The quotation as HTML.")


@strawberry.type(description="Something of another site, such as a video.")
class EmbedBlock:
    html: HTML | None = strawberry.field(description="Sanitized embed code.")
    url: URL = strawberry.field(description="Where it lives.")


@strawberry.type(description="HTML that fits no other block.")
class HtmlBlock:
    html: HTML = strawberry.field(description="The HTML, sanitized.")


Block = Annotated[
    EmbedBlock | HeadingBlock | HtmlBlock | ImageBlock | ListBlock | ParagraphBlock | QuoteBlock,
    strawberry.union("Block", description="A piece of content."),
]

MAKERS: dict[str, Callable[[dict[str, Any], str, Context], Any]] = {
    "paragraph": lambda part, key, context: ParagraphBlock(html=part["html"], text=part["text"]),
    "heading": lambda part, key, context: HeadingBlock(
        anchor=part["anchor"], depth=part["depth"], text=part["text"]
    ),
    "image": lambda part, key, context: ImageBlock(image=inline_image(part, key)),  # type: ignore[arg-type]
    "list": lambda part, key, context: ListBlock(is_ordered=part["ordered"], items=part["items"]),
    "quote": lambda part, key, context: QuoteBlock(attribution=part["attribution"], html=part["html"]),
    "embed": lambda part, key, context: EmbedBlock(html=part["html"], url=URL(context.absolute(part["url"]))),
    "html": lambda part, key, context: HtmlBlock(html=part["html"]),
}


def typed_blocks(place: str, id: int, parts: list[dict[str, Any]], context: Context) -> list[Any]:
    """Give the stored blocks of a post or page their types."""
    return [
        MAKERS[part["kind"]](part, f"{place}-{id}-{number}", context) for number, part in enumerate(parts)
    ]


def place_of_image(key: str) -> tuple[str, int, int] | None:
    """Read where a picture in a text stands: the kind of text, its id, and the block; None for nowhere."""
    place, _, rest = key.partition("-")
    id, _, number = rest.partition("-")
    row = int_key(id)
    if place not in {"post", "page"} or row is None or not number.isdigit():
        return None
    return place, row, int(number)


def image_at(parts: list[dict[str, Any]], number: int, key: str) -> InlineImage | None:
    """Give the picture that is a block of a text."""
    if number >= len(parts) or parts[number]["kind"] != "image":
        return None
    return inline_image(parts[number], key)


def inline_image(part: dict[str, Any], key: str) -> InlineImage:
    """Give a picture within a text its identity."""
    return InlineImage(key, part["url"], part["alt"], part["caption"], part["width"], part["height"])
