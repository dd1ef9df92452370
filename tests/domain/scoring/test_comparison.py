"""Paired differences: by hand, against scikit-learn on random data, and where there is nothing to compare."""

import math
import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score, recall_score

from tests.domain.scoring.first_choices import published
from workbench.domain.scoring.comparison import COMPARED, compare_pairs
from workbench.domain.scoring.paired_tests import Pair

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


def test_the_bootstrap_over_samples_has_the_width_of_the_formula() -> None:
    compared = compare_pairs(CLASSES, random_pairs(2000))
    assert compared.robust is not None
    low, high = compared.headline.low, compared.headline.high
    assert low is not None
    assert high is not None
    assert (high - low) / 2 == pytest.approx(1.96 * compared.robust.standard_error, rel=0.08)
    assert "over samples" in compared.interval


def test_runs_that_say_the_same_differ_by_nothing() -> None:
    compared = compare_pairs(CLASSES, pairs_of(("happy", "happy", "happy"), ("sad", "angry", "angry")))
    assert (compared.headline.value, compared.headline.low, compared.headline.high) == (0, 0, 0)
    assert compared.robust is None
    assert compared.mcnemar.p == 1.0


def test_without_a_sample_there_is_no_figure() -> None:
    compared = compare_pairs(CLASSES, [], metrics=("uar",), clustered_by="actor")
    assert [one.metric for one in compared.differences] == ["uar", "accuracy"]
    assert all(one.value is one.low is one.a is None for one in compared.differences)
    assert (compared.n, compared.robust, compared.permutation, compared.mcnemar.p) == (0, None, None, None)


@pytest.mark.parametrize("clusters", [("c1", "c1"), ("c1", None)])
def test_one_cluster_or_a_sample_without_one_is_compared_by_samples(clusters: tuple[str, str | None]) -> None:
    pairs = [Pair("happy", "happy", "sad", clusters[0], 3), Pair("sad", "happy", "sad", clusters[1], 2)]
    compared = compare_pairs(CLASSES, pairs, clustered_by="actor")
    assert compared.permutation is None
    assert "over samples" in compared.interval
    assert compared.robust is not None
    assert compared.robust.clusters is None


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
    assert compared.robust.standard_error == pytest.approx(0.0070, abs=0.00005)
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
