"""Pictures that are rows of grey values in one large table (FER2013), read one at a time.

The table is read once to find where its rows begin; the rows themselves stay on disk.
"""

import math
from array import array
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from workbench.domain.datasets.samples import PixelPlace, Sample
from workbench.media.media_files import BadMedia, MediaLimits, medium_path, require_regular

_CHUNK_BYTES: Final = 1 << 20
_HEADING: Final = b"pixels"
_LONGEST_HEADER_BYTES: Final = 4096
_BOM: Final = b"\xef\xbb\xbf"


def pixel_picture(root: Path, sample: Sample, limits: MediaLimits) -> bytes:
    """The picture of a sample of kind PIXELS as the bytes of a PGM file. Raises BadMedia."""
    path = medium_path(root, sample)
    try:
        place = PixelPlace.parse(sample.path or "")
        require_regular(path, limits.table_bytes)
        status = path.stat()
        return _as_pgm(_cell(path, place.row, status.st_size, status.st_mtime_ns, limits))
    except OSError as error:
        raise BadMedia(f"cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise BadMedia("no row of grey values") from error


def _cell(path: Path, row: int, size_bytes: int, changed_ns: int, limits: MediaLimits) -> bytes:
    """The grey values of a row, as the table has them."""
    starts = _row_starts(path, size_bytes, changed_ns)
    if row + 1 >= len(starts):
        raise BadMedia("a row that its table does not have")
    n_bytes = starts[row + 1] - starts[row]
    if n_bytes > limits.image_bytes:
        raise BadMedia(f"larger than {limits.image_bytes // 1_000_000:,} MB")
    with path.open("rb") as file:
        headings = file.readline(_LONGEST_HEADER_BYTES).removeprefix(_BOM).split(b",")
        at = [_bare(heading).lower() for heading in headings].index(_HEADING)
        file.seek(starts[row])
        cells = file.read(n_bytes).split(b",")
    return _bare(cells[at]) if at < len(cells) else b""


def _bare(cell: bytes) -> bytes:
    return cell.strip().strip(b'"')


@lru_cache(maxsize=8)
def _row_starts(path: Path, _size_bytes: int, _changed_ns: int) -> Sequence[int]:
    """Where the lines below the header begin, and where the last one ends. Kept while the file is the same."""
    starts = array("q")
    offset = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            at = chunk.find(b"\n")
            while at >= 0:
                starts.append(offset + at + 1)
                at = chunk.find(b"\n", at + 1)
            offset += len(chunk)
    if not starts or starts[-1] < offset:
        starts.append(offset)  # the last line has no end
    return starts


def _as_pgm(values: bytes) -> bytes:
    """A square picture. Raises ValueError for anything but grey values from 0 to 255."""
    pixels = bytes(map(int, values.split()))
    side_px = math.isqrt(len(pixels))
    if side_px == 0 or side_px**2 != len(pixels):
        raise BadMedia(f"{len(pixels):,} grey values, which are no square picture")
    return b"P5 %d %d 255\n" % (side_px, side_px) + pixels
