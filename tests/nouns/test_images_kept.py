"""An uploaded picture is kept with its files, and its promised renditions are drawn from the row."""

from pathlib import Path
from typing import NamedTuple

import pytest
from selectolax.lexbor import LexborHTMLParser

import models
from gql_server.handlers import handlers_with
from gql_server.worker import Worker
from models.files.folder import Folder
from models.renditions import Name
from tests.nouns.drawings import photographed, quarters, read, written

ANN = models.Principal(user_id=7, role=models.Role.AUTHOR, key_id=3)


class Studio(NamedTuple):
    """Somewhere to upload to."""

    site: models.Site
    files: Folder
    folder: Path
    worker: Worker

    async def upload(self, content: bytes, alt_text: str = "") -> models.Image:
        path = self.folder.parent / "upload"
        path.write_bytes(content)
        return await models.Image.upload(self.site, path, self.files, by=ANN, alt_text=alt_text)

    def kept(self) -> set[str]:
        return {path.name.partition("-")[2] for path in self.folder.iterdir()}


@pytest.fixture
def studio(site, tmp_path) -> Studio:
    files = Folder(tmp_path / "media")
    return Studio(site, files, tmp_path / "media", Worker(handlers_with(files=files), {}))


async def test_a_picture_is_kept_with_its_words_and_its_first_renditions(studio):
    image = await studio.upload(photographed(), "  Een ui\n in  de zon ")
    row = await models.Image.get(id=image.id)
    assert (row.alt_text, row.media_type, row.width, row.height) == (
        "Een ui in de zon",
        "image/jpeg",
        400,
        300,
    )
    assert row.thumbhash
    name = Name.read(row.url.removeprefix("/media/"))
    assert read((studio.folder / str(name)).read_bytes()).size == (400, 300)
    assert studio.kept() == {"400.jpg", "400.webp", "320.webp"}


async def test_what_takes_long_is_drawn_later_and_once(studio):
    await studio.upload(photographed())
    assert (await models.Job.counts()).waiting == 1
    await studio.worker.drain()
    assert studio.kept() == {"400.jpg", "400.webp", "320.webp", "400.avif", "320.avif"}
    drawn = {path: path.stat().st_mtime_ns for path in studio.folder.iterdir()}
    assert all(read(path.read_bytes()).size[0] == Name.read(path.name).width for path in drawn)
    await studio.upload(photographed())
    await studio.worker.drain()
    assert {path: path.stat().st_mtime_ns for path in studio.folder.iterdir()} == drawn


async def test_an_avif_keeps_its_own_bytes(studio):
    image = await studio.upload(written(quarters(), "AVIF"))
    own = studio.folder / image.url.removeprefix("/media/")
    before = own.read_bytes()
    await studio.worker.drain()
    assert own.read_bytes() == before
    assert studio.kept() == {"400.avif", "400.webp", "320.avif", "320.webp"}


async def test_the_same_picture_with_the_same_words_is_kept_once(studio):
    first = await studio.upload(photographed(), "Een ui")
    again = await studio.upload(photographed(), "Een ui")
    other = await studio.upload(photographed(), "Uien")
    assert first.id == again.id != other.id
    assert first.url == other.url
    assert len(studio.kept()) == 3


async def test_who_uploaded_it_is_noted(studio):
    image = await studio.upload(photographed())
    [deed] = await models.Audit.filter(deed="image.upload")
    assert (deed.user_id, deed.key_id, deed.subject_id) == (7, 3, image.id)


async def test_words_have_a_limit(studio):
    assert (await studio.upload(photographed(), "é" * 1000)).alt_text == "é" * 1000
    with pytest.raises(models.Invalid) as refused:
        await studio.upload(photographed(), "é" * 1001)
    assert (refused.value.field, refused.value.limit) == ("altText", 1000)


async def test_of_what_is_refused_nothing_is_kept(studio):
    with pytest.raises(models.Invalid):
        await studio.upload(b"<svg onload=alert(1)>")
    assert not studio.folder.exists()
    assert not await models.Image.exists()
    assert (await models.Job.counts()).waiting == 0


async def test_no_row_speaks_of_files_that_could_not_be_kept(studio):
    studio.folder.write_text("not a folder")
    with pytest.raises(models.Unavailable):
        await studio.upload(photographed())
    assert not await models.Image.exists()


