"""What the review screen gets of the house, and which run it is about."""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from workbench.application.reviews import ReviewSession
from workbench.application.run_views import RunViews, run_views_of
from workbench.application.runs import chosen_run
from workbench.domain.cases import CaseFilter
from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.datasets.samples import Frame, Sample
from workbench.domain.events import RunEvent
from workbench.domain.runs import Run
from workbench.errors import UsageError
from workbench.pipeline.planning import utc_now
from workbench.settings import Settings
from workbench.storage.runs.run_records import load_run
from workbench.storage.samples import load_dataset
from workbench.storage.workspace.database import open_workspace


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
    clip_frames: Callable[[Sample, Sequence[int], int], Iterable[Frame]]
    """Several frames in one pass over a video, ascending, as they are decoded."""
    clip_rate: Callable[[Sample], float]
    """Frames per second at which a clip plays."""
    sent_indices: Callable[[Sample], tuple[int, ...]]
    """The positions of the frames that the run sends."""
    frame_numbers: Callable[[Sample], tuple[int, ...]]
    """The owner's frame number of every position."""
    ask_again: Callable[[Sequence[str]], Generator[RunEvent]]
    """Send samples once more; yields as replies are stored, and raises WorkbenchError when it cannot be done."""
    desk: RunViews
    """Scores, comparisons and exports of the run."""
    wanted: CaseFilter = field(default_factory=CaseFilter)
    """What is in the list at first."""
    start: str | None = None
    """The sample at which the cursor stands at first; None: the first one of the list."""
    beside: Run | None = None
    """Another run of the data set, whose answers stand beside."""

    def reviewed_by(self, reviewer: str) -> "ReviewParts":
        """The same, as another reviewer sees it."""
        return replace(self, reviewer=reviewer, open_session=lambda: replace(self.open_session(), reviewer=reviewer))

    def standing_beside(self, other: Run | None) -> "ReviewParts":
        """The same, with another run's answers beside, or none."""
        return replace(self, beside=other, open_session=lambda: replace(self.open_session(), beside=other))

    def changed_from(self, other: Run) -> "ReviewParts":
        """The same, with the samples that exactly one of the two runs has right."""
        wanted = CaseFilter(changed_from=other.name, unscored=self.card.unscored_gold)
        return replace(self.standing_beside(other), wanted=wanted)


def review_parts(
    settings: Settings,
    environment: Mapping[str, str],
    dataset: str,
    run_name: str | None,
    changed_from: str | None = None,
) -> ReviewParts:
    """What the review screen gets; with `changed_from`, the samples that exactly one of the two runs has right.

    Raises DataError or UsageError when there is nothing to look at.
    """
    from workbench.media.frames import (
        clip_frame,
        clip_frames,
        clip_length,
        clip_rate,
        frame_numbers,
        frame_request,
        sample_frames,
    )

    db = open_workspace(settings.db)
    try:
        imported = load_dataset(db, dataset)
        run = chosen_run(db, dataset, run_name)
        beside = None if changed_from is None else load_run(db, dataset, changed_from)
    finally:
        db.close()
    if beside is not None and beside.id == run.id:
        raise UsageError(f"--changed-from names run {run.name} itself; name another run with --run or --changed-from")
    card, root = imported.card, imported.root
    wanted = frame_request(run.spec)

    def ask_again(sample_ids: Sequence[str]) -> Generator[RunEvent]:
        from workbench.application.send_run import asked_again

        return asked_again(settings, environment, run, sample_ids)

    parts = ReviewParts(
        card=card,
        run=run,
        reviewer=settings.reviewer,
        open_session=lambda: ReviewSession(open_workspace(settings.db), run, card, settings.reviewer, utc_now),
        clip_length=lambda sample: clip_length(root, sample),
        clip_frame=lambda sample, index, longest_side_px: clip_frame(root, sample, index, longest_side_px),
        clip_frames=lambda sample, indices, longest_side_px: clip_frames(root, sample, indices, longest_side_px),
        clip_rate=lambda sample: clip_rate(root, sample),
        sent_indices=lambda sample: tuple(frame.index for frame in sample_frames(root, sample, wanted)),
        frame_numbers=lambda sample: frame_numbers(root, sample),
        ask_again=ask_again,
        desk=run_views_of(settings, environment, card, run),
    )
    return parts if beside is None else parts.changed_from(beside)
