"""What is no picture, or too much of one, is refused with an error that has a name; memory stays bounded."""

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from models.errors import Invalid
from models.pictures import MOST_BESIDE_JPEG, MOST_BYTES, MOST_PIXELS, drawn
from tests.nouns.drawings import (
    BOMBS,
    NO_PICTURES,
    OF_MANY_PIECES,
    gif_of,
    in_small_chunks,
    photographed,
    quarters,
    webp_of,
    written,
)

ROOT = Path(__file__).resolve().parents[2]
# Draws files in a process of its own, and tells by how many megabytes it grew.
GROWS = """
import asyncio, re, sys
from pathlib import Path
from models.errors import Invalid
from models.pictures import drawn
from tests.nouns.drawings import quarters, written

def most():
    # Not ru_maxrss, which a process has from the one that started it.
    told = Path("/proc/self/status").read_text().replace("\t", " ")
    return int(re.search("VmHWM: *([0-9]+)", told)[1]) // 1024

async def main():
    small = Path(sys.argv[1] + ".small")
    small.write_bytes(written(quarters(), "WEBP"))
    await drawn(small)
    before = most()
    drawing = (drawn(Path(path)) for path in sys.argv[1:])
    told = await asyncio.gather(*drawing, return_exceptions=True)
    refused = [isinstance(one, Invalid) for one in told]
    print("refused" if all(refused) else "drawn" if not any(refused) else told, most() - before)

asyncio.run(main())
"""


async def refusal(path: Path) -> Invalid:
    with pytest.raises(Invalid) as refused:
        await drawn(path)
    assert refused.value.field == "file"
    return refused.value


async def refused_or_drawn(path: Path) -> None:
    """Hold that nothing else comes of a file."""
    try:
        assert (await drawn(path)).files
    except Invalid as refused:
        assert refused.field == "file"  # noqa: PT017


@pytest.mark.parametrize("name", NO_PICTURES)
async def test_what_is_no_picture_is_refused(tmp_path, name):
    path = tmp_path / "photo.jpg"
    path.write_bytes(NO_PICTURES[name]())
    assert (await refusal(path)).limit is None


@pytest.mark.parametrize("name", BOMBS)
async def test_a_picture_that_is_too_large_is_refused_before_it_is_decoded(tmp_path, name):
    path = tmp_path / "bomb"
    path.write_bytes(BOMBS[name]())
    assert (await refusal(path)).limit in {MOST_PIXELS, None}


@pytest.mark.parametrize("name", OF_MANY_PIECES)
async def test_a_picture_of_too_many_pieces_is_refused(tmp_path, name):
    path = tmp_path / "pieces"
    path.write_bytes(OF_MANY_PIECES[name]())
    assert path.stat().st_size < MOST_BYTES
    assert (await refusal(path)).limit is None


async def test_a_picture_of_as_many_pieces_as_pictures_have_is_taken(tmp_path):
    path = tmp_path / "pieces"
    photo = written(quarters(), "JPEG", progressive=True, exif=b"Exif\0\0" + b"\xff\xda" * 30_000)
    # As a telephone does: the second picture of a pair behind it, and a film.
    film = b"\x00\x00\x00\x18ftypmp42" + b"\xff\xda\xff\xef\x00\x02" * 100_000
    for content in (
        photo + photo + film,
        in_small_chunks(quarters()),
        gif_of(8, 8, 100_000),
        webp_of(8, 8, 100_000),
    ):
        path.write_bytes(content)
        assert (await drawn(path)).files


async def test_every_beginning_of_a_picture_is_refused_or_drawn(tmp_path):
    path = tmp_path / "part"
    for content in (
        photographed(),
        written(quarters(), "PNG"),
        written(quarters(), "WEBP"),
        written(quarters(), "AVIF"),
    ):
        for length in range(0, len(content), max(1, len(content) // 40)):
            path.write_bytes(content[:length])
            await refused_or_drawn(path)


async def test_a_picture_with_bytes_changed_is_refused_or_drawn(tmp_path):
    path = tmp_path / "changed"
    for kind in ("JPEG", "PNG", "WEBP", "AVIF", "GIF"):
        content = written(quarters(60, 40), kind)
        for place in range(0, len(content), max(1, len(content) // 60)):
            changed = bytearray(content)
            changed[place] ^= 0xFF
            path.write_bytes(changed)
            await refused_or_drawn(path)


async def test_a_gif_with_a_hundred_thousand_frames_shows_its_first(tmp_path):
    path = tmp_path / "many"
    path.write_bytes(gif_of(8, 8, 100_000))
    assert (await drawn(path)).name.width == 8


def test_bombs_take_next_to_no_memory(tmp_path):
    said, megabytes = grown(tmp_path, *(made() for made in BOMBS.values()))
    assert said == "refused"
    assert megabytes < 40


def test_pictures_of_too_many_pieces_take_little_memory(tmp_path):
    said, megabytes = grown(tmp_path, *(made() for made in OF_MANY_PIECES.values()))
    assert said == "refused"
    # Of words that are packed 64 MB are taken before they are too much.
    assert megabytes < 100


def test_the_largest_pictures_that_are_taken_take_turns(tmp_path):
    webp = written(quarters(4096, 4096), "WEBP", quality=1, method=0)
    jpeg = written(quarters(8100, 6000), "JPEG", progressive=True, subsampling=0)
    said, megabytes = grown(tmp_path, webp, jpeg)
    assert said == "drawn"
    assert megabytes < 520


@pytest.mark.parametrize(
    ("kind", "limit"), [("JPEG", MOST_PIXELS), ("PNG", MOST_BESIDE_JPEG), ("WEBP", MOST_BESIDE_JPEG)]
)
async def test_one_pixel_too_many_is_too_many(tmp_path, kind, limit):
    path = tmp_path / "large"
    path.write_bytes(written(Image.new("L", (limit // 5000 + 1, 5000)), kind))
    assert (await refusal(path)).limit == limit


def grown(folder: Path, *contents: bytes) -> tuple[str, int]:
    paths = [folder / f"upload-{number}" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    told = subprocess.run(
        [sys.executable, "-c", GROWS, *map(str, paths)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    said, megabytes = told.stdout.split()
    return said, int(megabytes)
