"""How much of a medium is read before it is refused, and the verdict on one that cannot be shown."""

from dataclasses import dataclass
from typing import Final


class BadMedia(Exception):  # a result of one sample, not a fault of the program
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
