"""The frames of a run's samples, from the cache where they are in it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from workbench.domain.datasets.samples import Frame, Sample
from workbench.domain.datasets.tasks import FramePolicy
from workbench.domain.runs import RunSpec
from workbench.settings import Settings
from workbench.storage.samples import load_dataset
from workbench.storage.workspace.database import Database

if TYPE_CHECKING:
    from workbench.media.frames import FrameRequest  # brings Pillow along

_CACHE_BYTES: Final = 2_000_000_000


def frame_request(spec: RunSpec) -> "FrameRequest":
    """How the frames of a run are made."""
    from workbench.media.frames import FrameRequest

    return FrameRequest(policy=FramePolicy.parse(spec.frames), colour=spec.colour, longest_side_px=spec.longest_side_px)


def frames_of(settings: Settings, db: Database, spec: RunSpec) -> Callable[[Sample], tuple[Frame, ...]]:
    """What makes the frames that a run sends of a sample, from the cache where it can. Blocking; raises BadMedia."""
    from workbench.media.frame_cache import FrameCache

    cache, wanted = FrameCache(settings.cache / "frames", _CACHE_BYTES), frame_request(spec)
    root = load_dataset(db, spec.dataset).root
    return lambda sample: cache.frames(root, sample, wanted)
