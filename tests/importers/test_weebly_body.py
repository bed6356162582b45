"""Weebly's markup made into clean HTML, piece by piece."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gql_server.importers.weebly import body
from gql_server.importers.weebly.addresses import image_address, link_address, uncover

HOST = "lane.example"
FILE_BOX = (
    '<div><div style="margin: 10px 0 0 -10px"> <a title="Download file: plan.pdf" href="/uploads/1/plan.pdf">'
    '<img src="//www.weebly.com/weebly/images/file_icons/pdf.png" /></a><div><table><tr><td colspan="2">'
    '<b> plan.pdf</b></td></tr><tr style="display: none;"><td>Size</td></tr></table>'
    '<a href="/uploads/1/plan.pdf">Download</a></div></div>'
    '<hr style="clear: both; visibility: hidden"></div>'
)


@pytest.mark.parametrize(
    ("markup", "html"),
    [
        ('<div class="paragraph">One.<br /><br />Two,<br />three.</div>', "<p>One.</p><p>Two,<br>three.</p>"),
        ('<div class="paragraph"><br />&nbsp;<br />&#8203;</div>', ""),
        ('<font color="#111">a <span style="font-weight:700">b</span></font>', "<p>a <strong>b</strong></p>"),
        ('<span style="font-style: italic">c</span>', "<p><em>c</em></p>"),
        ("<strong>a<br /><br />b</strong>", "<p><strong>a</strong></p><p><strong>b</strong></p>"),
        ("a <strong></strong> b", "<p>a b</p>"),
        ('<h2 class="wsite-content-title"><font>Head</font></h2>', "<h2>Head</h2>"),
        ("<h1>Head</h1>", "<h2>Head</h2>"),
        ("<blockquote>a<br /><br />b</blockquote>", "<blockquote><p>a</p><p>b</p></blockquote>"),
        ("<ul><li>a<br />b</li><li></li><li>c</li></ul>", "<ul><li>a<br>b</li><li>c</li></ul>"),
        ('<hr class="styled-hr" style="width:100%"><div class="wsite-spacer">x</div>', "<hr>"),
        ('<a class="wsite-button" href="/go.html"><span>Go</span></a>', '<p><a href="/go.html">Go</a></p>'),
        ('<a class="wsite-button"><span>Nowhere</span></a>', ""),
        ('<a href="javascript:x()">a</a>', "<p>a</p>"),
        ('<a href="//other.example/x">a</a>', '<p><a href="https://other.example/x">a</a></p>'),
        ("<table><tr><td>1</td><td>2</td></tr></table>",
         "<table><tbody><tr><td>1</td><td>2</td></tr></tbody></table>"),
        ('<iframe src="//www.youtube.com/embed/abc_123?x"></iframe>',
         '<figure><a href="https://www.youtube.com/watch?v=abc_123">https://www.youtube.com/watch?v=abc_123</a></figure>'),
        (FILE_BOX, '<p><a href="https://lane.example/uploads/1/plan.pdf">plan.pdf</a></p>'),
        ('<img src="data:image/png;base64,AA" />', ""),
        ('<p>a &lt;b&gt; &amp; "c"</p>', '<p>a &lt;b&gt; &amp; "c"</p>'),
        ('<a href="/big.html"><img src="/uploads/s.jpg" alt="Bild"></a>',
         '<figure><a href="/big.html"><img src="https://lane.example/uploads/s.jpg" alt=""></a></figure>'),
        ('<div style="display:none">hidden</div>shown', "<p>shown</p>"),
        ("<div>" * 200 + "deep <b>down</b>", "<p>deep down</p>"),
        ('<object><embed src="http://www.youtube.com/v/abc_123"></object>',
         '<figure><a href="https://www.youtube.com/watch?v=abc_123">https://www.youtube.com/watch?v=abc_123</a></figure>'),
        ('<iframe title="Tide" src="https://player.vimeo.com/video/12345"></iframe>',
         '<figure><a href="https://vimeo.com/12345">Tide</a></figure>'),
        ('<a href="https://lane.example/a?b#c">own</a>', '<p><a href="/a?b#c">own</a></p>'),
        ('<a href="https://lane.example">own</a>', '<p><a href="/">own</a></p>'),
        ('<a href="#top">up</a> <a href="/cdn-cgi/l/email-protection">x</a>', "<p>up x</p>"),
        ("<b>a<i>b</i></b><i>c</i>", "<p><strong>a<em>b</em></strong><em>c</em></p>"),
        ('<h2>One<br />two <img src="/a.jpg"></h2>',
         '<h2>One<br>two</h2><figure><img src="https://lane.example/a.jpg" alt=""></figure>'),
        ("<pre>  a\n   b</pre>", "<pre>  a\n   b</pre>"),
    ],
)  # fmt: skip
def test_markup_becomes_clean_html(markup, html):
    assert body.read(markup, HOST).html == html


def test_a_picture_keeps_its_caption_and_a_real_alt():
    text = body.read(
        '<div class="wsite-image"><a href="/uploads/a_orig.jpg">'
        '<img src="/uploads/a.jpg" alt="The &quot;lane&quot;"></a>'
        '<div style="display:block;font-size: 90%">In <b>May</b></div></div>',
        HOST,
    )
    assert text.html == (
        '<figure><img src="https://lane.example/uploads/a.jpg" alt="The &quot;lane&quot;">'
        "<figcaption>In May</figcaption></figure>"
    )


def test_what_is_dropped_is_counted():
    text = body.read(
        '<form><input></form><script>x</script><iframe src="//map.example"></iframe><video></video>', HOST
    )
    assert text.html == ""
    assert text.dropped == {"form": 1, "script": 1, "frame of another site": 1, "video": 1}


@pytest.mark.parametrize(
    "script", ['[{"url":"1/a.jpg","caption":"\\ud800x"}]', "[", "[1, null]", '[{"url":7}]', "[" * 5000]
)
def test_a_slideshow_may_be_broken(script):
    html = body.read(f"<script>wSlideshow.render({{images:{script}}})</script>", HOST).html
    html.encode()


def test_a_hidden_address_is_uncovered_or_left_alone():
    assert uncover("00") == uncover("zz") == uncover("") == ""
    key = 7
    digits = f"{key:02x}" + "".join(f"{byte ^ key:02x}" for byte in b"ann@lane.example")
    assert uncover(digits) == "ann@lane.example"
    assert link_address(f"/cdn-cgi/l/email-protection#{digits}", HOST) == "mailto:ann@lane.example"
    assert body.read(f'<a class="__cf_email__" data-cfemail="{digits}">x</a>', HOST).html == (
        '<p><a href="mailto:ann@lane.example">ann@lane.example</a></p>'
    )


@pytest.mark.parametrize(
    ("src", "whole"),
    [
        ("/uploads/a b.jpg", "https://lane.example/uploads/a%20b.jpg"),
        ("uploads/a.jpg", "https://lane.example/uploads/a.jpg"),
        ("//cdn.example/a.jpg", "https://cdn.example/a.jpg"),
        ("./Page_files/a.jpg", "./Page_files/a.jpg"),
        ("http://x.example/é.jpg", "http://x.example/%C3%A9.jpg"),
        ("file:///c/a.jpg", ""),
    ],
)
def test_the_address_of_an_image(src, whole):
    assert image_address(src, HOST) == whole


TAGS = ["div", "b", "ul", "li", "blockquote", "table", "td", "pre", "h1", "h2", "script", "svg", "span", "p"]
PIECES = st.sampled_from(
    [f"<{tag}>" for tag in TAGS]
    + [f"</{tag}>" for tag in TAGS]
    + ["<br>", "<hr>", '<a href="/x">', "</a>", '<img src="/a.jpg">', "&nbsp;", "word"]
)


@given(st.lists(PIECES, max_size=60))
def test_cleaning_what_is_clean_changes_nothing(pieces):
    once = body.read(" ".join(pieces), HOST).html
    assert body.read(once, HOST).html == once
    assert not re.search("<(?:script|svg|div|font)", once)
