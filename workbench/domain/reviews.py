"""What a reviewer says about one sample in one run.

Every change is an event of its own: two reviewers never overwrite each other, and undo is one more event.
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


class CaseKind(StrEnum):
    """Which samples of a run a reviewer looks at."""

    ALL = "all"
    FAILURES = "failures"
    WRONG = "wrong"
    REFUSED = "refused"
    UNPARSED = "unparsed"
    MISSING = "missing"
    BAD_MEDIA = "bad media"
    OUT_OF_VOCABULARY = "out of vocabulary"
    FAILED = "failed"
    FLAGGED = "flagged"
    UNREVIEWED = "unreviewed"


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """The samples of a run that are in the list; every part that is set must hold."""

    kind: CaseKind = CaseKind.ALL
    gold: str | None = None
    predicted: str | None = None
    """The top-1; the empty string stands for no answer."""
    search: str = ""
    """Found in the id, the labels, the words said or a note, whatever its case."""
    changed_from: str | None = None
    """Another run of the data set, by name: samples that exactly one of the two has right."""
    unscored: tuple[str, ...] = ()
    """With `changed_from`: gold labels whose samples no run is right or wrong about."""

    def __str__(self) -> str:
        parts = [str(self.kind)]
        if self.gold is not None:
            parts.append(f"gold {self.gold}")
        if self.predicted is not None:
            parts.append(f"predicted {self.predicted or 'no answer'}")
        if self.changed_from is not None:
            parts.append(f"changed from {self.changed_from}")
        if self.search:
            parts.append(f"“{self.search}”")
        return ", ".join(parts)


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
        """Whether nothing is said (any more)."""
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
    """The number of the change that this one takes back."""
