"""Reviewing a run: opening it, what one case holds, what a reviewer says, and looking through the samples.

`RunReview` says what is reviewed and by whom; it belongs to no thread. A `ReviewSession` and a `CaseReader` own a
connection each and belong to the thread that opened them: a session writes what a reviewer says, one thing after the
other, and looking must never wait for that, nor it for a look. Neither remembers anything that the workspace does not
hold.
"""

from array import array
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from workbench.application.context import Context
from workbench.application.runs import chosen_run
from workbench.domain.cases import CaseFilter, CaseRow, Result
from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.datasets.samples import Frame, Sample
from workbench.domain.events import RunEvent
from workbench.domain.messages import Attempt
from workbench.domain.reviews import PeerAgreement, Review, ReviewChange, ReviewField, Verdict
from workbench.domain.runs import Run, RunSpec
from workbench.errors import DataError, UsageError, unknown_name
from workbench.media import frames as media
from workbench.storage.cases.case_positions import count_positions, list_positions, list_unanswered, next_failure
from workbench.storage.cases.cases import load_ids, load_rows, position_of, positions_near, positions_that_pass
from workbench.storage.cases.review_log import (
    current_value,
    last_change,
    load_agreement,
    load_pace,
    load_reviewed_positions,
    load_reviewers,
    load_reviews,
    save_change,
)
from workbench.storage.runs.attempts import load_sample_attempts
from workbench.storage.runs.plans import count_planned
from workbench.storage.runs.results import load_result
from workbench.storage.runs.run_records import load_run
from workbench.storage.samples import load_dataset
from workbench.storage.workspace.connections import break_off_when, changes_seen
from workbench.storage.workspace.database import Database, open_for_reading, open_workspace

_PACE_OVER: Final = timedelta(minutes=10)
_NEAR: Final = 500
"""Samples that are looked through for the first rows of a list, which takes some milliseconds."""
_FIRST_ROWS: Final = 128
_NAMES_AT_ONCE: Final = 10_000


@dataclass(frozen=True, slots=True)
class ClipFrames:
    """The frames of samples for a screen: all of a clip, in colour. Every method may raise BadMedia."""

    root: Path
    """The folder of the data set."""
    spec: RunSpec | None
    """None: no run is looked at."""

    def numbers(self, sample: Sample) -> tuple[int, ...]:
        """The data set's own number of each frame; a single image is one frame."""
        return media.frame_numbers(self.root, sample)

    def sent_indices(self, sample: Sample) -> tuple[int, ...] | None:
        """The positions (from 0) of the frames that the run sends; None: no run is looked at."""
        if self.spec is None:
            return None
        wanted = media.frame_request(self.spec)
        return tuple(frame.index for frame in media.sample_frames(self.root, sample, wanted))

    def rate(self, sample: Sample) -> float:
        """Frames per second at which a clip plays."""
        return media.clip_rate(self.root, sample)

    def frame(self, sample: Sample, index: int, longest_side_px: int) -> Frame:
        """The frame at a position, at most so large."""
        return media.clip_frame(self.root, sample, index, longest_side_px)

    def frames(self, sample: Sample, indices: Sequence[int], longest_side_px: int) -> Iterator[Frame]:
        """Several frames, ascending, as they are decoded in one pass over a video."""
        return media.clip_frames(self.root, sample, indices, longest_side_px)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReview:
    """What is reviewed, by whom, and where the review begins."""

    context: Context
    card: DatasetCard
    run: Run
    reviewer: str
    frames: ClipFrames
    wanted: CaseFilter = field(default_factory=CaseFilter)
    """The samples that are listed at first."""
    start: str | None = None
    """The sample under the cursor at first; None: the first one of the list."""
    beside: Run | None = None
    """Another run of the data set, whose answers are shown beside."""

    def reviewed_by(self, reviewer: str) -> "RunReview":
        """The same by another reviewer."""
        return replace(self, reviewer=reviewer)

    def with_beside(self, other: Run | None) -> "RunReview":
        """The same with another run's answers beside, or none."""
        return replace(self, beside=other)

    def changed_from(self, other: Run) -> "RunReview":
        """The samples that only one of the two runs has right, with the other run's answers beside."""
        wanted = CaseFilter(changed_from=other.name, unscored=self.card.unscored_gold)
        return replace(self, beside=other, wanted=wanted)

    def open_session(self) -> "ReviewSession":
        """Open the workspace for the calling thread. Raises DatabaseError."""
        db = open_workspace(self.context.settings.db)
        return ReviewSession(db, self.run, self.card, self.reviewer, self.context.now, self.beside)

    def open_reader(self) -> "CaseReader":
        """Open the workspace for the calling thread, for reading alone. Raises DatabaseError."""
        return CaseReader.open(self.context.settings.db, self.run.id, self.reviewer)

    def ask_again(self, sample_ids: Sequence[str]) -> Generator[RunEvent]:
        """Send samples once more, in the calling thread; yields as replies are stored.

        Raises WorkbenchError where they cannot be sent.
        """
        from workbench.application.run_sending import retry_samples  # the first paint does not wait for what sends

        return retry_samples(self.context, self.run, sample_ids)


