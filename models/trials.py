"""Trials: the letter of a post, to one of the staff alone, before anybody else gets it."""

from datetime import timedelta

from models.atomic import atomic
from models.audit import Audit
from models.caps import Cap, Limits
from models.deliveries import Delivery, LetterKind
from models.errors import TooMany
from models.jobs import Lane
from models.letter_facts import tell_all_of
from models.posts import Post
from models.principals import NOBODY, Principal
from models.site import Site
from models.tokens import fresh_seed, keyed_digest
from models.users import User

LETTERS: Limits = ((30, timedelta(hours=1)),)


@atomic
async def try_out(post: Post, user: User, *, by: Principal = NOBODY) -> None:
    """Send the letter of a post, published or not, to somebody who can sign in."""
    site = await Site.get(id=post.site_id)
    if not await Cap.take(keyed_digest(site.secret, "trial", user.mailbox), LETTERS):
        raise TooMany(timedelta(hours=1))
    ways = dict.fromkeys(("preferences_link", "leave_link", "leave_all_link"), "/subscribe")
    content = {**await tell_all_of(post, site), "topics": [], "content_language": site.language}
    facts = {"paths": ways, "topic": None, "content": content}
    letter = user.letter(LetterKind.NEWSLETTER, site, key=f"trial:{fresh_seed()}", **facts)
    await Delivery.promise([letter], lane=Lane.URGENT)
    await Audit.note(by, "issue.test", post.id)
