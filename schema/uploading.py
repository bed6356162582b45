"""The pictures of those who write: uploaded, and described."""

from typing import Annotated, Any

import strawberry
from strawberry import UNSET, Info

import models
from schema.commands import COSTLY, SAID, mistakes_as_data
from schema.content import Image, place_of_image
from schema.editing import change, changed, found
from schema.given import given
from schema.ids import read_id
from schema.mistakes import ForbiddenError, ValidationError
from schema.payloads import EditingError, Payload, client_mutation_id, errors
from schema.scalars import Upload

UploadImageError = Annotated[
    ForbiddenError | ValidationError,
    strawberry.union("UploadImageError", description="What can go wrong in uploadImage."),
]


@strawberry.input(description="Input of uploadImage.")
class UploadImageInput:
    alt_text: str | None = strawberry.field(default=UNSET, description="Text for those who cannot see it.")
    client_mutation_id: str | None = client_mutation_id()
    file: Upload = strawberry.field(description="The picture: JPEG, PNG, WebP, AVIF, or the first of a GIF.")


@strawberry.type(description="Answer of uploadImage.")
class UploadImagePayload(Payload):
    errors: list[UploadImageError] = errors()
    image: Image | None = strawberry.field(default=None, description="The stored picture.")


@strawberry.input(description="Input of updateImage. Fields left out stay as they are; null empties them.")
class UpdateImageInput:
    alt_text: str | None = strawberry.field(default=UNSET, description="Text for those who cannot see it.")
    caption: str | None = strawberry.field(default=UNSET, description="Caption, in plain text.")
    client_mutation_id: str | None = client_mutation_id()
    id: strawberry.ID = strawberry.field(description="Picture to describe.")


@strawberry.type(description="Answer of updateImage.")
class ImagePayload(Payload):
    errors: list[EditingError] = errors()
    image: Image | None = strawberry.field(default=None, description="The picture after the change.")


@strawberry.type
class Uploading:
    @strawberry.mutation(description="Store a picture (multipart request).", directives=[COSTLY])
    @staticmethod
    @mistakes_as_data(UploadImagePayload)
    async def upload_image(info: Info, input: Annotated[UploadImageInput, SAID]) -> UploadImagePayload | None:
        # Not `once`: the same picture with the same words is the same one in any case.
        context = info.context
        if context.files is None:
            raise models.Unavailable
        image: Any = await models.Image.upload(
            context.site, input.file.path, context.files, alt_text=input.alt_text or "", by=context.principal
        )
        return UploadImagePayload(image=image)

    @strawberry.mutation(
        description="Say in other words what a picture shows: one's own, or any for editors.",
        directives=[COSTLY],
    )
    @staticmethod
    @mistakes_as_data(ImagePayload)
    async def update_image(info: Info, input: Annotated[UpdateImageInput, SAID]) -> ImagePayload | None:
        principal = info.context.principal

        async def work() -> int:
            kind, key = read_id(input.id) or ("", "")
            if kind == "Image" and place_of_image(key) is not None:
                raise models.Invalid("id", "Its words stand in the text; change them there.", why="inline")
            image = await found(models.Image.usable_by(principal), input.id, "Image")
            if not image.may_be_reworded_by(principal):
                raise models.NotAllowed(models.Role.EDITOR)
            await image.reword(**given(input, "alt_text", "caption"))
            return image.id

        id = await change(info, input, "image.update", work)
        return ImagePayload(image=await changed(models.Image, id))
