"""Two runs over the samples that count in both: paired differences with intervals, and paired tests.

A difference is always A minus B: above zero, A is better. Two runs of one data set have the same easy and hard
samples, so every figure here keeps the two answers about a sample together and, where samples come in clusters (the
clips of one actor), all answers about a cluster.
Source: E. Miller, Adding Error Bars to Evals, 2024, section 4, for pairs and clusters.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from workbench.domain.scoring.class_sums import ClassSums, class_sums, cluster_rows, sample_rows
from workbench.domain.scoring.counting import Counted
from workbench.domain.scoring.intervals import (
    Matrix,
    are_clustered,
    bootstrap_in_words,
    resample_clusters,
    resample_samples,
    with_interval,
)
from workbench.domain.scoring.metrics import ACCURACY, CLASS_METRICS, ClassMetric, Needs
from workbench.domain.scoring.paired_tests import (
    ClusterPermutation,
    McNemar,
    Pair,
    RobustDifference,
    exact_mcnemar,
    permute_clusters,
    robust_difference,
)

COMPARED: Final = {metric.name: metric for metric in CLASS_METRICS if metric.needs is Needs.CLASSES}
"""The metrics that have a paired difference, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A metric of A minus that of B, over the same samples, with the 95 % interval of the paired bootstrap."""

    metric: str
    a: float | None
    b: float | None
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two runs over the samples that count in both."""

    n: int
    differences: tuple[Difference, ...]
    """The headline metric first; accuracy is always among them."""
    interval: str
    """How the intervals of `differences` were computed, for people."""
    robust: RobustDifference | None
    """None where there is no variance to estimate: fewer than two samples or clusters, or no two unlike differences."""
    mcnemar: McNemar
    permutation: ClusterPermutation | None
    """None where samples have no clusters; McNemar's test is the one to read then."""

    @property
    def headline(self) -> Difference:
        """The difference of the data set's first metric."""
        return self.differences[0]


def compare_pairs(
    classes: Sequence[str],
    pairs: Iterable[Pair],
    *,
    metrics: Iterable[str] = (),
    clustered_by: str | None = None,
) -> Comparison:
    """Compare two runs by their pairs, in those of `metrics` that need classes alone, and in accuracy.

    `clustered_by` says for people what the samples of one cluster share. Clusters count where it is given, every
    sample has one, and there are two at least. Raises ValueError for a gold class that is not among the classes.
    """
    rows = _merged(pairs)
    if strange := {row.gold for row in rows}.difference(classes):
        raise ValueError(f"gold labels that are no classes: {', '.join(sorted(strange))}")
    if clustered_by is None or not are_clustered({row.cluster for row in rows}):
        clustered_by = None
        rows = _merged(Pair(row.gold, row.a, row.b, None, row.count) for row in rows)
    wanted = [COMPARED[name] for name in dict.fromkeys((*metrics, ACCURACY.name)) if name in COMPARED]
    differences, interval = _differences(classes, rows, wanted, clustered_by)
    return Comparison(
        n=sum(row.count for row in rows),
        differences=differences,
        interval=interval,
        robust=robust_difference(rows, is_clustered=clustered_by is not None),
        mcnemar=exact_mcnemar(rows),
        permutation=None if clustered_by is None else permute_clusters(rows),
    )


def _merged(pairs: Iterable[Pair]) -> list[Pair]:
    found = Counter[tuple[str, str | None, str | None, str | None]]()
    for pair in pairs:
        found[pair.gold, pair.a, pair.b, pair.cluster] += pair.count
    # Sorted, so that the same pairs give the same resamples in whatever order they are read.
    return [Pair(*kind, found[kind]) for kind in sorted(found, key=lambda kind: [str(part) for part in kind])]


def _differences(
    classes: Sequence[str], rows: Sequence[Pair], metrics: Sequence[ClassMetric], clustered_by: str | None
) -> tuple[tuple[Difference, ...], str]:
    """The difference of each metric; both runs are drawn together, so a resample holds the same samples of each."""
    if not rows:
        return tuple(Difference(metric=one.name, a=None, b=None, value=None) for one in metrics), ""
    import numpy as np

    sums = np.hstack([_sums(classes, rows, side, by_cluster=clustered_by is not None) for side in ("a", "b")])
    if clustered_by is None:
        counts = np.array([row.count for row in rows])
        whole, drawn = counts[None, :] @ sums, resample_samples(sums, counts)
    else:
        whole, drawn = sums.sum(axis=0, keepdims=True), resample_clusters(sums)
    (whole_a, whole_b), (drawn_a, drawn_b) = (_halves(one, len(classes)) for one in (whole, drawn))
    differences = []
    with np.errstate(divide="ignore", invalid="ignore"):
        for metric in metrics:
            a, b = (float(metric.resampled(side)[0]) for side in (whole_a, whole_b))
            found = with_interval(a - b, metric.resampled(drawn_a) - metric.resampled(drawn_b))
            differences.append(
                Difference(metric=metric.name, a=a, b=b, value=found.value, low=found.low, high=found.high)
            )
    return tuple(differences), f"paired {bootstrap_in_words(len(sums), clustered_by)}"


def _sums(classes: Sequence[str], rows: Sequence[Pair], side: str, *, by_cluster: bool) -> Matrix:
    """What each cluster adds to the sums of one run; without clusters, what one sample of each row adds."""
    counted = [Counted(row.gold, getattr(row, side), None, row.cluster, row.count) for row in rows]
    return cluster_rows(classes, counted) if by_cluster else sample_rows(classes, counted)


def _halves(sums: Matrix, n_classes: int) -> tuple[ClassSums, ClassSums]:
    half = sums.shape[1] // 2
    return class_sums(sums[:, :half], n_classes), class_sums(sums[:, half:], n_classes)
