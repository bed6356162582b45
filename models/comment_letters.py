"""Letters about comments: to who left one, to prove the address, and to who is replied to."""

from datetime import timedelta

from models import pulse, text, webhooks
from models.addresses import Address
from models.atomic import atomic
from models.caps import Cap, Limits
from models.commenters import Commenter
from models.comments import Comment, Fate
from models.deliveries import LIVES, Delivery, LetterKind
from models.errors import Expired, Unproven
from models.instants import lasts, rfc_3339
from models.jobs import Job, Lane, Work
from models.posts import Post
from models.site import Site
from models.suppressions import Suppression, SuppressionScope
from models.tokens import Token, keyed_digest
from models.webhook_calls import HookEvent

CONFIRM = "comment"
PROOF_LIFE = LIVES[LetterKind.COMMENT_CONFIRMATION]
CONFIRMATIONS: Limits = ((5, timedelta(days=1)), (15, timedelta(days=7)))
NOTICES: Limits = ((20, timedelta(days=1)),)
WORDS_SHOWN = 300
KINDS = (LetterKind.COMMENT_CONFIRMATION, LetterKind.COMMENT_REPLY)


@atomic
async def attend_comment(comment: int) -> None:
    """Look at a comment: promise what is due because of it, letters above all, and call the moderators."""
    # Locked: of two workers at once, the second finds what the first has promised.
    found = await Comment.filter(id=comment).select_for_update(no_key=True).first()
    if found is None or found.status in (Fate.REJECTED, Fate.SPAM):
        return
    post = await Post.get(id=found.post_id)
    site = await Site.get(id=post.site_id)
    # Below what nobody may see any more, moderators alone are told of anything.
    if post.is_visible:
        await _promise_what_is_due(site, post, found)
    if _waits_for_a_person(found):
        pulse.tell(pulse.CommentHeld(comment_id=found.id, post_id=found.post_id))
        await Job.promise(Work.TELL_MODERATORS, key="moderators")


async def comment_to_confirm(site: Site, token: str) -> Comment:
    """Give the comment whose writer a letter asked to confirm; refuse a wrong or expired token."""
    read = Token.read(token, CONFIRM)
    found = await Comment.filter(id=read.owner, post__site_id=site.id).first() if read else None
    if read is None or found is None or read.claim(site.secret, *_bound(found)) is None:
        raise Unproven
    if not lasts(found.created_at, PROOF_LIFE):
        raise Expired(post_id=found.post_id)
    return found


@atomic
async def confirm_comment(site: Site, token: str) -> Comment:
    """Take the address for its writer's, and show the comment if it waits for that alone."""
    asked = await comment_to_confirm(site, token)
    # Its post is locked first, as whoever decides about it or replies to it does.
    found = await asked.accept_address(site)
    await Comment.filter(id=found.id).update(is_proven=True)
    commenter = await Commenter.of(site, found.email or "")
    await commenter.confirm(notices=found.notify_replies)
    return found


@atomic
async def decline_notices(site: Site, token: str) -> Commenter:
    """Write to somebody about no reply any more; doing it twice is as good as once."""
    found = await Commenter.behind(site, token)
    await found.decline()
    await Delivery.take_back(f"{LetterKind.COMMENT_REPLY}:{found.seed}:")
    return found


def _waits_for_a_person(found: Comment) -> bool:
    return found.status is Fate.PENDING and not found.awaits_address


async def _promise_what_is_due(site: Site, post: Post, found: Comment) -> None:
    for letter in (await _confirmation(site, post, found), await _notice(site, post, found)):
        # Each by itself: two in a batch would go in bulk, behind an issue.
        if letter is not None:
            await Delivery.promise([letter], lane=Lane.URGENT)
    if found.is_shown:
        await webhooks.promise_once(HookEvent.COMMENT_SHOWN, found.id, post_id=post.id)
    if _waits_for_a_person(found):
        await webhooks.promise_once(HookEvent.COMMENT_HELD, found.id, post_id=post.id)


async def _confirmation(site: Site, post: Post, found: Comment) -> Delivery | None:
    wants_notices = found.notify_replies and not found.is_proven
    if found.email is None or not (found.awaits_address or wants_notices):
        return None
    commenter = await Commenter.of(site, found.email)
    if await _is_told(LetterKind.COMMENT_CONFIRMATION, commenter, found):
        return None
    address = Address(found.email)
    allowed = await Cap.take(keyed_digest(site.secret, CONFIRM, address.folded), CONFIRMATIONS)
    if not allowed or await Suppression.bars(site, address.mailbox, SuppressionScope.ALL):
        return None
    token = Token.signed(CONFIRM, found.id, site.secret, *_bound(found))
    # Neither the name nor the words: a stranger may have left them with somebody else's address.
    facts = {"post": post.title, "paths": {"link": f"/comment/{token}"}}
    return _letter(LetterKind.COMMENT_CONFIRMATION, site, commenter, found, about=found, **facts)


async def _notice(site: Site, post: Post, found: Comment) -> Delivery | None:
    """Write to who is replied to, asked for it, proved that they did, and did not reply themselves."""
    if not found.is_shown or found.parent_id is None:
        return None
    above = await Comment.filter(id=found.parent_id, notify_replies=True, is_proven=True).first()
    if above is None or above.mailbox in (None, found.mailbox):
        return None
    commenter = await Commenter.filter(site_id=site.id, mailbox=above.mailbox).first()
    if commenter is None or not commenter.takes_notices:
        return None
    if await _is_told(LetterKind.COMMENT_REPLY, commenter, found):
        return None
    folded = Address(commenter.mailbox).folded
    allowed = await Cap.take(keyed_digest(site.secret, LetterKind.COMMENT_REPLY, folded), NOTICES)
    if not allowed or await Suppression.bars(site, commenter.mailbox, SuppressionScope.LISTS):
        return None
    facts = {
        "name": above.name if text.is_name(above.name) else "", "replier": found.name, "post": post.title,
        "words": text.excerpt(found.text, WORDS_SHOWN),
        "paths": {
            "link": f"{post.path}#comment-{found.id}", "unsubscribe_link": commenter.path_out(site),
        },
    }  # fmt: skip
    return _letter(LetterKind.COMMENT_REPLY, site, commenter, found, about=above, **facts)


def _letter(
    kind: LetterKind, site: Site, to: Commenter, because: Comment, *, about: Comment, **facts: object
) -> Delivery:
    common = {
        "to": to.email, "name": "", "language": about.language or site.language, "site_title": site.title,
    }  # fmt: skip
    return Delivery.written(None, kind, key=_key(to, because), facts={**common, **facts})


async def _is_told(kind: LetterKind, to: Commenter, because: Comment) -> bool:
    """Say whether there was such a letter; then no limit is to count it once more."""
    return await Delivery.filter(key=f"{kind}:{_key(to, because)}").exists()


def _key(to: Commenter, because: Comment) -> str:
    return f"{to.seed}:{because.id}:{int(because.created_at.timestamp())}"


def _bound(comment: Comment) -> tuple[str, str]:
    return rfc_3339(comment.created_at), comment.mailbox or ""
