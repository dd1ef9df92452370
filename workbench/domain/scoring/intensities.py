"""Answers beside sentiment intensities, for MAE and Pearson's correlation.

The five words are taken as evenly spaced on the owner's scale: negative -1, weakly negative -1/2, neutral 0, weakly
positive 1/2 and positive 1 times the strongest intensity (1 in CH-SIMS, 3 in CMU-MOSI). Zeros of gold count here, as
is usual for both figures; samples without an answer do not.
"""

from collections.abc import Iterable
from math import atanh, tanh
from types import MappingProxyType
from typing import Final

from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.scoring.intervals import (
    Matrix,
    MetricValue,
    Sampling,
    cluster_variances,
    mean_interval,
    sample_variances,
)
from workbench.domain.scoring.metrics import INTENSITY_METRICS, PEARSON, Intensities

_PLACES: Final = MappingProxyType(
    {"negative": -1.0, "weakly negative": -0.5, "neutral": 0.0, "weakly positive": 0.5, "positive": 1.0}
)


def count_of_intensities(answers: Iterable[tuple[float, str, str | None, int]]) -> int:
    """How many answered samples the figures are over: those whose first choice is one of the five words."""
    return sum(n for _, word, _, n in answers if word in _PLACES)


def intensity_metrics(
    card: DatasetCard, answers: Iterable[tuple[float, str, str | None, int]]
) -> dict[str, MetricValue]:
    """The figures of `INTENSITY_METRICS` with intervals; empty where the data set has no intensities.

    `answers` holds gold intensity, first choice, cluster, and how many such samples there are.
    """
    if card.intensity_scale is None:
        return {}
    rows = [
        (gold, _PLACES[word] * card.intensity_scale, cluster, n)
        for gold, word, cluster, n in answers
        if word in _PLACES
    ]
    rows.sort(key=lambda row: (row[0], row[1], row[2] or ""))  # the same samples give the same digits
    if not rows:
        return {metric.name: MetricValue(None) for metric in INTENSITY_METRICS}
    import numpy as np

    gold, answer = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    counts = np.array([row[3] for row in rows])
    sums = np.column_stack(
        (np.ones(len(rows)), abs(gold - answer), gold, answer, gold * gold, answer * answer, gold * answer)
    )
    sampling = Sampling.of(((row[2], row[3]) for row in rows), card.cluster)
    if sampling.is_clustered:
        place = {cluster: number for number, cluster in enumerate(sorted({row[2] for row in rows}, key=str))}
        by_cluster = np.zeros((len(place), sums.shape[1]))
        np.add.at(by_cluster, np.array([place[row[2]] for row in rows]), sums * counts[:, None])
        variances = cluster_variances(by_cluster, _figures)
    else:
        variances = sample_variances(sums, counts.astype(np.float64), _figures)
    samples = Intensities(gold, answer, counts)
    found = {}
    for metric, variance in zip(INTENSITY_METRICS, variances, strict=True):
        value = metric.value(samples)
        if value is None or not sampling.can_vary:
            found[metric.name] = MetricValue(value)
        elif metric is PEARSON:
            found[metric.name] = _correlation_interval(value, float(variance), sampling.freedom)
        else:
            found[metric.name] = mean_interval(value, float(variance), sampling.freedom)
    return found


def _figures(sums: Matrix) -> Matrix:
    import numpy as np

    with np.errstate(divide="ignore", invalid="ignore"):
        return np.column_stack([metric.resampled(sums) for metric in INTENSITY_METRICS])


def _correlation_interval(r: float, variance: float, freedom: float) -> MetricValue:
    """Student's t around Fisher's z, which is closer to normal than r is."""
    if abs(r) >= 1:
        return MetricValue(r)
    z = mean_interval(atanh(r), variance / (1 - r * r) ** 2, freedom)
    return MetricValue(r) if z.low is None or z.high is None else MetricValue(r, tanh(z.low), tanh(z.high))
