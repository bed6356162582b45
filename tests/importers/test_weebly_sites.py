"""Whole sites of either generator, read from what an owner has saved."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from shutil import copytree
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest

from gql_server.importers.weebly.blog import read
from gql_server.importers.weebly.dates import Witness
from gql_server.importers.weebly.values import Blog, FormValue, ImageValue, MenuValue, PostValue

PAGES = Path(__file__).parent / "pages"
SEED = Path(__file__).parents[3] / "shared" / "seed" / "serviceculture-page.html"


@pytest.fixture(scope="module")
def harbour() -> Blog:
    return read([PAGES / "harbour"])


@pytest.fixture(scope="module")
def workshop() -> Blog:
    return read([PAGES / "workshop"])


def post(blog: Blog, number: str) -> PostValue:
    [found] = [post for post in blog.posts if post.source_id == f"weebly:{number}"]
    return found


def test_the_site_says_who_it_is(harbour):
    site = harbour.site
    assert (site.title, site.language, site.host) == ("HAVENKRANT", "nl", "havenkrant.example")
    assert (site.time_zone, site.description) == ("Europe/Amsterdam", "Nieuws van de kade.")
    assert harbour.authors == ("Zoë Blom", "Joris Dekker")
    assert harbour.forms == (FormValue(ucfid="5150", field="_u77", label="Blijf op de hoogte"),)


def test_the_menu_is_the_desktops_with_labels_and_all_levels(harbour):
    sloops = MenuValue(label="Sloepen", href="/sloepen.html")
    boats = MenuValue(label="Boten", href="/boten.html", items=(sloops,))
    assert harbour.menu == (
        MenuValue(label="Begin", href="/"),
        MenuValue(label="Kade", href=None, items=(boats,)),
        MenuValue(label="Verhalen", href="/verhalen", is_current=True),
    )


def test_the_posts_own_page_beats_the_shortened_one_and_the_feed(harbour):
    crane = post(harbour, "300")
    assert crane.authors == ("Zoë Blom",)
    assert crane.image == ImageValue(
        url="https://havenkrant.example/uploads/1/2/kraan_orig.jpg", alt="", caption="De kraan in mei"
    )
    assert crane.html.startswith(
        "<p>Eindelijk is hij er.</p><p>Links.</p><p>Rechts.</p><h2>Hoe hij kwam</h2>"
    )
    assert "eerste.jpg" in crane.html
    assert 'href="mailto:kade@haven.example"' in crane.html


def test_the_page_gives_the_day_and_the_feed_the_time(harbour):
    crane = post(harbour, "300")
    assert crane.published == datetime(2019, 6, 5, 0, 40, tzinfo=ZoneInfo("Europe/Amsterdam"))
    assert crane.published.astimezone(UTC).date() == date(2019, 6, 4)
    assert crane.witness is Witness.FEED


def test_a_month_page_is_a_witness(harbour):
    rope = post(harbour, "200")
    assert (rope.day, rope.witness) == (date(2019, 4, 3), Witness.MONTH_PAGE)
    assert rope.published.hour == 12


def test_several_authors_with_a_date_are_one_byline(harbour):
    rope = post(harbour, "200")
    assert rope.authors == ("Joris Dekker", "Zoë Blom")
    assert rope.html == "<p>Aan de kade ruikt het naar teer.</p>"


def test_a_post_only_the_feed_knows_comes_along(harbour):
    mist = post(harbour, "/verhalen/alleen-in-de-feed")
    assert (mist.day, mist.witness) == (date(2018, 11, 12), Witness.FEED)
    assert (mist.authors, mist.html) == (("Joris Dekker",), "<p>Mist op het water.</p>")


def test_categories_come_from_their_pages_and_the_feed_in_one_spelling(harbour):
    tags = {post.slug: post.tags for post in harbour.posts}
    assert tags == {
        "de-nieuwe-kraan": ("Werk",),
        "touw-en-teer": ("Oude Ambachten",),
        "alleen-in-de-feed": ("Oude Ambachten",),
    }


def test_comments_are_threaded_and_those_the_owner_answered_approved(harbour):
    comments = post(harbour, "300").comments
    assert [(comment.name, comment.parent_id, comment.suggested_status) for comment in comments] == [
        ("Piet", None, "approved"),
        ("Ans", "weebly:41", "approved"),
        ("Redactie", "weebly:42", "approved"),
        ("Koop pillen", None, "pending"),
    ]
    assert [comment.website for comment in comments] == ["http://piet.example", None, None, None]
    assert comments[0].text == "Mooi\nding.\n\nEcht."
    assert [f"{comment.written:%d-%m %H:%M:%S}" for comment in comments[:3]] == [
        "06-06 17:21:41",
        "19-06 11:13:19",
        "20-06 00:03:00",
    ]


def test_comments_are_closed_by_notice_or_by_an_empty_header(harbour):
    is_open = {post.slug: post.comments_open for post in harbour.posts}
    assert is_open == {"de-nieuwe-kraan": False, "touw-en-teer": False, "alleen-in-de-feed": True}


def test_standing_pages_come_along_without_their_forms(harbour):
    [about] = harbour.pages
    assert (about.title, about.path) == ("Over ons", "/over-ons.html")
    assert about.html == '<h2>Wie wij zijn</h2><p>Een krant van de <a href="/verhalen">kade</a>.</p>'


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/verhalen/de-nieuwe-kraan", ("post", "weebly:300")),
        ("/verhalen/de-nieuwe-kraan.html", ("post", "weebly:300")),
        ("/verhalen", ("index", "")),
        ("/verhalen.html", ("index", "")),
        ("/verhalen/previous/2", ("index", "")),
        ("/verhalen/previous/3", ("index", "")),
        ("/verhalen/archives/11-2018", ("month", "2018-11")),
        ("/verhalen/archives/11-2018/1", ("month", "2018-11")),
        ("/verhalen/category/oude-ambachten", ("tag", "Oude Ambachten")),
        ("/verhalen/category/all", ("index", "")),
        ("/verhalen/feed", ("feed", "")),
        ("/over-ons", ("page", "/over-ons.html")),
    ],
)
def test_an_old_address_keeps_leading_somewhere(harbour, path, target):
    assert dict(harbour.redirects)[path] == target


def test_the_report_tells_what_is_doubtful(harbour):
    report = str(harbour.report)
    assert "Dates are D/M, witnessed by: the feed (2), the month page it stands on (1)." in report
    assert "Comments: approved (3), pending (1)." in report
    assert "Doubtful: a comment by Koop pillen has no date that can be read" in report
    assert harbour.report.miscounted == ()


def test_the_old_generator_is_read_alike(workshop):
    vice = post(workshop, "77")
    assert (vice.day, vice.witness) == (date(2012, 3, 4), Witness.SIDEBAR)
    assert vice.authors == ("Tom Adler",)
    assert (
        vice.html
        == "<p>It holds what you give it — and more.</p><blockquote><p>Turn slowly.</p></blockquote>"
    )
    [question] = vice.comments
    assert (question.source_id, f"{question.written:%Y-%m-%d %H:%M}") == ("weebly:501", "2012-03-18 17:21")
    assert dict(workshop.redirects)["/1/post/2012/03/a-better-vice.html"] == ("post", "weebly:77")
    assert dict(workshop.redirects)["/1/archives/03-2012/1"] == ("month", "2012-03")


def test_missing_comments_are_told(workshop):
    assert workshop.report.miscounted == ("“A better vice” speaks of 2, 1 found",)


def test_a_single_german_page_is_a_guess_and_says_so():
    blog = read([PAGES / "garten" / "beitrag.html"])
    [roses] = blog.posts
    assert (roses.day, roses.witness, roses.authors) == (date(2021, 1, 7), Witness.NOBODY, ())
    assert blog.site.time_zone == "Europe/Berlin"
    assert any("Rosen im Winter" in doubt for doubt in blog.report.doubtful)


def test_an_author_may_be_named_by_hand():
    blog = read([PAGES / "garten"], authors=["Greta Vogel"])
    assert (blog.authors, blog.posts[0].authors) == (("Greta Vogel",), ())
    assert "Gespräch mit Greta Vogel" in blog.posts[0].html


def test_a_zip_reads_like_the_folder_it_was_made_of(harbour, tmp_path):
    archive = tmp_path / "site.zip"
    with ZipFile(archive, "w") as packed:
        for path in (PAGES / "harbour").rglob("*.*"):
            packed.write(path, path.relative_to(PAGES / "harbour"))
    assert read([archive]) == harbour


def test_reading_twice_gives_the_same_and_tells_its_progress(harbour):
    heard: list[str] = []
    assert read([PAGES / "harbour", PAGES / "harbour"], progress=heard.append).posts == harbour.posts
    assert heard[:2] == ["feed.xml", "over-ons.html"]


def test_a_copy_with_relative_links_reads_like_the_site(harbour, tmp_path):
    folder = tmp_path / "copy"
    copytree(PAGES / "harbour", folder)
    for path in folder.rglob("*.html"):
        up = "../" * (len(path.relative_to(folder).parts) - 1)
        relative = re.sub('="/(?!/)', f'="{up or "./"}', path.read_text("utf-8"))
        path.write_text(relative, "utf-8")
    copied = read([folder])
    assert copied.posts == harbour.posts
    assert copied.menu == harbour.menu
    assert copied.redirects == harbour.redirects


def test_comments_kept_by_facebook_are_told_as_lost(tmp_path):
    page = (
        (PAGES / "garten" / "beitrag.html")
        .read_text("utf-8")
        .replace("<body", '<div class="fb-comments"></div><body')
    )
    (tmp_path / "page.html").write_text(page, "utf-8")
    assert any("Facebook" in doubt for doubt in read([tmp_path]).report.doubtful)


ONE_PAGE = [
    (PAGES / "weverij" / "patronen.html", "WEVERIJ", "weverij.example", date(2019, 11, 30), "2019-11", 1),
    (SEED, "SERVICECULTUUR", "servicecultuur.example", date(2020, 3, 24), "2020-03", 36),
]


@pytest.mark.parametrize(
    ("path", "title", "host", "day", "month", "empty_months"), [row for row in ONE_PAGE if row[0].exists()]
)
def test_one_saved_page_is_a_blog(path, title, host, day, month, empty_months):
    blog = read([path])
    [article] = blog.posts
    assert (blog.site.title, blog.site.language, blog.site.host) == (title, "nl", host)
    assert [len(item.items) for item in blog.menu] == [0, 0, 3, 0, 0, 0]
    assert (article.day, article.witness, len(blog.authors)) == (day, Witness.NUMBER, 3)
    assert article.authors == (blog.authors[1],)
    assert article.authors[0] not in article.html
    assert article.image is not None
    assert (article.image.alt, article.html.count("<img")) == ("", 1)
    assert (article.comments, article.comments_open) == ((), True)
    assert (blog.report.months, len(blog.report.empty_months)) == (((month, 1),), empty_months)
