"""Pictures as characters: two pixels to a cell.

Half blocks look the same in every terminal, in tmux and over SSH, where picture protocols fail each in its own way.
Sixty-four colours with equal neighbours joined cost a third of the bytes of full colour, and a face loses little.
A picture that would still be too long for a slow line (noise, leaves, a crowd) gives up colours, then detail.
"""

from functools import lru_cache
from itertools import groupby
from typing import Final

from PIL import Image
from rich.color import Color, ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from workbench.tui.pictures.encoded import Box, CellPicture
from workbench.tui.pictures.fitting import fitted, reduced

_COLOURS: Final = (64, 32, 16)
_MOST_BYTES: Final = 48_000
"""On the line, for one picture as Textual writes it. With what stands around it a frame keeps below 50 KB: at 50 KB a
second, a second."""
_TRUE_COLOUR: Final = ColorSystem.TRUECOLOR
_CURSOR_BYTES: Final = 10
"""A move of the cursor, one for each line."""

Pixel = tuple[int, int, int]


def half_blocks(data: bytes, box: Box) -> CellPicture:
    """Draw an encoded picture as large as it fits, its proportions kept."""
    picture = fitted(data, box.width, 2 * box.height)
    for colours in _COLOURS:
        lines = _lines(reduced(picture, colours).convert("RGB"))
        if _written_bytes(lines) <= _MOST_BYTES:
            return CellPicture(lines)
    return CellPicture(_coarse(picture))


def _coarse(picture: Image.Image) -> tuple[Strip, ...]:
    """Pixels two, three... cells wide: what is left to do about a picture without any even places."""
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
        len(Strip.render_style(segment.style or Style.null(), segment.text, _TRUE_COLOUR).encode())
        for line in lines
        for segment in line
    )
    return runs + _CURSOR_BYTES * len(lines)


def _pixels(picture: Image.Image, y: int) -> list[Pixel]:
    row = picture.crop((0, y, picture.width, y + 1)).tobytes()
    return list(zip(row[::3], row[1::3], row[2::3], strict=True))
