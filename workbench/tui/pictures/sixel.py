"""Pictures as sixels: six rows of pixels to a character, one pass for each colour.

Source: DEC's VT330/VT340 Programmer Reference, chapter 14, and xterm's "Control Sequences". Every row of cells is an
image of its own. Bytes are more than in any other form, so nobody gets sixels who has not asked for them.
"""

import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

from workbench.tui.pictures.encoded import Box, SixelPicture
from workbench.tui.pictures.encoders import fitted, reduced

_COLOURS: Final = 64
_BAND_PX: Final = 6
_ZERO: Final = 63
"""The character of six pixels that are left alone."""
_OUTSIDE: Final = -1
_RUN: Final = re.compile(r"(.)\1{3,}")

Indices = NDArray[np.int16]
Colours = NDArray[np.uint8]


def encode_sixel(data: bytes, box: Box) -> SixelPicture:
    """Encode a picture for as many cells as it fits."""
    cell_width, cell_height = box.cell_px
    picture = reduced(fitted(data, box.width * cell_width, box.height * cell_height), _COLOURS)
    indices = np.asarray(picture, dtype=np.int16)
    palette = np.array(picture.getpalette(), dtype=np.uint8).reshape(-1, 3)
    rows = (indices[top : top + cell_height] for top in range(0, len(indices), cell_height))
    columns = -(-picture.width // cell_width)
    return SixelPicture(columns, tuple(_image(row, palette) for row in rows))


def _image(indices: Indices, palette: Colours) -> str:
    """One image. Pixels that it does not set stay as they are (the 1 in its head), and its size is said."""
    height, width = indices.shape
    registers = "".join(_register(int(colour), palette) for colour in np.unique(indices))
    padding = -height % _BAND_PX
    padded = np.pad(indices, ((0, padding), (0, 0)), constant_values=_OUTSIDE)
    bands = "-".join(_band(padded[top : top + _BAND_PX]) for top in range(0, len(padded), _BAND_PX))
    return f'\x1bP0;1q"1;1;{width};{height}{registers}{bands}\x1b\\'


def _register(colour: int, palette: Colours) -> str:
    red, green, blue = (round(int(part) * 100 / 255) for part in palette[colour])
    return f"#{colour};2;{red};{green};{blue}"


def _band(pixels: Indices) -> str:
    """Six rows of pixels, colour by colour, each over the one before (`$`)."""
    weights = (1 << np.arange(_BAND_PX, dtype=np.uint8))[:, None]
    colours = [int(colour) for colour in np.unique(pixels) if colour != _OUTSIDE]
    passes = []
    for colour in colours:
        sums = ((pixels == colour) * weights).sum(axis=0, dtype=np.uint8) + _ZERO
        text = sums.astype(np.uint8).tobytes().decode("ascii").rstrip(chr(_ZERO))
        passes.append(f"#{colour}" + _RUN.sub(_counted, text))
    return "$".join(passes)


def _counted(run: re.Match[str]) -> str:
    return f"!{len(run[0])}{run[1]}"
