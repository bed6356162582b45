"""A slug names one thing, and where a post once was still leads to it."""

from asyncio import gather

import pytest

import models
from models.slugs import RESERVED

FINDS = "query($path: String!) { post(by: {path: $path}) { title } }"


async def test_the_same_title_twice_gets_a_number(write):
    posts = [await write("Zaaien!") for _ in range(3)]
    assert [post.slug for post in posts] == ["zaaien", "zaaien-2", "zaaien-3"]


async def test_a_title_without_letters_still_has_a_path(write):
    assert [(await write(title)).slug for title in ("…", "日本")] == ["post", "post-2"]


async def test_what_is_named_is_spelled_out_in_the_language_of_the_site(site, write):
    title = "Salt & sea"

    async def all_named(title: str) -> list[str]:
        page = await models.Page.draft(site.id, title, "")
        author = await models.Author.named(site.id, title)
        tag = await models.Tag.named(site.id, title)
        newsletter = await models.Newsletter.start(site, title)
        return [(await write(title)).slug, page.slug, author.slug, tag.slug, newsletter.slug]

    await site.change(language="nl")
    assert await all_named(title) == ["salt-en-sea"] * 5
    [post] = await models.Post.all()
    await post.publish()
    await site.change(language="en-GB")
    # What has its address keeps it, and is found again by its name.
    assert (await models.Tag.named(site.id, title)).slug == "salt-en-sea"
    assert (await models.Author.named(site.id, title)).slug == "salt-en-sea"
    await post.rewrite(title, "<p>Anew</p>")
    assert (await models.Post.get(id=post.id)).slug == "salt-en-sea"
    await _rename(post, "salt-en-sea")
    assert (await models.Post.get(id=post.id)).slug == "salt-en-sea"
    assert await all_named("Sand & sea") == ["sand-and-sea"] * 5
    await _rename(post, title)
    assert await models.leads("/posts/salt-en-sea") == models.Leads("/posts/salt-and-sea", post_id=post.id)


@pytest.mark.parametrize("word", sorted(RESERVED))
async def test_a_page_never_takes_the_path_of_a_door(site, word):
    assert (await models.Page.draft(site.id, word, "")).path == f"/{word}-1"


async def test_both_former_paths_of_a_post_lead_to_the_present_one(write):
    post = await write("Een")
    await post.publish()
    for slug in ("Twee", "Drie"):
        await _rename(post, slug)
    assert [await models.leads(path) for path in ("/posts/een", "/posts/twee", "/posts/een/")] == [
        models.Leads("/posts/drie", post_id=post.id)
    ] * 3


async def test_a_freed_slug_belongs_to_who_takes_it_next(write):
    first = await write("Een")
    await first.publish()
    await _rename(first, "anders")
    second = await write("Een")
    await second.publish()
    assert second.path == "/posts/een"
    assert [post.title for post in await models.Post.published().filter(slug="een")] == ["Een"]
    await _rename(second, "nog-anders")
    assert await models.leads("/posts/een") == models.Leads("/posts/nog-anders", post_id=second.id)


async def test_keeping_its_own_slug_makes_no_old_path(write):
    post = await write("Een dag")
    await post.publish()
    await _rename(post, "Een Dag!")
    assert post.slug == "een-dag"
    assert await models.leads("/posts/een-dag") is None


@pytest.mark.parametrize("path", ["/oud/een", "oud/een", "/oud/een/", "//oud/een//"])
async def test_a_path_is_one_however_its_slashes_stand(site, path):
    await models.lead(site.id, "/oud/een", to_path="/posts")
    assert await models.leads(path) == models.Leads("/posts")


@pytest.mark.parametrize("path", ["", "/", "https://example.org", "/a\0b", "/a\ud800"], ids=ascii)
async def test_what_nobody_led_leads_nowhere(site, path):
    assert await models.leads(path) is None


async def test_an_old_path_may_lead_to_a_fixed_one(site):
    await models.lead(site.id, "/feed", to_path="/posts")
    await models.lead(site.id, "/feed", to_path="/feeds/all")
    assert await models.leads("/feed/") == models.Leads("/feeds/all")
    assert await models.leads("/" + "x" * 600) is None


@pytest.mark.parametrize("noun", [models.Author, models.Tag])
async def test_two_who_name_the_same_at_once_get_the_same(site, noun):
    first, second = await gather(noun.named(site.id, "Anna"), noun.named(site.id, "Anna"))
    assert first.id == second.id


async def test_two_who_write_the_same_title_at_once_get_two_posts(write):
    posts = await gather(*(write("Gelijk") for _ in range(4)))
    assert {post.slug for post in posts} == {"gelijk", "gelijk-2", "gelijk-3", "gelijk-4"}


async def _rename(post: models.Post, slug: str) -> None:
    await post.rewrite(post.title, "<p>Tekst.</p>", authors=[], tags=[], slug=slug)
