"""How far reviewers agree with one another, and each of them with gold: shares, kappas, alpha, with intervals.

Ratings are a table: one row for each sample, one column for each reviewer, None for a gap. Agreement is measured on
labels as names, without any order among them. A coefficient that is not defined is None and says why; it is never
set to 0 or 1. The libraries load inside the functions, since a start that shows a help page should not wait for them.

The interval of a coefficient holds 95 % of what it becomes when samples are drawn again, with replacement (B. Efron
1979, the percentile interval). Samples are taken as independent: where many are of one person or film, the true
interval is wider. Each coefficient is also written here as a formula of sums over samples, so that thousands of
resamples are a few operations on matrices; on the samples themselves the formulas give what the libraries give. For
alpha, Krippendorff's own algorithm draws pairs of labels instead; drawing samples keeps together what one sample's
labels have in common. There is no interval where resamples say nothing: where all give the same value, and where more
than 5 % of them leave the coefficient undefined.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final, TypeAlias

from workbench.domain.scoring.intervals import Matrix, MetricValue, proportion, resample_samples

Row: TypeAlias = Sequence[str | None]
Rows: TypeAlias = Sequence[Row]
Labels: TypeAlias = Sequence[str]
"""What the raters of one sample say, without gaps."""
Interval: TypeAlias = tuple[float | None, float | None]

_MOST_UNDEFINED: Final = 0.05
_NO_WIDTH: Final = 1e-9

ONE_REVIEWER: Final = "fewer than two reviewers"
NOTHING_SHARED: Final = "no sample that all of them rated"
NOTHING_PAIRED: Final = "no sample that two of them rated"
ONE_SAMPLE: Final = "a single sample"
ONE_LABEL: Final = "all ratings are the same"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """Agreement beyond chance: 1 is perfect, 0 what chance would bring, below 0 less than that.

    The interval holds 95 % of 2,000 bootstrap resamples; see the module.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int
    """Samples that it is computed over."""
    why: str | None = None
    """Why there is no value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairAgreement:
    """Two raters, over the samples that both labelled."""

    first: str
    second: str
    """A reviewer, or gold."""
    n: int
    agreed: MetricValue
    """The share of samples on which they say the same, with the exact interval."""
    cohen: Coefficient
    """Chance by what each of the two is given to say."""
    fleiss: Coefficient
    """Chance by what both together are given to say: for two raters, Scott's pi."""
    krippendorff: Coefficient


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """All reviewers together, each two of them, and each of them with gold."""

    reviewers: tuple[str, ...]
    labelled: int
    """Samples with a label of at least one reviewer."""
    paired: int
    """Samples with labels of at least two."""
    unanimous: MetricValue
    """The share of `paired` on which all who labelled the sample say the same, with the exact interval."""
    fleiss: Coefficient
    """Over the samples that all reviewers labelled."""
    krippendorff: Coefficient
    """Over the samples that at least two labelled."""
    pairs: tuple[PairAgreement, ...]
    with_gold: tuple[PairAgreement, ...]


def agreement_of(reviewers: Sequence[str], rows: Rows, gold: Sequence[str]) -> Agreement:
    """Everything about a table of ratings.

    `reviewers` names its columns; `gold` has a label for each row. Raises ValueError for a table that is none.
    """
    if len(gold) != len(rows) or any(len(row) != len(reviewers) for row in rows):
        raise ValueError(f"{len(rows)} rows for {len(gold)} gold labels and {len(reviewers)} reviewers")
    columns = [[row[place] for row in rows] for place in range(len(reviewers))]
    named = list(zip(reviewers, columns, strict=True))
    return Agreement(
        reviewers=tuple(reviewers),
        labelled=sum(any(label is not None for label in row) for row in rows),
        paired=len(_paired(rows)),
        unanimous=share_agreed(rows),
        fleiss=fleiss_kappa(rows),
        krippendorff=krippendorffs_alpha(rows),
        pairs=tuple(pair_agreement(*one, *other) for one, other in combinations(named, 2)),
        with_gold=tuple(pair_agreement(*one, "gold", gold) for one in named),
    )


def pair_agreement(first: str, labels: Row, second: str, others: Row) -> PairAgreement:
    """Two raters' labels of the same samples, side by side."""
    rows = list(zip(labels, others, strict=True))
    agreed = share_agreed(rows)
    return PairAgreement(
        first=first,
        second=second,
        n=len(_paired(rows)),
        agreed=agreed,
        cohen=cohens_kappa(labels, others),
        fleiss=fleiss_kappa(rows),
        krippendorff=krippendorffs_alpha(rows),
    )


def share_agreed(rows: Rows) -> MetricValue:
    """The share of samples on which all who labelled them say the same, among those with at least two labels."""
    paired = _paired(rows)
    return proportion(sum(len(set(labels)) == 1 for labels in paired), len(paired))


def cohens_kappa(first: Row, second: Row) -> Coefficient:
    """(p_o - p_e) / (1 - p_e) of two raters, by scikit-learn. Source: J. Cohen 1960.

    p_o is the share of agreement, p_e = sum over classes of p_1c p_2c, of the two raters' own shares of each class.
    """
    rows = _paired(list(zip(first, second, strict=True)))
    if why := _hindrance(rows, NOTHING_SHARED):
        return Coefficient(value=None, n=len(rows), why=why)
    from sklearn.metrics import cohen_kappa_score

    value = float(cohen_kappa_score([one for one, _ in rows], [other for _, other in rows]))
    low, high = _interval(*_pair_kinds(rows), cohen_of_sums)
    return Coefficient(value=value, low=low, high=high, n=len(rows))


