"""A Weebly blog that was read stands in the store, whole, once, and its old addresses lead there."""

import asyncio
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import pytest

import models
from gql_server.demonstration import tell_demonstration
from gql_server.importers.weebly import ImportRefused, bring, read
from models.atomic import settled

PAGES = Path(__file__).parent / "pages"
SEED = Path(__file__).parents[3] / "shared" / "seed" / "serviceculture-page.html"
WHOLE = """{
  site { title language timeZone url menu { items { label url items { label } } } }
  posts { totalCount nodes {
    title path publishedAt commentCount commentsOpen contentText
    authors { name } archiveMonth { label postCount } image { url altText } } }
  authors { nodes { name postCount } }
  archiveMonths { month label postCount }
}"""
EMPTY_FEED = "<rss><channel><title>x</title><generator>weebly</generator></channel></rss>"
ROWS = (
    models.Post,
    models.Page,
    models.Author,
    models.Tag,
    models.Comment,
    models.MenuItem,
    models.Redirect,
    models.Image,
)
ONE_PAGE = [
    pytest.param(
        PAGES / "weverij" / "patronen.html",
        {
            "title": "WEVERIJ", "post": "Een patroon voor de winter",
            "day": "2019-11-30", "by": "Mies Linnen", "month": "November 2019", "key": "2019-11",
            "authors": ["Tijs Schering", "Mies Linnen", "Okke Inslag"], "nested": ("Lessen", 3),
        },
        id="own",
    )
]  # fmt: skip
if SEED.exists():
    ONE_PAGE.append(
        pytest.param(
            SEED,
            {
                "title": "SERVICECULTUUR",
                "post": "Omschakelen naar een thuiswerkcultuur",
                "day": "2020-03-24",
                "by": "Anneke Gros",
                "month": "Maart 2020",
                "key": "2020-03",
                "authors": ["Fabia Hooykaas", "Anneke Gros", "Paul Vijfvinkel"],
                "nested": ("Diensten", 3),
            },
            id="seed",
        )
    )


@pytest.mark.parametrize(("page", "wanted"), ONE_PAGE)
async def test_one_saved_page_becomes_a_site(ask, store, page, wanted):
    assert "1 post new" in await bring(await models.Site.found(), read([page]))
    answer = await ask(WHOLE)
    site, [post] = answer["site"], answer["posts"]["nodes"]
    assert (site["title"], site["language"], site["timeZone"]) == (wanted["title"], "nl", "Europe/Amsterdam")
    # Where it is served: the old domain leads to Weebly still, and links of letters are secrets.
    assert site["url"] == "http://127.0.0.1:8000"
    assert len(site["menu"]["items"]) == 6
    assert {item["label"]: len(item["items"]) for item in site["menu"]["items"]}[wanted["nested"][0]] == 3
    assert (post["title"], post["publishedAt"][:10]) == (wanted["post"], wanted["day"])
    assert post["authors"] == [{"name": wanted["by"]}]
    assert f"Blik van {wanted['by']}" not in post["contentText"]
    assert post["archiveMonth"] == {"label": wanted["month"], "postCount": 1}
    assert (post["commentCount"], post["commentsOpen"]) == (0, True)
    assert [author["name"] for author in answer["authors"]["nodes"]] == wanted["authors"]
    assert answer["archiveMonths"] == [{"month": wanted["key"], "label": wanted["month"], "postCount": 1}]


@pytest.mark.parametrize(("page", "wanted"), ONE_PAGE)
async def test_a_second_import_changes_nothing(ask, store, page, wanted):
    site = await models.Site.found()
    await bring(site, read([page]))
    before = await contents()
    assert "nothing new" in await bring(site, read([page]))
    assert await contents() == before


