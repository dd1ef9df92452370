"""Scores of predicted against gold classes: what they are computed over, and the formulas.

One list of classes serves every mean over classes: those that have support, which is to say that gold holds at least
one counted sample of them. UAR is then balanced accuracy as usually defined, and macro F1 is averaged over the same
classes, so that a class nobody could get right moves neither. scikit-learn does the arithmetic where it has it;
it loads inside the functions, since a start that shows a help page should not wait for it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from math import isnan
from types import MappingProxyType

from workbench.domain.scoring.baselines import ACCURACY, MACRO_F1, UAR, WEIGHTED_F1, Baseline, compute_baselines
from workbench.domain.scoring.counting import NO_ANSWER, Count, Counted
from workbench.domain.scoring.intervals import MetricValue
from workbench.domain.scoring.resampled_metrics import MRR, TOP_2, TOP_3, Intervals, metric_intervals


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
    recall_low: float | None = None
    """The 95 % interval of recall."""
    recall_high: float | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Everything that is computed from predicted against gold classes, with what it is computed over."""

    planned: int
    answered: int
    counted: int
    """Samples that the figures are computed over; the rules chose them."""
    metrics: Mapping[str, MetricValue]
    interval: str
    """How the intervals were come by, for people."""
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


def compute_scores(count: Count, *, clustered_by: str | None = None, with_intervals: bool = True) -> Scores:
    """Score the samples that count.

    `clustered_by` says for people what the samples of one cluster share; intervals draw whole clusters where it is
    given and every sample has one. Without `with_intervals`, figures stand alone. Raises ValueError for a gold label
    that is no class.
    """
    _check(count)
    # In an order of their own: sums of fractions and resamples then depend on what is counted alone.
    count = replace(count, rows=tuple(sorted(count.rows, key=_place)))
    intervals = metric_intervals(count, clustered_by) if with_intervals else Intervals("")
    points = _class_metrics(count) | _rank_metrics(count.rows)
    correct = sum(row.count for row in count.rows if row.gold == row.predicted)
    unanswered = count.planned - count.answered
    return Scores(
        planned=count.planned,
        answered=count.answered,
        counted=count.counted,
        metrics=MappingProxyType({name: intervals.of(name, value) for name, value in points.items()}),
        interval=intervals.words,
        per_class=_per_class(count, intervals.recalls),
        confusion=_confusion(count),
        bounds=Bounds(correct / count.planned, (correct + unanswered) / count.planned) if count.planned else None,
        baselines=MappingProxyType(compute_baselines(count.support, count.classes)),
    )


def _place(row: Counted) -> tuple[str, str, int, str, int]:
    return (
        row.gold,
        f"1{row.predicted}" if row.predicted is not None else "0",
        row.rank or 0,
        row.cluster or "",
        row.count,
    )


def _check(count: Count) -> None:
    strange = {row.gold for row in count.rows}.difference(count.classes)
    if strange:
        raise ValueError(f"gold labels that are no classes: {', '.join(sorted(strange))}")


def _coded(count: Count) -> tuple[list[int], list[int], list[int]]:
    """Gold and predicted classes as numbers, and how many samples each pair stands for.

    One code for whatever is no class: scikit-learn would take more words for more classes.
    """
    code = {label: number for number, label in enumerate(count.classes)}
    pairs = Counter[tuple[int, int]]()
    for row in count.rows:
        said = len(code) if row.predicted is None else code.get(row.predicted, len(code))
        pairs[code[row.gold], said] += row.count
    return [gold for gold, _ in pairs], [said for _, said in pairs], list(pairs.values())


def _class_metrics(count: Count) -> dict[str, float | None]:
    """WAR (which is accuracy), UAR, and the F1s.

    Trap: without `labels`, scikit-learn takes the code for "no class" as one more class with recall 0.
    """
    if not count.rows:
        return dict.fromkeys((ACCURACY, UAR, MACRO_F1, WEIGHTED_F1))
    from sklearn.metrics import accuracy_score, f1_score, recall_score

    gold, said, weights = _coded(count)
    known = {"labels": sorted(set(gold)), "sample_weight": weights, "zero_division": 0}
    return {
        ACCURACY: float(accuracy_score(gold, said, sample_weight=weights)),
        UAR: float(recall_score(gold, said, average="macro", **known)),
        MACRO_F1: float(f1_score(gold, said, average="macro", **known)),
        WEIGHTED_F1: float(f1_score(gold, said, average="weighted", **known)),
    }


def _rank_metrics(rows: Sequence[Counted]) -> dict[str, float | None]:
    """Top-k hits and the mean reciprocal rank. A right label that is not listed is a miss, and 0 in MRR.

    Not by scikit-learn: it has no MRR, and its `label_ranking_average_precision_score` takes labels that are not
    listed as tied, which gives more.
    """
    n = sum(row.count for row in rows)
    if not n:
        return dict.fromkeys((TOP_2, TOP_3, MRR))
    listed = [(row.rank, row.count) for row in rows if row.rank is not None]
    return {
        TOP_2: sum(times for rank, times in listed if rank <= 2) / n,
        TOP_3: sum(times for rank, times in listed if rank <= 3) / n,
        MRR: sum(times / rank for rank, times in listed) / n,
    }


def _per_class(count: Count, recalls: Mapping[str, MetricValue]) -> tuple[ClassScores, ...]:
    classes = count.classes
    if not count.rows:
        return tuple(ClassScores(label=label, support=0, precision=None, recall=None, f1=None) for label in classes)
    from sklearn.metrics import precision_recall_fscore_support

    gold, said, weights = _coded(count)
    precision, recall, f1, support = precision_recall_fscore_support(
        gold,
        said,
        labels=range(len(classes)),
        average=None,
        sample_weight=weights,
        zero_division=float("nan"),
    )
    scores = []
    for place, label in enumerate(classes):
        interval = recalls.get(label, MetricValue(None))
        scores.append(
            ClassScores(
                label=label,
                support=int(support[place]),
                precision=_known(precision[place]),
                recall=_known(recall[place]),
                f1=_known(f1[place]),
                recall_low=interval.low,
                recall_high=interval.high,
            )
        )
    return tuple(scores)


def _known(ratio: float) -> float | None:
    return None if isnan(ratio) else float(ratio)


def _confusion(count: Count) -> Confusion:
    """Counted by hand: scikit-learn's matrix is square, and a talkative model says thousands of other words."""
    cells, said = Counter[tuple[str, str | None]](), Counter[str]()
    classes = set(count.classes)
    for row in count.rows:
        cells[row.gold, row.predicted] += row.count
        if row.predicted is not None and row.predicted not in classes:
            said[row.predicted] += row.count
    others = sorted(said, key=lambda word: (-said[word], word))
    columns: list[str | None] = [*chain(count.classes, others), None]
    return Confusion(
        gold=count.classes,
        predicted=(*count.classes, *others, NO_ANSWER),
        counts=tuple(tuple(cells[row, column] for column in columns) for row in count.classes),
    )
