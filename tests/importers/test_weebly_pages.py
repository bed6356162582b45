"""What one page, one address or one feed can be."""

import pytest

from gql_server.importers.weebly import feed, page
from gql_server.importers.weebly.blog import read
from gql_server.importers.weebly.dates import Witness
from gql_server.importers.weebly.places import Kind, hinted_month, path_of, place, slug_of, spellings

ENTRY = """<div id="blog-post-{number}" class="blog-post"><h2 class="blog-title">
<a class="blog-title-link" href="{link}">Knots {number}</a></h2>
<p class="blog-date"><span class="date-text">{date}</span></p>
<p class="blog-comments">{header}</p>
<div class="blog-content"><div class="paragraph">A bowline.</div>{more}</div></div>"""
MORE = '<div class="blog-read-more"><a href="#">Read more</a></div>'
CHANNEL = """<rss version="2.0"><channel><title>Knots</title><link>https://knots.example/blog</link>
<language>en-us</language>
<pubDate>{date}</pubDate><item><title>Knots 1</title><link>https://knots.example/blog/knots-1</link>
<pubDate>Wed, 04 Mar 2020 20:00:00 -0800</pubDate>
<description>&lt;p&gt;A hitch.&lt;/p&gt;</description></item></channel></rss>"""


def entry(number=1, link="//knots.example/blog/knots-1", date="3/4/2020", header="", more=""):
    return ENTRY.format(number=number, link=link, date=date, header=header, more=more)


def saved(folder, *entries, name="page.html", url="", head=""):
    meta = f'<meta property="og:url" content="{url}">' if url else ""
    path = folder / name
    path.write_text(
        f"<html><head>{meta}{head}</head><body class='wsite-page-blog'>{''.join(entries)}</body></html>",
        "utf-8",
    )
    return path


@pytest.mark.parametrize(
    ("path", "kind", "key", "blog"),
    [
        ("/blog/archives/03-2020", Kind.MONTH, "2020-03", "/blog"),
        ("/blog/archives/3-2020/2", Kind.MONTH, "2020-03", "/blog"),
        ("/1/archives/03-2020/1", Kind.MONTH, "2020-03", "/1"),
        ("/copy/archives/03-2020.html", Kind.MONTH, "2020-03", "/copy"),
        ("/blog/category/old-ropes/2", Kind.CATEGORY, "old-ropes", "/blog"),
        ("/blog/category/all", Kind.CATEGORY, "", "/blog"),
        ("/1/previous/2", Kind.INDEX, "2", "/1"),
    ],
)
def test_an_address_that_lists_posts(path, kind, key, blog):
    assert place(path) == (kind, key, blog)


@pytest.mark.parametrize(
    "path", ["/blog", "/blog/archives/13-2020", "/blog/archives/03-20", "/categories", ""]
)
def test_an_address_that_lists_nothing(path):
    assert place(path) is None


def test_paths_are_decoded_and_spelled_both_ways():
    assert path_of("https://knots.example/caf%C3%A9.html?x#y") == "/café.html"
    assert path_of("//knots.example/a") == "/a"
    assert path_of("http://[bad") == path_of("/a%00b") == path_of("mailto:a@b.example") == ""
    assert spellings("/a.html") == spellings("/a") == ("/a", "/a.html")
    assert spellings("/index.html") == ("/", "/index", "/index.html")
    assert spellings("/") == ("/",)
    assert slug_of("/1/post/2012/03/a-vice.html") == "a-vice"
    assert (hinted_month("/1/post/2012/03/a.html"), hinted_month("/1/post/2012/13/a.html")) == (
        "2012-03",
        None,
    )


def test_the_browser_says_where_it_saved_a_page_from(tmp_path):
    comment = "<!-- saved from url=(0029)https://knots.example/blog/x -->"
    found = page.read("x.html", saved(tmp_path, entry(), head=comment).read_text("utf-8"))
    assert found is not None
    assert (found.host, found.path, found.kind) == ("knots.example", "/blog/x", Kind.INDEX)


def test_a_shortened_post_without_its_page_is_told(tmp_path):
    blog = read([saved(tmp_path, entry(more=MORE, date="3/24/2020"))])
    assert [doubt for doubt in blog.report.doubtful if "only its beginning" in doubt]
    assert "Read more" not in blog.posts[0].html


def test_comments_that_stand_on_a_page_not_given_are_told(tmp_path):
    assert read([saved(tmp_path, entry(header="<a>3 Comments</a>"))]).report.miscounted == (
        "“Knots 1” speaks of 3, 0 found",
    )


def test_a_post_without_a_date_has_a_month_or_is_left_out(tmp_path):
    hinted = entry(number=2, link="/1/post/2012/03/knots-2.html", date="")
    blog = read([saved(tmp_path, entry(date="soon"), hinted)])
    [only] = blog.posts
    assert (only.source_id, f"{only.day}", only.witness) == ("weebly:2", "2012-03-01", Witness.HINT)
    assert [doubt for doubt in blog.report.doubtful if "“Knots 1” is left out" in doubt]


def test_pages_of_two_sites_are_told(tmp_path):
    saved(tmp_path, entry(), url="https://knots.example/blog")
    saved(tmp_path, entry(number=2), name="other.html", url="https://ropes.example/blog")
    blog = read([tmp_path])
    assert [doubt for doubt in blog.report.doubtful if "ropes.example" in doubt or "knots.example" in doubt]


def test_contradicting_dates_are_told(tmp_path):
    posts = [
        entry(number=n, link=f"/blog/{n}", date=date) for n, date in ((1, "3/24/2020"), (2, "25/3/2020"))
    ]
    assert [doubt for doubt in read([saved(tmp_path, *posts)]).report.doubtful if "contradict" in doubt]


def test_images_the_browser_kept_beside_the_page_are_told(tmp_path):
    text = entry().replace("A bowline.", '<img src="Page_files/knot.jpg">')
    assert [doubt for doubt in read([saved(tmp_path, text)]).report.doubtful if "browser saved" in doubt]


def test_a_feed_alone_is_a_blog(tmp_path):
    path = tmp_path / "feed"
    path.write_text(CHANNEL.format(date="Thu, 05 Mar 2020 10:00:00 -0800"), "utf-8")
    blog = read([path])
    [post] = blog.posts
    assert (blog.site.title, blog.site.host, blog.site.time_zone) == (
        "Knots",
        "knots.example",
        "America/Los_Angeles",
    )
    assert (f"{post.published:%Y-%m-%d %H:%M}", post.html) == ("2020-03-04 20:00", "<p>A hitch.</p>")


@pytest.mark.parametrize(
    "date", ["Thu, 05 Mar 2020 10:00:00 GMT", "soon", "Thu, 05 Mar 9999 10:00:00 +0100", ""]
)
def test_a_feeds_clock_may_say_nothing(date):
    found = feed.read("feed", CHANNEL.format(date=date))
    assert found is not None
    assert found.clock is None
