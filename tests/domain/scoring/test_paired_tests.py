"""Paired tests: by hand, and against the libraries' own words."""

import itertools
import math
import random
from typing import TypeAlias

import numpy as np
import pytest
from scipy.stats import binomtest
from statsmodels.stats.multitest import multipletests

from workbench.domain.scoring.paired_tests import Pair, exact_mcnemar, holm, permute_clusters, robust_difference

Kind: TypeAlias = tuple[str, str, str | None]
A: Kind = ("x", "x", "y")
B: Kind = ("x", "y", "x")
BOTH: Kind = ("x", "x", "x")
NEITHER: Kind = ("x", "y", None)
"""Gold, A's and B's class: right in A alone, in B alone, in both, in neither."""


def test_mcnemar_is_the_binomial_test_of_what_changed_sides() -> None:
    found = exact_mcnemar([Pair(*A, None, 5), Pair(*B, None, 1), Pair(*BOTH, None, 90), Pair(*NEITHER, None, 3)])
    assert (found.b, found.c, found.changed) == (5, 1, 6)
    assert found.p == pytest.approx(2 * (1 + 6) / 2**6)


@pytest.mark.parametrize(("b", "c"), [(0, 1), (3, 3), (257, 210), (40_000, 41_000)])
def test_mcnemar_agrees_with_scipy(b: int, c: int) -> None:
    rows = [Pair(*A, None, b), Pair(*B, None, c)]
    assert exact_mcnemar(rows).p == pytest.approx(binomtest(b, b + c, 0.5).pvalue)


def test_nothing_that_changed_sides_is_no_evidence_and_nothing_at_all_is_no_test() -> None:
    assert exact_mcnemar([Pair(*BOTH)]).p == 1.0
    assert exact_mcnemar([]).p is None


def test_the_clustered_error_is_the_sandwich_by_hand() -> None:
    of_cluster = {"c1": (A, A, BOTH), "c2": (B, NEITHER), "c3": (A, BOTH, BOTH, NEITHER)}
    rows = [Pair(*kind, cluster) for cluster, kinds in of_cluster.items() for kind in kinds]
    d = {"c1": [1, 1, 0], "c2": [-1, 0], "c3": [1, 0, 0, 0]}
    n, groups = 9, 3
    mean = 2 / 9
    meat = sum(sum(one - mean for one in found) ** 2 for found in d.values())
    found = robust_difference(rows, is_clustered=True)
    assert found is not None
    assert found.value == pytest.approx(mean)
    assert found.clusters == 3
    assert found.standard_error == pytest.approx(math.sqrt(meat * groups / (groups - 1)) / n)
    assert found.high - found.value == pytest.approx(4.302653 * found.standard_error, rel=1e-5), "t with 2 degrees"


def test_without_clusters_the_error_is_that_of_a_mean() -> None:
    rows = [Pair(*A, None, 30), Pair(*B, None, 12), Pair(*BOTH, None, 58)]
    d = np.repeat([1.0, -1.0, 0.0], [30, 12, 58])
    found = robust_difference(rows, is_clustered=False)
    assert found is not None
    assert found.clusters is None
    assert found.standard_error == pytest.approx(float(d.std(ddof=1)) / 10)


@pytest.mark.parametrize(
    ("rows", "clustered"),
    [
        ([], False),
        ([Pair(*A)], False),
        ([Pair(*BOTH, None, 9)], False),
        ([Pair(*A, "c1"), Pair(*B, "c1"), Pair(*A, "c2"), Pair(*B, "c2")], True),
    ],
    ids=["nothing", "one sample", "all alike", "all clusters alike"],
)
def test_without_variance_there_is_no_error_to_estimate(rows: list[Pair], clustered: bool) -> None:
    assert robust_difference(rows, is_clustered=clustered) is None


def cluster_pairs(sums: dict[str, int]) -> list[Pair]:
    """Clusters in which A has so many more right than B (fewer where negative), and one that both have right."""
    rows = [Pair(*BOTH, cluster) for cluster in sums]
    return rows + [Pair(*(A if n > 0 else B), cluster, abs(n)) for cluster, n in sums.items() if n]


def test_few_clusters_are_swapped_in_all_ways() -> None:
    sums = {"c1": 3, "c2": 2, "c3": -1, "c4": 4, "c5": 0}
    observed = abs(sum(sums.values()))
    swapped = [
        abs(sum(sign * n for sign, n in zip(signs, sums.values(), strict=True)))
        for signs in itertools.product((1, -1), repeat=5)
    ]
    found = permute_clusters(cluster_pairs(sums))
    assert found.clusters == 5
    assert found.p == pytest.approx(sum(one >= observed for one in swapped) / len(swapped))


def test_many_clusters_are_swapped_at_random_and_every_time_alike() -> None:
    draw = random.Random(3)
    sums = {f"c{place}": draw.choice((-1, 1, 1, 2)) for place in range(40)}
    found = permute_clusters(cluster_pairs(sums))
    assert found.p < 0.01
    assert permute_clusters(cluster_pairs(sums)) == found


@pytest.mark.parametrize("sums", [{"c1": 0, "c2": 0}, {"c1": 5, "c2": 0}])
def test_clusters_that_cannot_contradict_the_null_give_one(sums: dict[str, int]) -> None:
    assert permute_clusters(cluster_pairs(sums)).p == 1.0


def test_holm_multiplies_the_smallest_by_all_and_never_falls() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.01, None, 0.03]) == [pytest.approx(0.02), None, pytest.approx(0.03)]
    assert holm([0.7, 0.8]) == [1.0, 1.0]
    assert holm([]) == []
    assert holm([None]) == [None]


def test_holm_is_statsmodels_own() -> None:
    draw = random.Random(1)
    values = [draw.random() ** 3 for _ in range(20)]
    assert holm(values) == pytest.approx(list(multipletests(values, method="holm")[1]))
