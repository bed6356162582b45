"""What is uploaded: the pictures of those who write."""

from typing import Annotated, Any

import strawberry
from strawberry import UNSET, Info

import models
from schema.commands import COSTLY, SAID, mistakes_as_data
from schema.content import Image
from schema.mistakes import ForbiddenError, ValidationError
from schema.payloads import Payload, client_mutation_id, errors
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