async def test_what_is_new_beside_posts_is_told_too(store):
    site, page = await models.Site.found(), PAGES / "weverij" / "patronen.html"
    told = await bring(site, read([page]))
    for noun, model in {"author": models.Author, "tag": models.Tag, "redirect": models.Redirect}.items():
        number = await model.all().count()
        assert (f"{number} {noun}" in told) is bool(number)
    await models.Redirect.all().delete()
    await models.Author.filter(post_count=0).delete()
    again = await bring(site, read([page]))
    assert "2 authors new" in again
    assert "redirects new" in again
    assert "nothing new" not in again
    assert "nothing new" in await bring(site, read([page]))


@pytest.mark.parametrize("folder", ["harbour", "workshop", "garten"])
async def test_a_whole_site_comes_over_with_its_conversations(ask, store, folder):
    blog = read([PAGES / folder])
    await bring(await models.Site.found(), blog)
    remarks = [remark for post in blog.posts for remark in post.comments]
    approved = sum(remark.suggested_status == "approved" for remark in remarks)
    answer = await ask(
        "{ posts(first: 100) { totalCount nodes { commentCount } } archiveMonths { postCount } }"
    )
    assert answer["posts"]["totalCount"] == len(blog.posts)
    assert sum(month["postCount"] for month in answer["archiveMonths"]) == len(blog.posts)
    assert sum(post["commentCount"] for post in answer["posts"]["nodes"]) == approved
    assert await models.Comment.all().count() == len(remarks)
    answered = {remark.source_id: remark.parent_id for remark in remarks}
    for comment in await models.Comment.all().select_related("parent"):
        assert (comment.parent.source_id if comment.parent_id else None) == answered[comment.source_id]


async def test_a_changed_page_updates_its_post(ask, store, tmp_path):
    site = await models.Site.found()
    saved = Path(copytree(PAGES / "weverij", tmp_path / "weverij"), "patronen.html")
    await bring(site, read([saved]))
    reword(saved, "de draden lang", "de draden langer")
    assert "1 post changed" in await bring(site, read([saved]))
    answer = await ask("{ posts { totalCount nodes { contentText version } } }")
    assert answer["posts"]["totalCount"] == 1
    assert "de draden langer" in answer["posts"]["nodes"][0]["contentText"]


async def test_what_was_edited_here_is_not_undone_by_the_same_pages(store):
    site = await models.Site.found()
    await bring(site, read([PAGES / "harbour"]))
    await edit_all()
    before = await contents()
    assert "nothing new" in await bring(site, read([PAGES / "harbour"]))
    assert await contents() == before


async def test_what_came_before_digests_were_kept_is_taken_for_edited_once(store, tmp_path):
    site = await models.Site.found()
    folder = Path(copytree(PAGES / "harbour", tmp_path / "harbour"))
    await bring(site, read([folder]))
    await edit_all()
    for noun in (models.Post, models.Page):
        await noun.all().update(import_digest=None)
    said = await bring(site, read([folder]))
    assert "3 posts kept as edited here" in said
    assert "1 page kept as edited here" in said
    assert set(await models.Post.all().values_list("title", flat=True)) == {"Van hier"}
    # From then on it is known what came, and what changes comes.
    reword(folder / "over-ons.html", "Wie wij zijn", "Wie wij waren")
    assert "1 page changed" in await bring(site, read([folder]))
    assert "Wie wij waren" in (await models.Page.get()).source
    assert set(await models.Post.all().values_list("title", flat=True)) == {"Van hier"}


async def test_what_came_before_and_was_edited_by_nobody_changes_with_its_page(store, tmp_path):
    site = await models.Site.found()
    saved = Path(copytree(PAGES / "weverij", tmp_path / "weverij"), "patronen.html")
    await bring(site, read([saved]))
    await models.Post.all().update(import_digest=None)
    reword(saved, "de draden lang", "de draden langer")
    assert "1 post changed" in await bring(site, read([saved]))


