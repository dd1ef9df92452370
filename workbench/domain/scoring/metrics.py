"""The metrics: what each is called, what it is computed from, and by which formula.

Each has two functions. `value` gives the figure of the samples themselves, by scikit-learn or scipy where they have it.
`resampled` gives the same from sums, for many rows of sums at once; see `intervals`. scikit-learn, scipy and numpy
load inside the functions, since a start that shows a help page should not wait for them.

A new metric is one more `Metric` in `CLASS_METRICS` or `INTENSITY_METRICS`. Every mean over classes is taken over those
that have support, which means that gold holds at least one counted sample of them. UAR is then balanced accuracy as it
is usually defined, and a class that nobody could get right changes neither UAR nor macro F1.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import fsum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Generic, TypeAlias, TypeVar

from workbench.domain.scoring.class_sums import ClassSums
from workbench.domain.scoring.intervals import Matrix

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Unit(StrEnum):
    """What a figure is measured in."""

    SHARE = "share"
    """A fraction, shown in per cent."""
    SCALE = "scale"
    """Steps of the scale on which the data set's owner rated sentiment."""
    CORRELATION = "correlation"
    """From -1 to 1."""


class Needs(StrEnum):
    """What of each sample a metric is computed from."""

    CLASSES = "classes"
    """The gold class and the predicted class."""
    RANKS = "ranks"
    """The place of the gold label in the ranking."""
    INTENSITIES = "intensities"
    """The owner's sentiment score, and the answer as a number on the same scale."""


@dataclass(frozen=True, slots=True)
class CodedSamples:
    """Counted samples as numbers. Each place of the first three lists is a pair of classes and how often it occurs."""

    gold: Sequence[int]
    predicted: Sequence[int]
    """Whatever is no class has one number: scikit-learn would take more words for more classes."""
    counts: Sequence[int]
    ranks: Sequence[tuple[int, int]]
    """The place of the gold label from 1, and how many samples have it there. Samples without it are left out."""

    @property
    def n(self) -> int:
        """How many samples there are."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Intensities:
    """Gold and answered sentiment on the owner's scale, and how many samples each row stands for."""

    gold: Matrix
    answer: Matrix
    counts: "NDArray[np.int64]"
    sums: Matrix
    """One row: the sums over all samples; see `INTENSITY_SUMS`."""


