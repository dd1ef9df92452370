"""What became of one sample in one run."""

from dataclasses import dataclass
from enum import StrEnum


class PredictionStatus(StrEnum):
    """The one status that every planned sample ends with. Only `ranked` and `out of vocabulary` are answers."""

    RANKED = "ranked"
    """The model ranked labels of the set."""
    OUT_OF_VOCABULARY = "out of vocabulary"
    """The model answered, but its first choice is no label of the set. Kept as it is, never guessed."""
    REFUSED = "refused"
    MISSING = "missing"
    """The reply was readable and said nothing about this sample."""
    UNPARSED = "unparsed"
    """A reply came and could not be read."""
    BAD_MEDIA = "bad media"
    """The picture or clip cannot be decoded; the model was never asked."""
    FAILED = "failed"
    """No reply came: something broke in software or network."""

    @property
    def is_answer(self) -> bool:
        """Whether the model said something that can be right or wrong."""
        return self in (PredictionStatus.RANKED, PredictionStatus.OUT_OF_VOCABULARY)


@dataclass(frozen=True, slots=True)
class RankedPrediction:
    """One sample's status, and the labels in the model's order where it gave any."""

    status: PredictionStatus
    ranking: tuple[str, ...] = ()
    """Best first. Names of the label set where the word is one of its labels, else the model's own word."""

    @property
    def top1(self) -> str | None:
        """The answer."""
        return self.ranking[0] if self.ranking else None

    def rank_of(self, label: str) -> int | None:
        """The label's place from 1, or None when it is not in the ranking."""
        return self.ranking.index(label) + 1 if label in self.ranking else None


class FailureKind(StrEnum):
    """Why a sample is worth a reviewer's look."""

    WRONG = "wrong"
    OUT_OF_VOCABULARY = "out of vocabulary"
    REFUSED = "refused"
    MISSING = "missing"
    UNPARSED = "unparsed"
    BAD_MEDIA = "bad media"
    FAILED = "failed"


def failure_kind(status: PredictionStatus, *, correct: bool) -> FailureKind | None:
    """Name the failure; None for a correct answer."""
    if status is PredictionStatus.RANKED:
        return None if correct else FailureKind.WRONG
    return FailureKind(status.value)
