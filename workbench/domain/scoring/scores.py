"""Scores of predicted against gold classes: every metric with its interval, and what is shown beside them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from math import isnan
from types import MappingProxyType

from workbench.domain.scoring.class_sums import (
    class_sums,
    cluster_rows,
    hits_and_support,
    kinds_of,
    pseudo_samples,
    support_freedom,
)
from workbench.domain.scoring.counting import NO_ANSWER, Count, Counted
from workbench.domain.scoring.intervals import (
    Matrix,
    MetricValue,
    Sampling,
    cluster_effective,
    cluster_variances,
    proportion,
    ratio_interval,
    sample_variances,
    share_interval,
)
from workbench.domain.scoring.metrics import (
    ACCURACY,
    CLASS_METRICS,
    MACRO_F1,
    UAR,
    WEIGHTED_F1,
    ClassMetric,
    CodedSamples,
    Needs,
)


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
    """None for a class without support: no mean is taken over it."""
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
    """Accuracy if every planned sample without an answer were wrong, and if every one were right.

    Answers that the rules drop are in neither. Source: Manski's worst-case bounds, [correct / of, (correct +
    unanswered) / of].
    """

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Baseline:
    """The scores of always answering one class, or of guessing, over the samples that count."""

    label: str | None
    """The class that is always answered; None for guessing."""
    metrics: Mapping[str, float]
    """Accuracy, UAR and both F1s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """All figures of predicted against gold classes, and the samples that they are computed over."""

    planned: int
    answered: int
    counted: int
    """Samples that count by the rules, over which the figures are computed."""
    metrics: Mapping[str, MetricValue]
    interval: str
    """How the intervals were computed, for people."""
    per_class: tuple[ClassScores, ...]
    """In the order of the classes, those without support included."""
    confusion: Confusion
    bounds: Bounds | None
    """None where neither an answer counts nor one is missing."""
    baselines: Mapping[str, Baseline]
    """`majority` and `uniform`; empty where nothing counts."""

    @property
    def coverage(self) -> float | None:
        """The share of the plan that has an answer; None for an empty plan."""
        return self.answered / self.planned if self.planned else None


def compute_scores(count: Count, *, clustered_by: str | None = None, with_intervals: bool = True) -> Scores:
    """Score the samples that count.

    `clustered_by` says for people what the samples of one cluster share; intervals are over whole clusters where it is
    given and every sample has one. Without `with_intervals`, figures stand alone. Raises ValueError for a gold label
    that is no class.
    """
    if strange := {row.gold for row in count.rows}.difference(count.classes):
        raise ValueError(f"gold labels that are no classes: {', '.join(sorted(strange))}")
    count = replace(count, rows=_merged(count.rows))
    samples = _coded(count)
    values = {metric.name: metric.value(samples) if count.rows else None for metric in CLASS_METRICS}
    if with_intervals and count.rows:
        metrics, recalls, words = _with_intervals(count, values, clustered_by)
    else:
        metrics, recalls, words = {name: MetricValue(value) for name, value in values.items()}, {}, ""
    correct = sum(row.count for row in count.rows if row.gold == row.predicted)
    unanswered = count.planned - count.answered
    of = unanswered + sum(row.count for row in count.rows if row.predicted is not None)
    return Scores(
        planned=count.planned,
        answered=count.answered,
        counted=count.counted,
        metrics=MappingProxyType(metrics),
        interval=words,
        per_class=_per_class(count, samples, recalls),
        confusion=_confusion(count),
        bounds=Bounds(correct / of, (correct + unanswered) / of) if of else None,
        baselines=MappingProxyType(compute_baselines(count.support, count.classes)),
    )


def compute_baselines(support: Mapping[str, int], classes: Sequence[str]) -> dict[str, Baseline]:
    """Always answering the most frequent gold class (the first of several), and guessing each class equally often.

    `support` counts the samples of each gold class. With n samples, N_c of class c, K classes and C of them with
    support. Majority: accuracy p = max N_c / n, UAR 1 / C, F1 of the class answered 2p / (1 + p) and 0 for the others.
    Guessing, by expected counts: n / K times each class, N_c / K of them right, so accuracy and UAR 1 / K and
    F1_c = 2 N_c / (n + K N_c). Empty where nothing counts.
    """
    present = {label: count for label, count in support.items() if count}
    if not present:
        return {}
    n, k = sum(present.values()), len(classes)
    most = max(classes, key=lambda label: present.get(label, 0))
    share = present[most] / n
    f1_answered = 2 * share / (1 + share)
    f1_guessed = {label: 2 * count / (n + k * count) for label, count in present.items()}
    macro_guessed = sum(f1_guessed.values()) / len(present)
    weighted_guessed = sum(present[label] / n * f1 for label, f1 in f1_guessed.items())
    return {
        "majority": _baseline(most, share, 1 / len(present), f1_answered / len(present), share * f1_answered),
        "uniform": _baseline(None, 1 / k, 1 / k, macro_guessed, weighted_guessed),
    }


def _baseline(label: str | None, accuracy: float, uar: float, macro_f1: float, weighted_f1: float) -> Baseline:
    values = {ACCURACY.name: accuracy, UAR.name: uar, MACRO_F1.name: macro_f1, WEIGHTED_F1.name: weighted_f1}
    return Baseline(label, MappingProxyType(values))


def _merged(rows: Sequence[Counted]) -> tuple[Counted, ...]:
    """Each kind of row once, and sorted: sums of fractions must not depend on how answers were stored and read."""
    counts = Counter[tuple[str, str | None, int | None, str | None]]()
    for row in rows:
        counts[row.gold, row.predicted, row.rank, row.cluster] += row.count
    ordered = sorted(counts, key=lambda kind: [(part is not None, part) for part in kind])
    return tuple(Counted(*kind, counts[kind]) for kind in ordered)


