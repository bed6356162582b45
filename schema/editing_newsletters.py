"""What editors do with newsletters: start one more, say what it is called and about, take it back."""

from typing import Annotated

import strawberry
from strawberry import UNSET, Info

import models
from schema.commands import COSTLY, SAID, mistakes_as_data
from schema.editing import change, changed, found, require_editor
from schema.given import given
from schema.payloads import DeletedPayload, EditingError, Payload, client_mutation_id, errors
from schema.types import Newsletter

ABOUT = "What it is about and how often it comes."


@strawberry.input(description="Input of createNewsletter.")
class CreateNewsletterInput:
    client_mutation_id: str | None = client_mutation_id()
    description: str | None = strawberry.field(default=UNSET, description=ABOUT)
    title: str = strawberry.field(description="Title; the slug is made from it, and stays.")


@strawberry.input(
    description="Input of updateNewsletter. Fields left out stay as they are; null empties the description."
)
class UpdateNewsletterInput:
    client_mutation_id: str | None = client_mutation_id()
    description: str | None = strawberry.field(default=UNSET, description=ABOUT)
    id: strawberry.ID = strawberry.field(description="Newsletter to change.")
    title: str | None = strawberry.field(default=UNSET, description="Title.")


@strawberry.input(description="Input of deleteNewsletter.")
class DeleteNewsletterInput:
    client_mutation_id: str | None = client_mutation_id()
    id: strawberry.ID = strawberry.field(description="Newsletter to delete: one that nobody has chosen.")


@strawberry.type(description="Answer of createNewsletter and updateNewsletter.")
class NewsletterPayload(Payload):
    errors: list[EditingError] = errors()
    newsletter: Newsletter | None = strawberry.field(
        default=None, description="The newsletter after the change."
    )


@strawberry.type
class EditingNewsletters:
    @strawberry.mutation(
        description="Start one more newsletter, which readers can choose from now on.", directives=[COSTLY]
    )
    @staticmethod
    @mistakes_as_data(NewsletterPayload)
    async def create_newsletter(
        info: Info, input: Annotated[CreateNewsletterInput, SAID]
    ) -> NewsletterPayload | None:
        require_editor(info)

        async def work() -> int:
            said = given(input, "title", "description")
            return (await models.Newsletter.start(info.context.site, **said)).id

        return await _answered(await change(info, input, "newsletter.create", work))

    @strawberry.mutation(
        description="Change what a newsletter is called, and what is said of it.", directives=[COSTLY]
    )
    @staticmethod
    @mistakes_as_data(NewsletterPayload)
    async def update_newsletter(
        info: Info, input: Annotated[UpdateNewsletterInput, SAID]
    ) -> NewsletterPayload | None:
        require_editor(info)

        async def work() -> int:
            newsletter = await found(models.Newsletter.all(), input.id, "Newsletter")
            await newsletter.edit(**given(input, "title", "description"))
            return newsletter.id

        return await _answered(await change(info, input, "newsletter.update", work))

    @strawberry.mutation(
        description="Delete a newsletter that nobody has chosen, and not the main one.", directives=[COSTLY]
    )
    @staticmethod
    @mistakes_as_data(DeletedPayload)
    async def delete_newsletter(
        info: Info, input: Annotated[DeleteNewsletterInput, SAID]
    ) -> DeletedPayload | None:
        require_editor(info)

        async def work() -> int:
            newsletter = await found(models.Newsletter.all(), input.id, "Newsletter")
            await models.delete_newsletter(newsletter)
            return newsletter.id

        await change(info, input, "newsletter.delete", work)
        return DeletedPayload(deleted_id=input.id)


async def _answered(id: int) -> NewsletterPayload:
    return NewsletterPayload(newsletter=await changed(models.Newsletter, id))
