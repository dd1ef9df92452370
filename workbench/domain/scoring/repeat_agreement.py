"""How steady answers are: how often two runs give the same, how far repeats agree, and the repeats taken as one run.

Answers are compared by first choice as they were given, without regard to gold and to classes. Only samples that all
compared runs have answered take part.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias

from workbench.domain.scoring.agreement import Coefficient, cohens_kappa, fleiss_kappa
from workbench.domain.scoring.intervals import MetricValue, proportion, ratio_interval

Ranking: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SameAnswers:
    """Two runs' first choices, over the samples that both answered."""

    n: int
    same: MetricValue
    """The share of equal first choices: the exact interval, or that over clusters where there are any."""
    kappa: Coefficient
    """Cohen's kappa; its interval takes samples as independent."""

    @property
    def flip_rate(self) -> MetricValue:
        """The share of unlike first choices."""
        value, low, high = (
            None if one is None else 1 - one for one in (self.same.value, self.same.high, self.same.low)
        )
        return MetricValue(value, low, high)


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatAgreement:
    """Two or more runs' first choices, over the samples that all of them answered."""

    runs: int
    n: int
    pairwise: float | None
    """The mean share of agreeing pairs of runs in a sample."""
    fleiss: Coefficient
    unanimous: MetricValue
    """The share of samples on which all runs agree, with the exact interval."""


def same_answers(counts: Mapping[tuple[str, str, str | None], int]) -> SameAnswers:
    """Compare the first choices of two runs. `counts` maps (A's choice, B's choice, cluster) to the number of samples.

    The interval of the share is over whole clusters where every sample has one; over one cluster there is none.
    """
    n = sum(counts.values())
    first, second = ([label for pair, times in counts.items() for label in [pair[side]] * times] for side in (0, 1))
    return SameAnswers(n=n, same=_share_same(counts, n), kappa=cohens_kappa(first, second))


def _share_same(counts: Mapping[tuple[str, str, str | None], int], n: int) -> MetricValue:
    of_cluster: defaultdict[str | None, list[int]] = defaultdict(lambda: [0, 0])
    for (a, b, cluster), times in counts.items():
        of_cluster[cluster][0] += times * (a == b)
        of_cluster[cluster][1] += times
    same = sum(hits for hits, _ in of_cluster.values())
    if None in of_cluster or not n:
        return proportion(same, n)
    import numpy as np

    hits, of = np.array([of_cluster[cluster] for cluster in sorted(of_cluster, key=str)], dtype=np.float64).T
    return ratio_interval(hits, of)


def repeat_agreement(counts: Mapping[Ranking, int]) -> RepeatAgreement:
    """How far two or more runs agree. `counts` maps their first choices, in run order, to numbers of samples.

    The mean share of agreeing pairs is sum over labels of m_l (m_l - 1) / (m (m - 1)) for a sample to which m runs
    give label l m_l times: the P of Fleiss' kappa. Raises ValueError for fewer than two runs.
    """
    widths = {len(choices) for choices in counts}
    if len(widths) > 1 or 1 in widths or 0 in widths:
        raise ValueError("repeats are compared of two runs or more, the same for every sample")
    n, runs = sum(counts.values()), next(iter(widths), 0)
    agreeing = sum(
        times * sum(votes * (votes - 1) for votes in Counter(choices).values()) for choices, times in counts.items()
    )
    return RepeatAgreement(
        runs=runs,
        n=n,
        pairwise=agreeing / (n * runs * (runs - 1)) if n else None,
        fleiss=fleiss_kappa([choices for choices, times in counts.items() for _ in range(times)]),
        unanimous=proportion(sum(times for choices, times in counts.items() if len(set(choices)) == 1), n),
    )


def by_majority(rankings: Sequence[Ranking], labels: Sequence[str]) -> Ranking:
    """The first choices of the rankings, the most frequent first; of equally frequent ones, the first of `labels`.

    Words that are no labels come after them, by the alphabet.
    """
    votes = Counter(ranking[0] for ranking in rankings if ranking)
    return _ordered(votes, labels)


def by_borda(rankings: Sequence[Ranking], labels: Sequence[str]) -> Ranking:
    """All labels that the rankings list, by Borda count; ties as in `by_majority`.

    A label gets m - place points from each ranking that lists it, places counted from 1. m is the number of labels, or
    the length of the longest ranking where that is more.
    """
    m = max((len(labels), *(len(ranking) for ranking in rankings)))
    points = Counter[str]()
    for ranking in rankings:
        for place, label in enumerate(ranking, start=1):
            points[label] += m - place
    return _ordered(points, labels)


Ensemble: TypeAlias = Callable[[Sequence[Ranking], Sequence[str]], Ranking]
ENSEMBLES: Final[Mapping[str, Ensemble]] = MappingProxyType({"majority": by_majority, "borda": by_borda})
"""Name to the rule by which several rankings become one."""


def _ordered(weights: Mapping[str, int], labels: Sequence[str]) -> Ranking:
    place = {label: number for number, label in enumerate(labels)}
    return tuple(sorted(weights, key=lambda label: (-weights[label], place.get(label, len(place)), label)))
