"""Removes what cameras and editors write beside a picture (place, time, names), without changing the pixels.

Sources: the segments of JPEG (ITU-T T.81, annex B), the chunks of PNG (W3C PNG, section 5) and of WebP (RFC 9649).
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT: Final = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT"})

_SOI: Final = b"\xff\xd8"
_EOI: Final = 0xD9
_SOS: Final = 0xDA
_APP0: Final = 0xE0
_APP1: Final = 0xE1
_FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2})
"""The markers that begin a frame (SOF) of the kinds that every reader knows: baseline, extended, progressive."""
_APP14: Final = 0xEE
_COMMENT: Final = 0xFE
_APPLICATION: Final = range(_APP0, 0xF0)
_JFIF_BYTES: Final = 16
"""Length of a JFIF segment without a thumbnail; a longer one holds a small copy of the picture as it once was."""
_NEXT_MARKER: Final = re.compile(rb"\xff+([^\x00\xff])")
_PICTURE: Final = frozenset({0xC0, 0xC1, 0xC2, 0xC4, 0xDA, 0xDB, 0xDD})
"""Frames, tables, scans and restart intervals: most of a file, and always kept."""
_WITHIN_SCAN: Final = frozenset({0x00, 0xFF, *range(0xD0, 0xD8)})
"""What may follow FF in entropy-coded data: a stuffed byte, fill, restart markers."""


@dataclass(frozen=True, slots=True)
class JpegFile:
    """A JPEG file as its segments describe it."""

    stripped: bytes
    """The file without comments and application data, JFIF and Adobe's colour transform excepted, cut at its end."""
    width_px: int
    height_px: int
    bits: int
    components: int
    has_exif: bool

    @property
    def is_grey(self) -> bool:
        """Whether it has no colours."""
        return self.components == 1

    @property
    def is_common(self) -> bool:
        """Whether it is grey or in three colours, with 8 bits each, as every reader takes them."""
        return self.bits == 8 and self.components in (1, 3) and self.width_px > 0 and self.height_px > 0


def strip_jpeg(data: bytes) -> bytes | None:
    """The JPEG without metadata; None where its segments cannot be followed, so that it must be encoded again."""
    jpeg = read_jpeg(data)
    return None if jpeg is None else jpeg.stripped


def read_jpeg(data: bytes) -> JpegFile | None:
    """Follow the segments of a JPEG to its end; None for other files and for those without an end."""
    if not data.startswith(_SOI):
        return None
    kept = [_SOI]
    at, frame, has_exif = len(_SOI), b"", False
    while (found := _NEXT_MARKER.match(data, at)) is not None:
        marker, at = found[1][0], found.end()
        if marker == _EOI:
            return _jpeg_file(b"".join((*kept, b"\xff\xd9")), frame, has_exif=has_exif) if frame else None
        end = at + int.from_bytes(data[at : at + 2], "big")
        if end < at + 2 or end > len(data):
            return None
        if marker == _SOS:
            end = _scan_end(data, end)
        segment = data[at:end]
        if marker in _FRAMES and not frame:
            frame = segment
        has_exif = has_exif or (marker == _APP1 and segment.startswith(b"Exif", 2))
        if marker in _PICTURE or _keeps(marker, segment):
            kept.append(data[at - 2 : end])
        at = end
    return None


def _scan_end(data: bytes, at: int) -> int:
    """Where the entropy-coded data from `at` on end: at the next marker that is neither stuffing nor a restart."""
    while (at := data.find(b"\xff", at)) != -1 and at + 1 < len(data):
        if data[at + 1] not in _WITHIN_SCAN:
            return at
        at += 1
    return len(data)


def _jpeg_file(stripped: bytes, frame: bytes, *, has_exif: bool) -> JpegFile | None:
    """By the frame header: length, bits, height, width, number of components (T.81, B.2.2)."""
    if len(frame) < 8:
        return None
    height_px, width_px = int.from_bytes(frame[3:5], "big"), int.from_bytes(frame[5:7], "big")
    return JpegFile(stripped, width_px, height_px, frame[2], frame[7], has_exif)


def _keeps(marker: int, segment: bytes) -> bool:
    if marker == _APP0:
        return segment.startswith(b"\0\x10JFIF\0") and len(segment) == _JFIF_BYTES
    if marker == _APP14:
        return segment[2:].startswith(b"Adobe")
    return marker != _COMMENT and marker not in _APPLICATION


def strip_png(data: bytes) -> bytes | None:
    """The PNG with only the chunks that make its pixels and colours, cut at its end; None where it is malformed."""
    kept = [_PNG_SIGNATURE]
    name = b""
    for name, chunk in _png_chunks(data):
        if name in _PNG_KEPT:
            kept.append(chunk)
    return b"".join(kept) if name == b"IEND" else None


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and bytes (with length and checksum) of each chunk up to IEND, or to the first that is damaged."""
    at = len(_PNG_SIGNATURE) if data.startswith(_PNG_SIGNATURE) else len(data)
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if end > len(data):
            return
        name = data[at + 4 : at + 8]
        if zlib.crc32(data[at + 4 : end - 4]) != int.from_bytes(data[end - 4 : end], "big"):
            return
        yield name, data[at:end]
        if name == b"IEND":
            return
        at = end


def strip_webp(data: bytes) -> bytes | None:
    """The WebP with its picture alone; None where it is of the extended form, which can hold more, or malformed."""
    if data[:4] != b"RIFF" or data[8:16] not in (b"WEBPVP8 ", b"WEBPVP8L"):
        return None
    n_bytes = int.from_bytes(data[16:20], "little")
    end = 20 + n_bytes + n_bytes % 2
    return b"RIFF" + (end - 8).to_bytes(4, "little") + data[8:end] if end <= len(data) else None
