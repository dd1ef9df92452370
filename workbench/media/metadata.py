"""Takes what cameras and editors write beside a picture out of it (place, time, names), without touching the pixels.

Sources: the segments of JPEG (ITU-T T.81, annex B), the chunks of PNG (W3C PNG, section 5) and of WebP (RFC 9649).
"""

import re
from collections.abc import Iterator
from typing import Final

_PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT: Final = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT"})

_SOI: Final = b"\xff\xd8"
_EOI: Final = 0xD9
_SOS: Final = 0xDA
_APP0: Final = 0xE0
_APP14: Final = 0xEE
_COMMENT: Final = 0xFE
_APPLICATION: Final = range(_APP0, 0xF0)
_JFIF_BYTES: Final = 16
"""Length of a JFIF segment without a thumbnail; a longer one holds a small copy of the picture as it once was."""
_NEXT_MARKER: Final = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")
"""In entropy-coded data: neither a stuffed byte (00) nor a restart marker (D0 to D7)."""


def bare_jpeg(data: bytes) -> bytes | None:
    """The JPEG without comments and application data, JFIF and Adobe's colour transform excepted, cut at its end.

    None where its segments cannot be followed; such a picture is better encoded anew.
    """
    if not data.startswith(_SOI):
        return None
    kept = bytearray(_SOI)
    at = len(_SOI)
    while (found := _NEXT_MARKER.match(data, at)) is not None:
        marker, at = found[1][0], found.end()
        if marker == _EOI:
            return bytes(kept) + bytes((0xFF, _EOI))
        end = at + int.from_bytes(data[at : at + 2], "big")
        if end < at + 2 or end > len(data):
            return None
        if marker == _SOS:
            following = _NEXT_MARKER.search(data, end)
            end = following.start() if following else len(data)
        if _keeps(marker, data[at:end]):
            kept += bytes((0xFF, marker)) + data[at:end]
        at = end
    return None


def _keeps(marker: int, segment: bytes) -> bool:
    if marker == _APP0:
        return segment.startswith(b"\0\x10JFIF\0") and len(segment) == _JFIF_BYTES
    if marker == _APP14:
        return segment[2:].startswith(b"Adobe")
    return marker != _COMMENT and marker not in _APPLICATION


def bare_png(data: bytes) -> bytes | None:
    """The PNG with only the chunks that make its pixels and colours, cut at its end; None where it is malformed."""
    kept = [_PNG_SIGNATURE]
    name = b""
    for name, chunk in _png_chunks(data):
        if name in _PNG_KEPT:
            kept.append(chunk)
    return b"".join(kept) if name == b"IEND" else None


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and bytes (with length and checksum) of each chunk up to IEND."""
    at = len(_PNG_SIGNATURE) if data.startswith(_PNG_SIGNATURE) else len(data)
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if end > len(data):
            return
        name = data[at + 4 : at + 8]
        yield name, data[at:end]
        if name == b"IEND":
            return
        at = end


def bare_webp(data: bytes) -> bytes | None:
    """The WebP with its picture alone; None where it is of the extended form, which can hold more, or malformed."""
    if data[:4] != b"RIFF" or data[8:16] not in (b"WEBPVP8 ", b"WEBPVP8L"):
        return None
    n_bytes = int.from_bytes(data[16:20], "little")
    end = 20 + n_bytes + n_bytes % 2
    return b"RIFF" + (end - 8).to_bytes(4, "little") + data[8:end] if end <= len(data) else None
