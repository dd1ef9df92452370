"""95 % intervals of figures, by formulas: the same samples give the same digits, and nothing is drawn at random.

A figure has a variance, which says how many independent samples would make it as sure as it is: its effective number of
samples. A share then has the exact binomial interval of so many samples, made wider by Student's t where few clusters
stand behind the variance. For independent samples and a plain share, this is the interval of Clopper and Pearson.
Source: E. L. Korn and B. I. Graubard, Confidence intervals for proportions with small expected number of positive
counts estimated from survey data, Survey Methodology 24 (1998). Differences and figures that are no shares have
Student's t around them.

Variances come from sums. Every sampling unit (a cluster, or a sample where samples are independent) is a row of numbers
that add up, such as its part of the confusion matrix. Where there are clusters, each is left out in turn (the
jackknife); else the slope of the figure at each kind of sample is taken (the delta method). Both stay right where
samples of one cluster resemble each other, and the jackknife also where clusters differ in size.

`bench/coverage.py` simulates how often these intervals hold the true figure; docs/scoring.md has its table.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Matrix: TypeAlias = "NDArray[np.float64]"
Figures: TypeAlias = Callable[[Matrix], Matrix]
"""From sums (rows x features) to figures (rows x figures); nan where a figure is not defined."""

RESAMPLES: Final = 2000
SEED: Final = 0
FEW_CLUSTERS: Final = 30
"""With fewer clusters, counted as equal ones, the output says that intervals are only approximate."""
_STEP: Final = 1e-5
"""The share of samples that is added to find a slope."""
_TAIL: Final = 0.025


@dataclass(frozen=True, slots=True)
class MetricValue:
    """A figure with its 95 % interval, as fractions. None means that it was not computed, as over no sample."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How samples hang together: what intervals and tests must know of clusters."""

    n: int
    clusters: int | None
    """None: samples are taken as independent."""
    effective: float
    """How many clusters of equal size would tell as much, sum(n)^2 / sum(n^2) (L. Kish 1965). Without clusters: n."""
    by: str | None
    """What the samples of one cluster share; None where the data set has no clusters."""

    @classmethod
    def of(cls, clusters: Iterable[tuple[str | None, int]], by: str | None) -> Self:
        """From the cluster of samples and how many samples there are of it. A sample without one makes all unknown."""
        sizes = Counter[str | None]()
        for cluster, count in clusters:
            sizes[cluster] += count
        n = sizes.total()
        if by is None or None in sizes or not n:
            return cls(n=n, clusters=None, effective=float(n), by=by)
        effective = n * n / sum(size * size for size in sizes.values())
        return cls(n=n, clusters=len(sizes), effective=effective, by=by)

    @property
    def is_clustered(self) -> bool:
        """Whether whole clusters are the units."""
        return self.clusters is not None

    @property
    def can_vary(self) -> bool:
        """Whether there are two units at least. One cluster alone says nothing about others."""
        return self.clusters != 1 and self.n > 0

    @property
    def freedom(self) -> float:
        """Degrees of freedom of a variance over the units."""
        return max(1.0, self.effective - 1)

    @property
    def warning(self) -> str:
        """What is doubtful about intervals; empty where nothing is."""
        if self.by is None or not self.n:
            return ""
        if self.clusters is None:
            return (
                f"the clusters of the data set ({self.by}) are not known here: intervals take samples as independent "
                "and are too narrow"
            )
        if self.clusters > 1 and self.effective < FEW_CLUSTERS:
            unlike = "" if round(self.effective) == self.clusters else f", which tell as much as {self.effective:.1f}"
            equal = " of equal size" if unlike else ""
            return f"few clusters ({self.clusters:,}{unlike}{equal}): intervals are approximate and can be too narrow"
        return ""

    def in_words(self, shares: str = "exact binomial for shares", *, paired: bool = False) -> str:
        """How intervals are computed, with the warning, for people."""
        head = "paired, " if paired else ""
        if not self.can_vary:
            return f"none, since all samples are of one {self.by}" if self.n else ""
        if self.clusters is None:
            units = f"{shares}, variance by the delta method, samples taken as independent"
        else:
            units = (
                f"{shares}, variance by the jackknife over {self.clusters:,} clusters by {self.by}, "
                f"t with {self.freedom:.1f} degrees of freedom"
            )
        return f"{head}{units}" + (f". Warning: {self.warning}" if self.warning else "")


