"""From a picture file to pixels of the size that an encoder wants."""

from io import BytesIO

from PIL import Image

_REDUCING_GAP = 2.0
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
    """The picture in at most so many colours, with a palette. Without dither: it doubles the bytes of every encoder."""
    return picture.quantize(colours, dither=Image.Dither.NONE)
