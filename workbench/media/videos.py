"""Frames of video files, decoded one after the other and only as far as the last one that is wanted.

OpenCV loads inside the functions: few runs have videos, and it takes a tenth of a second.

Seeking is not exact, and the length that a container states can be wrong, so frames are counted by passing them.
"""

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from workbench.domain.datasets.file_kinds import HEAD_BYTES, not_the_file
from workbench.media.media_files import BadMedia, MediaLimits, require_regular

if TYPE_CHECKING:
    import cv2
    from PIL import Image

# Both libraries write their complaints to stderr, into the middle of a screen; FFmpeg's level is read at its first use.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")  # AV_LOG_QUIET

_OPEN_MS: Final = 10_000
_SLOWEST_RATE: Final = 1.0
_FASTEST_RATE: Final = 1000.0
_COUNTING_SUFFIXES: Final = frozenset({".mp4", ".m4v", ".mov", ".avi"})
"""Containers that write down how many frames they hold; of others the number is FFmpeg's estimate."""


class EndedEarly(BadMedia):
    """A video that ends before a wanted frame. `n_frames` is the number that it holds."""

    def __init__(self, n_frames: int) -> None:
        super().__init__(f"the video ends after {n_frames:,} frames")
        self.n_frames = n_frames


def claimed_length(path: Path, limits: MediaLimits) -> int:
    """The number of frames that the container states, or the true one where it states none.

    Raises BadMedia for a file that is no video, has no picture, or has more frames than the limits allow.
    """
    import cv2

    with _opened(path, limits) as capture:
        claimed = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
    if path.suffix.casefold() in _COUNTING_SUFFIXES and 1 <= claimed <= limits.clip_frames:
        return claimed
    return counted_length(path, limits)


def counted_length(path: Path, limits: MediaLimits) -> int:
    """The number of frames that can be decoded, at least 1. Raises BadMedia as `claimed_length`."""
    require_regular(path, limits.video_bytes)
    status = path.stat()
    return _counted(path, status.st_size, status.st_mtime_ns, limits)


@lru_cache(maxsize=1024)
def _counted(path: Path, _size_bytes: int, _changed_ns: int, limits: MediaLimits) -> int:
    """Count by passing every frame; remembered for as long as the file is the same."""
    with _opened(path, limits) as capture:
        n_frames = sum(1 for _ in _passed(capture, limits))
    if n_frames == 0:
        raise BadMedia("a video without a frame")
    return n_frames


def claimed_rate(path: Path, limits: MediaLimits) -> float | None:
    """Frames per second that the container states; None where it states none that can be true. Raises BadMedia."""
    import cv2

    with _opened(path, limits) as capture:
        claimed = float(capture.get(cv2.CAP_PROP_FPS))
    return claimed if _SLOWEST_RATE <= claimed <= _FASTEST_RATE else None


def video_frames(path: Path, wanted: Iterable[int], limits: MediaLimits) -> Iterator[tuple[int, "Image.Image"]]:
    """The frames at the positions `wanted` (from 0), ascending, each once; one is in memory at a time.

    Raises EndedEarly where the video ends before the last of them, BadMedia as `claimed_length`.
    """
    waiting = sorted(set(wanted), reverse=True)
    n_frames = 0
    with _opened(path, limits) as capture:
        for position in _passed(capture, limits):
            n_frames = position + 1
            if position == waiting[-1]:
                yield waiting.pop(), _picture(capture)
            if not waiting:
                return
    if n_frames == 0:
        raise BadMedia("a video without a frame")
    raise EndedEarly(n_frames)


def _passed(capture: "cv2.VideoCapture", limits: MediaLimits) -> Iterator[int]:
    """The position of each frame as it is passed."""
    deadline_s = time.monotonic() + limits.decode_s
    position = 0
    while capture.grab():
        if position >= limits.clip_frames:
            raise BadMedia(f"more than {limits.clip_frames:,} frames")
        if time.monotonic() > deadline_s:
            raise BadMedia(f"not decoded within {limits.decode_s:.0f} s")
        yield position
        position += 1


def _picture(capture: "cv2.VideoCapture") -> "Image.Image":
    import cv2
    from PIL import Image

    decoded, pixels = capture.retrieve()
    if not decoded or pixels.size == 0:
        raise BadMedia("a frame that cannot be decoded")
    return Image.fromarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB))


@contextmanager
def _opened(path: Path, limits: MediaLimits) -> Iterator["cv2.VideoCapture"]:
    """FFmpeg's reader of a video, which turns frames as the camera was held."""
    require_regular(path, limits.video_bytes)
    _require_video(path)
    import cv2

    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    options = [
        *(cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, _OPEN_MS),
        *(cv2.CAP_PROP_READ_TIMEOUT_MSEC, round(limits.decode_s * 1000)),
        *(cv2.CAP_PROP_N_THREADS, 1),  # clips are decoded side by side; threads within one cost more than they bring
    ]
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG, options)
    try:
        _require_fit(capture, limits)
        yield capture
    except cv2.error as error:
        raise BadMedia("a damaged video") from error
    finally:
        capture.release()


def _require_fit(capture: "cv2.VideoCapture", limits: MediaLimits) -> None:
    import cv2

    if not capture.isOpened():
        raise BadMedia("a damaged video, or one without pictures")
    if capture.get(cv2.CAP_PROP_FRAME_WIDTH) * capture.get(cv2.CAP_PROP_FRAME_HEIGHT) > limits.picture_px:
        raise BadMedia(f"more than {limits.picture_px // 1_000_000:,} million pixels a frame")


def _require_video(path: Path) -> None:
    """Raise BadMedia for a file that does not begin as a video container does.

    FFmpeg looks at content, not at names, and among what it reads are playlists that name other files and addresses.
    """
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        raise BadMedia(f"cannot be read ({error.strerror})") from error
    is_video = (
        head[4:8] in (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide")  # MP4 and QuickTime
        or (head.startswith(b"RIFF") and head[8:12] == b"AVI ")
        or head.startswith(
            (
                b"\x1aE\xdf\xa3",  # Matroska and WebM
                b"FLV",
                b"\x00\x00\x01\xba",  # MPEG programme stream
                b"\x47",  # MPEG transport stream
                b"\x30\x26\xb2\x75",  # Windows Media
            )
        )
    )
    if not is_video:
        raise BadMedia(not_the_file(head) or "not a video")
