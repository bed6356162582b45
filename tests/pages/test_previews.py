"""A preview that is looked at without scripts, and the way back from it to the desk."""

from urllib.parse import quote

import pytest

import models
from gql_server.reader.scripts import WORDS


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_whoever_writes_a_draft_is_led_back_from_it_to_their_desk_and_nobody_else_is(
    reader, site, desk, language
):
    user = await desk(models.Role.AUTHOR, "Ann")
    reader.languages = {"Accept": "text/html", "Accept-Language": language}
    ann = await models.Author.get(id=user.author_id)
    theirs = await models.Post.draft(site, "Mine", "<p>Hi</p>", authors=[ann])
    other = await models.Post.draft(site, "Other", "<p>Hi</p>", authors=[])
    told = {}
    for post in (theirs, other):
        await _looks_at(reader, user, post)
        told[post.title] = [(link.text(), link.attributes["href"]) for link in reader.page.css(".told a")]
    way = f"/write?path={quote(theirs.path, safe='')}"
    assert told == {"Mine": [(WORDS[language]["to_desk"], way)], "Other": []}
    await reader.opens(way)
    assert (reader.status, reader.headers["Location"]) == (303, f"/write/{theirs.id}")
    # Whoever was only shown the link has no desk to go back to.
    reader.client.session.cookie_jar.clear()
    await _looks_at(reader, user, theirs)
    assert reader.page.css(".told a") == []


async def test_who_is_signed_in_reads_what_everybody_reads(reader, site, desk):
    user = await desk(models.Role.AUTHOR, "Ann")
    reader.languages = {"Accept": "text/html", "Accept-Language": "nl"}
    ann = await models.Author.get(id=user.author_id)
    post = await models.Post.draft(site, "Mine", "<p>Hi</p>", authors=[ann])
    await post.publish()
    await reader.opens(post.path)
    theirs = reader.text
    reader.client.session.cookie_jar.clear()
    await reader.opens(post.path)
    assert reader.text == theirs


async def _looks_at(reader, user, post):
    principal = models.Principal(user_id=user.id, role=models.Role.EDITOR)
    _, token = await models.Key.grant_preview(principal, post.id)
    await reader.opens(f"{post.path}?preview={token}")
    assert (reader.status, reader.headers["Cache-Control"]) == (200, "no-store")
