"""Picture files drawn for a terminal: as half blocks, as shades without colours, and as files for kitty.

Half blocks look the same in every terminal, in tmux and over SSH, where picture protocols fail each in its own way.
Sixty-four colours with equal neighbours joined take a third of the bytes of full colour, and a face loses little.
A picture that would still be too long for a slow line (noise, leaves, a crowd) gets fewer colours, then less detail.

This module loads Pillow. It is loaded by the loader's thread, with the first picture.
"""

from base64 import b64encode
from functools import lru_cache
from io import BytesIO
from itertools import groupby
from typing import Final

from PIL import Image, ImageOps
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from workbench.tui.pictures.encoded import Box, CellPicture, KittyPicture
from workbench.tui.pictures.kitty import MOST_CELLS

_SAMPLE_PX: Final = 8192
_REDUCING_GAP: Final = 2.0
"""Exact resampling begins at twice the wanted size; before that, the picture is halved quickly. Nobody sees it."""
_COLOURS: Final = (64, 32, 16)
_MOST_BYTES: Final = 48_000
"""For one picture, as Textual writes it. With what stands around it a frame stays below 50 KB: one second on a line of
50 KB a second."""
_CURSOR_BYTES: Final = 10
"""One move of the cursor for each line."""
_SHADES: Final = " ░▒▓█"

Pixel = tuple[int, int, int]


def fitted(data: bytes, width_px: int, height_px: int, *, grows: bool = True) -> Image.Image:
    """The picture in RGB, as large as it fits, its proportions kept; without `grows`, never larger than it is."""
    with Image.open(BytesIO(data)) as picture:
        scale = min(width_px / picture.width, height_px / picture.height)
        if not grows:
            scale = min(scale, 1.0)
        size = max(round(picture.width * scale), 1), max(round(picture.height * scale), 1)
        picture.draft("RGB", size)  # a JPEG is decoded at half or a quarter of its size where that is enough
        return picture.convert("RGB").resize(size, Image.Resampling.LANCZOS, reducing_gap=_REDUCING_GAP)


def reduced(picture: Image.Image, colours: int) -> Image.Image:
    """The picture in at most so many colours, with a palette.

    The palette covers all colours that occur in a sample of the pixels instead of the most frequent ones: the white
    of an eye is few pixels, and where a large background takes its colour, a face looks at somebody else. It halves
    the bytes too, since large even places get few colours. No dither: that doubles the bytes of every encoder.
    """
    share = min((_SAMPLE_PX / (picture.width * picture.height)) ** 0.5, 1.0)
    size = max(round(picture.width * share), 1), max(round(picture.height * share), 1)
    sample = picture.resize(size, Image.Resampling.NEAREST)
    palette = sample.quantize(colours, Image.Quantize.MAXCOVERAGE, kmeans=2, dither=Image.Dither.NONE)
    return picture.quantize(palette=palette, dither=Image.Dither.NONE)


def encode_half_blocks(data: bytes, box: Box) -> CellPicture:
    """Draw an encoded picture as large as it fits, its proportions kept."""
    picture = fitted(data, box.width, 2 * box.height)
    for colours in _COLOURS:
        lines = _lines(reduced(picture, colours).convert("RGB"))
        if _written_bytes(lines) <= _MOST_BYTES:
            return CellPicture(lines)
    return CellPicture(_coarse(picture))


def _coarse(picture: Image.Image) -> tuple[Strip, ...]:
    """Pixels two or more cells wide, for a picture without even places that is too long in every number of colours."""
    lines: tuple[Strip, ...] = ()
    for wide in range(2, 9):
        narrow = picture.resize((max(picture.width // wide, 1), picture.height), Image.Resampling.BOX)
        plain = reduced(narrow, _COLOURS[-1]).convert("RGB")
        lines = _lines(plain.resize(picture.size, Image.Resampling.NEAREST))
        if _written_bytes(lines) <= _MOST_BYTES:
            break
    return lines


def _lines(picture: Image.Image) -> tuple[Strip, ...]:
    rows = [_pixels(picture, y) for y in range(picture.height)]
    lower: list[list[Pixel | None]] = [list(row) for row in rows[1::2]]
    if len(lower) < len(rows[::2]):
        lower.append([None] * picture.width)
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


def _written_bytes(lines: tuple[Strip, ...]) -> int:
    """What Textual writes for these lines in true colour: both colours and a reset for each run."""
    runs = sum(
        len(segment.text.encode()) + _style_bytes(segment.style) for line in lines for segment in line if segment.style
    )
    return runs + _CURSOR_BYTES * len(lines)


@lru_cache(maxsize=4096)
def _style_bytes(style: Style) -> int:
    """Nothing is rendered for it: a style keeps the codes that it was first rendered to, true colour or not."""
    upper = style.color.get_ansi_codes() if style.color else ()
    lower = style.bgcolor.get_ansi_codes(foreground=False) if style.bgcolor else ()
    return len(f"\x1b[{';'.join((*upper, *lower))}m\x1b[0m")


def _pixels(picture: Image.Image, y: int) -> list[Pixel]:
    row = picture.crop((0, y, picture.width, y + 1)).tobytes()
    return list(zip(row[::3], row[1::3], row[2::3], strict=True))


def encode_shades(data: bytes, box: Box) -> CellPicture:
    """Draw an encoded picture. Light is ink: terminals without colours mostly write light on dark."""
    picture = fitted(data, box.width, 2 * box.height)
    grey = ImageOps.autocontrast(picture.convert("L"), cutoff=2)
    small = grey.resize((grey.width, max(grey.height // 2, 1)), Image.Resampling.LANCZOS)
    steps = len(_SHADES) - 1
    palette = Image.new("P", (1, 1))
    palette.putpalette([value * 255 // steps for value in range(steps + 1) for _ in "rgb"])
    shaded = small.convert("RGB").quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)
    text = shaded.tobytes()
    lines = (text[y * small.width : (y + 1) * small.width] for y in range(small.height))
    drawn = ("".join(_SHADES[min(shade, steps)] for shade in row) for row in lines)
    return CellPicture(tuple(Strip([Segment(row, Style.null())], small.width) for row in drawn), is_plain=True)


def encode_kitty(data: bytes, box: Box) -> KittyPicture:
    """A PNG of half the size in pixels: the terminal scales it up, and the bytes are a twelfth of the whole picture."""
    cell_width, cell_height = box.cell_px
    width, height = min(box.width, MOST_CELLS) * cell_width, min(box.height, MOST_CELLS) * cell_height
    picture = fitted(data, max(width // 2, 1), max(height // 2, 1), grows=False)
    scale = min(width / picture.width, height / picture.height)
    png = BytesIO()
    reduced(picture, _COLOURS[0]).save(png, "PNG")
    return KittyPicture(
        columns=max(round(picture.width * scale / cell_width), 1),
        rows=max(round(picture.height * scale / cell_height), 1),
        png=b64encode(png.getvalue()).decode("ascii"),
    )