def open_review(
    context: Context, dataset: str, run_name: str | None = None, changed_from: str | None = None
) -> RunReview:
    """The review of a run by the person of the settings; without a name, of the run changed last.

    With `changed_from`, of the samples that only one of the two runs has right. Raises DataError or UsageError where
    there is nothing to look at.
    """
    with context.workspace() as db:
        imported = load_dataset(db, dataset)
        run = chosen_run(db, dataset, run_name)
        beside = None if changed_from is None else load_run(db, dataset, changed_from)
    if beside is not None and beside.id == run.id:
        raise UsageError(f"--changed-from names run {run.name} itself; name another run with --run or --changed-from")
    frames = ClipFrames(imported.root, run.spec)
    review = RunReview(context=context, card=imported.card, run=run, reviewer=context.settings.reviewer, frames=frames)
    return review if beside is None else review.changed_from(beside)


@dataclass(frozen=True, slots=True)
class Beside:
    """The same sample in another run."""

    run: str
    result: Result | None
    """None: that run does not have it."""


@dataclass(frozen=True, slots=True)
class Case:
    """Everything about one sample in one run."""

    result: Result
    attempts: tuple[Attempt, ...]
    mine: Review
    """By this reviewer; empty at first."""
    others: tuple[Review, ...]
    beside: Beside | None = None
    """None where no other run is shown beside."""


@dataclass(frozen=True, slots=True)
class Undone:
    """A change that was undone."""

    sample_id: str
    field: ReviewField
    value: str | None
    """The value of the field now."""


@dataclass(frozen=True, slots=True)
class ReviewProgress:
    """How far a reviewer is in a run."""

    positions: list[int]
    """Of the samples that the reviewer has reviewed."""
    per_minute: float | None
    """Samples in the last ten minutes, a minute; None: there were none."""
    others: dict[int, PeerAgreement]
    """How the other reviewers agree, by position."""


@dataclass(frozen=True, slots=True)
class ReviewSession:
    """The review of a run by one reviewer. Every method reads or writes the workspace."""

    db: Database
    run: Run
    card: DatasetCard
    reviewer: str
    now: Callable[[], str]
    """The time as UTC ISO text."""
    beside: Run | None = None
    """Another run of the data set, whose answers are shown beside."""

    def case(self, sample_id: str) -> Case:
        """One case. Raises DataError when the run has no such sample."""
        result = load_result(self.db, self.run.id, sample_id)
        if result is None:
            raise DataError(f"run {self.run.name} has no sample {sample_id!r}")
        reviews = load_reviews(self.db, self.run.id, sample_id).get(sample_id, [])
        mine = next((review for review in reviews if review.reviewer == self.reviewer), Review(self.reviewer))
        others = tuple(review for review in reviews if review.reviewer != self.reviewer)
        beside = Beside(self.beside.name, load_result(self.db, self.beside.id, sample_id)) if self.beside else None
        return Case(result, tuple(load_sample_attempts(self.db, self.run.id, sample_id)), mine, others, beside)

    def reviewers(self) -> list[str]:
        """The names of all who have reviewed a sample of the run."""
        return load_reviewers(self.db, self.run.id)

    def progress(self) -> ReviewProgress:
        """How far this reviewer is, and how the others agree."""
        now = datetime.fromisoformat(self.now())
        pace = load_pace(self.db, self.run.id, self.reviewer, (now - _PACE_OVER).isoformat())
        per_minute = None
        if pace.first_at is not None:
            minutes = (now - datetime.fromisoformat(pace.first_at)) / timedelta(minutes=1)
            per_minute = pace.samples / max(minutes, 1.0)
        return ReviewProgress(
            load_reviewed_positions(self.db, self.run.id, self.reviewer),
            per_minute,
            load_agreement(self.db, self.run.id, self.reviewer),
        )

    def set_verdict(self, sample_id: str, verdict: Verdict | None) -> None:
        """Give a verdict on a case; None removes it."""
        self._set(sample_id, ReviewField.VERDICT, verdict)

    def set_label(self, sample_id: str, label: str | None) -> None:
        """Give a label of the data set. None removes it. Raises UsageError for another word."""
        if label is not None and label not in self.card.labels.names:
            raise unknown_name("label", label, self.card.labels.names)
        self._set(sample_id, ReviewField.LABEL, label)

    def toggle_label(self, sample_id: str, label: str | None) -> None:
        """Give a label, or remove it if it is given already. None removes any label."""
        present = self.case(sample_id).mine.label
        if label is not None or present is not None:
            self.set_label(sample_id, None if label == present else label)

    def set_tags(self, sample_id: str, tags: tuple[str, ...]) -> None:
        """Replace the tags of a case. Spaces within a tag become hyphens."""
        joined = " ".join(dict.fromkeys("-".join(tag.split()) for tag in tags if tag.strip()))
        self._set(sample_id, ReviewField.TAGS, joined or None)

    def set_note(self, sample_id: str, note: str | None) -> None:
        """Write a note; an empty one clears it."""
        self._set(sample_id, ReviewField.NOTE, (note or "").strip() or None)

    def undo(self) -> Undone | None:
        """Undo this reviewer's latest change that is not undone yet. None: there is none."""
        latest = last_change(self.db, self.run.id, self.reviewer)
        if latest is None:
            return None
        number, change, before = latest
        self._save(change.sample_id, change.field, before, undoes=number)
        return Undone(change.sample_id, change.field, before)

    def close(self) -> None:
        """Close the workspace."""
        self.db.close()

    def _set(self, sample_id: str, field: ReviewField, value: str | None) -> None:
        """Save a change unless the value is the same: that would be one thing more to undo."""
        if value != current_value(self.db, self.run.id, sample_id, self.reviewer, field):
            self._save(sample_id, field, value)

    def _save(self, sample_id: str, field: ReviewField, value: str | None, undoes: int | None = None) -> None:
        change = ReviewChange(sample_id, self.reviewer, field, value, self.now(), undoes)
        save_change(self.db, self.run.id, change)


