"""The only way from a sample's path to a file: inside the data set's folder, and nothing but regular files.

A path comes from the database or from a manifest and is not trusted, whatever the importer said of it on another day.
"""

import os
import stat
from pathlib import Path

from workbench.domain.samples import MediaKind, PixelPlace, Sample
from workbench.media.limits import BadMedia


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
    real_root = Path(os.path.realpath(root))
    real = Path(os.path.realpath(real_root / relative))
    if not real.is_relative_to(real_root):
        raise BadMedia("its path leads out of the data set's folder")
    return real


def require_regular(path: Path, most_bytes: int) -> None:
    """Raise BadMedia unless `path` is a regular file of 1 to `most_bytes` bytes; nothing is opened to find out."""
    try:
        status = path.stat()
    except OSError as error:
        raise BadMedia(_reason(error)) from error
    if not stat.S_ISREG(status.st_mode):
        raise BadMedia("a folder instead of a file" if stat.S_ISDIR(status.st_mode) else "not a regular file")
    if status.st_size == 0:
        raise BadMedia("an empty file")
    if status.st_size > most_bytes:
        raise BadMedia(f"larger than {most_bytes // 1_000_000:,} MB")


def read_file(path: Path, most_bytes: int) -> bytes:
    """The content of a regular file of 1 to `most_bytes` bytes. Raises BadMedia."""
    require_regular(path, most_bytes)
    try:
        with path.open("rb") as file:
            data = file.read(most_bytes + 1)  # it may have grown since it was measured
    except OSError as error:
        raise BadMedia(_reason(error)) from error
    if len(data) > most_bytes:
        raise BadMedia(f"larger than {most_bytes // 1_000_000:,} MB")
    return data


def names_in(folder: Path) -> list[str]:
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
