"""The roles of those who can sign in."""

from enum import Enum

import strawberry


@strawberry.enum(description="Roles of a user.")
class Role(Enum):
    ADMIN = strawberry.enum_value("admin", description="May do everything.")
    AUTHOR = strawberry.enum_value("author", description="Writes own posts.")
    EDITOR = strawberry.enum_value("editor", description="Edits every post and moderates.")
