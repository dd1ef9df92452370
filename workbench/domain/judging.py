"""A prediction beside its gold label: right or wrong, and where in the ranking the right answer stands."""

from dataclasses import dataclass

from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.predictions import FailureKind, RankedPrediction, failure_kind


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a prediction is worth."""

    gold_rank: int | None
    """Place of the first label that counts as right, from 1; None where none does."""
    failure: FailureKind | None
    """None for a correct answer."""


def judge(card: DatasetCard, gold: str, prediction: RankedPrediction) -> Judgement:
    """Compare by the classes that the card scores, so that a first place and a point in accuracy are the same thing.

    A gold label that is not scored (the zeros of the sentiment sets) is compared as it is.
    """
    gold_rank = None
    for place, label in enumerate(prediction.ranking, start=1):
        if counts_as(card, label, gold):
            gold_rank = place
            break
    return Judgement(gold_rank, failure_kind(prediction.status, correct=gold_rank == 1))


def counts_as(card: DatasetCard, label: str, gold: str) -> bool:
    """Whether an answer counts as the gold label. A word that was not offered counts as nothing, whatever it means."""
    if label not in card.labels.names:
        return False
    if gold in card.unscored_gold:
        return label == gold
    return card.scored_as(label) == card.scored_as(gold)
