"""Clips that lie on disk as a folder of numbered frames.

Owners pad the numbers, or not, or change their minds halfway through a data set, so a frame is found by the number
that its name ends in, never by a name put together from it.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from workbench.media.media_files import names_in
from workbench.media.media_limits import BadMedia, MediaLimits

_SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp"})
_TRAILING_NUMBER: Final = re.compile(r"(\d+)$", re.ASCII)


def numbered_frames(folder: Path, limits: MediaLimits) -> Mapping[int, str]:
    """Frame number to file name, ascending; of two names with one number the first by name.

    Raises BadMedia for a folder that cannot be listed, holds no frame, or more than the limits allow.
    """
    frames: dict[int, str] = {}
    for name in names_in(folder):
        number = None if name.startswith(".") else _TRAILING_NUMBER.search(Path(name).stem)
        if number and Path(name).suffix.casefold() in _SUFFIXES:
            frames.setdefault(int(number[1]), name)
    if not frames:
        raise BadMedia("no numbered frames in its folder")
    if len(frames) > limits.clip_frames:
        raise BadMedia(f"more than {limits.clip_frames:,} frames")
    return dict(sorted(frames.items()))
