"""Scores of predicted against gold classes: what they are computed over, and the formulas.

One list of classes serves every mean over classes: those that have support, which is to say that gold holds at least
one counted sample of them. UAR is then balanced accuracy as usually defined, and macro F1 is averaged over the same
classes, so that a class nobody could get right moves neither. scikit-learn does the arithmetic where it has it;
it loads inside the functions, since a start that shows a help page should not wait for it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import isnan
from types import MappingProxyType
from typing import Final

NO_ANSWER: Final = "no answer"
"""The last column of every confusion matrix."""

ACCURACY: Final = "accuracy"
UAR: Final = "uar"
MACRO_F1: Final = "macro_f1"
WEIGHTED_F1: Final = "weighted_f1"
TOP_2: Final = "top_2"
TOP_3: Final = "top_3"
MRR: Final = "mrr"


@dataclass(frozen=True, slots=True)
class MetricValue:
    """A figure as a fraction, with its 95 % interval. None means "not computed": no sample, or no interval for it."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassScores:
    """One class against all others. A ratio whose denominator is zero is None, not zero."""

    label: str
    support: int
    """Counted samples of this gold class."""
    precision: float | None
    """None for a class that was never predicted."""
    recall: float | None
    """None for a class without support."""
    f1: float | None
    """None for a class with neither."""


@dataclass(frozen=True, slots=True)
class Confusion:
    """Counted samples by gold class and predicted label."""

    gold: tuple[str, ...]
    """The rows: the classes."""
    predicted: tuple[str, ...]
    """The columns: the classes, other words that were predicted (the most frequent first), and `NO_ANSWER`."""
    counts: tuple[tuple[int, ...], ...]
    """One row for each gold class."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Accuracy over the plan if every sample without an answer were wrong, and if every one were right.

    Source: Manski's worst-case bounds, [correct / planned, (correct + unanswered) / planned].
    """

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Baseline:
    """What somebody scores who does not look at the pictures, over the samples that count."""

    label: str | None
    """The class that is always said; None for guessing."""
    metrics: Mapping[str, float]
    """Accuracy, UAR and both F1s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Everything that is computed from predicted against gold classes, with what it is computed over."""

    planned: int
    answered: int
    counted: int
    """Samples that the figures are computed over; the protocol chose them."""
    metrics: Mapping[str, MetricValue]
    per_class: tuple[ClassScores, ...]
    """In the order of the classes, those without support included."""
    confusion: Confusion
    bounds: Bounds | None
    """None for an empty plan."""
    baselines: Mapping[str, Baseline]
    """`majority` and `uniform`; empty where nothing counts."""

    @property
    def coverage(self) -> float | None:
        """The share of the plan that has an answer; None for an empty plan."""
        return self.answered / self.planned if self.planned else None


def compute_scores(
    gold: Sequence[str],
    predicted: Sequence[str | None],
    classes: Sequence[str],
    *,
    gold_ranks: Sequence[int | None] | None = None,
    planned: int | None = None,
    answered: int | None = None,
) -> Scores:
    """Score the samples that count, given side by side.

    `predicted` holds None where there is no answer, and any other word than a class where the answer is none of them:
    both are wrong. `gold_ranks` are places from 1 of the first right label in each ranking, None where no listed label
    is right; without them there is no top-k and no MRR. `planned` and `answered` are of the whole plan where that is
    more than what counts. Raises ValueError for a gold label that is no class and for sequences of unlike lengths.
    """
    _check(gold, classes, gold_ranks)
    planned = len(gold) if planned is None else planned
    answered = len(gold) - predicted.count(None) if answered is None else answered
    code = {label: number for number, label in enumerate(classes)}
    outside = len(classes)  # one code for whatever is no class: scikit-learn would take more words for more classes
    gold_codes = [code[label] for label in gold]
    predicted_codes = [outside if label is None else code.get(label, outside) for label in predicted]
    correct = sum(one == other for one, other in zip(gold_codes, predicted_codes, strict=True))
    return Scores(
        planned=planned,
        answered=answered,
        counted=len(gold),
        metrics=MappingProxyType(_class_metrics(gold_codes, predicted_codes, correct) | _rank_metrics(gold_ranks)),
        per_class=_per_class(gold_codes, predicted_codes, classes),
        confusion=_confusion(gold, predicted, classes),
        bounds=Bounds(correct / planned, (correct + planned - answered) / planned) if planned else None,
        baselines=MappingProxyType(compute_baselines(gold, classes)),
    )


def proportion(hits: int, of: int) -> MetricValue:
    """A share with its Wilson 95 % interval (E. B. Wilson 1927), which takes samples as independent."""
    from scipy.stats import binomtest

    if of == 0:
        return MetricValue(None)
    interval = binomtest(hits, of).proportion_ci(confidence_level=0.95, method="wilson")
    return MetricValue(hits / of, float(interval.low), float(interval.high))