@dataclass(frozen=True, slots=True)
class CaseReader:
    """Looks through the samples of a run. A position is a place in its planned order, the same under every filter."""

    db: Database
    run_id: int
    reviewer: str

    @classmethod
    def open(cls, workspace: Path, run_id: int, reviewer: str) -> "CaseReader":
        """Open the workspace for the calling thread, for reading alone. Raises DatabaseError."""
        return cls(open_for_reading(workspace), run_id, reviewer)

    def break_off_when(self, is_outdated: Callable[[], bool]) -> None:
        """Call this now and then while a statement runs. When it is true, the statement raises DatabaseError."""
        break_off_when(self.db, is_outdated)

    def all_of(self, wanted: CaseFilter) -> Sequence[int]:
        """The positions of all samples that pass the filter, in order."""
        return list_positions(self.db, self.run_id, wanted, self.reviewer)

    def near(self, wanted: CaseFilter, position: int) -> "array[int]":
        """The first positions from `position` on that pass the filter, of few samples, so that it takes no time."""
        return positions_near(self.db, self.run_id, wanted, self.reviewer, position, within=_NEAR, most=_FIRST_ROWS)

    def planned(self) -> int:
        """How many samples the run has."""
        return count_planned(self.db, self.run_id)

    def count(self, wanted: CaseFilter) -> int:
        """How many samples pass the filter."""
        return count_positions(self.db, self.run_id, wanted, self.reviewer)

    def rows(self, positions: Sequence[int]) -> list[CaseRow]:
        """The rows at these positions."""
        return load_rows(self.db, self.run_id, positions, self.reviewer)

    def position_of(self, sample_id: str) -> int | None:
        """The position of a sample; None: the run does not have it."""
        return position_of(self.db, self.run_id, sample_id)

    def passing(self, wanted: CaseFilter, positions: Sequence[int]) -> set[int]:
        """Those of these positions that pass the filter now."""
        return positions_that_pass(self.db, self.run_id, wanted, self.reviewer, positions)

    def next_failure(
        self, positions: Sequence[int], position: int, *, kind: str | None = None, backwards: bool = False
    ) -> int | None:
        """The nearest failure beyond `position` among ascending positions. None: there is none."""
        return next_failure(self.db, self.run_id, positions, position, kind=kind, backwards=backwards)

    def unanswered(self, positions: Sequence[int]) -> list[str]:
        """The ids of those samples at these positions that ended without an answer."""
        found = list_unanswered(self.db, self.run_id, positions)
        starts = range(0, len(found), _NAMES_AT_ONCE)
        pages = (load_ids(self.db, self.run_id, found[start : start + _NAMES_AT_ONCE]) for start in starts)
        return [name for page in pages for name in page]

    def changes_seen(self) -> int:
        """A number that changes when anything is written to the workspace."""
        return changes_seen(self.db)

    def close(self) -> None:
        """Close the workspace."""
        self.db.close()
