"""Paired differences and tests: by hand, against libraries on random data, and where there is nothing to compare."""

import itertools
import math
import random
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import accuracy_score, f1_score, recall_score
from statsmodels.stats.multitest import multipletests

from tests.domain.scoring.first_choices import published
from workbench.domain.scoring.comparison import (
    COMPARED,
    Pair,
    compare_pairs,
    exact_mcnemar,
    holm,
    permute_clusters,
)

CLASSES = ("happy", "sad", "angry")


def pairs_of(*rows: tuple[str, str | None, str | None]) -> list[Pair]:
    return [Pair(*row) for row in rows]


def random_pairs(n: int, *, clusters: int | None = None, seed: int = 1) -> list[Pair]:
    draw = random.Random(seed)
    words = (*CLASSES, "bored", None)
    return [
        Pair(draw.choice(CLASSES), draw.choice(words), draw.choice(words), f"c{draw.randrange(clusters)}")
        if clusters
        else Pair(draw.choice(CLASSES), draw.choice(words), draw.choice(words))
        for _ in range(n)
    ]


def test_a_difference_is_a_minus_b_and_positive_where_a_is_better() -> None:
    compared = compare_pairs(
        CLASSES,
        pairs_of(("happy", "happy", "sad"), ("happy", "happy", "happy"), ("sad", "sad", None), ("sad", "happy", "sad")),
    )
    [accuracy] = compared.differences
    assert (accuracy.metric, accuracy.a, accuracy.b, accuracy.value) == ("accuracy", 0.75, 0.5, 0.25)
    assert (compared.mcnemar.b, compared.mcnemar.c) == (2, 1)
    assert compared.n == 4
    assert accuracy.low is not None
    assert accuracy.high is not None
    assert accuracy.low <= 0.25 <= accuracy.high


def test_exchanging_the_runs_turns_every_sign() -> None:
    pairs = random_pairs(200, clusters=12)
    one = compare_pairs(CLASSES, pairs, metrics=COMPARED, clustered_by="actor")
    other = compare_pairs(
        CLASSES, [Pair(p.gold, p.b, p.a, p.cluster) for p in pairs], metrics=COMPARED, clustered_by="actor"
    )
    for mine, theirs in zip(one.differences, other.differences, strict=True):
        assert mine.value == pytest.approx(-(theirs.value or 0))
        assert mine.low == pytest.approx(-(theirs.high or 0))
    assert (one.mcnemar.b, one.mcnemar.c) == (other.mcnemar.c, other.mcnemar.b)
    assert one.mcnemar.p == other.mcnemar.p


@pytest.mark.parametrize("seed", range(5))
def test_differences_are_those_of_scikit_learns_metrics(seed: int) -> None:
    pairs = random_pairs(150, seed=seed)
    gold = [pair.gold for pair in pairs]

    def scores(said: Sequence[str | None]) -> dict[str, float]:
        words = ["none" if word is None else word for word in said]
        kept = {"labels": sorted(set(gold)), "zero_division": 0}
        return {
            "accuracy": accuracy_score(gold, words),
            "uar": recall_score(gold, words, average="macro", **kept),
            "macro_f1": f1_score(gold, words, average="macro", **kept),
            "weighted_f1": f1_score(gold, words, average="weighted", **kept),
        }

    a, b = scores([pair.a for pair in pairs]), scores([pair.b for pair in pairs])
    for one in compare_pairs(CLASSES, pairs, metrics=COMPARED).differences:
        assert one.a == pytest.approx(a[one.metric])
        assert one.value == pytest.approx(a[one.metric] - b[one.metric])


def test_the_interval_over_samples_has_the_width_of_the_formula() -> None:
    compared = compare_pairs(CLASSES, random_pairs(2000))
    assert compared.robust is not None
    low, high = compared.headline.low, compared.headline.high
    assert low is not None
    assert high is not None
    assert (high - low) / 2 == pytest.approx(1.96 * compared.robust.standard_error, rel=0.01)
    assert "samples taken as independent" in compared.interval


def test_runs_that_say_the_same_differ_by_nothing() -> None:
    compared = compare_pairs(CLASSES, pairs_of(("happy", "happy", "happy"), ("sad", "angry", "angry")))
    assert (compared.headline.value, compared.headline.low, compared.headline.high) == (0, None, None)
    assert compared.robust is None
    assert compared.mcnemar.p == 1.0


