"""The only way from a sample's path to a file: inside the data set's folder, and nothing but regular files.

A path comes from the database or from a manifest and is not trusted, even if an importer found it good on another day.
"""

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from workbench.domain.datasets.samples import MediaKind, PixelPlace, Sample

_FRAME_SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp"})
_TRAILING_NUMBER: Final = re.compile(r"(\d+)$", re.ASCII)


class BadMedia(Exception):  # one sample ends with it, no command
    """A picture or clip that cannot be shown; the message is the reason, in a few words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaLimits:
    """Far above what the data sets of the benchmark hold, far below what hurts a small machine."""

    image_bytes: int = 100_000_000
    picture_px: int = 50_000_000
    """Width times height, of a picture or of one frame of a video."""
    video_bytes: int = 4_000_000_000
    table_bytes: int = 4_000_000_000
    """Of a table that holds pictures as rows."""
    clip_frames: int = 100_000
    sent_frames: int = 500
    """Frames that go out of one sample; only the policy `all` can ask for so many."""
    decode_s: float = 60.0
    """Time for the decoding of one video."""


DEFAULT_LIMITS: Final = MediaLimits()


def medium_path(root: Path, sample: Sample) -> Path:
    """The real path of a sample's picture, video, folder of frames or table of pixels. Raises BadMedia."""
    if sample.media is MediaKind.NONE or sample.path is None:
        raise BadMedia("no picture or clip")
    return path_under(root, _table(sample.path) if sample.media is MediaKind.PIXELS else sample.path)


def medium_files(root: Path, sample: Sample) -> tuple[Path, ...]:
    """The real paths of the files that hold a sample: one, but for kind FILES. Raises BadMedia."""
    if sample.media is MediaKind.FILES:
        return tuple(path_under(root, file) for file in sample.files)
    return (medium_path(root, sample),)


def _table(path: str) -> str:
    try:
        return PixelPlace.parse(path).table
    except ValueError as error:
        raise BadMedia("its path names no row of a table") from error


def path_under(root: Path, relative: str) -> Path:
    """The real path of `relative` below `root`. Raises BadMedia where links or `..` lead out of it."""
    if "\0" in relative:
        raise BadMedia("its path holds a NUL character")
    real_root = _real_folder(str(root))
    folder, name = os.path.split(relative)
    path = os.path.join(_real_folder(os.path.join(real_root, folder)), name)  # noqa: PTH118  (for every picture)
    if name in ("", ".", "..") or os.path.islink(path):  # noqa: PTH114
        path = os.path.realpath(path)
    if not (path + os.sep).startswith(real_root.rstrip(os.sep) + os.sep):
        raise BadMedia("its path leads out of the data set's folder")
    return Path(path)


@lru_cache(maxsize=4_096)
def _real_folder(folder: str) -> str:
    """A folder without links. Remembered, since a folder holds thousands of pictures: a link that is turned elsewhere
    while we run leads where it led before."""
    return os.path.realpath(folder)


def require_regular(path: Path, most_bytes: int) -> int:
    """The size of a regular file of 1 to `most_bytes` bytes. Raises BadMedia for any other; nothing is opened."""
    try:
        status = os.stat(path)  # noqa: PTH116  (for every picture)
    except OSError as error:
        raise BadMedia(_reason(error)) from error
    if not stat.S_ISREG(status.st_mode):
        raise BadMedia("a folder instead of a file" if stat.S_ISDIR(status.st_mode) else "not a regular file")
    if status.st_size == 0:
        raise BadMedia("an empty file")
    if status.st_size > most_bytes:
        raise BadMedia(f"larger than {most_bytes // 1_000_000:,} MB")
    return status.st_size


def read_file(path: Path, most_bytes: int) -> bytes:
    """The content of a regular file of 1 to `most_bytes` bytes. Raises BadMedia."""
    n_bytes = require_regular(path, most_bytes)
    try:
        data = _content(path, n_bytes, most_bytes)
    except OSError as error:
        raise BadMedia(_reason(error)) from error
    if len(data) > most_bytes:
        raise BadMedia(f"larger than {most_bytes // 1_000_000:,} MB")
    return data


def _content(path: Path, n_bytes: int, most_bytes: int) -> bytes:
    """A file of so many bytes, or more if it has grown meanwhile. By the system's own calls, and few of them: with
    each, a thread that reads pictures lets go of the interpreter's lock and has to wait for it."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        data = os.read(descriptor, n_bytes + 1)
        while len(data) != n_bytes and len(data) <= most_bytes and (more := os.read(descriptor, most_bytes)):
            data += more
        return data
    finally:
        os.close(descriptor)


def numbered_frames(folder: Path, limits: MediaLimits) -> Mapping[int, str]:
    """Frame number to file name, ascending, of a clip in a folder; of two names with one number the first by name.

    Owners pad the numbers, or do not, or change their minds within a data set, so a frame is found by the number at
    the end of its name, and never by a name that is put together from it.

    Raises BadMedia for a folder that cannot be listed, holds no frame, or more than the limits allow.
    """
    frames: dict[int, str] = {}
    for name in _names_in(folder):
        number = None if name.startswith(".") else _TRAILING_NUMBER.search(Path(name).stem)
        if number and Path(name).suffix.casefold() in _FRAME_SUFFIXES:
            frames.setdefault(int(number[1]), name)
    if not frames:
        raise BadMedia("no numbered frames in its folder")
    if len(frames) > limits.clip_frames:
        raise BadMedia(f"more than {limits.clip_frames:,} frames")
    return dict(sorted(frames.items()))


def _names_in(folder: Path) -> list[str]:
    """The names of the entries of a folder, sorted. Raises BadMedia."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in entries)
    except NotADirectoryError as error:
        raise BadMedia("a file instead of a folder of frames") from error
    except OSError as error:
        raise BadMedia(_reason(error)) from error


def _reason(error: OSError) -> str:
    return "no such file" if isinstance(error, FileNotFoundError) else f"cannot be read ({error.strerror})"
