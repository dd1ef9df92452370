"""Small pictures for the gallery, inside the page itself."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from workbench.domain.datasets.samples import Frame, MediaKind, Sample
from workbench.domain.datasets.tasks import FramePolicy, Modality
from workbench.domain.visible import visible
from workbench.export.source import Source
from workbench.media.frames import FrameRequest, thumbnails
from workbench.media.media_files import BadMedia
from workbench.storage.samples import load_dataset

_SIDE_PX: Final = 160
_MOST_FRAMES: Final = 4

Pictures = Callable[[Sample], Sequence[Frame]]
"""Makes the frames of a sample, small. Raises BadMedia where they cannot be had."""


@dataclass(frozen=True, slots=True)
class ReportPicture:
    """One frame as the page holds it."""

    uri: str
    width_px: int
    height_px: int


def pictures_of(source: Source) -> Pictures | None:
    """What makes the pictures that the model was shown, at most four of a clip; None for a run on words alone."""
    spec = source.run.spec
    if not Modality(spec.modality).has_pictures:
        return None
    root = load_dataset(source.db, spec.dataset).root
    wanted = FrameRequest(policy=FramePolicy.parse(spec.frames), colour=spec.colour, longest_side_px=_SIDE_PX)
    return lambda sample: thumbnails(root, sample, wanted, most=_MOST_FRAMES)


def drawn(sample: Sample, pictures: Pictures) -> tuple[tuple[ReportPicture, ...], str | None]:
    """The pictures of a sample, or why there are none."""
    if sample.media is MediaKind.NONE:
        return (), None
    try:
        frames = pictures(sample)
    except BadMedia as bad:
        return (), visible(str(bad))
    return tuple(ReportPicture(_data_uri(frame), frame.width_px, frame.height_px) for frame in frames), None


def _data_uri(frame: Frame) -> str:
    return f"data:{frame.mime};base64,{base64.b64encode(frame.data).decode('ascii')}"
