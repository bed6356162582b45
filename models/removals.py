"""Tags, authors and newsletters that go: merged into another, or deleted."""

from collections.abc import Sequence

from tortoise.expressions import Q, Subquery

from models import redirects
from models.announcements import Announcement
from models.atomic import atomic
from models.authors import Author
from models.bylines import Byline, Tagging
from models.digests import FURTHEST
from models.errors import InUse, Invalid, NotFound
from models.instants import now
from models.interests import Interest, topic_code
from models.issues import Issue, IssueKind
from models.menus import MenuItem
from models.newsletters import Newsletter
from models.posts import Post
from models.redirects import Redirect
from models.site_lock import lock_site
from models.tags import Tag
from models.users import User


@atomic
async def merge_tags(tag: Tag, into: Tag) -> None:
    """Give all that has one tag the other; the old path, menus and subscribers follow."""
    if tag.id == into.id:
        raise Invalid("intoId", "A tag is merged into another one.", why="itself")
    # Whoever publishes a post with either tag waits, and counts it once; and before the tags, as they are
    # counted after it, each post that has the first: it may come due, and is counted for both or for neither.
    await lock_site(tag.site_id)
    tagged = Post.filter(id__in=Subquery(Tagging.filter(tag_id=tag.id).values("post_id"))).order_by("id")
    await tagged.select_for_update(no_key=True).only("id")
    # Two who merge the same tags at once, the second perhaps the other way round: one may be gone meanwhile.
    both = Tag.select_for_update(no_key=True).filter(id__in=[tag.id, into.id]).order_by("id")
    found = {row.id: row for row in await both}
    for one, field in ((tag, "id"), (into, "intoId")):
        if one.id not in found:
            raise NotFound("This tag is gone.", field=field)
    tag, into = found[tag.id], found[into.id]
    # First, for their letters are written under this lock.
    await _redirect_issues(tag, into)
    await _move_lines(tag, into)
    # Whoever has just chosen the tag holds its row until that is kept; only then nobody can any more.
    await Tag.select_for_update().filter(id=tag.id)
    await _move_lines(tag, into)
    await MenuItem.filter(tag_id=tag.id).update(tag_id=into.id)
    await redirects.move(tag.site_id, tag.path, into.path)
    await Tag.filter(id=tag.id).delete()
    counted = await Tagging.filter(tag_id=into.id, post__is_counted=True).count()
    await Tag.filter(id=into.id).update(post_count=counted)


async def _move_lines(tag: Tag, into: Tag) -> None:
    for lines, key in ((Tagging, "post_id"), (Interest, "subscription_id")):
        has_both = Subquery(lines.filter(tag_id=into.id).values(key))
        await lines.filter(tag_id=tag.id).exclude(**{f"{key}__in": has_both}).update(tag_id=into.id)


async def _redirect_issues(tag: Tag, into: Tag) -> None:
    """Let what goes to the followers of a tag, or will stand in their digests, go to those of another."""
    old, new = topic_code(("tag", tag.id)), topic_code(("tag", into.id))

    def followed(codes: Sequence[str]) -> list[str]:
        return list(dict.fromkeys(new if code == old else code for code in codes))

    is_told = Q(finished_at__isnull=True) | Q(started_at__gt=now() - FURTHEST)
    for issue in await Issue.in_list().filter(is_told, site_id=tag.site_id).order_by("id"):
        if old in issue.topics:
            await Issue.filter(id=issue.id).update(topics=followed(issue.topics))
    # What is in each digest is asked once more as its letters are written.
    for digest in await Issue.filter(finished_at__isnull=True, site_id=tag.site_id).exclude(
        kind=IssueKind.POST
    ):
        items = [item | {"topics": followed(item["topics"])} for item in digest.facts["items"]]
        if items != digest.facts["items"]:
            await Issue.filter(id=digest.id).update(facts=digest.facts | {"items": items})


@atomic
async def delete_tag(tag: Tag) -> None:
    """Take a tag from all that has it."""
    await Redirect.filter(site_id=tag.site_id, to_path=tag.path).delete()
    await Tag.filter(id=tag.id).delete()


@atomic
async def delete_newsletter(newsletter: Newsletter) -> None:
    """Delete a newsletter that nobody has chosen, and no post waits for; the main one stays."""
    await lock_site(newsletter.site_id)
    main = await Newsletter.offered(newsletter.site_id).first()
    if main is not None and main.id == newsletter.id:
        raise InUse("id", "This is the main newsletter, which who chooses nothing gets.")
    if await Interest.filter(newsletter_id=newsletter.id).exists():
        raise InUse("id", "Subscribers have chosen this newsletter.")
    waiting = await Announcement.filter(is_due=True)
    if any(newsletter.id in row.newsletter_ids for row in waiting):
        raise InUse("id", "A scheduled post goes to this newsletter.")
    await Newsletter.filter(id=newsletter.id).delete()


@atomic
async def delete_author(author: Author) -> None:
    """Delete an author who wrote nothing; what they commented stays, under the name they gave."""
    await lock_site(author.site_id)
    if await Byline.filter(author_id=author.id).exists():
        raise InUse("id", "Posts name this author; give those another byline first.")
    if await User.active().filter(author_id=author.id).exists():
        raise InUse("id", "Someone who can sign in publishes as this author.")
    await Redirect.filter(site_id=author.site_id, to_path=author.path).delete()
    await Author.filter(id=author.id).delete()