def _coded(count: Count) -> CodedSamples:
    code = {label: number for number, label in enumerate(count.classes)}
    pairs, ranks = Counter[tuple[int, int]](), Counter[int]()
    for row in count.rows:
        predicted = len(code) if row.predicted is None else code.get(row.predicted, len(code))
        pairs[code[row.gold], predicted] += row.count
        if row.rank is not None:
            ranks[row.rank] += row.count
    return CodedSamples(
        gold=[gold for gold, _ in pairs],
        predicted=[predicted for _, predicted in pairs],
        counts=list(pairs.values()),
        ranks=sorted(ranks.items()),
    )


def _with_intervals(
    count: Count, values: Mapping[str, float | None], clustered_by: str | None
) -> tuple[dict[str, MetricValue], dict[str, MetricValue], str]:
    """Metrics and the recalls of classes that have support, each with its interval, and how these were computed."""
    sampling = Sampling.of(((row.cluster, row.count) for row in count.rows), clustered_by)
    words = sampling.in_words()
    by_cluster = cluster_rows(count.classes, count.rows)
    hits, support = hits_and_support(by_cluster, len(count.classes))
    if not sampling.can_vary:
        alone = {
            label: MetricValue(float(right.sum() / of.sum()))
            for label, right, of in zip(count.classes, hits.T, support.T, strict=True)
            if of.any()
        }
        return {name: MetricValue(value) for name, value in values.items()}, alone, words
    effective = _effective_samples(count)
    freedom = dict.fromkeys(values, sampling.freedom)
    for metric in (UAR, MACRO_F1):  # means over classes are as sure as their rare classes let them be
        freedom[metric.name] = min(sampling.freedom, support_freedom(support.sum(axis=0)))
    if sampling.is_clustered:
        variances = cluster_variances(by_cluster, lambda sums: _figures(CLASS_METRICS, sums, len(count.classes)))
        for metric, variance in zip(CLASS_METRICS, variances, strict=True):
            value = values[metric.name] or 0.0
            known = cluster_effective(value, count.counted, float(variance), sampling.effective)
            effective[metric.name] = min(effective[metric.name], known)
    metrics = {
        name: share_interval(value, count.counted, effective[name], freedom[name]) for name, value in values.items()
    }
    recalls = {}
    for label, right, of in zip(count.classes, hits.T, support.T, strict=True):
        if n := round(of.sum()):
            recalls[label] = ratio_interval(right, of) if sampling.is_clustered else proportion(round(right.sum()), n)
    return metrics, recalls, words


def _effective_samples(count: Count) -> dict[str, float]:
    """How many samples of a plain share would make each metric as sure, were all samples independent.

    For metrics of classes, every class with support gets one sample more that is right or wrong as often as all are:
    a rare class that is all right by chance would else make the figure look sure.
    """
    import numpy as np

    classes, n = count.classes, count.counted
    kinds, of_kind = kinds_of(classes, count.rows)
    counts: Matrix = of_kind.astype(np.float64)
    extra, weights = pseudo_samples(counts @ kinds, len(classes))
    found = {}
    for needs, rows, times in (
        (Needs.CLASSES, np.vstack((kinds, extra)), np.concatenate((counts, weights))),
        (Needs.RANKS, kinds, counts),
    ):
        wanted = [metric for metric in CLASS_METRICS if metric.needs is needs]
        total = times.sum()
        [values] = _figures(wanted, (times @ rows)[None], len(classes))
        variances = sample_variances(rows, times, partial(_figures, wanted, n_classes=len(classes)))
        for metric, value, variance in zip(wanted, values, variances * total / n, strict=True):
            enough = metric.is_proportion or not variance > 0
            found[metric.name] = float(n if enough else min(n, value * (1 - value) / variance))
    return found


def _figures(metrics: Sequence[ClassMetric], sums: Matrix, n_classes: int) -> Matrix:
    """The metrics (columns) of rows of sums."""
    import numpy as np

    known = class_sums(sums, n_classes)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.column_stack([metric.resampled(known) for metric in metrics])


def _per_class(count: Count, samples: CodedSamples, recalls: Mapping[str, MetricValue]) -> tuple[ClassScores, ...]:
    classes = count.classes
    if not count.rows:
        return tuple(ClassScores(label=label, support=0, precision=None, recall=None, f1=None) for label in classes)
    from sklearn.metrics import precision_recall_fscore_support

    precision, recall, f1, support = precision_recall_fscore_support(
        samples.gold,
        samples.predicted,
        labels=range(len(classes)),
        average=None,
        sample_weight=samples.counts,
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
                f1=_known(f1[place]) if support[place] else None,
                recall_low=interval.low,
                recall_high=interval.high,
            )
        )
    return tuple(scores)


def _known(ratio: float) -> float | None:
    return None if isnan(ratio) else float(ratio)


def _confusion(count: Count) -> Confusion:
    """Not by scikit-learn: its matrix is square, and a model can answer thousands of words that are no class."""
    cells, other_words = Counter[tuple[str, str | None]](), Counter[str]()
    classes = set(count.classes)
    for row in count.rows:
        cells[row.gold, row.predicted] += row.count
        if row.predicted is not None and row.predicted not in classes:
            other_words[row.predicted] += row.count
    others = sorted(other_words, key=lambda word: (-other_words[word], word))
    columns: list[str | None] = [*chain(count.classes, others), None]
    return Confusion(
        gold=count.classes,
        predicted=(*count.classes, *others, NO_ANSWER),
        counts=tuple(tuple(cells[row, column] for column in columns) for row in count.classes),
    )