def fleiss_kappa(rows: Rows) -> Coefficient:
    """(P - P_e) / (1 - P_e) of two or more raters, by statsmodels, over samples that all of them labelled.

    P is the mean share of agreeing pairs of raters in a sample, P_e = sum over classes of p_c^2, of all raters' common
    share of each class. Source: J. L. Fleiss 1971.
    """
    if rows and len(rows[0]) < 2:
        return Coefficient(value=None, n=0, why=ONE_REVIEWER)
    whole = [labels for row, labels in ((row, _labels(row)) for row in rows) if len(labels) == len(row)]
    if why := _hindrance(whole, NOTHING_SHARED):
        return Coefficient(value=None, n=len(whole), why=why)
    from statsmodels.stats import inter_rater

    counts, _ = inter_rater.aggregate_raters(whole)
    low, high = _interval(*_kinds(whole), fleiss_of_sums)
    return Coefficient(value=float(inter_rater.fleiss_kappa(counts)), low=low, high=high, n=len(whole))


def krippendorffs_alpha(rows: Rows) -> Coefficient:
    """1 - D_o / D_e for names and with gaps, by package krippendorff, over samples with at least two labels.

    D_o is the observed share of unlike pairs of labels within samples, where a sample with m labels weighs m; D_e is
    that share among all labels of such samples, drawn without putting back. Source: K. Krippendorff, Computing
    Krippendorff's Alpha-Reliability, 2011.
    """
    if rows and len(rows[0]) < 2:
        return Coefficient(value=None, n=0, why=ONE_REVIEWER)
    paired = _paired(rows)
    if why := _hindrance(paired, NOTHING_PAIRED):
        return Coefficient(value=None, n=len(paired), why=why)
    import krippendorff

    classes = sorted({label for labels in paired for label in labels})
    counts = [[labels.count(one) for one in classes] for labels in paired]
    value = float(krippendorff.alpha(value_counts=counts, level_of_measurement="nominal"))
    low, high = _interval(*_kinds(paired), alpha_of_sums)
    return Coefficient(value=value, low=low, high=high, n=len(paired))


def _labels(row: Row) -> list[str]:
    return [label for label in row if label is not None]


def _paired(rows: Rows) -> list[list[str]]:
    """The labels of every sample that has at least two."""
    return [labels for labels in map(_labels, rows) if len(labels) > 1]


def _hindrance(rows: Sequence[Sequence[str]], nothing: str) -> str | None:
    """Why no coefficient is defined over these rows of labels; None where one is."""
    if not rows:
        return nothing
    if len(rows) == 1:
        return ONE_SAMPLE
    return ONE_LABEL if len({label for labels in rows for label in labels}) == 1 else None


def cohen_of_sums(sums: Matrix) -> Matrix:
    """Kappa of each row of sums: of the first rater's classes, of the second's, and of agreements."""
    half = (sums.shape[1] - 1) // 2
    first, second, agreed = sums[:, :half], sums[:, half:-1], sums[:, -1]
    n = first.sum(axis=1)
    by_chance = (first * second).sum(axis=1) / n**2
    return _beyond_chance(agreed / n, by_chance)


def fleiss_of_sums(sums: Matrix) -> Matrix:
    """Kappa of each row of sums: of all raters' classes, and of m times the share of agreeing pairs of m labels.

    Since every sample has as many labels, the sum of the last over that of the first is the mean share.
    """
    counts, agreed = sums[:, :-1], sums[:, -1]
    n = counts.sum(axis=1)
    return _beyond_chance(agreed / n, (counts**2).sum(axis=1) / n**2)


def alpha_of_sums(sums: Matrix) -> Matrix:
    """Alpha of the same sums: as Fleiss' kappa, but a label is not paired with itself in what chance brings."""
    counts, agreed = sums[:, :-1], sums[:, -1]
    n = counts.sum(axis=1)
    return _beyond_chance(agreed / n, (counts * (counts - 1)).sum(axis=1) / (n * (n - 1)))


def _pair_kinds(pairs: Sequence[Labels]) -> tuple[list[list[float]], list[int]]:
    """What one sample of each kind of pair adds to the sums of `cohen_of_sums`, and how many there are of it."""
    kinds = Counter((one, other) for one, other in pairs)
    classes = _classes(pairs)
    features = [
        [
            *(float(one == label) for label in classes),
            *(float(other == label) for label in classes),
            float(one == other),
        ]
        for one, other in kinds
    ]
    return features, list(kinds.values())


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


def _beyond_chance(observed: Matrix, by_chance: Matrix) -> Matrix:
    """(observed - chance) / (1 - chance); nan where chance alone agrees always."""
    import numpy as np

    room = 1 - by_chance
    undefined = np.full_like(observed, np.nan)
    return np.divide(observed - by_chance, room, out=undefined, where=room > _NO_WIDTH)


def _interval(
    features: Sequence[Sequence[float]], counts: Sequence[int], formula: Callable[[Matrix], Matrix]
) -> Interval:
    import numpy as np

    values = formula(resample_samples(np.asarray(features, dtype=np.float64), np.asarray(counts, dtype=np.int64)))
    known = values[np.isfinite(values)]
    if len(known) < (1 - _MOST_UNDEFINED) * len(values) or np.ptp(known) < _NO_WIDTH:
        return None, None
    low, high = np.percentile(known, (2.5, 97.5))
    return float(low), float(high)