def compute_baselines(gold: Sequence[str], classes: Sequence[str]) -> dict[str, Baseline]:
    """Always saying the most frequent gold class (the first of several), and guessing each class equally often.

    With n samples, N_c of class c, K classes and C of them with support. Majority: accuracy p = max N_c / n,
    UAR 1 / C, F1 of the class said 2p / (1 + p) and 0 for the others. Guessing, by expected counts: n / K times each
    class, N_c / K of them right, so accuracy and UAR 1 / K and F1_c = 2 N_c / (n + K N_c).
    """
    if not gold:
        return {}
    support = Counter(gold)
    n, k, present = len(gold), len(classes), len(support)
    most = max(classes, key=lambda label: support[label])
    share = support[most] / n
    f1_said = 2 * share / (1 + share)
    f1_guessed = {label: 2 * count / (n + k * count) for label, count in support.items()}
    macro_guessed = sum(f1_guessed.values()) / present
    weighted_guessed = sum(support[label] / n * f1 for label, f1 in f1_guessed.items())
    return {
        "majority": _baseline(most, share, 1 / present, f1_said / present, share * f1_said),
        "uniform": _baseline(None, 1 / k, 1 / k, macro_guessed, weighted_guessed),
    }


def _baseline(label: str | None, accuracy: float, uar: float, macro_f1: float, weighted_f1: float) -> Baseline:
    values = {ACCURACY: accuracy, UAR: uar, MACRO_F1: macro_f1, WEIGHTED_F1: weighted_f1}
    return Baseline(label, MappingProxyType(values))


def _check(gold: Sequence[str], classes: Sequence[str], ranks: Sequence[int | None] | None) -> None:
    strange = set(gold).difference(classes)
    if strange:
        raise ValueError(f"gold labels that are no classes: {', '.join(sorted(strange))}")
    if ranks is not None and len(ranks) != len(gold):
        raise ValueError(f"{len(ranks)} ranks for {len(gold)} samples")


def _class_metrics(gold: list[int], predicted: list[int], correct: int) -> dict[str, MetricValue]:
    """WAR (which is accuracy), UAR, and the F1s.

    Trap: without `labels`, scikit-learn takes the code for "no class" as one more class with recall 0.
    """
    if not gold:
        return dict.fromkeys((ACCURACY, UAR, MACRO_F1, WEIGHTED_F1), MetricValue(None))
    from sklearn.metrics import f1_score, recall_score

    present = sorted(set(gold))
    uar = recall_score(gold, predicted, labels=present, average="macro", zero_division=0)
    macro = f1_score(gold, predicted, labels=present, average="macro", zero_division=0)
    weighted = f1_score(gold, predicted, labels=present, average="weighted", zero_division=0)
    return {
        ACCURACY: proportion(correct, len(gold)),
        UAR: MetricValue(float(uar)),
        MACRO_F1: MetricValue(float(macro)),
        WEIGHTED_F1: MetricValue(float(weighted)),
    }


def _rank_metrics(ranks: Sequence[int | None] | None) -> dict[str, MetricValue]:
    """Top-k hits and the mean reciprocal rank. A right label that is not listed is a miss, and 0 in MRR.

    Not by scikit-learn: it has no MRR, and its `label_ranking_average_precision_score` takes labels that are not
    listed as tied, which gives more.
    """
    if not ranks:
        return dict.fromkeys((TOP_2, TOP_3, MRR), MetricValue(None))
    listed = [rank for rank in ranks if rank is not None]
    return {
        TOP_2: MetricValue(sum(rank <= 2 for rank in listed) / len(ranks)),
        TOP_3: MetricValue(sum(rank <= 3 for rank in listed) / len(ranks)),
        MRR: MetricValue(sum(1 / rank for rank in listed) / len(ranks)),
    }


def _per_class(gold: list[int], predicted: list[int], classes: Sequence[str]) -> tuple[ClassScores, ...]:
    if not gold:
        return tuple(ClassScores(label=label, support=0, precision=None, recall=None, f1=None) for label in classes)
    from sklearn.metrics import precision_recall_fscore_support

    columns = precision_recall_fscore_support(
        gold, predicted, labels=range(len(classes)), average=None, zero_division=float("nan")
    )
    return tuple(
        ClassScores(
            label=label, support=int(support), precision=_known(precision), recall=_known(recall), f1=_known(f1)
        )
        for label, precision, recall, f1, support in zip(classes, *columns, strict=True)
    )


def _known(ratio: float) -> float | None:
    return None if isnan(ratio) else float(ratio)


def _confusion(gold: Sequence[str], predicted: Sequence[str | None], classes: Sequence[str]) -> Confusion:
    """Counted by hand: scikit-learn's matrix is square, and a talkative model says thousands of other words."""
    said = Counter(word for word in predicted if word is not None and word not in classes)
    others = sorted(said, key=lambda word: (-said[word], word))
    cells = Counter(zip(gold, predicted, strict=True))
    columns: list[str | None] = [*chain(classes, others), None]
    return Confusion(
        gold=tuple(classes),
        predicted=(*classes, *others, NO_ANSWER),
        counts=tuple(tuple(cells[row, column] for column in columns) for row in classes),
    )