async def test_a_comment_that_comes_later_does_not_answer_a_guest(store, tmp_path):
    site = await models.Site.found()
    folder = Path(copytree(PAGES / "harbour", tmp_path / "harbour"))
    saved = folder / "verhalen" / "de-nieuwe-kraan.html"
    whole = saved.read_text("utf-8")
    saved.write_text("\n".join(row for row in whole.splitlines() if 'id="44"' not in row), "utf-8")
    await bring(site, read([folder]))
    post = await models.Post.get(title="De nieuwe kraan")
    await models.Comment.keep(post, models.Writer(name="Gast"), "Dag!")
    saved.write_text(whole, "utf-8")
    await bring(site, read([folder]))
    assert (await models.Comment.get(name="Koop pillen")).parent_id is None


async def test_one_odd_comment_does_not_keep_the_others_away(store, tmp_path):
    folder = Path(copytree(PAGES / "harbour", tmp_path / "harbour"))
    saved = folder / "verhalen" / "de-nieuwe-kraan.html"
    reword(saved, "Vind ik ook.", '<img src="duim.gif" />')
    reword(saved, "http://piet.example", "http://piet@evil.example")
    reword(saved, "javascript:x()", "http://long.example/" + "x" * 500)
    reword(saved, "Koop pillen", "&#x3164;")
    blog = read([folder])
    assert "a comment by Ans on “De nieuwe kraan” (19/6/2019 11:13:19) is left out: it has no words" in (
        blog.report.doubtful
    )
    await bring(await models.Site.found(), blog)
    piet, owner, nameless = await models.Comment.all().order_by("id")
    assert [piet.name, owner.name, nameless.name] == ["Piet", "Redactie", "Anonymous"]
    assert owner.parent_id == piet.id
    assert piet.website is nameless.website is None


async def test_a_post_known_from_the_feed_is_the_one_its_page_tells_later(ask, store):
    site = await models.Site.found()
    await bring(site, read([PAGES / "harbour" / "feed.xml"]))
    of_feed = await models.Post.all().count()
    await bring(site, read([PAGES / "harbour"]))
    titles = await models.Post.all().values_list("title", flat=True)
    assert of_feed > 0
    assert len(titles) == len(set(titles))


async def test_a_feed_that_comes_after_the_pages_brings_nothing_again_and_takes_nothing_away(store):
    site = await models.Site.found()
    await bring(site, read([PAGES / "harbour"]))
    on_both = models.Post.filter(slug="de-nieuwe-kraan")
    before, posts = await on_both.values(), await models.Post.all().count()
    for later in ("harbour/feed.xml", "harbour"):
        await bring(site, read([PAGES / later]))
        assert await on_both.values() == before
        assert await models.Post.all().count() == posts


async def test_what_a_feed_brought_a_second_time_once_hinders_no_import(store):
    site = await models.Site.found()
    await bring(site, read([PAGES / "harbour"]))
    await models.Post.draft(site, "x", "", authors=[], source_id="weebly:/verhalen/de-nieuwe-kraan")
    before = await contents()
    assert "nothing new" in await bring(site, read([PAGES / "harbour"]))
    assert await contents() == before


async def test_old_addresses_lead_to_the_post(ask, store):
    await bring(await models.Site.found(), read([PAGES / "weverij" / "patronen.html"]))
    old = "/blogs/een-patroon-voor-de-winter"
    answer = await ask("query($old: String!) { post(by: {path: $old}) { path } }", old=old)
    assert answer["post"] == {"path": "/posts/een-patroon-voor-de-winter"}
    assert (await models.leads(old)).path == "/posts/een-patroon-voor-de-winter"
    assert (await models.leads("/blogs/archives/11-2019")).path == "/archive/2019-11"


