"""What a run shows of its samples: the frames and words that its modality sends."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from workbench.domain.datasets.samples import Sample
from workbench.domain.datasets.tasks import Modality
from workbench.domain.messages import SampleMedia
from workbench.domain.runs import RunSpec
from workbench.media.frame_cache import FrameCache
from workbench.media.frames import frame_request

CACHE_BYTES: Final = 2_000_000_000

MediaSource = Callable[[Sample], SampleMedia]
"""Makes what a run shows of a sample. Blocking, safe in any thread. Raises BadMedia, and DataError where the whole
folder of the data set is gone."""


def media_source(root: Path, spec: RunSpec, cache_folder: Path) -> MediaSource:
    """The media of the samples below `root` as a run of `spec` sends them, frames from the cache where it has them."""
    cache, wanted, modality = FrameCache(cache_folder, CACHE_BYTES), frame_request(spec), Modality(spec.modality)

    def make(sample: Sample) -> SampleMedia:
        frames = cache.frames(root, sample, wanted) if modality.has_pictures else ()
        return SampleMedia(frames, (sample.text or "") if modality.has_text else None)

    return make
