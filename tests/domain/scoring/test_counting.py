"""What becomes of each kind of answer under each rule."""

from dataclasses import replace

import pytest

from workbench.domain.datasets.cards import CARDS
from workbench.domain.predictions import PredictionStatus, RankedPrediction, judge
from workbench.domain.scoring.counting import Count, Counted, count_answers
from workbench.domain.scoring.protocols import (
    Answer,
    Neutral,
    Outside,
    Protocol,
    Rules,
    Unanswered,
    rules_of,
)

RAFDB, MOSI, ABSTRACT, MER = CARDS["rafdb"], CARDS["cmumosi"], CARDS["abstract"], CARDS["mer2023"]


def said(gold: str, *ranking: str, card: str = "rafdb", count: int = 1) -> Answer:
    """An answer with this ranking; none where there is no word."""
    names = CARDS[card].labels.names
    if not ranking:
        return Answer(gold=gold, status=PredictionStatus.REFUSED, top1=None, gold_rank=None, count=count)
    status = PredictionStatus.RANKED if ranking[0] in names else PredictionStatus.OUT_OF_VOCABULARY
    rank = judge(CARDS[card], gold, RankedPrediction(status, ranking)).gold_rank
    return Answer(gold=gold, status=status, top1=ranking[0], gold_rank=rank, ranking=ranking, count=count)


def compared(count: Count) -> list[tuple[str, str | None, int | None]]:
    return [(row.gold, row.predicted, row.rank) for row in count.rows]


def test_a_sample_without_an_answer_is_wrong_or_dropped() -> None:
    answers = [said("happy"), said("happy", "happy"), replace(said("sad"), status=None)]
    strict = count_answers(RAFDB, Rules(), answers)
    answered = count_answers(RAFDB, Rules(unanswered=Unanswered.DROPPED), answers)
    assert compared(strict) == [("happy", None, None), ("happy", "happy", 1), ("sad", None, None)]
    assert compared(answered) == [("happy", "happy", 1)]
    assert [(one.planned, one.answered) for one in (strict, answered)] == [(3, 1), (3, 1)]


@pytest.mark.parametrize(
    ("outside", "expected"),
    [
        (Outside.WRONG, [("happy", "pain", 2)]),
        (Outside.DROPPED, []),
        (Outside.NEXT, [("happy", "happy", 1)]),
    ],
)
def test_an_answer_outside_the_labels_is_wrong_dropped_or_passed_over(
    outside: Outside, expected: list[tuple[str, str, int]]
) -> None:
    count = count_answers(RAFDB, Rules(outside=outside), [said("happy", "pain", "happy", "sad")])
    assert compared(count) == expected
    assert count.answered == 1


def test_an_answer_of_words_outside_the_labels_alone_is_wrong_where_the_next_in_rank_is_asked_for() -> None:
    count = count_answers(RAFDB, Rules(outside=Outside.NEXT), [said("happy", "pain", "awe")])
    assert compared(count) == [("happy", "pain", None)]


@pytest.mark.parametrize(
    ("neutral", "of_negative", "of_positive"),
    [
        (Neutral.NEGATIVE, ("negative", 1), ("negative", 2)),
        (Neutral.POSITIVE, ("positive", 3), ("positive", 1)),
        (Neutral.WRONG, ("neutral", 3), ("neutral", 2)),
        (Neutral.FIRST_NON_NEUTRAL, ("positive", 2), ("positive", 1)),
    ],
)
def test_an_answer_neutral_counts_as_its_rule_says(
    neutral: Neutral, of_negative: tuple[str, int], of_positive: tuple[str, int]
) -> None:
    ranking = ("neutral", "weakly positive", "negative")
    answers = [said("negative", *ranking, card="cmumosi"), said("positive", *ranking, card="cmumosi")]
    count = count_answers(MOSI, Rules(neutral=neutral), answers)
    assert compared(count) == [("negative", *of_negative), ("positive", *of_positive)]


def test_an_answer_neutral_can_be_dropped_and_is_an_answer_all_the_same() -> None:
    answers = [said("negative", "neutral", "negative", card="cmumosi"), said("negative", "negative", card="cmumosi")]
    count = count_answers(MOSI, Rules(neutral=Neutral.DROP), answers)
    assert compared(count) == [("negative", "negative", 1)]
    assert (count.planned, count.answered) == (2, 2)


def test_gold_zeros_leave_the_plan_and_are_counted() -> None:
    count = count_answers(MOSI, Rules(), [said("neutral", "neutral", card="cmumosi", count=3)])
    assert (count.planned, count.unscored, count.rows) == (0, 3, ())


def test_feelings_are_folded_to_polarities_on_both_sides() -> None:
    count = count_answers(ABSTRACT, Rules(), [said("awed", "content", card="abstract")])
    assert compared(count) == [("positive", "positive", 1)]
    assert count.classes == ("positive", "negative")


def test_a_class_that_was_not_offered_as_a_label_is_no_right_answer() -> None:
    count = count_answers(ABSTRACT, Rules(), [said("awed", "positive", card="abstract")])
    assert compared(count) == [("positive", "positive (not offered)", None)]


def test_letter_by_letter_a_label_that_the_ancestor_misspelt_is_never_right() -> None:
    answers = [said("surprised", "surprised", card="mer2023"), said("happy", "happy", card="mer2023")]
    by_meaning = count_answers(MER, Rules(), answers)
    exactly = count_answers(MER, rules_of(Protocol.PAPER, MER), answers)
    assert compared(by_meaning) == [("surprised", "surprised", 1), ("happy", "happy", 1)]
    assert compared(exactly) == [("surprise", "surprised", None), ("happy", "happy", 1)]
    assert "surprise" in exactly.classes
    assert "surprised" not in exactly.classes


def test_samples_that_are_alike_are_counted_together() -> None:
    count = count_answers(RAFDB, Rules(), [said("happy", "happy", count=5), said("sad", "happy", "sad", count=2)])
    assert count.rows == (Counted("happy", "happy", 1, None, 5), Counted("sad", "happy", 2, None, 2))
    assert (count.counted, count.planned, count.answered) == (7, 7, 7)
    assert count.support == {"happy": 5, "sad": 2}
