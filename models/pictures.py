"""Pictures as people send them: looked at before they are decoded, decoded once, and drawn anew.

Nothing of a file is passed on but what it shows: not its name, type, words, places (GPS) or what follows it.
"""

import asyncio
import hashlib
import io
import os
import sys
import threading
import warnings
from base64 import b64encode
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from PIL import Image, ImageCms

from models.errors import Invalid
from models.pieces import Pieces, require_few_scans
from models.renditions import ENDINGS, FIRST, LATER, Name, widths_below
from models.thumbhash import thumbhash

MOST_BYTES = 20_000_000
MOST_PIXELS = 50_000_000
MOST_BESIDE_JPEG = 4096 * 4096  # pixels of the other kinds, which take more memory to decode
LONGEST_SIDE = 3840  # of what is kept
# What these say they are is not asked: each is known by its first bytes.
TAKEN = ("JPEG", "PNG", "WEBP", "AVIF", "GIF")
KEPT_AS = {"MPO": "JPEG", "GIF": "PNG"}  # MPO is a JPEG with more behind it, as telephones write it
OPTIONS: Mapping[str, Mapping[str, Any]] = {
    # Neither progressive nor optimised: those are written in one go, and nothing else runs meanwhile.
    "JPEG": {"quality": 85},
    "PNG": {},
    "WEBP": {"quality": 82, "method": 4},
    "AVIF": {"quality": 62, "speed": 6, "max_threads": 1},
}
SMOOTH = ("L", "LA", "RGB", "RGBA", "CMYK")  # modes that can be made smaller without steps
ORIENTATION = 0x0112  # of EXIF
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
T = TypeVar("T")

Image.MAX_IMAGE_PIXELS = MOST_PIXELS
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
# Of what is odd about somebody's file nobody here needs to hear.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")


def _step_back() -> None:
    """Let this thread run when no other wants to: readers are not to notice what is drawn for them."""
    if sys.platform == "linux":  # elsewhere it would be the whole process
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)


# One picture at a time, for each may take 580 MB; what is drawn later does not keep uploads waiting.
_uploads = ThreadPoolExecutor(1, thread_name_prefix="uploads")
_later = ThreadPoolExecutor(1, thread_name_prefix="renditions", initializer=_step_back)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture drawn anew: the files that it now is, and what is known of it."""

    name: Name
    width: int
    height: int
    thumbhash: str
    files: Mapping[Name, bytes]


async def drawn(path: Path) -> Drawn:
    """Draw an upload anew, as itself and in all widths; refuse what is no picture, or is too large."""
    return await _aside(_uploads, _redraw, path)


async def drawn_later(content: bytes, width: int) -> bytes:
    """Draw a picture of ours in the format that takes long."""
    return await _aside(_later, _rendition, content, width)


async def _aside(lane: ThreadPoolExecutor, work: Callable[..., T], *given: Any) -> T:
    return await asyncio.get_running_loop().run_in_executor(lane, work, *given)


def _redraw(path: Path) -> Drawn:
    picture, kind = _decoded(path)
    own = _written(picture, kind)
    width, height = picture.size
    name = Name(hashlib.sha256(own).hexdigest(), width, ENDINGS[kind])
    renditions = {
        name._replace(width=each, ending=FIRST): _written(_narrowed(picture, each), "WEBP")
        for each in widths_below(width)
    }
    # Its own bytes last: they are what its name is made of.
    files = {**renditions, name: own}
    return Drawn(name, width, height, b64encode(thumbhash(picture)).decode(), files)


def _rendition(content: bytes, width: int) -> bytes:
    with Image.open(io.BytesIO(content), formats=TAKEN) as opened:
        return _written(_narrowed(_coloured(opened), width), LATER.upper())


def _decoded(path: Path) -> tuple[Image.Image, str]:
    """Decode the first picture of a file; refuse a file that is too large before it is read."""
    if path.stat().st_size > MOST_BYTES:
        raise Invalid("file", f"A picture has at most {MOST_BYTES} bytes.", limit=MOST_BYTES)
    require_few_scans(path)
    try:
        with Pieces(path) as file, Image.open(file, formats=TAKEN) as opened:
            kind = KEPT_AS.get(opened.format or "", opened.format or "")
            if kind != "JPEG" and opened.width * opened.height > MOST_BESIDE_JPEG:
                raise Invalid("file", "This picture is too large.", limit=MOST_BESIDE_JPEG)
            # A JPEG need not be decoded much larger than it is kept.
            part = min(1.0, LONGEST_SIDE / max(opened.size))
            opened.draft(None, (int(opened.width * part), int(opened.height * part)))
            return _plain(opened), kind
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Invalid("file", "This picture is too large.", limit=MOST_PIXELS) from None
    except Invalid:
        raise
    except Exception as error:
        # A file that is broken, or made to break us, can make a decoder raise anything.
        raise Invalid("file", "This is no picture that can be read.") from error


def _plain(opened: Image.Image) -> Image.Image:
    """Give what a picture shows: upright, in sRGB, not larger than is kept, and nothing beside it."""
    opened.load()
    orientation, profile = _orientation(opened), opened.info.get("icc_profile")
    # Made smaller first, where its colours can be: each copy of a large one takes as much memory again.
    is_smooth = opened.mode in SMOOTH and "transparency" not in opened.info
    picture: Image.Image = opened if is_smooth else _coloured(opened)
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    picture = _coloured(_in_srgb(picture, profile) if profile else picture)
    if orientation in UPRIGHT:
        picture = picture.transpose(UPRIGHT[orientation])
    picture.info = {}
    return picture


def _orientation(opened: Image.Image) -> int:
    # Words that cannot be read say nothing of what is to be seen.
    with suppress(Exception):
        return int(opened.getexif().get(ORIENTATION, 1))
    return 1


def _coloured(picture: Image.Image) -> Image.Image:
    """Copy a picture in red, green and blue, of 8 bits each, and with its opacity if it has any."""
    if picture.mode.startswith("I"):
        # Grey of 16 bits, which a plain conversion would cut off instead of scaling.
        picture = picture.point(lambda value: value * (1 / 257)).convert("L")
        picture.info.pop("transparency", None)
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    try:
        theirs = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        made = ImageCms.profileToProfile(picture, theirs, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError):
        # A profile that is broken, or is of another kind of colours, is as good as none.
        return picture
    return made or picture


def _narrowed(picture: Image.Image, width: int) -> Image.Image:
    height = max(1, round(picture.height * width / picture.width))
    if width == picture.width:
        return picture
    return picture.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)


def _written(picture: Image.Image, kind: str) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **OPTIONS[kind])
    return file.getvalue()
