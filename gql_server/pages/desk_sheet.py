"""The sheet of a post: its page at the desk, filled in as the post is kept or as somebody sent it."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from aiohttp import web

import models
from gql_server import paper
from gql_server.pages.desk import UNTITLED, state_of
from gql_server.pages.desk_address import number_behind, shown_slug
from gql_server.pages.desk_letters import Letters
from gql_server.pages.desk_pictures import picture_to_put
from gql_server.pages.forms import Form
from gql_server.pages.visit import Visit
from models.text import slugify

# As browsers write it (HTML, 2.3.5.5), with seconds where there are any; it is in the site's zone.
MOMENTS = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S")
LETTERS = {"announced", "unread"}
POLICY = f"{paper.POLICY}; script-src 'self'"
TOLD = {"saved", "published", "scheduled", "withdrawn", "restored"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is `filled` in, by field, and which of the newsletters are `chosen`, by slug."""

    post: models.Post
    lead: models.Image | None
    letters: Letters
    newsletters: Sequence[models.Newsletter]
    filled: dict[str, str]
    chosen: Sequence[str]

    @classmethod
    async def of(cls, site: models.Site, post: models.Post) -> "Sheet":
        """Fill in a post as it is kept."""
        lead = await lead_of(post)
        tags = await models.Tagging.filter(post_id=post.id).select_related("tag")
        filled = {
            "title": "" if post.title in UNTITLED else post.title,
            "text": post.source, "summary": post.summary or "",
            "tags": ", ".join(line.tag.name for line in tags), "slug": shown_slug(post),
            "version": str(post.version),
            "at": _moment_kept(site, post), "alt": "", "lead_alt": lead.alt_text if lead else "",
            "lead_alt_was": lead.alt_text if lead else "", "picture": "",
        }  # fmt: skip
        asked = await models.Announcement.asked(post.id)
        newsletters = await models.Newsletter.offered(post.site_id)
        letters = await Letters.of(post, newsletters)
        if state_of(post) == "published":
            newsletters = letters.left
        chosen = [one.slug for one in newsletters if one.id in asked]
        return cls(post, lead, letters, newsletters, filled, chosen)

    def chosen_again(self, request: web.Request) -> "Sheet":
        """Choose what was chosen for its publication before it was saved, which is not kept."""
        query = request.query
        if "at" not in query and "newsletter" not in query:
            return self
        filled = {**self.filled, "at": query.get("at", "")}
        return replace(self, filled=filled, chosen=query.getall("newsletter", []))

    def filled_again(self, form: Form) -> "Sheet":
        """Fill in what somebody sent."""
        return replace(
            self, filled={name: form.one(name) for name in self.filled}, chosen=form.all("newsletter")
        )

    async def shown(
        self, visit: Visit, principal: models.Principal, *, wrong: str = "", why: str = ""
    ) -> web.Response:
        """Show it, with what is wrong at its field, and what was done a moment ago."""
        told, letter = (visit.request.query.get(name, "") for name in ("told", "letter"))
        format = self.post.source_format
        return visit.shows(
            "desk_post.html", status=409 if wrong == "changed" else 422 if wrong else 200,
            post=self.post, filled=self.filled, newsletters=self.newsletters, chosen=self.chosen,
            state=state_of(self.post), is_html=format is models.Format.HTML, policy=POLICY,
            address=visit.context.absolute(self.post.path), now=visit.moment(models.now()),
            wrong=wrong, why=why, told=told if told in TOLD else "",
            letter=letter if letter in LETTERS else "",
            may_stop=self.letters.may_be_stopped(principal),
            letters=await self.letters.told(visit, principal, is_unread=letter == "unread"),
            lead=self.lead, may_reword=self.lead is not None and self.lead.may_be_reworded_by(principal),
            numbered=await number_behind(self.post, self.filled["slug"], visit.site),
            like=slugify(self.filled["slug"], visit.site.language),
            **await picture_to_put(visit, principal, self.filled["picture"], format),
        )  # fmt: skip


async def lead_of(post: models.Post) -> models.Image | None:
    """Find the picture that leads a post."""
    return await models.Image.filter(id=post.image_id or 0).first()


def moment_in(site: models.Site, post: models.Post, given: str) -> datetime:
    """Read the moment that a browser writes in its field; what was left as it is kept is that very moment."""
    # The field has no fractions of a second, and knows no hour that comes twice in a night of autumn.
    if given and given == _moment_kept(site, post):
        kept: datetime = post.published_at
        return kept
    for written in MOMENTS:
        with suppress(ValueError):
            return datetime.strptime(given, written).replace(tzinfo=ZoneInfo(site.time_zone))
    raise models.Invalid("at", "Choose a day and a time.")


def _moment_kept(site: models.Site, post: models.Post) -> str:
    """Write down when a post is to appear, as the field has it."""
    if not post.is_scheduled or post.published_at is None:
        return ""
    here: datetime = post.published_at.astimezone(ZoneInfo(site.time_zone))
    return here.strftime(MOMENTS[bool(here.second)])
