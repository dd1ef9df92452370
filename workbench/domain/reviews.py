"""A reviewer's opinion of one sample in one run.

Every change is logged as an event: reviewers never overwrite each other, and undo is one more event.
"""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """A reviewer's judgement of a prediction beside its gold label."""

    MODEL_WRONG = "model wrong"
    GOLD_DOUBTFUL = "gold doubtful"
    BOTH_ACCEPTABLE = "both acceptable"
    BAD_MEDIA = "bad media"
    UNSURE = "unsure"


class ReviewField(StrEnum):
    """The four things that a reviewer can set."""

    VERDICT = "verdict"
    LABEL = "label"
    TAGS = "tags"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Review:
    """One reviewer's present opinion of one sample in one run."""

    reviewer: str
    verdict: Verdict | None = None
    label: str | None = None
    tags: tuple[str, ...] = ()
    note: str | None = None
    changed_at: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether all four fields are empty."""
        return self.verdict is None and self.label is None and not self.tags and not self.note


@dataclass(frozen=True, slots=True)
class ReviewChange:
    """One row of the log: who set what to what, when."""

    sample_id: str
    reviewer: str
    field: ReviewField
    value: str | None
    """None clears the field; tags are joined by blanks."""
    changed_at: str
    undoes: int | None = None
    """The number of the change that this one undoes."""


@dataclass(frozen=True, slots=True)
class ReviewPace:
    """How much a reviewer has done since a point in time."""

    samples: int
    """Different samples that were reviewed."""
    first_at: str | None
    """The time of the first change; None if there is none."""


class PeerAgreement(StrEnum):
    """How the other reviews of a sample compare with a reviewer's own. The value is the mark in a list."""

    AGREES = "="
    CONTRADICTS = "≠"
    OTHERS_ALONE = "+"
