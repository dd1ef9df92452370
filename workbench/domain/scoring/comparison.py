"""Two runs over the samples that count in both: paired differences with intervals, and paired tests.

A difference is always A minus B: above zero, A is better. Two runs of one data set meet the same easy and hard
samples, so every figure here keeps the pairs together, and where samples come in clusters (the clips of one actor)
the clusters too. Source: E. Miller, Adding Error Bars to Evals, 2024, section 4, for pairs and clusters.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from workbench.domain.scoring.baselines import ACCURACY, MACRO_F1, UAR, WEIGHTED_F1
from workbench.domain.scoring.counting import Count, Counted
from workbench.domain.scoring.intervals import (
    FEW_CLUSTERS,
    RESAMPLES,
    SEED,
    resample_clusters,
    resample_samples,
    with_interval,
)
from workbench.domain.scoring.paired_tests import (
    ClusterPermutation,
    McNemar,
    Pair,
    RobustDifference,
    exact_mcnemar,
    permute_clusters,
    robust_difference,
)
from workbench.domain.scoring.resampled_metrics import cluster_sums, metrics_of

if TYPE_CHECKING:
    from workbench.domain.scoring.intervals import Matrix

COMPARED: Final = (ACCURACY, UAR, MACRO_F1, WEIGHTED_F1)
"""The metrics that have a paired difference here."""


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
    """How the intervals of `differences` were come by, for people."""
    robust: RobustDifference | None
    """None where there is no variance to estimate: fewer than two samples or clusters, or no two unlike differences."""
    mcnemar: McNemar
    permutation: ClusterPermutation | None
    """None where samples have no clusters; McNemar's is the test by samples then."""

    @property
    def headline(self) -> Difference:
        """The difference of the data set's first metric."""
        return self.differences[0]


def compare_pairs(
    classes: Sequence[str],
    pairs: Iterable[Pair],
    *,
    metrics: Sequence[str] = (ACCURACY,),
    clustered_by: str | None = None,
) -> Comparison:
    """Compare two runs by their pairs. `clustered_by` says for people what the samples of one cluster share.

    Clusters count where it is given, every sample has one, and there are two at least. Raises ValueError for a gold
    class that is not among the classes.
    """
    rows = _alike(pairs)
    if strange := {row.gold for row in rows}.difference(classes):
        raise ValueError(f"gold labels that are no classes: {', '.join(sorted(strange))}")
    if clustered_by is None or len({row.cluster for row in rows}) < 2 or any(row.cluster is None for row in rows):
        clustered_by = None
        rows = _alike(Pair(row.gold, row.a, row.b, None, row.count) for row in rows)
    wanted = tuple(dict.fromkeys((*(one for one in metrics if one in COMPARED), ACCURACY)))
    differences, interval = _differences(classes, rows, wanted, clustered_by)
    return Comparison(
        n=sum(row.count for row in rows),
        differences=differences,
        interval=interval,
        robust=robust_difference(rows, is_clustered=clustered_by is not None),
        mcnemar=exact_mcnemar(rows),
        permutation=None if clustered_by is None else permute_clusters(rows),
    )


def _alike(pairs: Iterable[Pair]) -> list[Pair]:
    found = Counter[tuple[str, str | None, str | None, str | None]]()
    for pair in pairs:
        found[pair.gold, pair.a, pair.b, pair.cluster] += pair.count
    # In an order of their own: the same pairs give the same resamples.
    return [Pair(*kind, found[kind]) for kind in sorted(found, key=lambda kind: [str(part) for part in kind])]


def _differences(
    classes: Sequence[str], rows: Sequence[Pair], metrics: Sequence[str], clustered_by: str | None
) -> tuple[tuple[Difference, ...], str]:
    """The difference of each metric; both runs are drawn together, so a resample holds the same samples of each."""
    if not rows:
        return tuple(Difference(metric=one, a=None, b=None, value=None) for one in metrics), ""
    import numpy as np

    sums = _sums(classes, rows, by_cluster=clustered_by is not None)
    if clustered_by is None:
        counts = np.array([row.count for row in rows])
        whole, drawn = counts[None, :] @ sums, resample_samples(sums, counts)
        words = f"paired bootstrap over samples ({RESAMPLES:,} resamples, seed {SEED})"
    else:
        whole, drawn = sums.sum(axis=0, keepdims=True), resample_clusters(sums)
        words = f"paired bootstrap over {len(sums):,} clusters by {clustered_by} ({RESAMPLES:,} resamples, seed {SEED})"
        if len(sums) < FEW_CLUSTERS:
            words += "; with so few clusters it is too narrow"
    points, resampled = _of_both(whole, len(classes)), _of_both(drawn, len(classes))
    return tuple(_difference(metric, points, resampled) for metric in metrics), words


def _sums(classes: Sequence[str], rows: Sequence[Pair], *, by_cluster: bool) -> "Matrix":
    """What each cluster adds to the sums of A, and behind them to those of B.

    Without clusters, what one sample of each row adds.
    """
    import numpy as np

    def of(side: str) -> "Matrix":
        counted = tuple(
            Counted(row.gold, getattr(row, side), None, row.cluster, row.count)
            if by_cluster
            else Counted(row.gold, getattr(row, side), None, f"{place:012}", 1)
            for place, row in enumerate(rows)
        )
        return cluster_sums(Count(classes=tuple(classes), rows=counted, planned=0, answered=0, unscored=0))

    return np.hstack((of("a"), of("b")))


def _of_both(sums: "Matrix", n_classes: int) -> tuple[dict[str, "Matrix"], dict[str, "Matrix"]]:
    half = sums.shape[1] // 2
    return metrics_of(sums[:, :half], n_classes), metrics_of(sums[:, half:], n_classes)


def _difference(
    metric: str,
    points: tuple[Mapping[str, "Matrix"], Mapping[str, "Matrix"]],
    resampled: tuple[Mapping[str, "Matrix"], Mapping[str, "Matrix"]],
) -> Difference:
    a, b = (float(side[metric][0]) for side in points)
    found = with_interval(a - b, resampled[0][metric] - resampled[1][metric])
    return Difference(metric=metric, a=a, b=b, value=found.value, low=found.low, high=found.high)
