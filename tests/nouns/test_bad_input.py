"""A verb refuses what the store cannot keep, in words, on both stores; it never fails on it."""

from typing import Any

import pytest

import models
from models.redirects import LONGEST_PATH
from models.remarks import LONGEST_NAME
from models.text import excerpt, plain, sanitise

SURROGATE = "a\ud800b"
NUL = "a\x00b"
CONTROLS = "\x01\x02\t\n\r\x7f\x85\u2028"
MILLION = "woord " * 170_000
ODD_NAMES = {
    "right to left": "\u202eneerf \u2066eiluJ\u2069",
    "Arabic": "\u0633\u0644\u0627\u0645",
    "family": "Familie \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "combining": "Zo\u0308e\u0300" + "\u0301" * 40,
    "unassigned": "x\U000e0fff",
    "quotes": "Robert'); DROP TABLE post;--",
    "wildcards": "100%_\\",
}


async def _draft(site: models.Site, title: str = "Titel", html: str = "", **more: Any) -> models.Post:
    return await models.Post.draft(site, title, html, authors=[], **more)


async def _comment(site: models.Site, content: str = "Tekst", **writer: Any) -> models.Comment:
    return await models.Comment.keep(await _draft(site), models.Writer(**{"name": "Gast"} | writer), content)


async def _rewrite(site: models.Site, **said: Any) -> None:
    await (await _draft(site)).rewrite(**said)


async def _rename_tag(site: models.Site, **said: Any) -> None:
    await (await models.Tag.named(site.id, "ui")).rename(**said)


async def _edit_author(site: models.Site, **said: Any) -> None:
    await (await models.Author.named(site.id, "Anna")).edit(**said)


async def _arrange(site: models.Site, label: str = "x", to: str | None = None) -> None:
    await models.arrange(site.id, "main", [models.Entry(label, to)])


VERBS = {
    "title": _draft,
    "content": lambda site, text: _draft(site, html=text),
    "summary": lambda site, text: _draft(site, summary=text),
    "seoTitle": lambda site, text: _draft(site, seo_title=text),
    "seoDescription": lambda site, text: _draft(site, seo_description=text),
    "sourceId": lambda site, text: _draft(site, source_id=text),
    "page title": lambda site, text: models.Page.draft(site.id, text, ""),
    "page content": lambda site, text: models.Page.draft(site.id, "Titel", text),
    "author": lambda site, text: models.Author.named(site.id, text),
    "bioHtml": lambda site, text: models.Author.named(site.id, "Anna", bio_html=text),
    "tag": lambda site, text: models.Tag.named(site.id, text),
    "comment": _comment,
    "comment name": lambda site, text: _comment(site, name=text),
    "comment email": lambda site, text: _comment(site, email=text),
    "site title": lambda site, text: site.change(title=text),
    "site description": lambda site, text: site.change(title="De site", description=text),
    "language": lambda site, text: site.change(title="De site", language=text),
    "url": lambda site, text: site.change(title="De site", url=f"https://{text}"),
    "timeZone": models.move_to_time_zone,
    "later time zone": models.set_time_zone,
    "other title": lambda site, text: _rewrite(site, title=text),
    "other content": lambda site, text: _rewrite(site, html=text),
    "other summary": lambda site, text: _rewrite(site, summary=text),
    "other tag": lambda site, text: _rename_tag(site, name=text),
    "other author": lambda site, text: _edit_author(site, name=text),
    "other bio": lambda site, text: _edit_author(site, bio_html=text),
    "href": lambda site, text: _arrange(site, to=f"/{text}"),
    "label": _arrange,
    "user": lambda site, text: models.User.welcome(site, "ann@staff.example", text, models.Role.AUTHOR),
    "newsletter": models.Newsletter.start,
}
NAMES = [
    "title", "page title", "author", "tag", "comment name", "other title", "other tag", "other author",
    "site title", "label", "user", "newsletter",
]  # fmt: skip
KEEPS_WITHOUT_NUL = {
    "label", "user", "newsletter",
    "other title", "other content", "other tag", "other author",
    "title", "content", "page title", "page content", "author", "tag", "comment", "comment name",
    "site title", "site description",
}  # fmt: skip


