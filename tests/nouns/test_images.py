"""An uploaded picture is drawn anew: what it shows stays, and nothing else of the file does."""

from base64 import b64decode
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from models.errors import Invalid
from models.pictures import LONGEST_SIDE, MOST_BYTES, Drawn, drawn
from models.renditions import Name, choices, nearest, widths_below
from tests.nouns.drawings import (
    BLUE,
    RED,
    animated,
    corners,
    exchanged_profile,
    photographed,
    quarters,
    read,
    written,
)

UPRIGHT = ["red", "green", "blue", "white"]
# What the corners of the quarters must have been for a picture turned so to be upright (EXIF 2.32, 4.6.4).
TURNED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.fixture
def draw(tmp_path: Path):
    """Draw the bytes of an upload anew."""

    async def draw(content: bytes) -> Drawn:
        path = tmp_path / "upload"
        path.write_bytes(content)
        return await drawn(path)

    return draw


def own(picture: Drawn) -> bytes:
    return picture.files[picture.name]


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp"), ("AVIF", "image/avif")],
)
async def test_a_picture_stays_of_its_kind_and_looks_the_same(draw, kind, media_type):
    picture = await draw(written(quarters(), kind))
    assert (picture.width, picture.height, picture.name.media_type) == (400, 300, media_type)
    assert read(own(picture)).format == kind
    for content in picture.files.values():
        assert corners(read(content)) == UPRIGHT


