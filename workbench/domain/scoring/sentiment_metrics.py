"""MAE and Pearson's correlation of answers with sentiment intensities.

The five words are taken as evenly spaced on the owner's scale: negative -1, weakly negative -1/2, neutral 0, weakly
positive 1/2 and positive 1 times the strongest intensity (1 in CH-SIMS, 3 in CMU-MOSI). Zeros of gold count here, as
is usual for both figures; samples without an answer do not.
"""

from collections.abc import Iterable
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.scoring.intervals import MetricValue, resample_clusters, resample_samples, with_interval

if TYPE_CHECKING:
    from workbench.domain.scoring.intervals import Matrix

MAE: Final = "mae"
PEARSON: Final = "pearson"
_PLACES: Final = MappingProxyType(
    {"negative": -1.0, "weakly negative": -0.5, "neutral": 0.0, "weakly positive": 0.5, "positive": 1.0}
)


def intensity_metrics(card: DatasetCard, said: Iterable[tuple[float, str, str | None, int]]) -> dict[str, MetricValue]:
    """MAE (in units of the owner's scale) and Pearson's r, with bootstrap intervals; empty where there is no scale.

    `said` holds gold intensity, first choice, cluster, and how many such samples there are. r is None where either
    side is constant.
    """
    if card.intensity_scale is None:
        return {}
    rows = [
        (gold, _PLACES[word] * card.intensity_scale, cluster, n) for gold, word, cluster, n in said if word in _PLACES
    ]
    rows.sort(key=lambda row: (row[0], row[1], row[2] or ""))  # the same samples give the same resamples
    if not rows:
        return {MAE: MetricValue(None), PEARSON: MetricValue(None)}
    import numpy as np
    from sklearn.metrics import mean_absolute_error

    gold, answer = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    counts = np.array([row[3] for row in rows])
    sums = np.column_stack(
        (np.ones(len(rows)), abs(gold - answer), gold, answer, gold * gold, answer * answer, gold * answer)
    )
    clusters = {row[2] for row in rows}
    if None in clusters or len(clusters) < 2:
        drawn = resample_samples(sums, counts)
    else:
        place = {cluster: number for number, cluster in enumerate(sorted(clusters, key=str))}
        by_cluster = np.zeros((len(place), sums.shape[1]))
        np.add.at(by_cluster, np.array([place[row[2]] for row in rows]), sums * counts[:, None])
        drawn = resample_clusters(by_cluster)
    with np.errstate(divide="ignore", invalid="ignore"):
        errors, correlations = drawn[:, 1] / drawn[:, 0], _correlations(drawn)
    mae = float(mean_absolute_error(gold, answer, sample_weight=counts))
    return {
        MAE: with_interval(mae, errors),
        PEARSON: with_interval(_pearson(np.repeat(gold, counts), np.repeat(answer, counts)), correlations),
    }


def _pearson(gold: "Matrix", answer: "Matrix") -> float | None:
    from scipy.stats import pearsonr

    if gold.min() == gold.max() or answer.min() == answer.max():
        return None
    return float(pearsonr(gold, answer).statistic)


def _correlations(sums: "Matrix") -> "Matrix":
    """Pearson's r of every resample from its sums: n, -, x, y, xx, yy, xy."""
    import numpy as np

    n, _, x, y, xx, yy, xy = sums.T
    return np.asarray((n * xy - x * y) / np.sqrt((n * xx - x * x) * (n * yy - y * y)))
