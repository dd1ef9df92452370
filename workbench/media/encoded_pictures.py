"""A picture in the form in which it is sent, and the short way to it for the commonest of all files.

Most pictures are JPEGs without EXIF, and their segments tell all there is to know: to open each of them with Pillow
would take longer than everything else that is done for a request. This file does without Pillow, so that a run of
such pictures never loads it.
"""

from dataclasses import dataclass

from workbench.domain.runs import Colour
from workbench.media.media_limits import MediaLimits
from workbench.media.metadata import walked_jpeg


@dataclass(frozen=True, slots=True)
class EncodedPicture:
    """One picture in the form in which it is sent."""

    data: bytes
    mime: str
    width_px: int
    height_px: int
    note: str | None = None


def jpeg_as_it_is(data: bytes, colour: Colour, longest_side_px: int, limits: MediaLimits) -> EncodedPicture | None:
    """A whole JPEG that can be sent without its metadata and is otherwise as it is; None for any other file."""
    jpeg = walked_jpeg(data)
    if jpeg is None or jpeg.has_exif or not jpeg.is_common:
        return None
    fits = max(jpeg.width_px, jpeg.height_px) <= longest_side_px and (jpeg.is_grey or colour is Colour.RGB)
    if not fits or jpeg.width_px * jpeg.height_px > limits.picture_px:
        return None
    return EncodedPicture(jpeg.bare, "image/jpeg", jpeg.width_px, jpeg.height_px)