def test_without_a_sample_there_is_no_figure() -> None:
    compared = compare_pairs(CLASSES, [], metrics=("uar",), clustered_by="actor")
    assert [one.metric for one in compared.differences] == ["uar", "accuracy"]
    assert all(one.value is one.low is one.a is None for one in compared.differences)
    assert (compared.n, compared.robust, compared.permutation, compared.mcnemar.p) == (0, None, None, None)


def test_a_sample_without_a_cluster_has_all_compared_by_samples_and_the_words_say_so() -> None:
    pairs = [Pair("happy", "happy", "sad", "c1", 3), Pair("sad", "happy", "sad", None, 2)]
    compared = compare_pairs(CLASSES, pairs, clustered_by="actor")
    assert compared.permutation is None
    assert "(actor) are not known here" in compared.interval
    assert compared.robust is not None
    assert compared.robust.clusters is None


def test_one_cluster_alone_gives_no_interval() -> None:
    pairs = [Pair("happy", "happy", "sad", "c1", 3), Pair("sad", "happy", "sad", "c1", 2)]
    compared = compare_pairs(CLASSES, pairs, clustered_by="actor")
    assert (compared.permutation, compared.robust, compared.headline.low) == (None, None, None)
    assert "of one actor" in compared.interval


def test_the_interval_of_unlike_clusters_does_not_contradict_the_permutation() -> None:
    rng = np.random.default_rng(8)
    pairs = []
    for place in range(1, 41):
        better = rng.normal(0.06, 0.2)
        for _ in range(400 // place):
            a = rng.random() < 0.5 + better / 2
            b = rng.random() < 0.5 - better / 2
            pairs.append(Pair("happy", "happy" if a else "sad", "happy" if b else "sad", f"s{place}"))
    compared = compare_pairs(CLASSES, pairs, clustered_by="subject")
    assert compared.permutation is not None
    assert compared.headline.low is not None
    assert compared.headline.high is not None
    assert (compared.headline.low <= 0 <= compared.headline.high) == (compared.permutation.p > 0.05)
    assert "few clusters (40, which tell as much as" in compared.interval


def test_a_test_says_how_small_its_p_can_be() -> None:
    found = permute_clusters([Pair("happy", "happy", "sad", f"c{place}", 3) for place in range(5)])
    assert found.p == found.smallest_p == 0.0625
    assert exact_mcnemar([Pair("happy", "happy", "sad", None, 3)]).smallest_p == 0.25


def test_counted_rows_are_as_many_samples() -> None:
    pairs = random_pairs(60, clusters=4)
    doubled = compare_pairs(CLASSES, [*pairs, *pairs], metrics=COMPARED, clustered_by="actor")
    counted = [Pair(p.gold, p.a, p.b, p.cluster, 2) for p in pairs]
    assert compare_pairs(CLASSES, counted, metrics=COMPARED, clustered_by="actor") == doubled


def test_a_gold_class_that_is_none_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="bored"):
        compare_pairs(CLASSES, [Pair("bored", None, None)])


_WORDS = st.sampled_from((*CLASSES, "bored", None))


@given(
    st.lists(st.builds(Pair, st.sampled_from(CLASSES), _WORDS, _WORDS, st.sampled_from(("c1", "c2", "c3", None)))),
    st.booleans(),
)
@settings(max_examples=60)
def test_whatever_is_compared_no_figure_is_nan(pairs: list[Pair], clustered: bool) -> None:
    compared = compare_pairs(CLASSES, pairs, metrics=COMPARED, clustered_by="actor" if clustered else None)
    figures = [figure for one in compared.differences for figure in (one.value, one.low, one.high)]
    if compared.robust:
        figures += [compared.robust.low, compared.robust.high, compared.robust.standard_error]
    assert all(figure is None or math.isfinite(figure) for figure in figures)
    assert compared.n == len(pairs)


def published_pairs(a: dict[str, tuple[str, str]], b: dict[str, tuple[str, str]], *, by_actor: bool) -> list[Pair]:
    return [
        Pair(gold, said, b[name][1], name[-2:] if by_actor else None) for name, (gold, said) in a.items() if name in b
    ]


