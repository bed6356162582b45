"""Edits of comments: whoever left one says it in other words, or takes it back, while that may be."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from models import pulse
from models.atomic import atomic
from models.comment_rules import SAID_AGAIN_WITHIN, UNSCREENED, Doubt, Rule, Screening, written_down
from models.comments import Comment, Fate, screened
from models.errors import Expired, Invalid, Unproven
from models.instants import lasts, now
from models.remarks import written
from models.site import CommentPolicy, Site
from models.tokens import Token

EDIT = "edit"
EDIT_LIFE = timedelta(minutes=15)


def edit_token(site: Site, comment: Comment) -> str | None:
    """Give the token that changes a comment's words or takes them back; None when its time is over."""
    if not lasts(comment.created_at, EDIT_LIFE):
        return None
    return str(Token.signed(EDIT, comment.id, site.secret, *comment.as_it_reads))


async def comment_to_edit(site: Site, token: str) -> Comment:
    """Give the comment that a token may change; refuse a token of other words, and one that is over."""
    read = Token.read(token, EDIT)
    found = await Comment.filter(id=read.owner, post__site_id=site.id).first() if read else None
    if read is None or found is None or read.claim(site.secret, *found.as_it_reads) is None:
        raise Unproven
    if not lasts(found.created_at, EDIT_LIFE):
        raise Expired(post_id=found.post_id)
    return found


@atomic
@pulse.precise("comment", "post")
async def edit_comment(
    site: Site, comment: Comment, content: str, screening: Screening = UNSCREENED
) -> Comment:
    """Say a comment in other words, which wait where a new comment of these words would; tell nobody anew."""
    kept = await comment.locked()
    if await _is_said_again(kept, screening):
        screening = replace(screening, doubts=(*screening.doubts, Doubt(Rule.DUPLICATE)))
    waited_for_writer = kept.awaits_address
    values: dict[str, Any] = {**written(content), **screened(screening)}
    status, doubts = _judged_anew(site, kept, screening)
    values["held_because"] = written_down(doubts) or None
    if values["source"] != kept.source:
        values["edited_at"] = now()
    await Comment.filter(id=kept.id).update(**values)
    kept.update_from_dict(values)
    if kept.is_shown:
        pulse.touch(f"comments-{kept.post_id}")
    if status is not kept.status:
        await kept.settle(status, because=kept.held_because)
        await kept.attend()
    elif waited_for_writer is not kept.awaits_address:
        await kept.attend()
    return kept


@atomic
async def retract_comment(comment: Comment) -> None:
    """Take a comment back, as long as nobody has replied."""
    kept = await comment.locked()
    if await Comment.exists(parent_id=kept.id):
        raise Invalid("token", "Somebody has replied to it.")
    await kept.remove()


async def _is_said_again(comment: Comment, screening: Screening) -> bool:
    """Ask of an edit what each store asks of a new comment of a guest."""
    if comment.author_id is not None or screening.fingerprint is None:
        return False
    since = now() - SAID_AGAIN_WITHIN
    alike = Comment.filter(fingerprint=screening.fingerprint, created_at__gt=since)
    return await alike.exclude(id=comment.id).exists()


def _judged_anew(site: Site, comment: Comment, screening: Screening) -> tuple[Fate, list[Doubt]]:
    """Tell where it stands with other words, and why."""
    kept = {Rule.POLICY, Rule.UNCONFIRMED} if comment.status is Fate.PENDING else set()
    doubts = [doubt for doubt in comment.doubts if doubt.rule in kept]
    doubts += screening.doubts
    if comment.status in (Fate.REJECTED, Fate.SPAM) or comment.author_id is not None:
        return comment.status, doubts
    if screening.is_spam:
        return Fate.SPAM, doubts
    # What a moderator has read are other words.
    if comment.status is Fate.APPROVED and site.comment_policy is CommentPolicy.HELD:
        doubts.append(Doubt(Rule.POLICY))
    return (Fate.PENDING if doubts else comment.status), doubts
