"""Paired tests of two runs: do they differ by more than chance?

Every sample is a pair: right or wrong in A, right or wrong in B. Only samples that exactly one run has right tell
anything about the difference.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from workbench.domain.scoring.intervals import SEED

if TYPE_CHECKING:
    from numpy.typing import NDArray

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

    With clusters, SE = sqrt(sum over clusters of (sum of d - mean)^2) / n with the usual small-sample
    factor, and t with one degree of freedom less than there are clusters; else SE = sd(d) / sqrt(n).
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
