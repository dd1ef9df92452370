"""Answers beside sentiment intensities: MAE, Pearson's correlation, and the Acc-2, F1, Acc-5 and Acc-7 of the field.

The five words are taken as evenly spaced on the owner's scale: negative -1, weakly negative -1/2, neutral 0, weakly
positive 1/2 and positive 1 times the strongest intensity (1 in CH-SIMS, 3 in CMU-MOSI). Zeros of gold count here, as
is usual for these figures, but where they are left out by name; samples without an answer do not.
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
    cluster_effective,
    cluster_variances,
    mean_interval,
    sample_variances,
    share_interval,
)
from workbench.domain.scoring.metrics import INTENSITY_METRICS, PEARSON, Intensities, Unit

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
    sums = _sums(gold, answer, card.intensity_scale)
    sampling = Sampling.of(((row[2], row[3]) for row in rows), card.cluster)
    if sampling.is_clustered:
        place = {cluster: number for number, cluster in enumerate(sorted({row[2] for row in rows}, key=str))}
        by_cluster = np.zeros((len(place), sums.shape[1]))
        np.add.at(by_cluster, np.array([place[row[2]] for row in rows]), sums * counts[:, None])
        variances = cluster_variances(by_cluster, _figures)
    else:
        variances = sample_variances(sums, counts.astype(np.float64), _figures)
    samples = Intensities(gold, answer, counts, (counts @ sums)[None])
    found = {}
    for metric, variance in zip(INTENSITY_METRICS, variances, strict=True):
        value = metric.value(samples)
        if value is None or not sampling.can_vary:
            found[metric.name] = MetricValue(value)
        elif metric.unit is Unit.SHARE:
            effective = cluster_effective(value, sampling.n, float(variance), sampling.effective)
            found[metric.name] = share_interval(value, sampling.n, effective, sampling.freedom)
        elif metric is PEARSON:
            found[metric.name] = _correlation_interval(value, float(variance), sampling.freedom)
        else:
            found[metric.name] = mean_interval(value, float(variance), sampling.freedom)
    return found


def _sums(gold: Matrix, answer: Matrix, scale: float) -> Matrix:
    """What each row adds; see `INTENSITY_SUMS`.

    On a scale of at most 1, the classes are those of CH-SIMS (W. Yu et al. 2020): Acc-2 parts above zero from the rest,
    Acc-5 parts at -.7, -.1, .1 and .7. On others they are those of CMU-MOSI, on its scale of 3: Acc-2 parts below zero
    from the rest, or without zeros by sign; Acc-5 and Acc-7 round to whole steps. Acc-7 is CMU-MOSI's alone.
    """
    import numpy as np

    ones = np.ones(len(gold))
    columns = [ones, abs(gold - answer), gold, answer, gold * gold, answer * answer, gold * answer]
    five: list[Matrix]
    seven: list[Matrix]
    if scale <= 1:
        bounds = (-0.7, -0.1, 0.1, 0.7)
        high = [side > 0 for side in (gold, answer)]
        five = [
            np.digitize(np.round(side / scale, 6), bounds, right=True).astype(np.float64) for side in (gold, answer)
        ]
        seven = [np.full(len(gold), np.nan)] * 2
    else:
        steps: list[Matrix] = [3 * side / scale for side in (gold, answer)]
        high = [side >= 0 for side in steps]
        five = [np.round(np.clip(side, -2.0, 2.0)).astype(np.float64) for side in steps]
        seven = [np.round(np.clip(side, -3.0, 3.0)).astype(np.float64) for side in steps]
    for (one, other), kept in ((high, ones), ([gold > 0, answer > 0], (gold != 0) * ones)):
        columns += [(~one & ~other) * kept, (one & other) * kept, (~one & other) * kept, (one & ~other) * kept]
    columns += [(five[0] == five[1]) * ones, np.where(np.isnan(seven[0]), np.nan, seven[0] == seven[1])]
    return np.column_stack(columns)


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
