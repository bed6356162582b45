"""The doors /write/N/versions: who saved a post and when, what that changed, and a way back to it."""

from collections.abc import Iterable
from itertools import groupby

from aiohttp import web

import models
from gql_server.pages.desk import UNTITLED, SignedOut, read_desk_form, signed_out, to_post
from gql_server.pages.desk_bench import row_in
from gql_server.pages.desk_pile import page_asked
from gql_server.pages.desk_post import Desk
from gql_server.pages.printing import Link
from models.comparing import Line, LineFate
from models.revisions import Wording

SIZE = 25
# Lines of one fate that stand together, as one text.
Run = tuple[LineFate, str]


async def show(request: web.Request) -> web.Response:
    """Show who saved the post and when, the newest first."""
    desk, number = await Desk.of(request), page_asked(request)
    asked = models.Revision.in_list(desk.principal).filter(post_id=desk.post.id)
    found = await asked.order_by("-created_at", "-id").offset((number - 1) * SIZE).limit(SIZE + 1)
    return desk.visit.shows(
        "desk_versions.html", post=desk.post, untitled=UNTITLED, versions=found[:SIZE], number=number,
        has_older=len(found) > SIZE,
    )  # fmt: skip


async def show_one(request: web.Request) -> web.Response:
    """Show what a save changed."""
    return await _shown(await Desk.of(request))


async def restore(request: web.Request) -> web.Response:
    """Let the post say again what it said then."""
    form = await read_desk_form(request)
    try:
        desk = await Desk.of(request)
    except SignedOut:
        return await signed_out(request, form)
    if (revision := await _revision(desk)) is None:
        return _absent(desk)
    if Wording.of(revision) == Wording.of(desk.post):
        # Pressed twice, or by two: there is nothing left to do.
        return to_post(desk.post.id, told="restored")
    try:
        desk.expect(form)
        if not _may_say(desk.post, revision):
            return await _shown(desk, "untitled")
        content = await models.read_content(revision.source, revision.source_format)
        by = await models.Editor.of(desk.principal)
        await desk.does("restore", lambda: desk.post.restore(revision, content, by))
    except (models.Changed, models.NotFound):
        # Read anew: what was changed is shown, and what has gone is not there.
        return await _shown(await Desk.of(request), "changed")
    except models.Invalid as refusal:
        if refusal.field != "version":
            raise
        # What the post says now is shown before it is replaced.
        return await _shown(desk, "changed")
    return to_post(desk.post.id, told="restored")


async def _shown(desk: Desk, wrong: str = "") -> web.Response:
    post, revision = desk.post, await _revision(desk)
    if revision is None:
        return _absent(desk)
    [before] = await models.Revision.before_each([(post.id, revision.id)])
    hunks = await models.compare(before.source if before else "", revision.source)
    return desk.visit.shows(
        "desk_version.html", status=409 if wrong == "changed" else 422 if wrong else 200,
        post=post, untitled=UNTITLED, version=revision, is_first=before is None, wrong=wrong,
        title=_replaced(before.title if before else None, revision.title),
        summary=_replaced(before.summary if before else None, revision.summary),
        hunks=[_runs(hunk.lines) for hunk in hunks],
        is_now=Wording.of(revision) == Wording.of(post), may_say=_may_say(post, revision),
    )  # fmt: skip


def _absent(desk: Desk) -> web.Response:
    """Tell that a version is not there; of very many those that tell least are not kept."""
    back = Link(desk.visit.says("desk_versions"), f"/write/{desk.post.id}/versions")
    return desk.visit.tells("absent_version", links=[back], status=404)


async def _revision(desk: Desk) -> models.Revision | None:
    ours = models.Revision.open_to(desk.principal).filter(post_id=desk.post.id)
    return await ours.filter(id=row_in(desk.visit.request, "revision")).first()


def _may_say(post: models.Post, revision: models.Revision) -> bool:
    """Tell whether a post may say again what it said then: one that appears needs a title."""
    return post.status is not models.Status.PUBLISHED or revision.title not in UNTITLED


def _replaced(before: str | None, after: str | None) -> list[Run]:
    """Tell of a few words what was there and what is; nothing when they are the same."""
    if (before or "") == (after or ""):
        return []
    return [(fate, said) for fate, said in ((LineFate.REMOVED, before), (LineFate.ADDED, after)) if said]


def _runs(lines: Iterable[Line]) -> list[Run]:
    """Put lines of one fate together; empty ones are told of only where they are what changed."""
    runs = [
        (fate, "\n".join(line.text for line in same).strip("\n"))
        for fate, same in groupby(lines, key=lambda line: line.fate)
    ]
    return [(fate, said) for fate, said in runs if said.strip() or fate is not LineFate.KEPT]
