"""How often 95 % intervals hold the true figure: `python bench/coverage.py [REPEATS]`.

Data sets are drawn from a known model of seven classes, scored as `emowb metrics` and `emowb compare` do, and the
figures' intervals are held against the true figures. A sample is right where a normal variable of its cluster and one
of its own add up to less than a bound, so samples of one cluster resemble each other (latent correlation r within
clusters); a wrong answer is any other class. A figure without an interval is left out. The table stands in
docs/scoring.md.
"""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from workbench.domain.scoring.class_sums import class_sums
from workbench.domain.scoring.comparison import COMPARED, Pair, compare_pairs
from workbench.domain.scoring.counting import Count, Counted
from workbench.domain.scoring.metrics import CLASS_METRICS
from workbench.domain.scoring.scores import compute_scores

CLASSES: Final = tuple("abcdefg")
COLUMNS: Final = (*COMPARED, "recall", *(f"{name} A-B" for name in COMPARED))
REPEATS: Final = 500
_K: Final = len(CLASSES)


@dataclass(frozen=True, slots=True)
class Case:
    """What data sets are drawn from."""

    name: str
    sizes: tuple[int, ...]
    """Samples of each cluster; a single number: independent samples."""
    recalls: tuple[float, ...]
    prior: tuple[float, ...]
    correlation: float

    @property
    def clustered_by(self) -> str | None:
        """As in `compute_scores`."""
        return "subject" if len(self.sizes) > 1 else None


def cases() -> Iterator[Case]:
    """Independent samples first, then clusters."""
    even, rare = tuple([1 / _K] * _K), tuple(np.array([1 / k for k in range(1, _K + 1)]) / 2.592857)
    middling, high, mixed = (0.6,) * _K, (0.97,) * _K, tuple(np.linspace(0.97, 0.3, _K))
    recalls = {"recalls .60": middling, "recalls .97": high, "recalls .97 to .30": mixed}
    for n in (50, 100, 500):
        for word, some in recalls.items():
            yield Case(f"{n} samples, {word}", (n,), some, even, 0.0)
        yield Case(f"{n} samples, rare classes, {'recalls .97 to .30'}", (n,), mixed, rare, 0.0)
    unlike = tuple(max(1, round(400 / place)) for place in range(1, 41))
    sets = {
        "5 of 20": (20,) * 5,
        "10 of 30": (30,) * 10,
        "24 of 60": (60,) * 24,
        "40 of 400, 200, 133, ...": unlike,
        "40, one of 1,000, others of 20": (1000, *(20,) * 39),
        "40 of 30": (30,) * 40,
        "100 of 20": (20,) * 100,
    }
    for name, sizes in sets.items():
        for word, some in (("recalls .60", middling), ("recalls .97", high)):
            for correlation in (0.05, 0.15):
                yield Case(f"{name}, {word}, r {correlation}", sizes, some, even, correlation)


def main() -> None:
    """Print a row for each case."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else REPEATS
    print(f"| data sets ({repeats:,} drawn of each) | warned | " + " | ".join(COLUMNS) + " |")
    print("|---|---|" + "---|" * len(COLUMNS))
    lowest = 100.0
    for case in cases():
        held, of, warned = coverage(case, repeats)
        shares = [100 * held[name] / of[name] for name in COLUMNS]
        print(
            f"| {case.name} | {'yes' if warned else 'no'} | " + " | ".join(f"{one:.1f}" for one in shares) + " |",
            flush=True,
        )
        lowest = lowest if warned else min(lowest, *shares)
    print(f"lowest without a warning: {lowest:.1f}")


def coverage(case: Case, repeats: int) -> tuple[Counter[str], Counter[str], bool]:
    """Of each column: how many intervals hold the true figure, and how many there are; and whether a warning stands."""
    rng = np.random.default_rng(14)
    true_a = true_figures(case, case.recalls)
    worse = tuple(max(0.1, one - 0.04) for one in case.recalls)
    true_b = true_figures(case, worse)
    held, of, warned = Counter[str](), Counter[str](), False
    for _ in range(repeats):
        pairs = draw(rng, case, worse)
        rows = tuple(Counted(pair.gold, pair.a, None, pair.cluster, pair.count) for pair in pairs)
        n = sum(pair.count for pair in pairs)
        scores = compute_scores(
            Count(classes=CLASSES, rows=rows, planned=n, answered=n, unscored=0), clustered_by=case.clustered_by
        )
        compared = compare_pairs(CLASSES, pairs, metrics=COMPARED, clustered_by=case.clustered_by)
        warned |= "Warning" in scores.interval
        found: list[tuple[str, float, Any, Any]] = []
        for name in COMPARED:
            one = scores.metrics[name]
            found.append((name, true_a[name], one.low, one.high))
        for recall, each in zip(case.recalls, scores.per_class, strict=True):
            found.append(("recall", recall, each.recall_low, each.recall_high))
        for difference in compared.differences:
            name = difference.metric
            found.append((f"{name} A-B", true_a[name] - true_b[name], difference.low, difference.high))
        for name, true, low, high in found:
            if low is not None:
                of[name] += 1
                held[name] += low <= true <= high
    return held, of, warned


def true_figures(case: Case, recalls: Sequence[float]) -> dict[str, float]:
    """The figures over endlessly many samples."""
    cells = np.zeros((_K, _K + 1))
    for gold, (share, recall) in enumerate(zip(case.prior, recalls, strict=True)):
        cells[gold, :_K] = share * (1 - recall) / (_K - 1)
        cells[gold, gold] = share * recall
    sums = class_sums(np.concatenate((cells.ravel(), np.zeros(3)))[None], _K)
    return {metric.name: float(metric.resampled(sums)[0]) for metric in CLASS_METRICS if metric.name in COMPARED}


def draw(rng: np.random.Generator, case: Case, worse: Sequence[float]) -> list[Pair]:
    """Samples with the answers of two runs, which are alike in what they find hard."""
    clusters = np.repeat(np.arange(len(case.sizes)), case.sizes)
    n = len(clusters)
    gold = rng.choice(_K, n, p=np.array(case.prior) / sum(case.prior))
    of_cluster, shared = np.sqrt(case.correlation), np.sqrt(0.5 * (1 - case.correlation))
    both = shared * rng.normal(size=n)
    sides = []
    for recalls in (case.recalls, worse):
        ease = of_cluster * rng.normal(size=len(case.sizes))[clusters] + both + shared * rng.normal(size=n)
        sides.append(_answers(rng, gold, ease < norm.ppf(recalls)[gold]))
    names = [f"s{one}" if case.clustered_by else None for one in clusters]
    words = ([CLASSES[code] for code in codes] for codes in (gold, *sides))
    return [Pair(*kind, count) for kind, count in Counter(zip(*words, names, strict=True)).items()]


def _answers(rng: np.random.Generator, gold: "NDArray[np.int64]", right: "NDArray[np.bool_]") -> "NDArray[np.int64]":
    return np.where(right, gold, (gold + rng.integers(1, _K, len(gold))) % _K)


if __name__ == "__main__":
    main()
