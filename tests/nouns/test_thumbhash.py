"""A ThumbHash is what the published algorithm makes of a picture."""

import pytest
from PIL import Image

from models.thumbhash import thumbhash


def bars(width: int, height: int, *, fading: bool = False) -> Image.Image:
    picture = Image.new("RGBA", (width, height))
    for x in range(width):
        for y in range(height):
            opacity = x * 8 % 256 if fading else 255
            colour = (x * 255 // (width - 1), y * 255 // (height - 1), x * y % 256, opacity)
            picture.putpixel((x, y), colour)
    return picture


# As another implementation of the same algorithm, in Rust, has them.
@pytest.mark.parametrize(
    ("picture", "told"),
    [
        pytest.param(bars(60, 30), "9ef80d249a707677707788768876b0a00cf878", id="wide"),
        pytest.param(bars(20, 60), "9d080e1a1a60706887868777e1a00df878", id="tall"),
        pytest.param(
            bars(40, 40, fading=True), "a01886150a26847a806a76686893a04cf876045b8788888888", id="fading"
        ),
    ],
)
def test_it_is_the_same_as_others_make_of_the_picture(picture, told):
    assert thumbhash(picture).hex() == told


def test_a_flat_picture_has_a_colour_and_nothing_else():
    told = thumbhash(Image.new("RGB", (64, 64), (200, 10, 20)))
    head = int.from_bytes(told[:3], "little")
    assert head & 63 == round(63 * (200 + 10 + 20) / 3 / 255)
    assert (head >> 6) & 63 == round(31.5 + 31.5 * ((200 + 10) / 2 - 20) / 255)
    assert (head >> 12) & 63 == round(31.5 + 31.5 * (200 - 10) / 255)
    assert set(told[5:]) == {0}


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1), (100, 100)])
def test_a_picture_of_any_shape_has_one_of_some_25_bytes(size):
    assert 5 < len(thumbhash(Image.new("RGB", size, "navy"))) <= 25


def test_what_nobody_can_see_has_one():
    assert len(thumbhash(Image.new("RGBA", (20, 20), (0, 0, 0, 0)))) > 5
