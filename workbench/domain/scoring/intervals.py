"""95 % intervals: Wilson's for shares of independent samples, the bootstrap over clusters or samples for the rest.

Resamples are drawn as sums. Every sampling unit (a cluster, or a sample where there are no clusters) is a row of
numbers that add up, such as its part of the confusion matrix; a resample is the sum of as many rows as there are units,
drawn with replacement. All figures of a resample are computed from its sums alone, which makes 2,000 of them cheap.
Source: A. C. Davison and D. V. Hinkley, Bootstrap Methods and their Application, 1997, sections 2.4 and 3.8 (whole
clusters are drawn, nothing within them). No library has it for clusters: `scipy.stats.bootstrap` draws rows alone.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Matrix: TypeAlias = "NDArray[np.float64]"

RESAMPLES: Final = 2000
SEED: Final = 0
FEW_CLUSTERS: Final = 30
"""With fewer clusters the percentile interval is known to be too narrow, and the words say so."""
_DRAWN_AT_ONCE: Final = 2_500_000
"""Units drawn into memory at a time: 20 MB."""


@dataclass(frozen=True, slots=True)
class MetricValue:
    """A figure with its 95 % interval, as fractions. None means that it was not computed, as over no sample."""

    value: float | None
    low: float | None = None
    high: float | None = None


def proportion(hits: int, of: int) -> MetricValue:
    """The share `hits / of` with Wilson's 95 % interval (E. B. Wilson 1927), which takes samples as independent."""
    from scipy.stats import binomtest

    if of == 0:
        return MetricValue(None)
    interval = binomtest(hits, of).proportion_ci(confidence_level=0.95, method="wilson")
    return MetricValue(hits / of, float(interval.low), float(interval.high))


def are_clustered(clusters: Collection[str | None]) -> bool:
    """Whether resamples draw whole clusters: every sample has one, and there are two or more."""
    return len(clusters) > 1 and None not in clusters


def bootstrap_in_words(clusters: int, clustered_by: str | None) -> str:
    """How resamples are drawn, for people. `clustered_by` says what a cluster's samples share; None: samples are."""
    drawn = "samples" if clustered_by is None else f"{clusters:,} clusters by {clustered_by}"
    narrow = "; with so few clusters it is too narrow" if clustered_by is not None and clusters < FEW_CLUSTERS else ""
    return f"bootstrap over {drawn} ({RESAMPLES:,} resamples, seed {SEED}){narrow}"


def resample_clusters(sums: Matrix, *, resamples: int = RESAMPLES, seed: int = SEED) -> Matrix:
    """Sums over as many clusters as there are, drawn with replacement: clusters x features to resamples x features."""
    import numpy as np

    clusters = len(sums)
    rng = np.random.default_rng(seed)
    step = max(1, min(resamples, _DRAWN_AT_ONCE // clusters))
    drawn = []
    for start in range(0, resamples, step):
        rows = min(step, resamples - start)
        picks = rng.integers(0, clusters, size=(rows, clusters)) + clusters * np.arange(rows)[:, None]
        times = np.bincount(picks.ravel(), minlength=rows * clusters).reshape(rows, clusters)
        drawn.append(times.astype(np.float64) @ sums)
    return np.concatenate(drawn)


def resample_samples(
    kinds: Matrix, counts: "NDArray[np.int64]", *, resamples: int = RESAMPLES, seed: int = SEED
) -> Matrix:
    """Sums over as many samples as there are, drawn with replacement, where many samples are of a kind.

    `kinds` (kinds x features) says what one sample of each kind adds, `counts` how many samples there are of it.
    """
    import numpy as np

    n = int(counts.sum())
    times = np.random.default_rng(seed).multinomial(n, counts / n, size=resamples)
    return times.astype(np.float64) @ kinds


def with_interval(value: float | None, resampled: "NDArray[Any]") -> MetricValue:
    """A figure with the 2.5th and 97.5th percentile of the finite values among `resampled`; alone if there are none."""
    import numpy as np

    known = resampled[np.isfinite(resampled)]
    if value is None or not len(known):
        return MetricValue(value)
    low, high = np.percentile(known, (2.5, 97.5))
    return MetricValue(value, float(low), float(high))