@pytest.mark.parametrize("verb", VERBS)
async def test_a_lone_surrogate_is_refused(site, verb):
    with pytest.raises(models.Invalid):
        await VERBS[verb](site, SURROGATE)


@pytest.mark.parametrize("verb", VERBS)
async def test_nul_is_left_out_or_refused(site, verb):
    if verb in KEEPS_WITHOUT_NUL:
        await VERBS[verb](site, NUL)
    else:
        with pytest.raises(models.Invalid):
            await VERBS[verb](site, NUL)


@pytest.mark.parametrize("verb", NAMES)
@pytest.mark.parametrize("nothing", ["", " ", CONTROLS, "\ufeff\u200b", "\u3164", "\u202e \u0301"], ids=ascii)
async def test_what_has_no_visible_character_is_no_name(site, verb, nothing):
    with pytest.raises(models.Invalid):
        await VERBS[verb](site, nothing)


@pytest.mark.parametrize("name", ODD_NAMES.values(), ids=ODD_NAMES)
async def test_odd_names_are_kept_and_found_again(site, name):
    author = await models.Author.named(site.id, name)
    assert (await models.Author.named(site.id, name)).id == author.id
    post = await _draft(site, name, f"<p>{name}</p>")
    kept = await models.Post.get(id=post.id)
    assert kept.title == name
    assert kept.slug.isascii()


@pytest.mark.parametrize("verb", [verb for verb in NAMES if verb != "comment name"])
async def test_a_name_too_long_is_refused_with_its_limit(site, verb):
    with pytest.raises(models.Invalid) as refused:
        await VERBS[verb](site, MILLION)
    longest = refused.value.limit
    await VERBS[verb](site, "w" * longest)
    with pytest.raises(models.Invalid):
        await VERBS[verb](site, "w" * (longest + 1))


async def test_a_name_that_is_brought_with_a_comment_is_cut(site):
    assert len((await _comment(site, name=MILLION)).name) <= LONGEST_NAME


@pytest.mark.parametrize(
    "verb",
    [
        "content",
        "page content",
        "seoTitle",
        "sourceId",
        "comment",
        "comment email",
        "url",
        "other content",
        "other summary",
        "href",
    ],
)
async def test_a_text_too_long_is_refused(site, verb):
    with pytest.raises(models.Invalid):
        await VERBS[verb](site, MILLION.replace(" ", "x") if verb == "url" else MILLION)


async def test_a_page_too_deep_for_its_path_is_refused(site):
    page = None
    for _ in range(4):
        page = await models.Page.draft(site.id, "x" * 100, "", parent=page)
    assert len(page.path) <= LONGEST_PATH
    with pytest.raises(models.Invalid, match="path"):
        await models.Page.draft(site.id, "x" * 100, "", parent=page)


@pytest.mark.parametrize(
    "website", ["javascript:alert(1)", "data:text/html,x", "//example.org", "http://a b", "x"]
)
async def test_a_website_that_is_no_web_address_is_refused(site, website):
    with pytest.raises(models.Invalid) as refused:
        await _comment(site, website=website)
    assert refused.value.field == "authorWebsite"


async def test_conditions_that_find_nothing_do_no_harm(store, site):
    of = models.PostConditions
    for wanted in (
        of(ids=()), of(author_slugs=()), of(tag_slugs=()),
        of(search="%"), of(search="_"), of(search=""),
        of(month="0000-00"), of(ids=(0,)),
    ):  # fmt: skip
        assert await models.count_posts(wanted) == 0


@pytest.mark.parametrize("length", [0, 1, 2, 5, 10**6])
def test_a_million_characters_are_read_and_cut(length):
    words = plain(sanitise(f"<p>{MILLION}</p>"))
    assert len(excerpt(words, length)) <= max(length, 0)