async def test_there_are_renditions_in_all_widths_below_its_own(draw):
    picture = await draw(written(quarters(1000, 500), "JPEG"))
    assert {str(name).partition("-")[2] for name in picture.files} == {
        "320.webp", "640.webp", "960.webp", "1000.webp", "1000.jpg",
    }  # fmt: skip
    for name, content in picture.files.items():
        assert read(content).size == (name.width, name.width // 2)
    assert 5 < len(b64decode(picture.thumbhash)) <= 25


async def test_a_picture_is_never_scaled_up(draw):
    picture = await draw(written(quarters(10, 6), "PNG"))
    assert {name.width for name in picture.files} == {10}


async def test_a_larger_picture_is_kept_as_large_as_a_screen(draw):
    picture = await draw(written(quarters(6000, 3000), "JPEG"))
    assert (picture.width, picture.height) == (LONGEST_SIDE, LONGEST_SIDE // 2)
    assert max(name.width for name in picture.files if name.ending == "webp") == 1920


async def test_the_longest_strip_is_drawn(draw):
    picture = await draw(written(quarters(12_000, 2), "PNG"))
    assert (picture.width, picture.height) == (LONGEST_SIDE, 1)


async def test_the_same_picture_has_the_same_name(draw):
    first, second = await draw(photographed()), await draw(photographed())
    assert first.name == second.name
    assert (await draw(written(quarters(), "PNG"))).name != first.name


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
async def test_nothing_but_what_it_shows_is_left(draw, kind):
    taken = read(photographed(orientation=1))
    more = {"exif": taken.info["exif"], "icc_profile": exchanged_profile()}
    if kind != "PNG":
        more["xmp"] = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">Secret place</x:xmpmeta>'
    content = written(taken, kind, **more)
    assert b"Secret Camera" in content
    picture = await draw(content + b"PK\x03\x04 an archive behind it <script>")
    for name, left in picture.files.items():
        for word in (
            b"Secret",
            b"Exif",
            b"EXIF",
            b"GPS",
            b"2021:03",
            b"home",
            b"ICC",
            b"acsp",
            b"xmp",
            b"PK\x03",
        ):
            assert word not in left, (name, word)
        opened = read(left)
        assert not opened.getexif()
        assert not opened.info.keys() & {"exif", "icc_profile", "xmp", "comment"}


@pytest.mark.parametrize("orientation", TURNED)
async def test_a_picture_that_was_held_otherwise_stands_upright(draw, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    turned = quarters() if TURNED[orientation] is None else quarters().transpose(TURNED[orientation])
    picture = await draw(written(turned, "JPEG", quality=95, exif=exif))
    assert (picture.width, picture.height) == (400, 300)
    assert all(corners(read(content)) == UPRIGHT for content in picture.files.values())


@pytest.mark.parametrize(
    "exif", [b"Exif\0\0broken", b"Exif\0\0MM\0*\xff\xff\xff\xff", b"Exif\0\0II*\0\x08\0\0\0\xff\xff"]
)
async def test_words_that_cannot_be_read_keep_nobody_from_seeing(draw, exif):
    picture = await draw(written(quarters(), "JPEG", exif=exif))
    assert corners(read(own(picture))) == UPRIGHT


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(written(quarters().convert("CMYK"), "JPEG"), id="CMYK"),
        pytest.param(written(quarters().quantize(8), "PNG"), id="a palette"),
        pytest.param(written(quarters().quantize(8), "GIF"), id="a GIF"),
        pytest.param(written(quarters().convert("RGBA"), "PNG"), id="opaque"),
        pytest.param(animated("GIF"), id="a GIF that moves"),
        pytest.param(animated("WEBP"), id="a WebP that moves"),
        pytest.param(animated("AVIF"), id="an AVIF that moves"),
        pytest.param(animated("PNG"), id="a PNG that moves"),
        pytest.param(animated("MPO"), id="a JPEG with another behind it"),
    ],
)
async def test_a_picture_of_every_make_is_drawn(draw, content):
    picture = await draw(content)
    for left in picture.files.values():
        opened = read(left)
        assert getattr(opened, "n_frames", 1) == 1
        assert opened.mode in {"RGB", "RGBA"}
        assert corners(opened) == UPRIGHT


async def test_a_gif_becomes_a_png_and_an_mpo_a_jpeg(draw):
    assert (await draw(animated("GIF"))).name.ending == "png"
    assert (await draw(animated("MPO"))).name.ending == "jpg"


async def test_grey_of_16_bits_is_scaled_and_not_cut_off(draw):
    grey = Image.new("I;16", (40, 20))
    for x in range(40):
        for y in range(20):
            grey.putpixel((x, y), 65_535 * (x // 10) // 3)
    left = read(own(await draw(written(grey, "PNG"))))
    seen = [left.getpixel((x, 10))[0] for x in (5, 15, 25, 35)]
    assert seen == pytest.approx([0, 85, 170, 255], abs=1)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
async def test_what_can_be_seen_through_stays_so(draw, kind):
    glass = Image.new("RGBA", (400, 300), (*BLUE, 0))
    glass.paste((*RED, 255), (0, 0, 200, 300))
    for left in (await draw(written(glass, kind))).files.values():
        opened = read(left)
        assert opened.mode == "RGBA"
        assert opened.getpixel((10, 10))[3] == 255
        assert opened.getpixel((opened.width - 10, 10))[3] == 0


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
async def test_a_colour_that_stands_for_nothing_is_seen_through(draw, kind):
    flat = quarters().quantize(8)
    nothing = flat.getpixel((390, 290))
    left = read(own(await draw(written(flat, kind, transparency=nothing))))
    assert left.getpixel((390, 290))[3] == 0
    assert left.getpixel((10, 10))[3] == 255


async def test_colours_of_another_profile_are_those_that_were_meant(draw):
    # In this profile red and green have changed places.
    left = read(own(await draw(written(quarters(), "PNG", icc_profile=exchanged_profile()))))
    assert corners(left)[:2] == ["green", "red"]


async def test_the_usual_profile_changes_nothing(draw):
    usual = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert corners(read(own(await draw(written(quarters(), "PNG", icc_profile=usual))))) == UPRIGHT


@pytest.mark.parametrize("profile", [b"broken", b"\0" * 200])
async def test_a_profile_that_is_none_is_not_followed(draw, profile):
    left = read(own(await draw(written(quarters(), "JPEG", icc_profile=profile))))
    assert corners(left) == UPRIGHT


async def test_a_file_may_be_as_large_as_the_limit_and_no_larger(draw):
    content = written(quarters(), "JPEG")
    assert (await draw(content.ljust(MOST_BYTES, b"\0"))).width == 400
    with pytest.raises(Invalid) as refused:
        await draw(content.ljust(MOST_BYTES + 1, b"\0"))
    assert (refused.value.field, refused.value.limit) == ("file", MOST_BYTES)


def test_an_address_with_a_width_is_that_of_the_nearest_rendition_that_is_wide_enough():
    digest = "0123456789abcdef" * 4
    url = f"/media/{digest}-1000.jpg"
    wanted = {
        None: ".jpg",
        1: "-320",
        320: "-320",
        321: "-640",
        961: "-1000",
        1000: "-1000",
        5000: "-1000",
        0: "-320",
        -7: "-320",
    }
    for width, ending in wanted.items():
        told = nearest(url, width)
        assert told == (url if width is None else f"/media/{digest}{ending}")
    wide = f"https://blog.example/media/{digest}-3000.png"
    assert nearest(wide, 1920) == f"https://blog.example/media/{digest}-1920"
    assert nearest(wide, 1921) == wide


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/onion.jpg",
        "/media/onions.webp",
        "/media/" + "g" * 64 + "-100.jpg",
        "/media/" + "a" * 64 + "-100.svg",
        "/media/" + "a" * 64 + "-0.jpg",
        "/media/" + "a" * 64 + "-100.jpg?x",
        "",
    ],
)
def test_an_address_that_is_none_of_ours_stays_as_it_is(url):
    assert nearest(url, 320) == url


def test_who_shows_a_picture_has_its_renditions_to_choose_from():
    digest = "0123456789abcdef" * 4
    assert choices(f"/media/{digest}-700.jpg") == {
        320: f"/media/{digest}-320",
        640: f"/media/{digest}-640",
        700: f"/media/{digest}-700",
    }
    wide = f"/media/{digest}-3000.png"
    assert list(choices(wide)) == [320, 640, 960, 1280, 1920, 3000]
    assert choices(wide)[3000] == wide
    assert choices(f"/media/{digest}-320.jpg") == choices(f"/media/{digest}-1.jpg") == {}
    assert choices(f"https://blog.example/media/{digest}-700.jpg") == choices("/media/x.jpg") == {}


@pytest.mark.parametrize("width", [1, 319, 320, 321, 1919, 1920, 1921, 3840])
def test_the_widths_are_those_below_and_its_own(width):
    widths = widths_below(width)
    assert widths == sorted(set(widths))
    assert all(each <= width for each in widths)
    assert (width in widths) == (width <= 1920)


@pytest.mark.parametrize(
    "text", ["", "..", "a" * 64, "a" * 64 + "-1.svg", "A" * 64 + "-1.jpg", "a" * 64 + "-1.jpg\n"]
)
def test_what_is_no_name_of_ours_names_nothing(text):
    assert Name.read(text) is None


def test_a_name_is_read_as_it_was_written():
    name = Name("a" * 64, 640, "webp")
    assert Name.read(str(name)) == name
    assert Name.read("b" * 64 + "-640") == Name("b" * 64, 640)
