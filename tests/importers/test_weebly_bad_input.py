"""Bad input: one clear line, never a crash, never half a blog."""

import time
from contextlib import suppress
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gql_server.importers.errors import ImportRefused
from gql_server.importers.weebly import archive, feed
from gql_server.importers.weebly.blog import read
from gql_server.importers.weebly.encoding import decode
from gql_server.importers.weebly.values import Blog

PAGE = (Path(__file__).parent / "pages" / "harbour" / "verhalen" / "de-nieuwe-kraan.html").read_bytes()
FEED = (Path(__file__).parent / "pages" / "harbour" / "feed.xml").read_bytes()


NOT_WEEBLY = "nothing of a Weebly blog"


def saved(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def packed(folder: Path, **files: bytes) -> Path:
    path = folder / "site.zip"
    with ZipFile(path, "w", ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return path


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("cut.html", PAGE[: len(PAGE) // 2], "cut off"),
        ("cut.xml", FEED[: len(FEED) // 2], "cut off or broken"),
        ("other.html", b"<html><body><p>No blog.</p></body></html>", NOT_WEEBLY),
        ("empty.html", b"", NOT_WEEBLY),
        ("junk.bin", bytes(range(256)) * 50, NOT_WEEBLY),
        ("site.zip", b"PK nothing", "not a zip archive"),
        ("bomb.xml", b'<!DOCTYPE rss [<!ENTITY a "b">]><rss><channel>&a;</channel></rss>', "document type"),
        ("deep.html", b"<div class=blog-post>" + b"<div>" * 5000, "nests too deep"),
        ("wordpress.xml", b"<rss><channel><generator>wordpress</generator></channel></rss>", NOT_WEEBLY),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_in_one_line(tmp_path, name, data, message):
    with pytest.raises(ImportRefused, match=message) as refused:
        read([saved(tmp_path, name, data)])
    assert "\n" not in str(refused.value)


def test_what_is_not_there_is_refused(tmp_path):
    for paths in ([], [tmp_path / "no"], [tmp_path], ["a\0b"]):
        with pytest.raises(ImportRefused):
            read(paths)


def test_a_folder_that_cannot_be_read_is_refused(tmp_path, monkeypatch):
    path = saved(tmp_path, "page.html", PAGE)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ImportRefused, match=r"page\.html cannot be read: Permission denied"):
        read([path])


@pytest.mark.parametrize(
    "name", ["../page.html", "/page.html", "a/../../page.html", "..\\page.html", "C:\\page.html"]
)
def test_a_zip_may_not_reach_outside_itself(tmp_path, name):
    with pytest.raises(ImportRefused, match="outside"):
        read([packed(tmp_path, **{name: PAGE})])


def test_a_zip_bomb_is_not_unpacked(tmp_path):
    with pytest.raises(ImportRefused, match="suspiciously large"):
        read([packed(tmp_path, **{"page.html": b" " * 15_000_000})])


def test_a_zip_of_too_many_or_too_much_is_refused(tmp_path, monkeypatch):
    path = packed(tmp_path, **{"a.html": PAGE, "b.html": PAGE})
    monkeypatch.setattr(archive, "MOST_BYTES", len(PAGE))
    with pytest.raises(ImportRefused, match="more than 0 MB"):
        read([path])
    monkeypatch.setattr(archive, "MOST_ENTRIES", 1)
    with pytest.raises(ImportRefused, match="more than 1 files"):
        read([path])


def test_a_zip_that_was_cut_or_holds_no_page_is_refused(tmp_path):
    whole = packed(tmp_path, **{"page.html": PAGE * 3}).read_bytes()
    damaged = whole[:200] + bytes(60) + whole[260:]
    for data in (damaged, whole[:-30]):
        with pytest.raises(ImportRefused):
            read([saved(tmp_path, "bad.zip", data)])
    with pytest.raises(ImportRefused, match="no page"):
        read([packed(tmp_path, **{"a.jpg": b"x"})])


def test_other_pages_in_a_folder_are_named_and_passed_over(tmp_path):
    saved(tmp_path, "kraan.html", PAGE)
    saved(tmp_path, "note.html", b"<p>shopping list</p>")
    saved(tmp_path, ".hidden.html", b"<p>x</p>")
    assert read([tmp_path]).report.skipped == ("note.html",)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("\ufeffé".encode(), "é"),
        ("é".encode(), "é"),
        ("é".encode("windows-1252"), "é"),
        (b"\xff\xfe" + "é".encode("utf-16-le"), "é"),
        (b'<meta charset="iso-8859-1">\x80', '<meta charset="iso-8859-1">€'),
        (b'<meta charset="koi8-r">\xc1', '<meta charset="koi8-r">а'),
        (b'<meta charset="rot13">\xe9', '<meta charset="rot13">é'),
        (b'<meta charset="utf-8">\x81\x8d\0', '<meta charset="utf-8">\ufffd\ufffd'),
    ],
)
def test_bytes_are_read_in_the_encoding_they_are_in(data, text):
    assert decode(data) == text


def test_a_page_of_five_megabytes_is_read_in_seconds(tmp_path):
    paragraph = b'<div class="paragraph">Kade <b>en</b> kraan.<br /><br />Touw.</div>\n'
    big = PAGE.replace(b'<div class="blog-content">', b'<div class="blog-content">' + paragraph * 75_000)
    assert len(big) > 5_000_000
    began = time.process_time()
    [crane] = read([saved(tmp_path, "big.html", big)]).posts
    assert crane.html.count("<p>Touw.</p>") == 75_000
    assert time.process_time() - began < 60


def test_many_comments_before_a_feed_do_not_make_it_slow():
    assert feed.read("x", "<!-- -->" * 100_000 + "<html>") is None


PIECES = [PAGE[start : start + 97] for start in range(0, len(PAGE), 97)]
FEED_PIECES = [FEED[start : start + 61] for start in range(0, len(FEED), 61)]


def junk() -> st.SearchStrategy[bytes]:
    """Give bytes of every sort: any at all, pages shuffled, pages and feeds with wounds."""
    wounds = st.builds(
        lambda whole, at, wound: whole[: at % len(whole)] + wound + whole[at % len(whole) + len(wound) :],
        st.sampled_from([PAGE, FEED]),
        st.integers(0, 10_000),
        st.binary(max_size=12)
        | st.sampled_from([b"</div>", b"<div>", b"&#0;", b"]]>", b"9999999999", b"99/99/9999"]),
    )
    shuffled = st.lists(st.sampled_from(PIECES + FEED_PIECES), max_size=30).map(b"".join)
    return st.binary(max_size=300) | wounds | shuffled | shuffled.map(lambda data: data + b"</html>")


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(junk(), st.sampled_from(["page.html", "feed.xml", "site.zip", "slug"]))
def test_any_bytes_are_a_blog_or_refused(tmp_path, data, name):
    path = saved(tmp_path, name, data)
    with suppress(ImportRefused):
        blog = read([path], authors=["Zoë Blom"])
        assert isinstance(blog, Blog)
        repr(blog).encode()
