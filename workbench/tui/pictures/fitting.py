"""From a picture file to pixels of the size that an encoder wants."""

from io import BytesIO
from typing import Final

from PIL import Image

_SAMPLE_PX: Final = 8192
_REDUCING_GAP: Final = 2.0
"""Twice the wanted size is where exact resampling begins; what is beyond is halved quickly. Nobody sees it."""


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
