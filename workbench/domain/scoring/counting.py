"""From answers to counted samples: a gold class beside a predicted class, for every sample that counts by the rules."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.predictions import PredictionStatus, RankedPrediction, judge
from workbench.domain.scoring.protocols import (
    NEUTRAL,
    Answer,
    Neutral,
    Outside,
    Rules,
    Spelling,
    Unanswered,
    is_scored,
    scores_signs,
)

NO_ANSWER: Final = "no answer"
"""The last column of every confusion matrix."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Samples whose answers count as the same."""

    gold: str
    """The gold class."""
    predicted: str | None
    """The class that the answer counts as, or another word where it counts as no class; None: no answer."""
    rank: int | None = None
    """The place in the ranking, from 1, of the first label that counts as gold; None: no label does."""
    cluster: str | None = None
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """All counted samples of a run: what scores are computed from."""

    classes: tuple[str, ...]
    """The classes of the card, and of gold labels that the card does not list."""
    rows: tuple[Counted, ...]
    planned: int
    """Samples whose gold label is scored."""
    answered: int
    """Planned samples with an answer, whether it counts or not."""
    unscored: int
    """Samples whose gold label is not scored."""

    @property
    def counted(self) -> int:
        """Samples that scores are computed over."""
        return sum(row.count for row in self.rows)

    @property
    def support(self) -> dict[str, int]:
        """Counted samples of each gold class that has any."""
        support = Counter[str]()
        for row in self.rows:
            support[row.gold] += row.count
        return dict(support)


def count_answers(card: DatasetCard, rules: Rules, answers: Iterable[Answer]) -> Count:
    """Apply the rules to every answer. Where `rules.needs_rankings(card)`, answers must have their `ranking`."""
    plan, unscored = [], 0
    for answer in answers:
        if is_scored(card, answer.gold):
            plan.append(answer)
        else:
            unscored += answer.count
    classes = classes_of(card, rules, (answer.gold for answer in plan))
    placed = (place_answer(card, rules, classes, answer) for answer in plan)
    return Count(
        classes=classes,
        rows=tuple(row for row in placed if row is not None),
        planned=sum(answer.count for answer in plan),
        answered=sum(answer.count for answer in plan if has_answer(answer)),
        unscored=unscored,
    )


def answer_of(
    card: DatasetCard,
    gold: str,
    prediction: RankedPrediction | None,
    *,
    cluster: str | None = None,
    first_status: PredictionStatus | None = None,
    count: int = 1,
) -> Answer:
    """A prediction and its gold label as an answer to be counted."""
    return Answer(
        gold=gold,
        status=None if prediction is None else prediction.status,
        top1=None if prediction is None else prediction.top1,
        gold_rank=None if prediction is None else judge(card, gold, prediction).gold_rank,
        ranking=() if prediction is None else prediction.ranking,
        cluster=cluster,
        first_status=first_status,
        count=count,
    )


def has_answer(answer: Answer) -> bool:
    """Whether the model said something that can be right or wrong."""
    return answer.status is not None and answer.status.is_answer and answer.top1 is not None


def gold_class(card: DatasetCard, rules: Rules, gold: str) -> str:
    """The class of a gold label. Under exact spelling, a label that the ancestor misspelt is a class of its own."""
    if rules.spelling is Spelling.EXACT and gold in card.misspelt:
        return card.misspelt[gold]
    return card.scored_as(gold)


def classes_of(card: DatasetCard, rules: Rules, golds: Iterable[str]) -> tuple[str, ...]:
    """The classes of the card, and of gold labels that the card does not list but an import was told to keep."""
    found = sorted({gold_class(card, rules, gold) for gold in set(golds)})
    return tuple(dict.fromkeys((*(gold_class(card, rules, label) for label in card.classes), *found)))


def place_answer(card: DatasetCard, rules: Rules, classes: Sequence[str], answer: Answer) -> Counted | None:
    """What an answer of a scored gold label counts as, with its gold class; None where the rules drop it."""
    gold = gold_class(card, rules, answer.gold)
    if not has_answer(answer):
        if rules.unanswered is Unanswered.DROPPED:
            return None
        return Counted(gold, None, None, answer.cluster, answer.count)
    word, rank = answer.top1, answer.gold_rank
    if rules.needs_rankings(card):
        ranking = _ranking(card, rules, answer)
        if ranking is None:
            return None
        word = ranking[0] if ranking else word
        rank = next((place for place, label in enumerate(ranking, 1) if _class(card, rules, label) == gold), None)
    elif gold != card.scored_as(answer.gold):
        rank = None
    assert word is not None
    if word not in card.labels.names:
        if rules.outside is Outside.DROPPED:
            return None
        # Trap: a model can answer with the name of a class ("positive") that was not among the labels offered.
        predicted = f"{word} (not offered)" if word in (*classes, NO_ANSWER) else word
    else:
        predicted = _class(card, rules, word) or word
    return Counted(gold, predicted, rank, answer.cluster, answer.count)


def _ranking(card: DatasetCard, rules: Rules, answer: Answer) -> tuple[str, ...] | None:
    """The ranking after the rules for other words and for neutral; None where they drop the answer."""
    ranking = answer.ranking
    if rules.outside is Outside.NEXT:
        ranking = tuple(label for label in ranking if label in card.labels.names)
    if scores_signs(card):
        if rules.neutral is Neutral.DROP and ranking[:1] == (NEUTRAL,):
            return None
        if rules.neutral is Neutral.FIRST_NON_NEUTRAL:
            ranking = tuple(label for label in ranking if label != NEUTRAL)
    return ranking


def _class(card: DatasetCard, rules: Rules, label: str) -> str | None:
    """The class that an answered label counts as; None for a word that is no label, and where it counts as none."""
    if label not in card.labels.names:
        return None
    if label == NEUTRAL and scores_signs(card):
        match rules.neutral:
            case Neutral.POSITIVE:
                return "positive"
            case Neutral.WRONG | Neutral.DROP | Neutral.FIRST_NON_NEUTRAL:
                return None
    return card.scored_as(label)
