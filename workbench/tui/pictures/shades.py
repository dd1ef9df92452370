"""Pictures in five shades, where the terminal has no colours or the user wants none."""

from typing import Final

from PIL import Image, ImageOps
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from workbench.tui.pictures.encoded import Box, CellPicture
from workbench.tui.pictures.fitting import fitted

_SHADES: Final = " ░▒▓█"


def shades(data: bytes, box: Box) -> CellPicture:
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
