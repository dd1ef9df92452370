"""Where the rooms are put together: the one place that knows which parts a command or a screen gets."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.domain.datasets import DatasetCard
from workbench.domain.runs import Run
from workbench.domain.samples import Frame, Sample
from workbench.pipeline.events import RunEvent
from workbench.review.session import ReviewSession


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewParts:
    """All that the review screen needs of the house. Everything here may block: call it off the screen's loop."""

    card: DatasetCard
    run: Run
    reviewer: str
    open_session: Callable[[], ReviewSession]
    """Open the workspace for one thread; call it in that thread, and close `session.db` there."""
    clip_length: Callable[[Sample], int]
    """How many frames a sample has; 1 for a single image."""
    clip_frame: Callable[[Sample, int, int], Frame]
    """The frame at a position (0-based), at most so many pixels on its longest side."""
    sent_indices: Callable[[Sample], tuple[int, ...]]
    """The positions of the frames that the run sends."""
    frame_numbers: Callable[[Sample], tuple[int, ...]]
    """The owner's frame number of every position."""
    ask_again: Callable[[Sequence[str]], Iterator[RunEvent]]
    """Send samples once more; yields as replies are stored, and raises WorkbenchError when it cannot be done."""
    export: Callable[[], list[Path]]
    """Write the run's files; returns their paths."""