async def test_the_menu_leads_to_what_came_and_else_to_the_old_site(store, tmp_path):
    site = await models.Site.found()
    saved = Path(copytree(PAGES / "harbour", tmp_path / "harbour"), "verhalen.html")
    more = ("/over-ons.html", "https://a.example/verhalen", "/verhalen/archives/11-2018", "/index.html")
    reword(saved, '<li id="pg2"', "".join(map(item, more)) + '<li id="pg2"')
    told = await bring(site, read([saved.parent]))
    assert told.splitlines()[1:] == [
        "Menu entries that lead to the old site, for their pages were not given: Boten, Sloepen."
    ]
    leads = await menu()
    assert leads == {
        "Begin": "/",
        "/over-ons.html": (await models.Page.get()).path,
        "https://a.example/verhalen": "https://a.example/verhalen",
        "/verhalen/archives/11-2018": "/archive/2018-11",
        "/index.html": "/",
        "Kade": "https://havenkrant.example/boten.html",
        "Boten": "https://havenkrant.example/boten.html",
        "Sloepen": "https://havenkrant.example/sloepen.html",
        "Verhalen": "/posts",
    }
    # What came before is here, whether or not it comes along.
    await bring(site, read([saved]))
    assert await menu() == leads


async def test_where_the_old_site_is_unknown_an_entry_without_its_page_is_left_out(store, tmp_path):
    saved = Path(copytree(PAGES / "weverij", tmp_path / "weverij"), "patronen.html")
    reword(saved, "weverij.example", "")
    reword(saved, "/spinnen.html", "https://a.example/")
    blog = read([saved])
    assert blog.site.host == ""
    told = await bring(await models.Site.found(), blog)
    labels = "Garen, Verven, Weven, Wij, Schrijf"
    assert told.splitlines()[1:] == [f"Left out of the menu, for their pages were not given: {labels}."]
    # What has something below it leads there.
    below = "https://a.example/"
    assert await menu() == {"Begin": "/", "Lessen": below, "Spinnen": below, "Blogs": "/posts"}


async def test_a_menu_that_an_editor_arranged_stays_when_the_pages_come_again(store):
    site = await models.Site.found()
    await bring(site, read([PAGES / "weverij"]))

    async def work():
        return (await models.arrange(site.id, "main", [models.Entry("Van hier", "/posts")])).id

    await models.Audit.noted(models.NOBODY, "menu.update", work)
    for _ in range(2):
        told = await bring(site, read([PAGES / "weverij"]))
        assert told.splitlines()[1:] == ["The main menu stays as it was arranged here."]
        assert await menu() == {"Van hier": "/posts"}


@pytest.mark.parametrize("is_demonstration", [False, True])
async def test_the_name_that_an_owner_gave_stays(store, is_demonstration):
    site = await models.Site.found()
    if is_demonstration:
        await tell_demonstration(site, lambda _: None)
    token = await models.owner_token(site)
    await models.own(site, token, email="ed@example.org", name="Ed", title="Van Ed", language="nl")
    told = await bring(await models.Site.found(), read([PAGES / "weverij" / "patronen.html"]))
    assert "The site is still called Van Ed, as it was named here; its pages say WEVERIJ." in told
    assert (await models.Site.get()).title == "Van Ed"


@pytest.mark.parametrize("is_demonstration", [False, True])
async def test_a_name_that_nobody_gave_makes_way(store, is_demonstration):
    site = await models.Site.found()
    if is_demonstration:
        await tell_demonstration(site, lambda _: None)
    token = await models.owner_token(site)
    await models.own(site, token, email="ed@example.org", name="Ed", title=site.title)
    told = await bring(await models.Site.found(), read([PAGES / "weverij" / "patronen.html"]))
    assert "still called" not in told
    assert (await models.Site.get()).title == "WEVERIJ"


async def test_another_site_is_refused_and_nothing_is_written(store):
    site = await models.Site.found()
    await bring(site, read([PAGES / "weverij"]))
    before = await contents()
    with pytest.raises(
        ImportRefused, match=r"holds weverij\.example; import havenkrant\.example into another"
    ):
        await bring(site, read([PAGES / "harbour"]))
    assert await contents() == before


