"""Answers beside sentiment intensities, for MAE and Pearson's correlation.

The five words are taken as evenly spaced on the owner's scale: negative -1, weakly negative -1/2, neutral 0, weakly
positive 1/2 and positive 1 times the strongest intensity (1 in CH-SIMS, 3 in CMU-MOSI). Zeros of gold count here, as
is usual for both figures; samples without an answer do not.
"""

from collections.abc import Iterable
from types import MappingProxyType
from typing import Final

from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.scoring.intervals import (
    MetricValue,
    are_clustered,
    resample_clusters,
    resample_samples,
    with_interval,
)
from workbench.domain.scoring.metrics import INTENSITY_METRICS, Intensities

_PLACES: Final = MappingProxyType(
    {"negative": -1.0, "weakly negative": -0.5, "neutral": 0.0, "weakly positive": 0.5, "positive": 1.0}
)


def intensity_metrics(
    card: DatasetCard, answers: Iterable[tuple[float, str, str | None, int]]
) -> dict[str, MetricValue]:
    """The figures of `INTENSITY_METRICS` with bootstrap intervals; empty where the data set has no intensities.

    `answers` holds gold intensity, first choice, cluster, and how many such samples there are.
    """
    if card.intensity_scale is None:
        return {}
    rows = [
        (gold, _PLACES[word] * card.intensity_scale, cluster, n)
        for gold, word, cluster, n in answers
        if word in _PLACES
    ]
    rows.sort(key=lambda row: (row[0], row[1], row[2] or ""))  # the same samples give the same resamples
    if not rows:
        return {metric.name: MetricValue(None) for metric in INTENSITY_METRICS}
    import numpy as np

    gold, answer = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    counts = np.array([row[3] for row in rows])
    sums = np.column_stack(
        (np.ones(len(rows)), abs(gold - answer), gold, answer, gold * gold, answer * answer, gold * answer)
    )
    clusters = {row[2] for row in rows}
    if are_clustered(clusters):
        place = {cluster: number for number, cluster in enumerate(sorted(clusters, key=str))}
        by_cluster = np.zeros((len(place), sums.shape[1]))
        np.add.at(by_cluster, np.array([place[row[2]] for row in rows]), sums * counts[:, None])
        drawn = resample_clusters(by_cluster)
    else:
        drawn = resample_samples(sums, counts)
    samples = Intensities(gold, answer, counts)
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            metric.name: with_interval(metric.value(samples), metric.resampled(drawn)) for metric in INTENSITY_METRICS
        }
