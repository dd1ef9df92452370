"""From the bytes of a picture to the bytes that are sent: its own where possible, else encoded again, once.

A picture that can be sent unchanged is not decoded: its segments or checksums show whether the file is whole. All
others are decoded in full. What is sent never carries metadata, is never larger than asked, and is never scaled up.

Most pictures are JPEGs without EXIF, and their segments tell all there is to know. To open each of them with Pillow
would take longer than everything else that is done for a request, so Pillow loads with the first picture of another
kind, and a run of such JPEGs never loads it.
"""

import warnings
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Final

from workbench.domain.datasets.file_kinds import HEAD_BYTES, not_the_file
from workbench.domain.datasets.samples import Frame
from workbench.domain.runs import Colour
from workbench.media.media_files import BadMedia, MediaLimits
from workbench.media.metadata import read_jpeg, strip_jpeg, strip_png, strip_webp

if TYPE_CHECKING:
    from PIL import Image

_READ: Final = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "PPM")
_MIMES: Final = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_CHECKED: Final = frozenset({"JPEG", "PNG"})
"""Forms that show without decoding whether a file is whole: by an end that is reached, by checksums."""
_LOSSLESS: Final = frozenset({"PNG", "BMP", "GIF", "TIFF", "PPM"})
_SMALL_PX: Final = 256 * 256
"""Up to here a lossless picture stays lossless; above, JPEG is many times smaller."""
_JPEG_QUALITY: Final = 95
_THUMBNAIL_QUALITY: Final = 78
_ORIENTATION: Final = 0x0112  # EXIF tag
_UPRIGHT: Final = 1
_PNG_DEPTH_AT: Final = 24
"""Offset of the bit depth in a PNG file: 8 bytes of signature, 8 of chunk header, 8 of width and height."""

# Filters hold for the whole process, since Python's cannot be changed for one thread; so these two are narrow. Below
# twice its limit Pillow only warns of a decompression bomb. What else it warns of is metadata, which is not sent.
warnings.filterwarnings("error", "Image size .* exceeds limit", RuntimeWarning, r"PIL\.")
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")


def picture_from_bytes(data: bytes, colour: Colour, longest_side_px: int, limits: MediaLimits) -> Frame:
    """The picture in an image file. Raises BadMedia for what is no picture, is damaged, or is beyond the limits."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(BytesIO(data), formats=_READ) as image:
            _assert_size(image, limits)
            own = _own(data, image, colour, longest_side_px)
            if own is not None and image.format in _CHECKED:
                return own
            image.load()
            return own or _anew(image, colour, longest_side_px)
    except BadMedia:
        raise
    except UnidentifiedImageError as error:
        raise BadMedia(not_the_file(data[:HEAD_BYTES]) or "not a picture that can be read") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadMedia(_too_many_pixels(limits)) from error
    except Exception as error:  # decoders raise anything for damaged data
        raise BadMedia(f"a damaged picture ({type(error).__name__})") from error


def picture_as_it_is(data: bytes, colour: Colour, longest_side_px: int, limits: MediaLimits) -> Frame | None:
    """The picture of a file that is whole and can be sent as it is; None for every other, whatever the reason."""
    if (frame := _common_jpeg(data, colour, longest_side_px, limits)) is not None:
        return frame
    from PIL import Image

    try:
        with Image.open(BytesIO(data), formats=tuple(_CHECKED)) as image:
            _assert_size(image, limits)
            return _own(data, image, colour, longest_side_px)
    except Exception:  # noqa: BLE001  # decoding it in full will give the reason
        return None


def _common_jpeg(data: bytes, colour: Colour, longest_side_px: int, limits: MediaLimits) -> Frame | None:
    jpeg = read_jpeg(data)
    if jpeg is None or jpeg.has_exif or not jpeg.is_common:
        return None
    fits = max(jpeg.width_px, jpeg.height_px) <= longest_side_px and (jpeg.is_grey or colour is Colour.RGB)
    if not fits or jpeg.width_px * jpeg.height_px > limits.picture_px:
        return None
    return Frame(jpeg.stripped, "image/jpeg", jpeg.width_px, jpeg.height_px)


def _assert_size(image: "Image.Image", limits: MediaLimits) -> None:
    if image.width * image.height > limits.picture_px:
        raise BadMedia(_too_many_pixels(limits))


def picture_from_image(image: "Image.Image", colour: Colour, longest_side_px: int, *, lossless: bool) -> Frame:
    """The decoded picture, encoded: flat, in the colours and at most of the size asked for."""
    from PIL import Image

    flat = _flat(image)
    if colour is Colour.GREY:
        flat = flat.convert("L")
    longest = max(flat.size)
    if longest > longest_side_px:
        width, height = (max(1, round(side * longest_side_px / longest)) for side in flat.size)
        flat = flat.resize((width, height), Image.Resampling.LANCZOS)
    encoded = BytesIO()
    if lossless and flat.width * flat.height <= _SMALL_PX:
        flat.save(encoded, "PNG")
        return Frame(encoded.getvalue(), "image/png", *flat.size)
    flat.save(encoded, "JPEG", quality=_JPEG_QUALITY, subsampling=0)
    return Frame(encoded.getvalue(), "image/jpeg", *flat.size)


def thumbnail(frame: Frame) -> Frame:
    """A frame of ours as a JPEG of a few kilobytes, for a page that is passed on. Its size in pixels stays."""
    from PIL import Image

    with Image.open(BytesIO(frame.data)) as image:
        encoded = BytesIO()
        flat = image if image.mode in ("L", "RGB") else image.convert("RGB")
        flat.save(encoded, "JPEG", quality=_THUMBNAIL_QUALITY, optimize=True)
    return replace(frame, data=encoded.getvalue(), mime="image/jpeg")


def _own(data: bytes, image: "Image.Image", colour: Colour, longest_side_px: int) -> Frame | None:
    """The file's own pixels in its own coding, where nothing but metadata keeps them from being sent as they are."""
    fits = (
        max(image.size) <= longest_side_px
        and image.mode in (("L",) if colour is Colour.GREY else ("L", "RGB"))
        and "transparency" not in image.info
        and not _is_animated(image)
        and _orientation(image) == _UPRIGHT
    )
    bare = _bare(data, image) if fits else None
    return None if bare is None else Frame(bare, _MIMES[image.format or ""], *image.size)


