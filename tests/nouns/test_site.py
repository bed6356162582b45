"""The publication: its language, time zone and address, its authors and pictures."""

import pytest

import models


async def test_a_site_is_founded_once_and_asks_nothing(store):
    first, second = await models.Site.found(), await models.Site.found()
    assert first.id == second.id
    assert len(first.secret) >= 40
    assert (first.language, first.time_zone) == ("en", "UTC")


@pytest.mark.parametrize(
    ("given", "kept"), [("nl", "nl"), ("nl_NL", "nl-NL"), (" en-gb ", "en-GB"), ("zh-TW", "zh-Hant-TW")]
)
async def test_a_language_is_kept_as_bcp_47_writes_it(site, given, kept):
    await site.change(title="De tuin", language=given)
    assert (await models.Site.get(id=site.id)).language == kept


@pytest.mark.parametrize("tag", ["", "x", "klingon", "de_DE@euro", "nl-", "en-GB-oed", "../en", "nl\x00"])
async def test_an_unknown_language_is_refused_and_nothing_changes(site, tag):
    with pytest.raises(models.Invalid) as refused:
        await site.change(title="Anders", language=tag)
    assert refused.value.field == "language"
    assert (await models.Site.get(id=site.id)).title == site.title == "My publication"


@pytest.mark.parametrize(
    "name", ["", "Europe", "Amsterdam", "../../etc/passwd", "/etc/localtime", "localtime", "UTC\x00"]
)
async def test_an_unknown_time_zone_is_refused(site, name):
    with pytest.raises(models.Invalid) as refused:
        await models.move_to_time_zone(site, name)
    assert refused.value.field == "timeZone"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("", ""), ("https://example.org/", "https://example.org"), ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://example.org//", "https://example.org"),
    ],
)  # fmt: skip
async def test_an_address_is_kept_without_its_last_slash(site, given, kept):
    await site.change(title="De tuin", url=given)
    assert site.url == kept


@pytest.mark.parametrize(
    "url",
    ["http://", "https:///x", "ftp://example.org", "example.org", "https://a b", "https://u:p@example.org",
     "https://example.org/blog/", "https://example.org/?q", "https://example.org#x", "https://example.org\n", "javascript:https://x"],
)  # fmt: skip
async def test_what_is_no_address_of_a_site_is_refused(site, url):
    with pytest.raises(models.Invalid) as refused:
        await site.change(title="De tuin", url=url)
    assert refused.value.field == "url"


async def test_authors_stand_as_the_editors_placed_them_and_then_by_name(site):
    for name, place in (("Zoë", None), ("émile", None), ("Bea", 2), ("Anna", 10), ("Ezra", None)):
        await models.Author.named(site.id, name, place=place)
    assert await _names() == ["Bea", "Anna", "émile", "Ezra", "Zoë"]
    await models.Author.named(site.id, "Zoë", place=1)
    await models.Author.named(site.id, "Zoë", bio_html="<script>x</script><p>Hoi</p>")
    assert (await _names())[0] == "Zoë"
    assert (await models.Author.get(name="Zoë")).bio_html == "<p>Hoi</p>"


async def test_a_picture_is_kept_once_for_the_same_words(site):
    first = await models.Image.show(site.id, "/media/a.jpg?w=1", alt_text=" Een\troos ")
    again = await models.Image.show(site.id, "/media/a.jpg?w=1", alt_text="Een roos")
    other = await models.Image.show(site.id, "/media/a.jpg?w=1")
    assert first.id == again.id != other.id
    assert (first.media_type, first.alt_text) == ("image/jpeg", "Een roos")


async def test_a_picture_is_seen_while_something_seen_shows_it(site, write):
    picture = await models.Image.show(site.id, "/media/a.png")
    post = await write(image_id=picture.id)
    assert await models.Image.shown().count() == 0
    await post.publish()
    assert await models.Image.shown().count() == 1
    await post.withdraw()
    assert await models.Image.shown().count() == 0


async def test_clearing_a_site_leaves_nothing_and_what_moves_in_starts_afresh(site, write):
    logo = await models.Image.show(site.id, "/media/logo.png")
    await models.Site.filter(id=site.id).update(logo_id=logo.id)
    site = await models.Site.get(id=site.id)
    post = await write(authors=[await models.Author.named(site.id, "Anna")])
    await post.publish()
    above = await models.Page.draft(site.id, "Boven", "")
    await models.Page.draft(site.id, "Onder", "", parent=above)
    await models.arrange(site.id, "main", [models.Entry("Post", post)])
    await models.clear(site)
    for noun in (models.Post, models.Page, models.Author, models.Image, models.Menu, models.MonthCount):
        assert await noun.all().count() == 0
    assert (await models.Site.get(id=site.id)).logo_id is None


async def _names() -> list[str]:
    return [author.name for author in await models.Author.known().order_by("sort_key", "id")]
