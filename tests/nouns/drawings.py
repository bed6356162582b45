"""Pictures that tests draw: of a known look, in every form, and broken in every way."""

import io
import struct
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any

from PIL import Image, ImageCms

RED, GREEN, BLUE, WHITE = (220, 20, 30), (20, 200, 40), (30, 40, 210), (250, 250, 250)
GPS = 0x8825
ORIENTATION = 0x0112
EXIF_WORDS = {0x010F: "Secret Camera", 0x0132: "2021:03:01 09:00:00"}


def quarters(width: int = 400, height: int = 300) -> Image.Image:
    """Draw red, green over blue, white: which way is up can be told."""
    picture = Image.new("RGB", (width, height), WHITE)
    half = width // 2, height // 2
    for colour, corner in ((RED, (0, 0)), (GREEN, (half[0], 0)), (BLUE, (0, half[1]))):
        picture.paste(colour, (*corner, corner[0] + half[0], corner[1] + half[1]))
    return picture


def written(picture: Image.Image, kind: str, **more: Any) -> bytes:
    """Write a picture in a format."""
    file = io.BytesIO()
    picture.save(file, kind, **more)
    return file.getvalue()


def read(content: bytes) -> Image.Image:
    """Read a picture."""
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return picture


def photographed(*, orientation: int = 1) -> bytes:
    """Write a JPEG as a telephone does: turned, and with words and the place in it."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    for tag, value in EXIF_WORDS.items():
        exif[tag] = value
    exif.get_ifd(GPS)[1] = "N"
    exif.get_ifd(GPS)[2] = (52.0, 22.0, 12.5)
    return written(quarters(), "JPEG", quality=95, exif=exif, comment=b"shot at home")


def corners(picture: Image.Image) -> list[str]:
    """Name the colours of the corners: above left, above right, below left, below right."""
    colours = {"red": RED, "green": GREEN, "blue": BLUE, "white": WHITE}
    small = picture.convert("RGB").resize((4, 4))
    seen = [small.getpixel(place) for place in ((0, 0), (3, 0), (0, 3), (3, 3))]
    return [min(colours, key=lambda name: _distance(colours[name], colour)) for colour in seen]


def _distance(one: Any, other: Any) -> int:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True))


def exchanged_profile() -> bytes:
    """Give a profile in which red and green have changed places."""
    made = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = made.index(b"rXYZ", 128), made.index(b"gXYZ", 128)
    made[red : red + 4], made[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(made)


def png_of(width: int, height: int, *, depth: int = 8, data: bytes = b"") -> bytes:
    """Write the head of a PNG of any size, and little behind it."""
    head = struct.pack(">IIBBBBB", width, height, depth, 2, 0, 0, 0)
    chunks = _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(data)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def in_small_chunks(picture: Image.Image) -> bytes:
    """Write a PNG in chunks of a few bytes each."""
    made = written(picture, "PNG")
    start = made.index(b"IDAT") - 4
    data = made[start + 8 : made.index(b"IEND") - 8]
    pieces = (data[at : at + 8] for at in range(0, len(data), 8))
    return made[:start] + b"".join(_chunk(b"IDAT", piece) for piece in pieces) + _chunk(b"IEND", b"")


def animated(kind: str, frames: int = 3) -> bytes:
    """Write a picture that moves, whose first frame is the quarters."""
    others = [Image.new("RGB", (400, 300), GREEN) for _ in range(frames - 1)]
    return written(quarters(), kind, save_all=True, append_images=others, duration=50)


def gif_of(width: int, height: int, frames: int) -> bytes:
    """Write a GIF with a head of any size, and many frames of one pixel."""
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0xF0, 0, 0) + bytes(6)
    frame = b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return head + frame * frames + b";"


def webp_of(width: int, height: int, frames: int = 1) -> bytes:
    """Write a WebP whose canvas is of any size, with frames of one pixel in it."""
    pixel = written(Image.new("RGB", (1, 1)), "WEBP", lossless=True)[12:]
    canvas = b"VP8X" + struct.pack("<I", 10) + bytes([0x02, 0, 0, 0])
    canvas += (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    moving = b"ANIM" + struct.pack("<IIH", 6, 0, 0)
    place = bytes(12) + (10).to_bytes(3, "little") + b"\x00"
    frame = b"ANMF" + struct.pack("<I", len(place) + len(pixel)) + place + pixel
    body = b"WEBP" + canvas + moving + frame * frames
    return b"RIFF" + struct.pack("<I", len(body)) + body


SVG = (
    b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">'
    b"<script>alert(1)</script></svg>"
)
HTML = b"<!doctype html><script>alert(document.domain)</script>"
# Each is refused, whatever it is called and says that it is.
NO_PICTURES: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "one byte": lambda: b"\xff",
    "a text": lambda: b"hello" * 100,
    "an SVG that runs something": lambda: SVG,
    "an SVG that fetches something": lambda: SVG.replace(
        b"<script>alert(1)</script>", b'<image href="http://169.254.169.254/latest/meta-data"/>'
    ),
    "an SVG with entities": lambda: (
        b'<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + SVG.partition(b"?>")[2]
    ),
    "a packed SVG": lambda: zlib.compress(SVG, wbits=31),
    "a page": lambda: HTML,
    "a PDF": lambda: b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj",
    "PostScript": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nsystemdict",
    "a TIFF": lambda: written(quarters(), "TIFF"),
    "a BMP": lambda: written(quarters(), "BMP"),
    "an icon": lambda: written(quarters(64, 64), "ICO"),
    "a PPM": lambda: b"P6 99999 99999 255\n",
    "a page that begins as a GIF": lambda: b"GIF89a/*" + HTML + b"*/=1",
    "a page that begins as a JPEG": lambda: b"\xff\xd8\xff\xe0" + HTML,
    "a page that begins as a PNG": lambda: b"\x89PNG\r\n\x1a\n" + HTML,
    "a page that begins as a WebP": lambda: b"RIFF\xff\x00\x00\x00WEBPVP8 " + HTML,
    "a page that begins as an AVIF": lambda: (
        b"\x00\x00\x00\x20ftypavif\x00\x00\x00\x00avifmif1miafMA1B" + HTML
    ),
    "half a JPEG": lambda: _half(written(quarters(), "JPEG")),
    "half a PNG": lambda: _half(written(quarters(), "PNG")),
    "half a WebP": lambda: _half(written(quarters(), "WEBP", lossless=True)),
    "half an AVIF": lambda: _half(written(quarters(), "AVIF")),
    "half a GIF": lambda: _half(written(quarters().quantize(), "GIF")),
    "a PNG whose sums are wrong": lambda: written(quarters(), "PNG").replace(b"IDAT", b"IDAT\x00", 1),
    "a PNG of no width": lambda: png_of(0, 10),
    "a PNG with less in it than it says": lambda: png_of(1000, 1000, data=b"\0" * 100),
}
BOMBS: dict[str, Callable[[], bytes]] = {
    "a PNG of 50 000 by 50 000": lambda: png_of(50_000, 50_000),
    "a PNG of the largest size there is": lambda: png_of(2**31 - 1, 2**31 - 1),
    "a PNG that unpacks to a gigabyte": lambda: png_of(30_000, 12_000, data=bytes(10_000_000)),
    "a JPEG of 65 500 by 65 500": lambda: _jpeg_of(65_500),
    "a GIF of 65 535 by 65 535": lambda: gif_of(65_535, 65_535, 1),
    "a WebP of 16 383 by 16 383": lambda: webp_of(16_383, 16_383),
    "an AVIF of 16 000 by 16 000": lambda: _avif_of(16_000),
}

# Small pictures, most of them, which a decoder would keep or go over piece by piece.
OF_MANY_PIECES: dict[str, Callable[[], bytes]] = {
    "a JPEG of four million segments": lambda: _among_jpeg(b"\xff\xef\x00\x02" * 4_000_000),
    "a JPEG of four million comments": lambda: _among_jpeg(b"\xff\xfe\x00\x02" * 4_000_000),
    "a JPEG of segments within others": lambda: _among_jpeg(
        (b"\xff\xf0\xff\xff" + b"\xff\xef\x00\x02" * 16_383) * 200
    ),
    "a JPEG with a thousand scans": lambda: _scanned(1_000),
    "a JPEG with scans behind what is no marker": lambda: _scanned(1_000, b"\xff\x02\xff\xff"),
    "a PNG of a million chunks": lambda: _among_png(_chunk(b"prVt", b"") * 1_000_000),
    "a PNG of a million words": lambda: _among_png(_chunk(b"tEXt", b"a\0b") * 1_000_000),
    "a PNG of a million pieces of nothing": lambda: _among_png(_chunk(b"IDAT", b"") * 1_000_000),
    "a PNG with words that unpack to 100 MB": lambda: _among_png(
        _chunk(b"zTXt", b"a\0\0" + _packed(100_000_000))
    ),
    "a PNG with a thousand words of a megabyte": lambda: _among_png(
        b"".join(_chunk(b"zTXt", b"%d\0\0" % number + _packed(1_000_000)) for number in range(1_000))
    ),
    "a PNG with colours that unpack to 100 MB": lambda: _among_png(
        _chunk(b"iCCP", b"a\0\0" + _packed(100_000_000))
    ),
    "a GIF of three million comments": lambda: _among_gif(b"!\xfe\x01a\0" * 3_000_000),
    "a GIF with a comment of nine million pieces": lambda: _among_gif(
        b"!\xfe" + b"\x01a" * 9_000_000 + b"\0"
    ),
}


def _half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _avif_of(side: int) -> bytes:
    made = bytearray(written(quarters(), "AVIF"))
    start = made.index(b"ispe") + 8
    made[start : start + 8] = struct.pack(">II", side, side)
    return bytes(made)


def _jpeg_of(side: int) -> bytes:
    made = bytearray(written(quarters(), "JPEG"))
    start = made.index(b"\xff\xc0") + 5
    made[start : start + 4] = struct.pack(">HH", side, side)
    return bytes(made)


def _among_jpeg(segments: bytes) -> bytes:
    made = written(quarters(), "JPEG")
    return made[:2] + segments + made[2:]


def _scanned(times: int, behind: bytes = b"") -> bytes:
    """Repeat the last scan of a JPEG, which is small and goes over all of a large picture."""
    made = written(Image.new("L", (8000, 6000), 128), "JPEG", progressive=True)
    last = made[made.rindex(b"\xff\xda") : -2]
    return made[:-2] + behind + last * times + made[-2:]


def _among_png(chunks: bytes) -> bytes:
    made = written(quarters(), "PNG")
    return made[:33] + chunks + made[33:]  # behind its head


def _among_gif(blocks: bytes) -> bytes:
    made = gif_of(8, 8, 1)
    return made[:19] + blocks + made[19:]  # behind its two colours


@cache
def _packed(size: int) -> bytes:
    packing, step = zlib.compressobj(9), min(size, 10_000_000)
    return b"".join(packing.compress(bytes(step)) for _ in range(size // step)) + packing.flush()
