"""Pens that were passed, as those who write see them."""

from datetime import datetime
from enum import Enum

import strawberry
from strawberry import Info, Parent

import models
from schema.nodes import Node, identifier, rows_of
from schema.scalars import EmailAddress
from schema.sources import column, derived
from schema.types import Post
from schema.users import User


@strawberry.enum(description="What became of a pen that was passed.")
class PenState(Enum):
    DECLINED = strawberry.enum_value("declined", description="Whoever was asked said no.")
    OFFERED = strawberry.enum_value("offered", description="No answer yet.")
    TAKEN = strawberry.enum_value("taken", description="Somebody writes with it.")
    WITHDRAWN = strawberry.enum_value("withdrawn", description="Taken back before anybody took it.")


@strawberry.type(description="A pen on its way from one who writes to the next.")
class Pen(Node):
    is_type_of = rows_of(models.Pen)
    id: strawberry.ID = identifier("Pen")
    email: EmailAddress = column("Address that it was sent to.")
    name: str = column("Who was asked.")
    note: str | None = derived("What the giver said to them.", lambda note: note or None, "note")
    passed_at: datetime = column("Moment it was passed.")
    state: PenState = derived("What became of it.", lambda state: PenState(state.value), "state")

    @strawberry.field(description="Who passed it.")
    @staticmethod
    async def giver(root: Parent[models.Pen], info: Info) -> User | None:
        return await info.context.loaders.users.load(root.giver_id)  # type: ignore[no-any-return]

    @strawberry.field(description="What is being written with it, for who may read that.")
    @staticmethod
    async def post(root: Parent[models.Pen], info: Info) -> Post | None:
        if root.post_id is None:
            return None
        return await info.context.loaders.rows("Post").load(root.post_id)  # type: ignore[no-any-return]
