"""The doors /write/N: a post is written, looked at, published, put away; each by a button."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from urllib.parse import urlencode

from aiohttp import web

import models
from gql_server.pages.desk import UNTITLED, at_desk, to_post
from gql_server.pages.desk_address import require_slug, slug_asked
from gql_server.pages.desk_bench import Work, lines, number_in, row_in
from gql_server.pages.desk_pictures import KEPT, PictureBench, pressed
from gql_server.pages.desk_sheet import Sheet, lead_of, moment_in
from gql_server.pages.forms import NOTHING, Form
from gql_server.pages.printing import go_to
from gql_server.pages.visit import Visit
from schema.editing import said_as
from schema.editing_posts import MOST_TAGS

Deed = Callable[["Desk", Form], Awaitable[web.Response]]


class Desk(PictureBench):
    """One post on the desk of who is signed in."""

    noun, gone = "post", "gone"

    def __init__(self, visit: Visit, principal: models.Principal, post: models.Post) -> None:
        super().__init__(visit, principal, post)
        self.post = post

    @classmethod
    async def of(cls, request: web.Request) -> "Desk":
        """Take the post of an address to the desk; there is none but one's own."""
        visit, principal = await at_desk(request)
        post = await models.Post.owned(principal).filter(id=row_in(request, "id")).first()
        if post is None:
            raise web.HTTPNotFound
        await post.require_edit_by(principal)
        return cls(visit, principal, post)

    async def shows(self, form: Form = NOTHING, wrong: str = "", why: str = "") -> web.Response:
        """Show the post as it is kept, or as it was filled in when something is wrong with that."""
        sheet = (await Sheet.of(self.visit.site, self.post)).chosen_again(self.visit.request)
        # Who confirms that it goes sends no words, and must not find an empty post to save.
        if wrong and "text" in form:
            sheet = sheet.filled_again(form)
        return await sheet.shown(self.visit, self.principal, wrong=wrong, why=why)

    async def saves(self, form: Form) -> None:
        """Keep what is filled in, unless somebody else has changed the post meanwhile; of a post that waits
        for its moment that too, and where it goes.
        """
        if self.post.is_scheduled:
            await self.publishes(form, self.moment_in(form))
        else:
            await super().saves(form)

    def told_saved(self, form: Form, **more: str) -> web.Response:
        """Go back to the post; what was chosen for its publication comes along, though it is not kept."""
        chosen = [("at", form.one("at")), *(("newsletter", slug) for slug in form.all("newsletter"))]
        query = urlencode([pair for pair in (*more.items(), *chosen) if pair[1]])
        place = "#picture" if "picture" in more else ""
        return go_to(f"/write/{self.post.id}?{query}{place}")

    async def takes(self, image: models.Image, form: Form) -> web.Response:
        """Let a picture that was kept lead the post, or be put into the text."""
        if form.one("do") == "lead":
            return await _let_lead(self, form, image)
        return await super().takes(image, form)

    async def publishes(self, form: Form, at: datetime | None = None) -> None:
        """Keep what is filled in and let it appear, now or at a moment, in the chosen newsletters too."""
        _require_title(form)
        post, slugs = self.post, form.all("newsletter")
        newsletters = await models.Newsletter.by_slugs(self.visit.site, slugs) if slugs else None

        async def work() -> None:
            if newsletters is None and await models.Announcement.asked(post.id):
                # Whoever takes the last mark away wants no letter.
                await models.Announcement.take_back(post.id)
            if at is None:
                await post.publish(newsletters=newsletters)
            else:
                await post.schedule(at, newsletters=newsletters)

        await self.saves_and_does(form, "schedule" if at else "publish", work)

    async def told_published(self, form: Form, told: str) -> web.Response:
        """Go back to the post; of one that goes to newsletters tell whether anybody gets that letter."""
        if not (slugs := form.all("newsletter")):
            return to_post(self.post.id, told=told)
        newsletters = await models.Newsletter.by_slugs(self.visit.site, slugs)
        is_wanted = await models.is_wanted(self.post, [one.id for one in newsletters])
        return to_post(self.post.id, told=told, letter="announced" if is_wanted else "unread")

    def moment_in(self, form: Form) -> datetime:
        """Read the moment at which the post is to appear."""
        return moment_in(self.visit.site, self.post, form.one("at"))

    async def _saving(self, form: Form) -> Work:
        self.expect(form)
        # Read before the transaction, for it takes a while.
        content = await models.read_content(lines(form.one("text")), self.post.source_format)
        words = list(filter(None, map(str.strip, form.one("tags").split(","))))
        if len(words) > MOST_TAGS:
            raise models.Invalid("name", f"A post has at most {MOST_TAGS} tags.")
        summary, title, slug = form.one("summary") or None, form.one("title"), slug_asked(self.post, form)
        if self.post.title in UNTITLED:
            title = title or self.post.title

        async def work() -> None:
            tags = await models.Tag.all_called(self.post.site_id, words)
            by = await models.Editor.of(self.principal)
            await self._reword_lead(form)
            await self.post.rewrite(title, content, tags=tags, by=by, summary=summary, **slug)
            require_slug(self.post, slug.get("slug"))

        return work

    async def _reword_lead(self, form: Form) -> None:
        """Say in other words what the picture shows that leads the post, in the caller's transaction."""
        lead, was, said = await lead_of(self.post), form.one("lead_alt_was"), form.one("lead_alt")
        if lead is None or said == was:
            return
        if not lead.may_be_reworded_by(self.principal):
            raise models.NotAllowed(models.Role.EDITOR)
        if lead.alt_text != was:
            # It may lead other posts, or be described by a program: the version of this one does not tell.
            raise models.Changed
        with said_as(altText="leadAlt"):
            await lead.reword(alt_text=said)
        await models.Audit.note(self.principal, "image.update", lead.id)


