"""Two runs over the samples that count in both: paired differences with intervals, and paired tests.

A difference is always A minus B: above zero, A is better. Two runs of one data set have the same easy and hard
samples, so every figure here keeps the two answers about a sample together and, where samples come in clusters (the
clips of one actor), all answers about a cluster.
Source: E. Miller, Adding Error Bars to Evals, 2024, section 4, for pairs and clusters. In the tests, only samples
that exactly one run has right tell anything about the difference.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from workbench.domain.scoring.class_sums import ClassSums, class_sums, cluster_rows, sample_rows
from workbench.domain.scoring.counting import Counted
from workbench.domain.scoring.intervals import (
    SEED,
    Matrix,
    are_clustered,
    bootstrap_in_words,
    resample_clusters,
    resample_samples,
    with_interval,
)
from workbench.domain.scoring.metrics import ACCURACY, CLASS_METRICS, ClassMetric, Needs

if TYPE_CHECKING:
    from numpy.typing import NDArray


COMPARED: Final = {metric.name: metric for metric in CLASS_METRICS if metric.needs is Needs.CLASSES}
"""The metrics that have a paired difference, by name."""
_PERMUTATIONS: Final = 9999
_NO_VARIANCE: Final = 1e-12
_PERMUTED_AT_ONCE: Final = 2_000_000
"""Clusters permuted in memory at a time."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Samples whose answers count as the same in both runs."""

    gold: str
    """The gold class."""
    a: str | None
    """The class that A's answer counts as, or another word where it counts as no class; None: no answer."""
    b: str | None
    cluster: str | None = None
    count: int = 1

    @property
    def sides(self) -> tuple[bool, bool]:
        """Whether A is right, and whether B is."""
        return self.a == self.gold, self.b == self.gold


@dataclass(frozen=True, slots=True, kw_only=True)
class RobustDifference:
    """The difference in accuracy with a 95 % interval by formula: the mean of d, the difference of each sample.

    With clusters, SE = sqrt(sum over clusters of (sum of d - mean)^2) / n with the usual small-sample factor, and t
    with one degree of freedom less than there are clusters; else SE = sd(d) / sqrt(n).
    """

    value: float
    standard_error: float
    low: float
    high: float
    clusters: int | None
    """None: samples were taken as independent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class McNemar:
    """The exact test of whether both runs are equally often the only right one. It takes samples as independent."""

    b: int
    """Samples that only A has right."""
    c: int
    """Samples that only B has right."""
    p: float | None
    """1 where no sample changed sides; None where there is no sample."""

    @property
    def changed(self) -> int:
        """Samples that changed sides."""
        return self.b + self.c


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterPermutation:
    """The test that swaps A and B within whole clusters: valid also where samples of a cluster resemble each other."""

    clusters: int
    p: float


def robust_difference(rows: Sequence[Pair], *, is_clustered: bool) -> RobustDifference | None:
    """By statsmodels: a regression of the samples' differences on a constant alone."""
    signs = [int(a) - int(b) for a, b in (row.sides for row in rows)]
    if len(set(signs)) < 2:
        return None
    import numpy as np
    from statsmodels.api import OLS

    counts = [row.count for row in rows]
    d = np.repeat(np.array(signs, dtype=np.float64), counts)
    how: dict[str, Any] = {}
    places: dict[str | None, int] = {}
    if is_clustered:
        groups = np.repeat([places.setdefault(row.cluster, len(places)) for row in rows], counts)
        how = {"cov_type": "cluster", "cov_kwds": {"groups": groups}}
    fit = OLS(d, np.ones_like(d)).fit(use_t=True, **how)
    if float(fit.bse[0]) < _NO_VARIANCE:
        return None
    low, high = fit.conf_int(0.05)[0]
    return RobustDifference(
        value=float(fit.params[0]),
        standard_error=float(fit.bse[0]),
        low=float(low),
        high=float(high),
        clusters=len(places) or None,
    )


def exact_mcnemar(rows: Sequence[Pair]) -> McNemar:
    """By statsmodels. Source: Q. McNemar 1947; exact: the smaller of b and c is binomial(b + c, 1/2)."""
    b = sum(row.count for row in rows if row.sides == (True, False))
    c = sum(row.count for row in rows if row.sides == (False, True))
    if b + c == 0:
        return McNemar(b=b, c=c, p=1.0 if rows else None)
    from statsmodels.stats.contingency_tables import mcnemar

    return McNemar(b=b, c=c, p=float(mcnemar([[0, b], [c, 0]], exact=True).pvalue))


def permute_clusters(rows: Sequence[Pair]) -> ClusterPermutation:
    """By scipy, on each cluster's number of right answers: all swaps where they are few, else seeded random ones.

    A cluster with as many right answers in A as in B is the same when swapped, and is left out.
    """
    right_a, right_b = Counter[str | None](), Counter[str | None]()
    for row in rows:
        a, b = row.sides
        right_a[row.cluster] += row.count * a
        right_b[row.cluster] += row.count * b
    unlike = [(float(n), float(right_b[cluster])) for cluster, n in right_a.items() if n != right_b[cluster]]
    if len(unlike) < 2:  # a lone one is as far from zero when swapped
        return ClusterPermutation(clusters=len(right_a), p=1.0)
    import numpy as np
    from scipy.stats import permutation_test

    def difference(a: "NDArray[Any]", b: "NDArray[Any]", axis: int) -> "NDArray[Any]":
        return np.asarray(a.sum(axis=axis) - b.sum(axis=axis))

    found = permutation_test(
        tuple(np.array(side) for side in zip(*unlike, strict=True)),
        difference,
        permutation_type="samples",
        vectorized=True,
        n_resamples=_PERMUTATIONS,
        batch=max(1, _PERMUTED_AT_ONCE // len(unlike)),
        random_state=np.random.default_rng(SEED),
    )
    return ClusterPermutation(clusters=len(right_a), p=float(found.pvalue))


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Holm's adjustment of several p values; None stays None and counts as no test.

    Not by statsmodels: its `multipletests` collects garbage at every call, which takes this program 0.2 s and more.
    Source: S. Holm, A simple sequentially rejective multiple test procedure, 1979.
    """
    ordered = sorted((p, place) for place, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    largest = 0.0
    for rank, (p, place) in enumerate(ordered):
        largest = max(largest, min(1.0, (len(ordered) - rank) * p))
        adjusted[place] = largest
    return adjusted


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
