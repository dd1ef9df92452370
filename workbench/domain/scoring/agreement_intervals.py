"""How sure a coefficient of agreement is: 95 % of what it becomes when samples are drawn again, with replacement.

Samples are taken as independent: where many are of one person or film, the true interval is wider. Each coefficient
is written here as a formula of sums over samples, so that thousands of resamples are a few operations on matrices;
on the samples themselves the formulas give what the libraries give. Source: B. Efron 1979, the percentile interval.
For alpha, Krippendorff's own algorithm draws pairs of labels instead; drawing samples keeps what one sample's labels
have in common.

There is no interval where resamples say nothing: where all give the same value (samples without a disagreement hold
none to draw), and where more than 5 % of them leave the coefficient undefined (too few samples).
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from workbench.domain.scoring.intervals import resample_samples

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix: TypeAlias = NDArray[np.float64]

Labels: TypeAlias = Sequence[str]
"""What the raters of one sample say, without gaps."""
Interval: TypeAlias = tuple[float | None, float | None]

_MOST_UNDEFINED: Final = 0.05
_NO_WIDTH: Final = 1e-9


def cohen_interval(rows: Sequence[Labels]) -> Interval:
    """Of Cohen's kappa; rows are pairs."""
    kinds = Counter((one, other) for one, other in rows)
    classes = _classes(rows)
    features = [
        [*(one == label for label in classes), *(other == label for label in classes), one == other]
        for one, other in kinds
    ]
    return _interval(features, list(kinds.values()), cohen_of_sums)


def fleiss_interval(rows: Sequence[Labels]) -> Interval:
    """Of Fleiss' kappa; rows are of one length."""
    return _interval(*_kinds(rows), fleiss_of_sums)


def alpha_interval(rows: Sequence[Labels]) -> Interval:
    """Of Krippendorff's alpha; rows have at least two labels."""
    return _interval(*_kinds(rows), alpha_of_sums)


def cohen_of_sums(sums: "Matrix") -> "Matrix":
    """Kappa of each row of sums: of the first rater's classes, of the second's, and of agreements."""
    half = (sums.shape[1] - 1) // 2
    first, second, agreed = sums[:, :half], sums[:, half:-1], sums[:, -1]
    n = first.sum(axis=1)
    by_chance = (first * second).sum(axis=1) / n**2
    return _beyond_chance(agreed / n, by_chance)


def fleiss_of_sums(sums: "Matrix") -> "Matrix":
    """Kappa of each row of sums: of all raters' classes, and of m times the share of agreeing pairs of m labels.

    Since every sample has as many labels, the sum of the last over that of the first is the mean share.
    """
    counts, agreed = sums[:, :-1], sums[:, -1]
    n = counts.sum(axis=1)
    return _beyond_chance(agreed / n, (counts**2).sum(axis=1) / n**2)


def alpha_of_sums(sums: "Matrix") -> "Matrix":
    """Alpha of the same sums: as Fleiss' kappa, but a label is not paired with itself in what chance brings."""
    counts, agreed = sums[:, :-1], sums[:, -1]
    n = counts.sum(axis=1)
    return _beyond_chance(agreed / n, (counts * (counts - 1)).sum(axis=1) / (n * (n - 1)))


def _kinds(rows: Sequence[Labels]) -> tuple[list[list[float]], list[int]]:
    """What one sample of each kind adds to the sums, and how many there are of it. Who said what does not matter."""
    kinds = Counter(tuple(sorted(labels)) for labels in rows)
    classes = _classes(rows)
    features = []
    for labels in kinds:
        counts = [labels.count(label) for label in classes]
        features.append([*counts, sum(count * (count - 1) for count in counts) / (len(labels) - 1)])
    return features, list(kinds.values())


def _classes(rows: Sequence[Labels]) -> list[str]:
    return sorted({label for labels in rows for label in labels})


def _beyond_chance(observed: "Matrix", by_chance: "Matrix") -> "Matrix":
    """(observed - chance) / (1 - chance); nan where chance alone agrees always."""
    import numpy as np

    room = 1 - by_chance
    undefined = np.full_like(observed, np.nan)
    return np.divide(observed - by_chance, room, out=undefined, where=room > _NO_WIDTH)


def _interval(
    features: Sequence[Sequence[float]], counts: Sequence[int], formula: "Callable[[Matrix], Matrix]"
) -> Interval:
    import numpy as np

    values = formula(resample_samples(np.asarray(features, dtype=np.float64), np.asarray(counts, dtype=np.int64)))
    known = values[np.isfinite(values)]
    if len(known) < (1 - _MOST_UNDEFINED) * len(values) or np.ptp(known) < _NO_WIDTH:
        return None, None
    low, high = np.percentile(known, (2.5, 97.5))
    return float(low), float(high)