SamplesT = TypeVar("SamplesT")
SumsT = TypeVar("SumsT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric(Generic[SamplesT, SumsT]):
    """One metric. Nothing is computed over no sample, so its functions are given at least one."""

    name: str
    """In files, options and the cards of data sets."""
    title: str
    """For people."""
    unit: Unit = Unit.SHARE
    needs: Needs
    value: Callable[[SamplesT], float | None]
    """None where the samples leave it undefined."""
    resampled: Callable[[SumsT], Matrix]
    """The figure of each row of sums; nan where it is not defined there."""
    is_proportion: bool = False
    """Whether it is the number of some samples over that of all: it has the exact interval of Clopper and Pearson where
    samples are independent."""

    @property
    def short_title(self) -> str:
        """The title without what stands in brackets."""
        return self.title.partition(" (")[0]


ClassMetric: TypeAlias = Metric[CodedSamples, ClassSums]
IntensityMetric: TypeAlias = Metric[Intensities, Matrix]


def _accuracy(samples: CodedSamples) -> float:
    from sklearn.metrics import accuracy_score

    return float(accuracy_score(samples.gold, samples.predicted, sample_weight=samples.counts))


def _uar(samples: CodedSamples) -> float:
    from sklearn.metrics import recall_score

    return float(recall_score(samples.gold, samples.predicted, average="macro", **_with_support(samples)))


def _f1(samples: CodedSamples, average: str) -> float:
    from sklearn.metrics import f1_score

    return float(f1_score(samples.gold, samples.predicted, average=average, **_with_support(samples)))


def _with_support(samples: CodedSamples) -> dict[str, Any]:
    """Trap: without `labels`, scikit-learn takes the number for "no class" as one more class with recall 0."""
    return {"labels": sorted(set(samples.gold)), "sample_weight": samples.counts, "zero_division": 0}


def _top(samples: CodedSamples, k: int) -> float:
    return sum(times for rank, times in samples.ranks if rank <= k) / samples.n


def _mrr(samples: CodedSamples) -> float:
    """A gold label that is not listed adds 0.

    Not by scikit-learn: it has no MRR, and its `label_ranking_average_precision_score` takes labels that are not
    listed as tied, which gives more.
    """
    return fsum(times / rank for rank, times in samples.ranks) / samples.n


def _mae(samples: Intensities) -> float:
    from sklearn.metrics import mean_absolute_error

    return float(mean_absolute_error(samples.gold, samples.answer, sample_weight=samples.counts))


def _pearson(samples: Intensities) -> float | None:
    """None where gold or the answers are all the same."""
    import numpy as np
    from scipy.stats import pearsonr

    gold, answer = (np.repeat(side, samples.counts) for side in (samples.gold, samples.answer))
    if gold.min() == gold.max() or answer.min() == answer.max():
        return None
    return float(pearsonr(gold, answer).statistic)


def _pearson_of_sums(sums: Matrix) -> Matrix:
    """From the first columns of `INTENSITY_SUMS`."""
    import numpy as np

    n, _, x, y, xx, yy, xy = sums.T[:7]
    return np.asarray((n * xy - x * y) / np.sqrt((n * xx - x * x) * (n * yy - y * y)))


INTENSITY_SUMS: Final = (
    *("n", "|x - y|", "x", "y", "xx", "yy", "xy"),
    *(f"{zeros} {cell}" for zeros in ("has0", "non0") for cell in ("both low", "both high", "gold low", "gold high")),
    *("right of 5", "right of 7"),
)
"""What samples add to sums, for gold x and answer y. Low and high are the two classes of Acc-2, with zeros and without;
`gold low` counts samples of low gold whose answer is high."""
_HAS0: Final = 7
_NON0: Final = 11


def _of_sums(formula: Callable[[Matrix], Matrix]) -> Callable[[Intensities], float | None]:
    """The figure of the samples by the formula from sums; None where it is not defined."""

    def value(samples: Intensities) -> float | None:
        import numpy as np

        with np.errstate(divide="ignore", invalid="ignore"):
            [found] = formula(samples.sums)
        return float(found) if np.isfinite(found) else None

    return value


def _acc_2(at: int) -> Callable[[Matrix], Matrix]:
    return lambda sums: sums[:, at : at + 2].sum(axis=1) / sums[:, at : at + 4].sum(axis=1)


def _f1_of_2(at: int) -> Callable[[Matrix], Matrix]:
    """F1 of the two classes, weighted by their samples."""

    def formula(sums: Matrix) -> Matrix:
        import numpy as np

        low, high, gold_low, gold_high = sums.T[at : at + 4]
        wrong = gold_low + gold_high
        n_low, n_high = low + gold_low, high + gold_high
        f1 = [np.where(one > 0, 2 * one / (2 * one + wrong), 0.0) for one in (low, high)]
        return np.asarray((n_low * f1[0] + n_high * f1[1]) / (n_low + n_high))

    return formula


def _of_intensities(name: str, title: str, formula: Callable[[Matrix], Matrix]) -> "IntensityMetric":
    return Metric(name=name, title=title, needs=Needs.INTENSITIES, value=_of_sums(formula), resampled=formula)


ACCURACY: Final[ClassMetric] = Metric(
    name="accuracy",
    title="Accuracy (WAR)",
    needs=Needs.CLASSES,
    value=_accuracy,
    resampled=lambda sums: sums.right.sum(axis=1) / sums.n,
    is_proportion=True,
)
UAR: Final[ClassMetric] = Metric(
    name="uar",
    title="UAR",
    needs=Needs.CLASSES,
    value=_uar,
    resampled=lambda sums: sums.recall.sum(axis=1) / sums.present,
)
MACRO_F1: Final[ClassMetric] = Metric(
    name="macro_f1",
    title="Macro F1 (UF1)",
    needs=Needs.CLASSES,
    value=lambda samples: _f1(samples, "macro"),
    resampled=lambda sums: sums.f1.sum(axis=1) / sums.present,
)
WEIGHTED_F1: Final[ClassMetric] = Metric(
    name="weighted_f1",
    title="Weighted F1",
    needs=Needs.CLASSES,
    value=lambda samples: _f1(samples, "weighted"),
    resampled=lambda sums: (sums.f1 * sums.support).sum(axis=1) / sums.n,
)
TOP_2: Final[ClassMetric] = Metric(
    name="top_2",
    title="Top-2 accuracy",
    needs=Needs.RANKS,
    value=lambda samples: _top(samples, 2),
    resampled=lambda sums: sums.in_first_2 / sums.n,
    is_proportion=True,
)
TOP_3: Final[ClassMetric] = Metric(
    name="top_3",
    title="Top-3 accuracy",
    needs=Needs.RANKS,
    value=lambda samples: _top(samples, 3),
    resampled=lambda sums: sums.in_first_3 / sums.n,
    is_proportion=True,
)
MRR: Final[ClassMetric] = Metric(
    name="mrr",
    title="Mean reciprocal rank",
    needs=Needs.RANKS,
    value=_mrr,
    resampled=lambda sums: sums.reciprocal_ranks / sums.n,
)
MAE: Final[IntensityMetric] = Metric(
    name="mae",
    title="Mean absolute error",
    unit=Unit.SCALE,
    needs=Needs.INTENSITIES,
    value=_mae,
    resampled=lambda sums: sums[:, 1] / sums[:, 0],
)
PEARSON: Final[IntensityMetric] = Metric(
    name="pearson",
    title="Pearson's r",
    unit=Unit.CORRELATION,
    needs=Needs.INTENSITIES,
    value=_pearson,
    resampled=_pearson_of_sums,
)

CLASS_METRICS: Final[tuple[ClassMetric, ...]] = (
    *(ACCURACY, UAR, MACRO_F1, WEIGHTED_F1),
    *(TOP_2, TOP_3, MRR),
)
"""Those that every run has, in the order in which they are shown."""
INTENSITY_METRICS: Final[tuple[IntensityMetric, ...]] = (
    *(MAE, PEARSON),
    _of_intensities("acc_2_has0", "Acc-2 (zeros counted)", _acc_2(_HAS0)),
    _of_intensities("f1_has0", "F1 (zeros counted)", _f1_of_2(_HAS0)),
    _of_intensities("acc_2_non0", "Acc-2 (zeros left out)", _acc_2(_NON0)),
    _of_intensities("f1_non0", "F1 (zeros left out)", _f1_of_2(_NON0)),
    _of_intensities("acc_5", "Acc-5", lambda sums: sums[:, 15] / sums[:, 0]),
    _of_intensities("acc_7", "Acc-7", lambda sums: sums[:, 16] / sums[:, 0]),
)
"""Those of data sets whose samples have a sentiment score."""
METRICS: Final[Mapping[str, Metric[Any, Any]]] = MappingProxyType(
    {metric.name: metric for metric in CLASS_METRICS} | {metric.name: metric for metric in INTENSITY_METRICS}
)
"""By name."""
