"""The result of one sample in one run: its status, its ranking, and whether that is right."""

from dataclasses import dataclass
from enum import StrEnum

from workbench.domain.datasets.cards import DatasetCard


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


@dataclass(frozen=True, slots=True)
class Judgement:
    """A prediction compared with its gold label."""

    gold_rank: int | None
    """Place of the first label that counts as right, from 1; None where none does."""
    failure: FailureKind | None
    """None for a correct answer."""


def as_prediction(card: DatasetCard, ranking: tuple[str, ...]) -> RankedPrediction:
    """The prediction of a ranking that is not empty: out of vocabulary where its first word is no label of the card."""
    is_label = ranking[0] in card.labels.names
    return RankedPrediction(PredictionStatus.RANKED if is_label else PredictionStatus.OUT_OF_VOCABULARY, ranking)


def judge(card: DatasetCard, gold: str, prediction: RankedPrediction) -> Judgement:
    """Compare by the classes that the card scores, so that a first place and a point in accuracy are the same thing.

    A gold label that is not scored (the zeros of the sentiment sets) is compared as it is.
    """
    places = (place for place, label in enumerate(prediction.ranking, start=1) if counts_as(card, label, gold))
    gold_rank = next(places, None)
    return Judgement(gold_rank, failure_kind(prediction.status, correct=gold_rank == 1))


def counts_as(card: DatasetCard, label: str, gold: str) -> bool:
    """Whether an answer counts as the gold label. A word that was not offered counts as nothing, whatever it means."""
    if label not in card.labels.names:
        return False
    if gold in card.unscored_gold:
        return label == gold
    return card.scored_as(label) == card.scored_as(gold)
