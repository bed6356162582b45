"""Pass the pen, through the graph: who writes asks the next one, and sees what became of it."""

from typing import Annotated

import strawberry
from strawberry import UNSET, Info

import models
from schema.commands import COSTLY, SAID, mistakes_as_data, once
from schema.editing import changed, found
from schema.mistakes import ForbiddenError, NotFoundError, RateLimitedError, ValidationError
from schema.payloads import Payload, client_mutation_id, errors
from schema.pens import Pen
from schema.scalars import EmailAddress

PenError = Annotated[
    ForbiddenError | NotFoundError | RateLimitedError | ValidationError,
    strawberry.union("PenError", description="What can go wrong with a pen."),
]


@strawberry.input(description="Input of passPen.")
class PassPenInput:
    client_mutation_id: str | None = client_mutation_id()
    email: EmailAddress = strawberry.field(description="Address of who writes next.")
    name: str = strawberry.field(description="Their name.")
    note: str | None = strawberry.field(default=UNSET, description="What you say to them.")


@strawberry.input(description="Input of withdrawPen.")
class WithdrawPenInput:
    client_mutation_id: str | None = client_mutation_id()
    id: strawberry.ID = strawberry.field(description="Pen to take back.")


@strawberry.type(description="Answer of passPen and withdrawPen.")
class PenPayload(Payload):
    errors: list[PenError] = errors()
    pen: Pen | None = strawberry.field(default=None, description="The pen as it is now.")


@strawberry.type
class Passing:
    @strawberry.mutation(
        description="Ask the next one to write the next post. They get a letter, and a draft in their name.",
        directives=[COSTLY],
    )
    @staticmethod
    @mistakes_as_data(PenPayload)
    async def pass_pen(info: Info, input: Annotated[PassPenInput, SAID]) -> PenPayload | None:
        async def work() -> str:
            pen = await models.Pen.pass_on(
                info.context.site,
                info.context.principal,
                email=input.email,
                name=input.name,
                note=input.note or "",
            )
            return str(pen.id)

        return PenPayload(pen=await changed(models.Pen, int(await once(info, input, work))))

    @strawberry.mutation(description="Take back a pen that nobody has taken yet.", directives=[COSTLY])
    @staticmethod
    @mistakes_as_data(PenPayload)
    async def withdraw_pen(info: Info, input: Annotated[WithdrawPenInput, SAID]) -> PenPayload | None:
        principal = info.context.principal

        async def work() -> str:
            pen = await found(models.Pen.passed_by(principal), input.id, "Pen")
            try:
                await pen.withdraw(principal)
            except models.Expired:
                raise models.Invalid("id", "This pen was answered already.", why="answered") from None
            return str(pen.id)

        return PenPayload(pen=await changed(models.Pen, int(await once(info, input, work))))
