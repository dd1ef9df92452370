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

from workbench.domain.scoring.class_sums import (
    ClassSums,
    class_sums,
    cluster_rows,
    sample_rows,
    support_freedom,
)
from workbench.domain.scoring.counting import Counted
from workbench.domain.scoring.intervals import (
    SEED,
    Figures,
    Matrix,
    Sampling,
    cluster_variances,
    mean_interval,
    sample_variances,
)
from workbench.domain.scoring.metrics import ACCURACY, CLASS_METRICS, MACRO_F1, UAR, ClassMetric, Needs

if TYPE_CHECKING:
    from numpy.typing import NDArray


COMPARED: Final = {metric.name: metric for metric in CLASS_METRICS if metric.needs is Needs.CLASSES}
"""The metrics that have a paired difference, by name."""
_PERMUTATIONS: Final = 9999
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
    """The difference in accuracy with its standard error, and the interval that `Difference` has, too."""

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
    def smallest_p(self) -> float:
        """The smallest p that so many samples can give."""
        return min(1.0, 2.0 ** (1 - self.changed))

    @property
    def changed(self) -> int:
        """Samples that changed sides."""
        return self.b + self.c


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterPermutation:
    """The test that swaps A and B within whole clusters: valid also where samples of a cluster resemble each other."""

    clusters: int
    p: float
    smallest_p: float
    """The smallest p that the clusters can give in which the runs differ: with five of them, 2 / 2^5 = .0625."""


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
        return ClusterPermutation(clusters=len(right_a), p=1.0, smallest_p=1.0)
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
    smallest = max(2.0 ** (1 - len(unlike)), 2 / (_PERMUTATIONS + 1))
    return ClusterPermutation(clusters=len(right_a), p=float(found.pvalue), smallest_p=smallest)


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
    """A metric of A minus that of B, over the same samples, with its 95 % interval over pairs."""

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
    sampling: Sampling

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

    `clustered_by` says for people what the samples of one cluster share. Clusters count where it is given and every
    sample has one; over one cluster alone there are no intervals. Raises ValueError for a gold class that is not among
    the classes.
    """
    rows = _merged(pairs)
    if strange := {row.gold for row in rows}.difference(classes):
        raise ValueError(f"gold labels that are no classes: {', '.join(sorted(strange))}")
    sampling = Sampling.of(((row.cluster, row.count) for row in rows), clustered_by)
    if not sampling.is_clustered:
        rows = _merged(Pair(row.gold, row.a, row.b, None, row.count) for row in rows)
    wanted = [COMPARED[name] for name in dict.fromkeys((*metrics, ACCURACY.name)) if name in COMPARED]
    differences, robust = _differences(classes, rows, wanted, sampling)
    return Comparison(
        n=sampling.n,
        differences=differences,
        interval=sampling.in_words("Student's t", paired=True),
        robust=robust,
        mcnemar=exact_mcnemar(rows),
        permutation=permute_clusters(rows) if sampling.is_clustered and sampling.can_vary else None,
        sampling=sampling,
    )


def _merged(pairs: Iterable[Pair]) -> list[Pair]:
    found = Counter[tuple[str, str | None, str | None, str | None]]()
    for pair in pairs:
        found[pair.gold, pair.a, pair.b, pair.cluster] += pair.count
    # Sorted, so that the same pairs give the same digits in whatever order they are read.
    return [Pair(*kind, found[kind]) for kind in sorted(found, key=lambda kind: [str(part) for part in kind])]


def _differences(
    classes: Sequence[str], rows: Sequence[Pair], metrics: Sequence[ClassMetric], sampling: Sampling
) -> tuple[tuple[Difference, ...], RobustDifference | None]:
    """The difference of each metric with Student's t around it.

    Independent samples: every class gets one pair more, and the variances are scaled to that of accuracy after D. G.
    Bonett and R. M. Price 2012 (one sample more that only A has right, and one for B), since few samples that changed
    sides say little about how many do.
    """
    if not rows:
        return tuple(Difference(metric=one.name, a=None, b=None, value=None) for one in metrics), None
    import numpy as np

    def figures(sums: Matrix) -> Matrix:
        with np.errstate(divide="ignore", invalid="ignore"):
            a, b = _halves(sums, len(classes))
            return np.column_stack([one.resampled(a) - one.resampled(b) for one in (*metrics, ACCURACY)])

    by_cluster = np.hstack([_sums(classes, rows, side, by_cluster=True) for side in ("a", "b")])
    kinds = np.hstack([_sums(classes, rows, side, by_cluster=False) for side in ("a", "b")])
    counts = np.array([row.count for row in rows], dtype=np.float64)
    whole = by_cluster.sum(axis=0)
    variances = _paired_variances(classes, rows, kinds, counts, figures)
    if sampling.is_clustered:
        variances = np.maximum(variances, cluster_variances(by_cluster, figures))
    sides = _halves(whole[None], len(classes))
    over_classes = min(sampling.freedom, support_freedom(sides[0].support[0]))
    with np.errstate(divide="ignore", invalid="ignore"):
        values = [[float(one.resampled(side)[0]) for side in sides] for one in metrics]
    differs = any(row.sides[0] != row.sides[1] for row in rows)
    differences = []
    for metric, (a, b), variance in zip(metrics, values, variances, strict=False):
        found = mean_interval(
            a - b,
            float(variance) if sampling.can_vary and (differs or a != b) else 0.0,
            over_classes if metric in (UAR, MACRO_F1) else sampling.freedom,
        )
        differences.append(Difference(metric=metric.name, a=a, b=b, value=a - b, low=found.low, high=found.high))
    accuracy = next(one for one in differences if one.metric == ACCURACY.name)
    robust = None
    if accuracy.value is not None and accuracy.low is not None and accuracy.high is not None:
        robust = RobustDifference(
            value=accuracy.value,
            standard_error=float(variances[-1]) ** 0.5,
            low=accuracy.low,
            high=accuracy.high,
            clusters=sampling.clusters,
        )
    return tuple(differences), robust


def _paired_variances(
    classes: Sequence[str], rows: Sequence[Pair], kinds: Matrix, counts: Matrix, figures: Figures
) -> Matrix:
    import numpy as np

    n = float(counts.sum())
    a_alone = sum(row.count for row in rows if row.sides == (True, False))
    b_alone = sum(row.count for row in rows if row.sides == (False, True))
    a_share, b_share = (a_alone + 1) / (n + 2), (b_alone + 1) / (n + 2)
    extra: list[Pair] = []
    weights: list[float] = []
    golds = sorted({row.gold for row in rows})
    for gold in golds:
        others: list[str | None] = [label for label in golds if label != gold]
        others = others or [None]
        extra.append(Pair(gold, gold, gold))
        weights.append(max(0.0, 1 - a_share - b_share))
        for other in others:
            extra.extend((Pair(gold, gold, other), Pair(gold, other, gold)))
            weights.extend((a_share / len(others), b_share / len(others)))
    more = np.hstack([_sums(classes, extra, side, by_cluster=False) for side in ("a", "b")])
    times = np.concatenate((counts, weights))
    found = sample_variances(np.vstack((kinds, more)), times, figures) * times.sum() / n
    priced = (a_share + b_share - (a_share - b_share) ** 2) / (n + 2)
    return np.asarray(found * max(1.0, priced / found[-1]) if found[-1] > 0 else found)


def _sums(classes: Sequence[str], rows: Sequence[Pair], side: str, *, by_cluster: bool) -> Matrix:
    """What each cluster adds to the sums of one run; without clusters, what one sample of each row adds."""
    counted = [Counted(row.gold, getattr(row, side), None, row.cluster, row.count) for row in rows]
    return cluster_rows(classes, counted) if by_cluster else sample_rows(classes, counted)


def _halves(sums: Matrix, n_classes: int) -> tuple[ClassSums, ClassSums]:
    half = sums.shape[1] // 2
    return class_sums(sums[:, :half], n_classes), class_sums(sums[:, half:], n_classes)
