"""Pictures as characters: two pixels to a cell in colour, or five shades where the terminal has no colours.

Half blocks look the same in every terminal, in tmux and over SSH, where picture protocols fail each in its own way.
Sixty-four colours with equal neighbours joined cost a third of the bytes of full colour, and a face loses nothing.

Pillow is loaded with this module, so only the loader thread imports it.
"""

from functools import lru_cache
from io import BytesIO
from itertools import groupby
from typing import Final

from PIL import Image, ImageOps
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

_COLOURS: Final = 64
_SHADES: Final = " ░▒▓█"

Pixel = tuple[int, int, int]


def draw_picture(data: bytes, width: int, height: int, *, colours: bool) -> tuple[Strip, ...]:
    """Draw an encoded picture as large as it fits into so many cells, its proportions kept."""
    with Image.open(BytesIO(data)) as picture:
        scale = min(width / picture.width, 2 * height / picture.height)
        size = max(round(picture.width * scale), 1), max(round(picture.height * scale), 1)
        fitted = picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    return _half_blocks(fitted) if colours else _shades(fitted)


def _half_blocks(picture: Image.Image) -> tuple[Strip, ...]:
    reduced = picture.quantize(_COLOURS, dither=Image.Dither.NONE).convert("RGB")
    rows = [_pixels(reduced, y) for y in range(reduced.height)]
    lower: list[list[Pixel | None]] = [list(row) for row in rows[1::2]]
    if len(lower) < len(rows[::2]):
        lower.append([None] * reduced.width)
    return tuple(_strip(zip(upper, below, strict=True)) for upper, below in zip(rows[::2], lower, strict=True))


def _strip(cells: "zip[tuple[Pixel, Pixel | None]]") -> Strip:
    segments = []
    for (upper, below), run in groupby(cells):
        block = " " if upper == below else "▀"
        segments.append(Segment(block * len(list(run)), _style(upper, below)))
    return Strip(segments)


@lru_cache(maxsize=4096)
def _style(upper: Pixel, lower: Pixel | None) -> Style:
    return Style(color=Color.from_rgb(*upper), bgcolor=Color.from_rgb(*lower) if lower else None)


def _shades(picture: Image.Image) -> tuple[Strip, ...]:
    """Light is ink: terminals without colours mostly write light on dark."""
    grey = ImageOps.autocontrast(picture.convert("L"), cutoff=2)
    small = grey.resize((grey.width, max(grey.height // 2, 1)), Image.Resampling.LANCZOS)
    steps = len(_SHADES) - 1
    palette = Image.new("P", (1, 1))
    palette.putpalette([value * 255 // steps for value in range(steps + 1) for _ in "rgb"])
    shaded = small.convert("RGB").quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)
    text = shaded.tobytes()
    lines = (text[y * small.width : (y + 1) * small.width] for y in range(small.height))
    return tuple(Strip([Segment("".join(_SHADES[min(shade, steps)] for shade in line))]) for line in lines)


def _pixels(picture: Image.Image, y: int) -> list[Pixel]:
    row = picture.crop((0, y, picture.width, y + 1)).tobytes()
    return list(zip(row[::3], row[1::3], row[2::3], strict=True))
