"""Small pictures of a sample's frames, for a page that travels: JPEGs of a few kilobytes each."""

from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image

from workbench.domain.datasets.samples import Frame, Sample
from workbench.media.frames import FrameRequest, sample_frames
from workbench.media.media_limits import DEFAULT_LIMITS, MediaLimits

_QUALITY: Final = 78


def thumbnails(
    root: Path, sample: Sample, wanted: FrameRequest, *, most: int, limits: MediaLimits = DEFAULT_LIMITS
) -> tuple[Frame, ...]:
    """The frames that `wanted` chooses, each as a JPEG without metadata, at most `most` of them, evenly chosen.

    Raises BadMedia where they cannot be had.
    """
    frames = sample_frames(root, sample, wanted, limits)
    if len(frames) > most:
        frames = tuple(frames[place * len(frames) // most] for place in range(most))
    return tuple(map(_as_jpeg, frames))


def _as_jpeg(frame: Frame) -> Frame:
    """A frame of ours, encoded again: whatever form it has, it is small and was decoded once already."""
    with Image.open(BytesIO(frame.data)) as image:
        encoded = BytesIO()
        flat = image if image.mode in ("L", "RGB") else image.convert("RGB")
        flat.save(encoded, "JPEG", quality=_QUALITY, optimize=True)
    return Frame(encoded.getvalue(), "image/jpeg", frame.width_px, frame.height_px, frame.index, frame.note)