async def test_a_publication_that_was_begun_here_is_not_taken_over(store):
    site = await models.Site.found()
    post = await models.Post.draft(site, "Van mij", "<p>Hier geschreven.</p>", authors=[])
    before = await contents()
    with pytest.raises(ImportRefused, match="This store holds a publication, which would get the title"):
        await bring(site, read([PAGES / "weverij"]))
    assert await contents() == before
    await post.delete()
    assert "post" in await bring(site, read([PAGES / "weverij"]))


async def test_what_somebody_wrote_into_the_demonstration_is_not_taken_away(store):
    site = await models.Site.found()
    await tell_demonstration(site, lambda _: None)
    owner = await models.User.welcome(site, "ed@example.org", "Ed", models.Role.ADMIN)
    ed = await models.Author.named(site.id, "Ed")
    await models.User.filter(id=owner.id).update(author_id=ed.id)
    await models.Post.draft(site, "Van mij", "<p>Hier geschreven.</p>", authors=[ed])
    before = await contents()
    with pytest.raises(ImportRefused, match=r"Somebody has written into the demonstration \(1 post\)"):
        await bring(await models.Site.found(), read([PAGES / "weverij"]))
    assert await contents() == before


async def test_what_holds_no_post_is_refused_and_takes_nothing_away(store, tmp_path):
    site = await models.Site.found()
    await bring(site, read([PAGES / "weverij"]))
    before = await contents()
    with pytest.raises(ImportRefused, match="no posts and no pages"):
        await bring(site, read([written(tmp_path / "feed.xml", EMPTY_FEED)]))
    assert await contents() == before


async def test_titles_that_are_too_long_are_cut(store, tmp_path):
    folder = tmp_path / "weverij"
    copytree(PAGES / "weverij", folder)
    page = folder / "patronen.html"
    said = page.read_text("utf-8")
    for short, long in (("Een patroon voor de winter", "winter " * 60), ("WEVERIJ", "WEVERIJ " * 40)):
        said = said.replace(short, long)
    page.write_text(said, "utf-8")
    blog = read([page])
    about = replace(blog.site, description="d" * 2_000)
    await bring(await models.Site.found(), replace(blog, site=about))
    assert (await models.Site.get()).description == "d" * 1_000
    post = await models.Post.get()
    assert post.title == ("winter " * 43)[:300].rstrip()
    assert (await models.Site.get()).title == ("WEVERIJ " * 25).rstrip()
    assert "changed" not in await bring(await models.Site.get(), read([page]))


async def test_an_import_that_is_stopped_brings_nothing(store, tmp_path):
    site = await models.Site.found()
    bringing = asyncio.create_task(bring(site, read([PAGES / "harbour"])))
    for _ in range(20):
        await asyncio.sleep(0)
    assert not bringing.done()
    bringing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await bringing
    await settled()
    assert await models.Post.all().count() == 0


def written(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


async def edit_all() -> None:
    """Edit every post and page as is done at the desk."""
    for post in await models.Post.all():
        await post.rewrite("Van hier", "<p>Van hier.</p>", tags=[], image_id=None)
    for page in await models.Page.all():
        await page.rewrite("Van hier", "<p>Van hier.</p>")


def reword(page: Path, old: str, new: str) -> None:
    page.write_text(page.read_text("utf-8").replace(old, new), "utf-8")


def item(href: str) -> str:
    return f'<li class="wsite-menu-item-wrap"><a href="{href}" class="wsite-menu-item">{href}</a></li>'


async def menu() -> dict[str, str]:
    """Give where each entry of the main menu leads."""
    menus = await models.read_menus(await models.Site.found())
    return {entry.label: entry.href for entry in models.menu_entries([menus["main"]])}


async def contents() -> list[list[dict]]:
    return [await noun.all().order_by("id").values() for noun in ROWS]
