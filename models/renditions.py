"""Renditions: a picture in several widths, each found by its name alone."""

import re
from typing import NamedTuple

WIDTHS = (320, 640, 960, 1280, 1920)  # pixels
DOOR = "/media/"
ENDINGS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "AVIF": "avif"}
MEDIA_TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp", "avif": "image/avif"}
FIRST, LATER = "webp", "avif"
NAME = re.compile(r"([0-9a-f]{64})-([1-9][0-9]{0,4})(?:\.(jpg|png|webp|avif))?")
IN_A_TEXT = re.compile(DOOR + NAME.pattern)
ADDRESS = re.compile(rf"(.*{DOOR})([0-9a-f]{{64}})-([1-9][0-9]{{0,4}})\.(?:jpg|png|webp|avif)", re.DOTALL)


class Name(NamedTuple):
    """A file's name: the SHA-256 of the picture that was kept, a width, and the format's ending.

    Without an ending it stands for the best format that a browser takes.
    """

    digest: str
    width: int
    ending: str = ""

    @classmethod
    def read(cls, text: str) -> "Name | None":
        """Read a name; None when it is none of ours."""
        found = NAME.fullmatch(text)
        return None if found is None else cls(found[1], int(found[2]), found[3] or "")

    @classmethod
    def at(cls, address: str) -> "Name | None":
        """Read the name of a picture of ours from its address; None when it is none."""
        return cls.read(address.removeprefix(DOOR)) if address.startswith(DOOR) else None

    @property
    def media_type(self) -> str:
        """The media type of its format."""
        return MEDIA_TYPES[self.ending]

    def __str__(self) -> str:
        """Write it."""
        return f"{self.digest}-{self.width}" + (f".{self.ending}" if self.ending else "")


def named_in(text: str) -> dict[str, Name]:
    """Give the names of our pictures in a text by address, without the site's own before it."""
    return {found[0]: Name(found[1], int(found[2]), found[3] or "") for found in IN_A_TEXT.finditer(text)}


def widths_below(width: int) -> list[int]:
    """Give the widths that a picture of some width is drawn in, its own among them but for the widest."""
    return [*(each for each in WIDTHS if each < width), *([width] if width <= WIDTHS[-1] else [])]


def choices(url: str) -> dict[int, str]:
    """Give the addresses of a picture of ours by their widths in pixels; none when there is but one."""
    if (name := Name.at(url)) is None:
        return {}
    own = name.width
    drawn = {width: f"{DOOR}{Name(name.digest, width)}" for width in widths_below(own)}
    return drawn | ({own: url} if own not in drawn else {}) if len(drawn) > 1 else {}


def nearest(url: str, wanted: int | None) -> str:
    """Give the address of a picture's narrowest rendition that is at least as wide; else its own address."""
    if wanted is None or (found := ADDRESS.fullmatch(url)) is None:
        return url
    door, digest, own = found[1], found[2], int(found[3])
    wide = next((each for each in widths_below(own) if each >= min(wanted, own)), None)
    return url if wide is None else f"{door}{Name(digest, wide)}"
