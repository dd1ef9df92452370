"""One reviewer's pass through one run: what is in the list, what one case holds, and what the reviewer says.

A session owns its connection and so belongs to one thread. It remembers nothing that the workspace does not hold:
whoever opens the run again goes on where the log stands.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from workbench.application.case_reader import CaseReading
from workbench.domain.cases import Result
from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.messages import Attempt
from workbench.domain.reviews import PeerAgreement, Review, ReviewChange, ReviewField, Verdict
from workbench.domain.runs import Run
from workbench.errors import DataError, unknown_name
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
from workbench.storage.runs.results import load_result
from workbench.storage.workspace.connections import path_of
from workbench.storage.workspace.database import Database

_PACE_OVER: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Beside:
    """What another run has of the same sample."""

    run: str
    result: Result | None
    """None: that run did not plan it."""


@dataclass(frozen=True, slots=True)
class Case:
    """All that a reviewer sees of one sample in one run."""

    result: Result
    attempts: tuple[Attempt, ...]
    mine: Review
    """What this reviewer says; empty at first."""
    others: tuple[Review, ...]
    beside: Beside | None = None
    """None where the run is looked at by itself."""


@dataclass(frozen=True, slots=True)
class Undone:
    """A change that has been taken back."""

    sample_id: str
    field: ReviewField
    value: str | None
    """What the field holds again."""


@dataclass(frozen=True, slots=True)
class ReviewProgress:
    """How far a reviewer is in a run."""

    positions: list[int]
    """Of the samples that the reviewer has said something of."""
    per_minute: float | None
    """Samples, over the last ten minutes; None: nothing was said in them."""
    others: dict[int, PeerAgreement]
    """What other reviewers say, by position."""


@dataclass(frozen=True, slots=True)
class ReviewSession:
    """See the module. Every method reads or writes the workspace: call it from the session's own thread."""

    db: Database
    run: Run
    card: DatasetCard
    reviewer: str
    now: Callable[[], str]
    """The time as UTC ISO text."""
    beside: Run | None = None
    """Another run of the data set, whose answers are shown beside."""

    @property
    def reading(self) -> CaseReading:
        """What other threads open to look at the same."""
        return CaseReading(path_of(self.db), self.run.id, self.reviewer)

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
        """Everybody who has said something of the run."""
        return load_reviewers(self.db, self.run.id)

    def progress(self) -> ReviewProgress:
        """How far this reviewer is, and what the others say."""
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
        """Say what is the matter with a case; None takes it back."""
        self._set(sample_id, ReviewField.VERDICT, verdict)

    def set_label(self, sample_id: str, label: str | None) -> None:
        """Give one's own label, one of the card's. Raises UsageError for another word."""
        if label is not None and label not in self.card.labels.names:
            raise unknown_name("label", label, self.card.labels.names)
        self._set(sample_id, ReviewField.LABEL, label)

    def toggle_label(self, sample_id: str, label: str | None) -> None:
        """Give a label, or take it back where it is given already. None takes any label back."""
        present = self.case(sample_id).mine.label
        if label is not None or present is not None:
            self.set_label(sample_id, None if label == present else label)

    def set_tags(self, sample_id: str, tags: tuple[str, ...]) -> None:
        """Replace the tags of a case; blanks inside a tag become hyphens."""
        joined = " ".join(dict.fromkeys("-".join(tag.split()) for tag in tags if tag.strip()))
        self._set(sample_id, ReviewField.TAGS, joined or None)

    def set_note(self, sample_id: str, note: str | None) -> None:
        """Write a note; an empty one clears it."""
        self._set(sample_id, ReviewField.NOTE, (note or "").strip() or None)

    def undo(self) -> Undone | None:
        """Take back this reviewer's latest change that is not taken back yet; None when there is none."""
        latest = last_change(self.db, self.run.id, self.reviewer)
        if latest is None:
            return None
        number, change, before = latest
        self._save(change.sample_id, change.field, before, undoes=number)
        return Undone(change.sample_id, change.field, before)

    def close(self) -> None:
        """Let go of the workspace."""
        self.db.close()

    def _set(self, sample_id: str, field: ReviewField, value: str | None) -> None:
        """Save a change that changes something: the same again would need one more undo to get behind it."""
        if value != current_value(self.db, self.run.id, sample_id, self.reviewer, field):
            self._save(sample_id, field, value)

    def _save(self, sample_id: str, field: ReviewField, value: str | None, undoes: int | None = None) -> None:
        change = ReviewChange(sample_id, self.reviewer, field, value, self.now(), undoes)
        save_change(self.db, self.run.id, change)