def _bare(data: bytes, image: "Image.Image") -> bytes | None:
    """The file without metadata, None where that takes encoding it anew."""
    match image.format:
        case "JPEG" | "MPO":
            return strip_jpeg(data)
        case "PNG" if data[_PNG_DEPTH_AT] == 8:  # models are not known to read 16 bits
            return strip_png(data)
        case "WEBP":
            return strip_webp(data)
    return None


def _anew(image: "Image.Image", colour: Colour, longest_side_px: int) -> Frame:
    from PIL import ImageOps

    lossless = image.format in _LOSSLESS
    upright = image if _orientation(image) == _UPRIGHT else ImageOps.exif_transpose(image)
    picture = picture_from_image(upright, colour, longest_side_px, lossless=lossless)
    return replace(picture, note="an animation; its first frame") if _is_animated(image) else picture


def _is_animated(image: "Image.Image") -> bool:
    """Whether there is more than one frame; the second picture in a phone's JPEG (MPO) is no frame of it."""
    return image.format != "MPO" and getattr(image, "is_animated", False)


def _orientation(image: "Image.Image") -> int:
    """The EXIF orientation, 1 (upright) where there is none or it means nothing."""
    try:
        value = image.getexif().get(_ORIENTATION, _UPRIGHT)
    except Exception:  # noqa: BLE001  # damaged EXIF says nothing about the pixels
        return _UPRIGHT
    return value if isinstance(value, int) and 1 <= value <= 8 else _UPRIGHT


def _flat(image: "Image.Image") -> "Image.Image":
    """The picture as RGB, or as L where it is grey: 8 bits, transparency over white."""
    from PIL import Image

    if image.mode.startswith("I") or image.mode == "F":
        return _eight_bits(image)
    if image.mode in ("P", "PA", "LA", "La", "RGBA", "RGBa") or "transparency" in image.info:
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image.convert("RGBA")).convert("RGB")
    if image.mode in ("1", "L"):
        return image.convert("L")
    return image.convert("RGB")


def _eight_bits(image: "Image.Image") -> "Image.Image":
    """Grey values of 16 bits or more, scaled to 8; a picture whose values already fit 8 bits is not brightened."""
    import numpy as np
    from PIL import Image

    values = np.nan_to_num(np.asarray(image, dtype=np.float32))
    deep = image.mode.startswith("I;16") or values.max(initial=0) > 255
    return Image.fromarray(np.clip(values / (257 if deep else 1), 0, 255).round().astype(np.uint8))


def _too_many_pixels(limits: MediaLimits) -> str:
    return f"more than {limits.picture_px // 1_000_000:,} million pixels"
