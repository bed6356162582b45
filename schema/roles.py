"""The roles of those who can sign in, and the scopes of their tokens."""

from enum import Enum

import strawberry


@strawberry.enum(description="Roles of a user.")
class Role(Enum):
    ADMIN = strawberry.enum_value("admin", description="May do everything.")
    AUTHOR = strawberry.enum_value("author", description="Writes own posts.")
    EDITOR = strawberry.enum_value("editor", description="Edits every post and moderates.")


@strawberry.enum(description="What a token may be for.")
class TokenScope(Enum):
    COMMENTS_MODERATE = strawberry.enum_value("comments:moderate", description="Decide about comments.")
    CONTENT_READ = strawberry.enum_value("content:read", description="Read what is not published yet.")
    CONTENT_WRITE = strawberry.enum_value("content:write", description="Write and publish.")
    SUBSCRIBERS_MANAGE = strawberry.enum_value(
        "subscribers:manage", description="See subscribers and send to them."
    )
    TOKENS_MANAGE = strawberry.enum_value("tokens:manage", description="Invite users, and make tokens.")