def test_rafdb_in_grey_is_worse_than_in_colour_by_less_than_the_paper_could_see() -> None:
    pairs = published_pairs(
        published("rafdb", "label-gpt4v-rgb.csv"), published("rafdb", "label-gpt4v-grey.csv"), by_actor=False
    )
    compared = compare_pairs(sorted({pair.gold for pair in pairs}), pairs)
    assert compared.n == 3067
    assert (compared.mcnemar.b, compared.mcnemar.c) == (257, 210)
    assert compared.mcnemar.p == pytest.approx(0.033, abs=0.0005)
    assert compared.robust is not None
    assert compared.robust.standard_error == pytest.approx(0.0070, abs=0.0001)
    assert compared.headline.value == pytest.approx(47 / 3067)


def test_ravdess_with_a_third_frame_is_better_by_twelve_points_over_24_actors() -> None:
    pairs = published_pairs(
        published("ravdess", "label-gpt4v-3.csv"), published("ravdess", "label-gpt4v-2.csv"), by_actor=True
    )
    compared = compare_pairs(sorted({pair.gold for pair in pairs}), pairs, clustered_by="actor")
    assert compared.headline.value == pytest.approx(0.120, abs=0.0005)
    assert compared.robust is not None
    assert compared.robust.clusters == 24
    assert compared.robust.standard_error == pytest.approx(0.0162, abs=0.00005)
    assert compared.permutation is not None
    assert compared.permutation.p < 0.001
    by_samples = compare_pairs(sorted({pair.gold for pair in pairs}), pairs).robust
    assert by_samples is not None
    assert by_samples.standard_error == pytest.approx(0.0133, abs=0.00005)


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


def test_the_clustered_error_is_that_of_means_without_each_cluster() -> None:
    of_cluster = {"c1": (A, A, BOTH), "c2": (B, NEITHER), "c3": (A, BOTH, BOTH, NEITHER)}
    rows = [Pair(*kind, cluster) for cluster, kinds in of_cluster.items() for kind in kinds]
    without = [np.mean(d) for d in ([-1, 0, 1, 0, 0, 0], [1, 1, 0, 1, 0, 0, 0], [1, 1, 0, -1, 0])]
    found = compare_pairs(("x",), rows, clustered_by="actor").robust
    assert found is not None
    assert found.value == pytest.approx(2 / 9)
    assert found.clusters == 3
    variance = 2 / 3 * sum((one - 2 / 9) ** 2 for one in without)
    assert found.standard_error == pytest.approx(math.sqrt(max(variance, (4 / 11 + 2 / 11 - (2 / 11) ** 2) / 11)))


def test_the_error_of_equal_clusters_is_the_sandwich_of_statsmodels() -> None:
    from statsmodels.api import OLS

    rng = np.random.default_rng(3)
    skill = rng.normal(0, 0.3, 24)
    d = [int(one) for cluster in range(24) for one in np.sign(rng.normal(skill[cluster], 1, 20)).astype(int)]
    rows = [Pair(*(A if one > 0 else B), f"c{place // 20}") for place, one in enumerate(d)]
    groups = np.repeat(np.arange(24), 20)
    fit = OLS(np.array(d, dtype=float), np.ones(480)).fit(
        cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False}, use_t=True
    )
    found = compare_pairs(("x",), rows, clustered_by="actor").robust
    assert found is not None
    assert found.standard_error == pytest.approx(float(fit.bse[0]) * math.sqrt(24 / 23), rel=1e-6)
    assert found.high - found.value == pytest.approx(2.06866 * found.standard_error, rel=1e-4), "t with 23 degrees"


def test_without_clusters_the_error_is_about_that_of_a_mean() -> None:
    rows = [Pair(*A, None, 300), Pair(*B, None, 120), Pair(*BOTH, None, 580)]
    d = np.repeat([1.0, -1.0, 0.0], [300, 120, 580])
    found = compare_pairs(("x",), rows).robust
    assert found is not None
    assert found.clusters is None
    assert found.standard_error == pytest.approx(float(d.std(ddof=1)) / math.sqrt(1000), rel=0.01)


@pytest.mark.parametrize(
    "rows",
    [[], [Pair(*BOTH, None, 9)], [Pair(*BOTH, "c1", 9), Pair(*NEITHER, "c2", 9)]],
    ids=["nothing", "alike", "clusters"],
)
def test_where_nothing_changed_sides_there_is_no_interval(rows: list[Pair]) -> None:
    compared = compare_pairs(("x",), rows, clustered_by="actor")
    assert compared.robust is None
    assert compared.headline.low is None


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