async def show(request: web.Request) -> web.Response:
    """Show the post."""
    return await (await Desk.of(request)).shows()


async def act(request: web.Request) -> web.Response:
    """Save the post, and do what the pressed button says."""
    return await pressed(request, Desk, DEEDS)


async def _preview(desk: Desk, form: Form) -> web.Response:
    await desk.saves(form)
    return await desk.told_where_to_look()


async def _publish(desk: Desk, form: Form) -> web.Response:
    await desk.publishes(form)
    return await desk.told_published(form, "published")


async def _send(desk: Desk, form: Form) -> web.Response:
    if not form.all("newsletter"):
        # Named to nobody, it would go to who follows its author or its tags.
        raise models.Invalid("newsletters", "Choose a newsletter.", why="none")
    await desk.publishes(form)
    return await desk.told_published(form, "saved")


async def _schedule(desk: Desk, form: Form) -> web.Response:
    await desk.publishes(form, desk.moment_in(form))
    return to_post(desk.post.id, told="scheduled")


async def _withdraw(desk: Desk, form: Form) -> web.Response:
    to = models.Status.DRAFT
    await desk.saves_and_does(form, "unpublish", lambda: desk.post.withdraw(to=to))
    return to_post(desk.post.id, told="withdrawn")


async def _lead(desk: Desk, form: Form) -> web.Response:
    """Let the picture lead that was kept a moment ago."""
    kept = models.Image.usable_by(desk.principal).filter(id=number_in(form.one("picture")))
    if (image := await kept.first()) is None:
        return await desk.misses_picture(form)
    return await _let_lead(desk, form, image)


async def _let_lead(desk: Desk, form: Form, image: models.Image) -> web.Response:
    desk.visit.request[KEPT] = image.id
    await desk.saves_and_does(form, "update", lambda: desk.post.rewrite(image_id=image.id))
    return desk.told_saved(form, told="saved")


async def _take_picture_away(desk: Desk, form: Form) -> web.Response:
    await desk.saves_and_does(form, "update", lambda: desk.post.rewrite(image_id=None))
    return desk.told_saved(form, told="saved")


async def _ask_to_delete(desk: Desk, _form: Form) -> web.Response:
    back = f"/write/{desk.post.id}"
    return desk.visit.shows("desk_delete.html", post=desk.post, untitled=UNTITLED, back=back)


async def _delete(desk: Desk, form: Form) -> web.Response:
    desk.expect(form)
    await desk.does("delete", desk.post.remove)
    return go_to("/write")


DEEDS: dict[str, Deed] = {
    "save": Desk.saves_again,
    "preview": _preview,
    "publish": _publish,
    "send": _send,
    "schedule": _schedule,
    "withdraw": _withdraw,
    "lead": _lead,
    "keep": Desk.misses_picture,
    "unlead": _take_picture_away,
    "ask_to_delete": _ask_to_delete,
    "delete": _delete,
}


def _require_title(form: Form) -> None:
    """Refuse to publish what was begun and never written."""
    if form.one("title") in {"", *UNTITLED}:
        raise models.Invalid("title", "Give it a title first.", why="untitled")
