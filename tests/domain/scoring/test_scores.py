"""Every figure against numbers worked out by hand, and against scikit-learn on random data."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    confusion_matrix,
    f1_score,
    precision_score,
    recall_score,
    top_k_accuracy_score,
)

from workbench.domain.datasets.cards import CARDS
from workbench.domain.predictions import PredictionStatus
from workbench.domain.scoring.counting import NO_ANSWER, Count, Counted, count_answers
from workbench.domain.scoring.protocols import Answer, Protocol, rules_of
from workbench.domain.scoring.scores import Bounds, Scores, compute_baselines
from workbench.domain.scoring.scores import compute_scores as scores_of_count


def compute_scores(
    gold: Sequence[str],
    predicted: Sequence[str | None],
    classes: Sequence[str],
    *,
    gold_ranks: Sequence[int | None] | None = None,
    clusters: Sequence[str] | None = None,
    planned: int | None = None,
    answered: int | None = None,
) -> Scores:
    """The scores of samples given side by side."""
    ranks: Sequence[int | None] = gold_ranks or [None] * len(gold)
    units: Sequence[str | None] = clusters or [None] * len(gold)
    rows = tuple(Counted(*row) for row in zip(gold, predicted, ranks, units, strict=True))
    said = len(gold) - list(predicted).count(None)
    count = Count(
        classes=tuple(classes),
        rows=rows,
        planned=len(gold) if planned is None else planned,
        answered=said if answered is None else answered,
        unscored=0,
    )
    return scores_of_count(count, clustered_by="subject" if clusters else None)


CLASSES = ("happy", "sad", "angry", "contempt")

# happy: 3 right, 1 said sad; sad: 1 right, 1 without answer; angry: 1 said happy, 1 "pain"; contempt: none in gold.
GOLD = ("happy", "happy", "happy", "happy", "sad", "sad", "angry", "angry")
PREDICTED = ("happy", "happy", "happy", "sad", "sad", None, "happy", "pain")
RANKS = (1, 1, 1, 2, 1, None, 3, 4)


@pytest.fixture
def worked() -> Scores:
    return compute_scores(GOLD, PREDICTED, CLASSES, gold_ranks=RANKS)


@pytest.mark.parametrize(
    ("metric", "by_hand"),
    [
        ("accuracy", Fraction(4, 8)),
        ("uar", (Fraction(3, 4) + Fraction(1, 2) + 0) / 3),
        ("macro_f1", (Fraction(6, 8) + Fraction(2, 4) + 0) / 3),
        ("weighted_f1", (4 * Fraction(6, 8) + 2 * Fraction(2, 4) + 0) / 8),
        ("top_2", Fraction(5, 8)),
        ("top_3", Fraction(6, 8)),
        ("mrr", (4 + Fraction(1, 2) + Fraction(1, 3) + Fraction(1, 4)) / 8),
    ],
)
def test_a_metric_is_what_a_pencil_finds(worked: Scores, metric: str, by_hand: Fraction) -> None:
    assert worked.metrics[metric].value == pytest.approx(float(by_hand))


def test_each_class_has_its_own_figures_and_what_has_no_denominator_is_none(worked: Scores) -> None:
    happy, sad, angry, contempt = worked.per_class
    assert (happy.support, happy.precision, happy.recall, happy.f1) == (4, 0.75, 0.75, 0.75)
    assert (sad.support, sad.precision, sad.recall, sad.f1) == (2, 0.5, 0.5, 0.5)
    assert (angry.support, angry.precision, angry.recall, angry.f1) == (2, None, 0.0, 0.0)
    assert (contempt.support, contempt.precision, contempt.recall, contempt.f1) == (0, None, None, None)


def test_the_confusion_matrix_shows_other_words_before_the_last_column_for_no_answer(worked: Scores) -> None:
    assert worked.confusion.gold == CLASSES
    assert worked.confusion.predicted == (*CLASSES, "pain", NO_ANSWER)
    assert worked.confusion.counts == (
        (3, 1, 0, 0, 0, 0),
        (0, 1, 0, 0, 0, 1),
        (1, 0, 0, 0, 1, 0),
        (0, 0, 0, 0, 0, 0),
    )


def test_other_words_stand_in_the_order_of_their_frequency() -> None:
    scores = compute_scores(("sad",) * 4, ("pain", "awe", "zeal", "zeal"), CLASSES)
    assert scores.confusion.predicted == (*CLASSES, "zeal", "awe", "pain", NO_ANSWER)


def test_a_word_that_reads_like_no_answer_is_not_counted_as_one() -> None:
    scores = compute_scores(("sad", "sad"), (NO_ANSWER, None), CLASSES)
    assert scores.answered == 1
    assert scores.confusion.counts[1] == (0, 0, 0, 0, 1, 1)


def test_bounds_and_coverage_speak_of_the_plan_not_of_what_counts() -> None:
    answered_only = compute_scores(("sad", "sad", "happy"), ("sad", "pain", "happy"), CLASSES, planned=5, answered=3)
    assert (answered_only.planned, answered_only.answered, answered_only.counted) == (5, 3, 3)
    assert answered_only.coverage == pytest.approx(3 / 5)
    assert answered_only.bounds == Bounds(2 / 5, 4 / 5)
    assert answered_only.metrics["accuracy"].value == pytest.approx(2 / 3)


def test_a_class_without_support_moves_no_mean_even_when_it_is_predicted() -> None:
    scores = compute_scores(("happy", "sad"), ("happy", "contempt"), CLASSES)
    assert scores.metrics["uar"].value == pytest.approx(0.5)
    assert scores.metrics["macro_f1"].value == pytest.approx(0.5)
    assert (scores.per_class[3].precision, scores.per_class[3].recall) == (0.0, None)


def test_nothing_counted_gives_none_and_never_nan() -> None:
    scores = compute_scores((), (), CLASSES, gold_ranks=())
    assert all(one.value is one.low is one.high is None for one in scores.metrics.values())
    assert (scores.coverage, scores.bounds, dict(scores.baselines)) == (None, None, {})
    assert scores.confusion.counts == ((0,) * 5,) * 4
    assert [one.recall for one in scores.per_class] == [None] * 4


def test_a_plan_without_answers_still_has_bounds() -> None:
    scores = compute_scores((), (), CLASSES, planned=3)
    assert (scores.coverage, scores.bounds) == (0.0, Bounds(0.0, 1.0))


def test_a_gold_label_that_is_no_class_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="joyous"):
        compute_scores(("joyous",), ("happy",), CLASSES)


pairs = st.lists(
    st.tuples(st.sampled_from(CLASSES), st.sampled_from((*CLASSES, "pain", "awe", None))), min_size=1, max_size=40
)


@settings(max_examples=50)
@given(pairs)
def test_scikit_learn_agrees_on_any_data(pairs: list[tuple[str, str | None]]) -> None:
    gold = [one for one, _ in pairs]
    predicted = [other for _, other in pairs]
    said = [other or NO_ANSWER for other in predicted]
    present = sorted(set(gold))
    scores = compute_scores(gold, predicted, CLASSES)
    figures = {name: one.value for name, one in scores.metrics.items()}
    assert figures["accuracy"] == pytest.approx(accuracy_score(gold, said))
    assert figures["uar"] == pytest.approx(recall_score(gold, said, labels=present, average="macro", zero_division=0))
    for average in ("macro", "weighted"):
        by_library = f1_score(gold, said, labels=present, average=average, zero_division=0)
        assert figures[f"{average}_f1"] == pytest.approx(by_library)
    for function, name in ((precision_score, "precision"), (recall_score, "recall"), (f1_score, "f1")):
        by_class = function(gold, said, labels=list(CLASSES), average=None, zero_division=0)
        assert [getattr(one, name) or 0.0 for one in scores.per_class] == pytest.approx(list(by_class))
    columns = list(scores.confusion.predicted)
    matrix = confusion_matrix(gold, said, labels=columns)
    assert [list(row) for row in scores.confusion.counts] == matrix[: len(CLASSES)].tolist()


@settings(max_examples=50)
@given(st.lists(st.tuples(st.sampled_from(range(4)), st.permutations(range(4))), min_size=1, max_size=30))
def test_scikit_learn_agrees_on_top_k_of_whole_rankings(cases: list[tuple[int, list[int]]]) -> None:
    gold = [label for label, _ in cases]
    points = [[-ranking.index(label) for label in range(4)] for _, ranking in cases]
    ranks = [ranking.index(label) + 1 for label, ranking in cases]
    predicted = [CLASSES[ranking[0]] for _, ranking in cases]
    scores = compute_scores([CLASSES[label] for label in gold], predicted, CLASSES, gold_ranks=ranks)
    for k in (2, 3):
        by_library = top_k_accuracy_score(gold, points, k=k, labels=range(4))
        assert scores.metrics[f"top_{k}"].value == pytest.approx(by_library)


@settings(max_examples=50)
@given(pairs)
def test_no_figure_leaves_the_unit_interval_and_intervals_hold_their_value(pairs: list[tuple[str, str | None]]) -> None:
    scores = compute_scores([one for one, _ in pairs], [other for _, other in pairs], CLASSES)
    assert all(one.value is None or 0 <= one.value <= 1 for one in scores.metrics.values())
    accuracy = scores.metrics["accuracy"]
    assert accuracy.value is not None
    assert accuracy.low is not None
    assert accuracy.high is not None
    assert accuracy.low - 1e-12 <= accuracy.value <= accuracy.high + 1e-12
    assert scores.bounds is not None
    assert scores.bounds.low <= scores.bounds.high


CLASSES = ("happy", "sad", "angry", "contempt")
GOLD = ("happy", "happy", "happy", "happy", "sad", "sad", "angry", "angry")


def test_the_majority_baseline_is_what_scikit_learn_gives_for_one_constant_answer() -> None:
    baseline = compute_baselines(Counter(GOLD), CLASSES)["majority"]
    present, constant = ["happy", "sad", "angry"], ["happy"] * len(GOLD)
    assert baseline.label == "happy"
    assert dict(baseline.metrics) == {
        "accuracy": pytest.approx(accuracy_score(GOLD, constant)),
        "uar": pytest.approx(balanced_accuracy_score(GOLD, constant)),
        "macro_f1": pytest.approx(f1_score(GOLD, constant, labels=present, average="macro", zero_division=0)),
        "weighted_f1": pytest.approx(f1_score(GOLD, constant, labels=present, average="weighted", zero_division=0)),
    }


def test_the_uniform_baseline_is_what_scikit_learn_gives_when_each_class_is_guessed_equally_often() -> None:
    baseline = compute_baselines(Counter(GOLD), CLASSES)["uniform"]
    gold = [label for label in GOLD for _ in CLASSES]
    guessed = [label for _ in GOLD for label in CLASSES]
    present = ["happy", "sad", "angry"]
    assert baseline.label is None
    assert dict(baseline.metrics) == {
        "accuracy": pytest.approx(accuracy_score(gold, guessed)),
        "uar": pytest.approx(recall_score(gold, guessed, labels=present, average="macro")),
        "macro_f1": pytest.approx(f1_score(gold, guessed, labels=present, average="macro")),
        "weighted_f1": pytest.approx(f1_score(gold, guessed, labels=present, average="weighted")),
    }


def test_the_first_of_two_equally_frequent_classes_is_the_majority() -> None:
    assert compute_baselines({"sad": 1, "happy": 1}, CLASSES)["majority"].label == "happy"


def test_nothing_counted_has_no_baseline() -> None:
    assert compute_baselines({}, CLASSES) == {}


@pytest.mark.parametrize("protocol", list(Protocol))
def test_the_bounds_hold_the_accuracy_under_every_rule(protocol: Protocol) -> None:
    card = CARDS["dfew"]
    answers = [
        *(Answer(gold="happy", status=PredictionStatus.RANKED, top1="happy", gold_rank=1) for _ in range(44)),
        *(Answer(gold="sad", status=PredictionStatus.RANKED, top1="happy", gold_rank=None) for _ in range(50)),
        *(
            Answer(gold="sad", status=PredictionStatus.OUT_OF_VOCABULARY, top1="serene", gold_rank=None)
            for _ in range(4)
        ),
        Answer(gold="sad", status=PredictionStatus.MISSING, top1=None, gold_rank=None),
    ]
    scores = scores_of_count(count_answers(card, rules_of(protocol, card), answers))
    assert scores.bounds is not None
    assert scores.bounds.low <= (scores.metrics["accuracy"].value or 0) <= scores.bounds.high