async def test_renditions_of_a_picture_that_is_gone_are_nobodys_work(studio):
    image = await studio.upload(photographed())
    await models.Image.filter(id=image.id).delete()
    await studio.worker.drain()
    counts = await models.Job.counts()
    assert (counts.waiting, counts.running, counts.buried) == (0, 0, 0)


async def test_renditions_wait_for_a_place_that_is_away(studio, time_passes, tmp_path):
    await studio.upload(photographed())
    studio.folder.rename(tmp_path / "elsewhere")
    studio.folder.write_text("not a folder")
    await studio.worker.drain()
    studio.folder.unlink()
    (tmp_path / "elsewhere").rename(studio.folder)
    assert (await models.Job.counts()).waiting == 1
    await time_passes(models.jobs.delay_after(2))
    await studio.worker.drain()
    assert "320.avif" in studio.kept()


async def test_a_picture_that_nothing_shows_is_not_shown(studio):
    image = await studio.upload(photographed())
    assert not await models.Image.shown().filter(id=image.id).exists()
    await models.Site.filter(id=studio.site.id).update(logo_id=image.id)
    assert await models.Image.shown().filter(id=image.id).exists()


async def test_a_text_tells_how_large_the_pictures_of_ours_in_it_are(studio, statements):
    ours = (await studio.upload(photographed())).url
    theirs, wide = "https://elders.example/a.jpg", f'<img src="{ours}" width="40" height="">'
    whole, far = (
        f'<img src="{ours}" width="7" height="9">',
        f'<img src="https://blog.example{ours}" height=30>',
    )
    gone = f"/media/{'0' * 64}-9.jpg"
    pieces = (f"![Een ui]({ours})", f"![Daar]({theirs})", wide, whole, far, f"![Weg]({gone})")
    source = "\n\n".join(pieces)
    with statements() as sent:
        content = await models.read_content(source, models.Format.MARKDOWN)
    assert len(sent) == 1
    pictures = {
        (block["url"], block["width"], block["height"])
        for block in content.blocks
        if block["kind"] == "image"
    }
    assert pictures == {
        *((ours, 400, 300), (ours, 40, 30), (ours, 7, 9), (f"https://blog.example{ours}", 40, 30)),
        *((theirs, None, None), (gone, None, None)),
    }
    shown = LexborHTMLParser(content.html).css_first("img").attributes
    name = ours.rpartition("-")[0]
    assert shown == {
        "src": ours,
        "alt": "Een ui",
        "width": "400",
        "height": "300",
        "srcset": f"{name}-320 320w, {name}-400 400w",
        "sizes": "(min-width: 400px) 400px, 100vw",
    }
    assert content.html.count("srcset") == 3
    assert {"320.webp", "400.webp"} <= studio.kept()


async def test_a_rendition_in_a_text_has_its_own_size_and_those_below_it(studio):
    ours = (await studio.upload(written(quarters(1000, 600), "PNG"))).url
    name = ours.rpartition("-")[0]
    source = f'<img src="{name}-640"><img src="{name}-320.webp"><img src="{name}-641"><img src="{name}-1280">'
    content = await models.read_content(source, models.Format.HTML)
    first, second, *others = [node.attributes for node in LexborHTMLParser(content.html).css("img")]
    assert (first["width"], first["height"]) == ("640", "384")
    assert first["srcset"] == f"{name}-320 320w, {name}-640 640w"
    assert (second["width"], second["height"]) == ("320", "192")
    assert not any(other.keys() - {"src"} for other in others)
    content = await models.read_content(f'<img src="{name}-320.webp">', models.Format.HTML)
    assert 'height="192"' in content.html


@pytest.mark.parametrize(
    "before", ["https://blog.example", "//x.example", "https://proxy.example/?src=", "/a.png#"]
)
async def test_a_picture_at_an_address_that_is_not_ours_alone_has_that_one(studio, before):
    ours = (await studio.upload(photographed())).url
    content = await models.read_content(f'<img src="{before}{ours}">', models.Format.HTML)
    assert 'height="300"' in content.html
    assert "srcset" not in content.html


async def test_a_text_without_pictures_of_ours_asks_the_store_nothing(studio, statements):
    with statements() as sent:
        content = await models.read_content("<p>Dag <img src='/a.jpg'></p>", models.Format.HTML)
    assert sent == []
    assert content == models.Content.of("<p>Dag <img src='/a.jpg'></p>")
