"""ThumbHash: a picture in some 25 bytes, to show while it loads (Evan Wallace's algorithm, as published)."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, floor, pi
from operator import mul

from PIL import Image

LONGEST_SIDE = 64  # the algorithm takes up to 100; its waves are so long that more tells nothing

UNSEEN = 1e-6  # what is left of a flat channel when numbers are rounded


@dataclass(frozen=True)
class _Waves:
    """A channel as waves: its mean, how each wave differs from that, from 0 to 1, and by how much at most."""

    mean: float
    parts: Sequence[float]
    scale: float


def thumbhash(picture: Image.Image) -> bytes:
    """Give the ThumbHash of a picture."""
    small = picture.convert("RGBA")
    small.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    width, height = small.size
    light, yellow, red, alpha = _channels(small)
    has_alpha = sum(alpha) < width * height
    most = 5 if has_alpha else 7
    across = max(1, _round(most * width / max(width, height)))
    down = max(1, _round(most * height / max(width, height)))
    of_light = _waves(light, width, max(3, across), max(3, down))
    of_yellow, of_red = _waves(yellow, width, 3, 3), _waves(red, width, 3, 3)
    of_alpha = _waves(alpha, width, 5, 5) if has_alpha else None
    is_wide = width > height
    first = (
        _round(63 * of_light.mean)
        | _round(31.5 + 31.5 * of_yellow.mean) << 6
        | _round(31.5 + 31.5 * of_red.mean) << 12
        | _round(31 * of_light.scale) << 18
        | has_alpha << 23
    )
    second = (
        (down if is_wide else across)
        | _round(63 * of_yellow.scale) << 3
        | _round(63 * of_red.scale) << 9
        | is_wide << 15
    )
    head = first.to_bytes(3, "little") + second.to_bytes(2, "little")
    parts = [*of_light.parts, *of_yellow.parts, *of_red.parts]
    if of_alpha is not None:
        head += bytes([_round(15 * of_alpha.mean) | _round(15 * of_alpha.scale) << 4])
        parts += of_alpha.parts
    return head + _halves([_round(15 * part) for part in parts])


def _channels(small: Image.Image) -> tuple[list[float], list[float], list[float], list[float]]:
    """Give light, yellow against blue, red against green, and opacity; what shows through is the mean."""
    raw = small.tobytes()
    alpha = [value / 255 for value in raw[3::4]]
    opaque = sum(alpha) or 1.0
    colours: list[list[float]] = []
    for channel in range(3):
        seen = [value / 255 * part for value, part in zip(raw[channel::4], alpha, strict=True)]
        mean = sum(seen) / opaque
        colours.append([value + mean * (1 - part) for value, part in zip(seen, alpha, strict=True)])
    pixels = list(zip(*colours, strict=True))
    light = [(r + g + b) / 3 for r, g, b in pixels]
    yellow = [(r + g) / 2 - b for r, g, b in pixels]
    return light, yellow, [r - g for r, g, _ in pixels], alpha


def _waves(channel: Sequence[float], width: int, across: int, down: int) -> _Waves:
    """Transform a channel into waves (DCT): rows first, then what is left of them."""
    height = len(channel) // width
    rows = [channel[start : start + width] for start in range(0, len(channel), width)]
    by_row = [[_against(row, wave) for row in rows] for wave in _cosines(width, across)]
    found = [
        _against(by_row[x], wave) / (width * height)
        for y, wave in enumerate(_cosines(height, down))
        for x in range(across)
        if x * down < across * (down - y)
    ]
    scale = max(map(abs, found[1:]))
    if scale < UNSEEN:
        return _Waves(found[0], [0.0] * (len(found) - 1), 0.0)
    return _Waves(found[0], [0.5 + 0.5 / scale * part for part in found[1:]], scale)


def _cosines(length: int, number: int) -> list[list[float]]:
    return [[cos(pi / length * wave * (place + 0.5)) for place in range(length)] for wave in range(number)]


def _against(values: Sequence[float], wave: Sequence[float]) -> float:
    total: float = sum(map(mul, values, wave))
    return total


def _halves(parts: Sequence[int]) -> bytes:
    """Put two parts into each byte, the first into its lower half."""
    even = [*parts, 0] if len(parts) % 2 else parts
    return bytes(low | high << 4 for low, high in zip(even[::2], even[1::2], strict=True))


def _round(value: float) -> int:
    return floor(value + 0.5)
