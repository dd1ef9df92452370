"""Intervals of all metrics at once: each of them is a function of sums that resamples draw."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from workbench.domain.scoring.baselines import ACCURACY, MACRO_F1, UAR, WEIGHTED_F1
from workbench.domain.scoring.counting import Count, Counted
from workbench.domain.scoring.intervals import (
    FEW_CLUSTERS,
    RESAMPLES,
    SEED,
    MetricValue,
    proportion,
    resample_clusters,
    resample_samples,
    with_interval,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from workbench.domain.scoring.intervals import Matrix

TOP_2: Final = "top_2"
TOP_3: Final = "top_3"
MRR: Final = "mrr"
_RANK_SUMS: Final = 3
"""Columns behind the confusion matrix: hits among the first two, the first three, and reciprocal ranks."""


@dataclass(frozen=True, slots=True)
class Intervals:
    """What figures were in the resamples."""

    words: str
    """How they were drawn, for people."""
    drawn: Mapping[str, "Matrix"] = field(default_factory=dict)
    """Metric to its value in every resample."""
    recalls: Mapping[str, MetricValue] = field(default_factory=dict)
    """Class to its recall and interval; classes without support are left out."""
    accuracy: MetricValue | None = None
    """Where it has a formula."""

    def of(self, metric: str, value: float | None) -> MetricValue:
        """A figure with its interval."""
        if metric == ACCURACY and self.accuracy is not None:
            return self.accuracy
        return with_interval(value, self.drawn[metric]) if metric in self.drawn else MetricValue(value)


def metric_intervals(count: Count, clustered_by: str | None) -> Intervals:
    """Intervals by clusters where every counted sample has one and there are two at least; else by samples.

    By samples, accuracy and the recall of a class have Wilson's interval; everything else is bootstrapped.
    """
    if not count.rows:
        return Intervals("")
    clusters = {row.cluster for row in count.rows}
    if clustered_by is None or None in clusters or len(clusters) < 2:
        sums = resample_samples(*_kinds(count))
        words = (
            f"Wilson's for accuracy and recall, else the bootstrap over samples ({RESAMPLES:,} resamples, seed {SEED})"
        )
        hits, support = _hits(count), count.support
        recalls = {label: proportion(hits[label], n) for label, n in support.items()}
        accuracy = proportion(sum(hits.values()), sum(support.values()))
        return Intervals(words, metrics_of(sums, len(count.classes)), MappingProxyType(recalls), accuracy)
    sums = resample_clusters(cluster_sums(count))
    words = f"bootstrap over {len(clusters):,} clusters by {clustered_by} ({RESAMPLES:,} resamples, seed {SEED})"
    if len(clusters) < FEW_CLUSTERS:
        words += "; with so few clusters it is too narrow"
    return Intervals(words, metrics_of(sums, len(count.classes)), MappingProxyType(_recalls(count, sums)))


def cluster_sums(count: Count) -> "Matrix":
    """What each cluster adds, a row each: its part of the confusion matrix (flat), and its rank sums."""
    import numpy as np

    # In an order of their own: the same samples give the same resamples, however they lie in the workspace.
    clusters = sorted({row.cluster for row in count.rows}, key=lambda cluster: (cluster is None, cluster or ""))
    places = {cluster: place for place, cluster in enumerate(clusters)}
    rows = np.array([places[row.cluster] for row in count.rows])
    weights = np.array([row.count for row in count.rows], dtype=np.float64)
    cells, ranks = _features(count)
    width = _width(count)
    flat = np.bincount(rows * width + cells, weights, minlength=len(places) * width)
    sums = flat.reshape(len(places), width).astype(np.float64)
    for column in range(_RANK_SUMS):
        sums[:, column - _RANK_SUMS] = np.bincount(rows, ranks[:, column] * weights, minlength=len(places))
    return sums


def metrics_of(sums: "Matrix", n_classes: int) -> dict[str, "Matrix"]:
    """Every metric of every row of sums (as of `cluster_sums`); nan where it cannot be computed.

    Means over classes are over those that the row has support for, as for the figures themselves.
    """
    import numpy as np

    matrix = sums[:, :-_RANK_SUMS].reshape(-1, n_classes, n_classes + 1)
    right = matrix[:, range(n_classes), range(n_classes)]
    support, said = matrix.sum(axis=2), matrix[:, :, :n_classes].sum(axis=1)
    n, has_support = support.sum(axis=1), support > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        f1 = np.where(has_support, 2 * right / (support + said), 0.0)
        recall = np.where(has_support, right / support, 0.0)
        ranks = sums[:, -_RANK_SUMS:] / n[:, None]
        present = has_support.sum(axis=1)
        return {
            ACCURACY: right.sum(axis=1) / n,
            UAR: recall.sum(axis=1) / present,
            MACRO_F1: f1.sum(axis=1) / present,
            WEIGHTED_F1: (f1 * support).sum(axis=1) / n,
            TOP_2: ranks[:, 0],
            TOP_3: ranks[:, 1],
            MRR: ranks[:, 2],
        }


def _recalls(count: Count, sums: "Matrix") -> dict[str, MetricValue]:
    import numpy as np

    k = len(count.classes)
    matrix = sums[:, :-_RANK_SUMS].reshape(-1, k, k + 1)
    support, hits = count.support, _hits(count)
    found = {}
    with np.errstate(divide="ignore", invalid="ignore"):
        for place, label in enumerate(count.classes):
            if support.get(label):
                drawn = matrix[:, place, place] / matrix[:, place].sum(axis=1)
                found[label] = with_interval(hits[label] / support[label], drawn)
    return found


def _hits(count: Count) -> Counter[str]:
    hits = Counter[str]()
    for row in count.rows:
        hits[row.gold] += row.count if row.predicted == row.gold else 0
    return hits


def _kinds(count: Count) -> "tuple[Matrix, NDArray[np.int64]]":
    """What one sample of each kind adds, and how many samples there are of it."""
    import numpy as np

    alike = Counter[tuple[str, str | None, int | None]]()
    for row in count.rows:
        alike[row.gold, row.predicted, row.rank] += row.count
    ordered = sorted(alike, key=lambda kind: (kind[0], kind[1] is None, kind[1] or "", kind[2] or 0))
    kinds = tuple(Counted(*kind, None, 1) for kind in ordered)
    one_each = Count(classes=count.classes, rows=kinds, planned=0, answered=0, unscored=0)
    cells, ranks = _features(one_each)
    sums = np.zeros((len(kinds), _width(count)))
    sums[range(len(kinds)), cells] = 1
    sums[:, -_RANK_SUMS:] = ranks
    return sums, np.array([alike[kind] for kind in ordered])


def _features(count: Count) -> "tuple[NDArray[np.int64], Matrix]":
    """Of every row, the place of its pair in the flat confusion matrix, and its three rank figures."""
    import numpy as np

    k = len(count.classes)
    code = {label: place for place, label in enumerate(count.classes)}
    cells = np.array(
        [code[row.gold] * (k + 1) + (k if row.predicted is None else code.get(row.predicted, k)) for row in count.rows]
    )
    ranks = np.array(
        [(0.0, 0.0, 0.0) if row.rank is None else (row.rank <= 2, row.rank <= 3, 1 / row.rank) for row in count.rows]
    )
    return cells, ranks


def _width(count: Count) -> int:
    return len(count.classes) * (len(count.classes) + 1) + _RANK_SUMS