def proportion(hits: int, of: int) -> MetricValue:
    """The share `hits / of` with the exact 95 % interval, which takes samples as independent.

    Source: C. J. Clopper and E. S. Pearson 1934. Not Wilson's: that holds a share of .97 of six samples in 83 % only.
    """
    if of == 0:
        return MetricValue(None)
    return share_interval(hits / of, of, float(of), float(of))


def share_interval(value: float | None, n: int, effective: float, freedom: float) -> MetricValue:
    """A share of `n` samples that is as sure as one of `effective` independent samples (at most n); see the module."""
    from scipy.special import betaincinv

    if value is None or not effective > 0:
        return MetricValue(value)
    spread = student(max(1, n - 1)) / student(min(freedom, max(1, n - 1)))
    trials = min(float(n), effective) * spread * spread
    right, wrong = value * trials, (1 - value) * trials
    low = 0.0 if value <= 0 else float(betaincinv(right, wrong + 1, _TAIL))
    high = 1.0 if value >= 1 else float(betaincinv(right + 1, wrong, 1 - _TAIL))
    return MetricValue(value, min(low, value), max(high, value))


def ratio_interval(hits: Matrix, of: Matrix) -> MetricValue:
    """The share sum(hits) / sum(of), of clusters; alone where fewer than two clusters have any sample of it."""
    import numpy as np

    kept = of > 0
    hits, of = hits[kept], of[kept]
    n = float(of.sum())
    if not n:
        return MetricValue(None)
    value = float(hits.sum()) / n
    if len(of) < 2:
        return MetricValue(value)
    [variance] = cluster_variances(np.column_stack((hits, of)), lambda sums: sums[:, :1] / sums[:, 1:])
    effective = cluster_effective(value, n, float(variance), float(len(of)))
    return share_interval(value, round(n), effective, max(1.0, n * n / float((of * of).sum()) - 1))


def cluster_effective(value: float, n: float, variance: float, clusters: float) -> float:
    """How many independent samples make a share as sure as this variance over clusters; at most n.

    Where none or all are right, the variance says nothing: whole clusters may be alike, so they count as one each.
    """
    if not 0 < value < 1:
        return min(n, clusters)
    return min(n, value * (1 - value) / variance) if variance > 0 else n


def mean_interval(value: float, variance: float, freedom: float) -> MetricValue:
    """A figure with Student's t around it; alone where the variance is zero or not known."""
    if not variance > 0:
        return MetricValue(value)
    half = student(freedom) * variance**0.5
    return MetricValue(value, value - half, value + half)


def student(freedom: float) -> float:
    """The 97.5th percentile of Student's t."""
    from scipy.special import stdtrit

    return float(stdtrit(max(1.0, freedom), 1 - _TAIL))


def sample_variances(kinds: Matrix, counts: Matrix, figures: Figures) -> Matrix:
    """The variance of each figure over independent samples, `counts` of each kind, by the delta method."""
    import numpy as np

    n = counts.sum()
    shares = counts / n
    whole = shares @ kinds
    slopes = (figures(whole + _STEP * kinds) - figures(whole[None])) / _STEP
    return np.asarray(shares @ (slopes - shares @ slopes) ** 2 / max(1.0, n - 1))


def cluster_variances(sums: Matrix, figures: Figures) -> Matrix:
    """The variance of each figure over clusters (rows), by the jackknife: each cluster is left out once."""
    import numpy as np

    whole, clusters = sums.sum(axis=0), len(sums)
    without = figures(whole - sums)
    return np.asarray((clusters - 1) / clusters * ((without - figures(whole[None])) ** 2).sum(axis=0))


def resample_samples(
    kinds: Matrix, counts: "NDArray[np.int64]", *, resamples: int = RESAMPLES, seed: int = SEED
) -> Matrix:
    """Sums over as many samples as there are, drawn with replacement, where many samples are of a kind.

    `kinds` (kinds x features) says what one sample of each kind adds, `counts` how many samples there are of it.
    """
    import numpy as np

    n = int(counts.sum())
    times: NDArray[Any] = np.random.default_rng(seed).multinomial(n, counts / n, size=resamples)
    return times.astype(np.float64) @ kinds
