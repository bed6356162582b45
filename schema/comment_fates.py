"""What becomes of a comment: its fate for whoever left it, and the reasons for moderators."""

from enum import Enum

import strawberry

import models
from schema.context import Context
from schema.explanations import explained


@strawberry.enum(description="What became of a comment that was left.")
class CommentFate(Enum):
    CONFIRM_ADDRESS = strawberry.enum_value(
        "confirm_address", description="It is shown when the link in a letter to its address was followed."
    )
    HELD = strawberry.enum_value("held", description="It waits for a moderator, or was refused by one.")
    PUBLISHED = strawberry.enum_value("published", description="Everyone sees it.")


@strawberry.enum(description="A rule that makes a comment wait.")
class CommentRule(Enum):
    BLOCKED_WORDS = strawberry.enum_value("blocked_words", description="It has a word that the site blocks.")
    DUPLICATE = strawberry.enum_value("duplicate", description="The same was said within a week.")
    LINKS = strawberry.enum_value("links", description="It has more links than the site allows.")
    POLICY = strawberry.enum_value("policy", description="The site lets all comments of guests wait.")
    SPAM_SCORE = strawberry.enum_value("spam_score", description="It is like what moderators called spam.")
    TRAP = strawberry.enum_value("trap", description="Its form was filled in as machines do it.")
    UNCONFIRMED = strawberry.enum_value("unconfirmed", description="Its address is not confirmed.")


@strawberry.type(description="Why a comment waits, or waited.")
class CommentDoubt:
    explanation: str = strawberry.field(description="Sentence for a moderator, in the language they read.")
    rule: CommentRule = strawberry.field(description="The rule that it met.")


def fate_of(comment: models.Comment | None) -> CommentFate | None:
    """Tell whoever left a comment what became of it; not whether it was taken for spam."""
    if comment is None:
        return None
    if comment.is_shown:
        return CommentFate.PUBLISHED
    return CommentFate.CONFIRM_ADDRESS if comment.awaits_address else CommentFate.HELD


def edit_token_of(context: Context, comment: models.Comment | None) -> str | None:
    """Give whoever left a comment the token that changes it."""
    return None if comment is None else models.edit_token(context.site, comment)


def doubts_of(comment: models.Comment, language: str) -> list[CommentDoubt]:
    """Tell moderators why a comment waits."""
    return [
        CommentDoubt(explanation=explained(language, doubt), rule=CommentRule(doubt.rule.value))
        for doubt in comment.doubts
    ]
