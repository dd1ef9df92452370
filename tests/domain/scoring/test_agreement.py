"""Every coefficient against an example computed by hand or published, and against the libraries on any data."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import isfinite
from random import Random
from typing import Any

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import aggregate_raters
from statsmodels.stats.inter_rater import fleiss_kappa as fleiss_of_library

from workbench.domain.scoring.agreement import (
    NOTHING_PAIRED,
    NOTHING_SHARED,
    ONE_LABEL,
    ONE_REVIEWER,
    ONE_SAMPLE,
    Coefficient,
    agreement_of,
    alpha_of_sums,
    cohen_of_sums,
    cohens_kappa,
    fleiss_kappa,
    fleiss_of_sums,
    krippendorffs_alpha,
    pair_agreement,
    share_agreed,
)

Table = list[tuple[str | None, ...]]
LABELS = ("happy", "sad", "angry")

FOUR_OF_TEN = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15
"""p_o = 35 / 50; p_e = 25 / 50 * 30 / 50 + 25 / 50 * 20 / 50 = 1 / 2; kappa = (0.7 - 0.5) / 0.5 = 0.4."""

FLEISS_COUNTS = (
    *((0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1)),
    *((7, 7, 0, 0, 0), (3, 2, 6, 3, 0), (2, 5, 3, 2, 2), (6, 5, 2, 1, 0), (0, 2, 2, 3, 7)),
)
"""Ten subjects, fourteen raters: P = 0.378, P_e = 0.213, kappa = 0.210 (the worked example of Wikipedia's article)."""


def columns_to_rows(columns: Sequence[str]) -> Table:
    width = min(map(len, columns))
    return [tuple(None if one[place] == "*" else one[place] for one in columns) for place in range(width)]


def test_cohens_kappa_of_an_example_computed_by_hand() -> None:
    found = cohens_kappa([one for one, _ in FOUR_OF_TEN], [other for _, other in FOUR_OF_TEN])
    assert found.value == pytest.approx(0.4)
    assert (found.n, found.why) == (50, None)


def test_fleiss_kappa_of_the_example_that_is_known() -> None:
    rows = [tuple(str(label) for label, count in enumerate(counts) for _ in range(count)) for counts in FLEISS_COUNTS]
    found = fleiss_kappa(rows)
    assert found.value == pytest.approx(0.2099, abs=5e-5)
    assert found.n == 10


def test_krippendorffs_alpha_of_an_example_computed_by_hand() -> None:
    """Three samples: aa, ab, bb(b). Coincidences aa 2, ab 1, ba 1, bb 3; n = 7, of these a 3 and b 4.

    D_o = 2 / 7, D_e = 2 * 3 * 4 / (7 * 6) = 4 / 7, alpha = 1 - 1 / 2. The fourth sample has one label: no pair.
    """
    found = krippendorffs_alpha([("a", "a", None), ("a", None, "b"), ("b", "b", "b"), (None, "a", None)])
    assert found.value == pytest.approx(0.5)
    assert found.n == 3


def test_krippendorffs_alpha_of_the_example_that_is_known() -> None:
    coders = ("*****34121133*3", "1*213343*******", "**21344*21133*4")
    found = krippendorffs_alpha(columns_to_rows(coders))
    assert found.value == pytest.approx(0.691358, abs=5e-7)
    assert found.n == 12


def test_the_share_of_agreement_has_the_exact_interval() -> None:
    found = share_agreed([("a", "a", "a"), ("a", "a", None), ("a", "b", "a"), (None, "a", None)])
    assert found.value == pytest.approx(2 / 3)
    assert [found.low, found.high] == pytest.approx([0.0943, 0.9916], abs=5e-5)


def test_two_raters_are_compared_over_the_samples_that_both_labelled() -> None:
    found = pair_agreement("ann", ("a", "a", "b", None, "b"), "bob", ("a", "b", "b", "a", None))
    assert (found.first, found.second, found.n) == ("ann", "bob", 3)
    assert found.agreed.value == pytest.approx(2 / 3)
    assert found.cohen.value == pytest.approx((2 / 3 - 4 / 9) / (1 - 4 / 9))
    assert found.fleiss.value == pytest.approx((2 / 3 - 1 / 2) / (1 - 1 / 2))
    assert found.krippendorff.value == pytest.approx(1 - (2 / 6) / (2 * 9 / 30))


def test_a_table_gives_all_together_each_two_and_each_with_gold() -> None:
    rows: Table = [("a", "a", "a"), ("b", "a", "b"), ("b", "b", None), ("a", None, None), (None, None, None)]
    found = agreement_of(("ann", "bob", "cyd"), rows, ("a", "b", "b", "b", "a"))
    assert (found.labelled, found.paired, found.fleiss.n, found.krippendorff.n) == (4, 3, 2, 3)
    assert found.unanimous.value == pytest.approx(2 / 3)
    assert [(one.first, one.second, one.n) for one in found.pairs] == [
        ("ann", "bob", 3),
        ("ann", "cyd", 2),
        ("bob", "cyd", 2),
    ]
    assert [(one.first, one.second, one.n, one.agreed.value) for one in found.with_gold] == [
        ("ann", "gold", 4, 0.75),
        ("bob", "gold", 3, pytest.approx(2 / 3)),
        ("cyd", "gold", 2, 1.0),
    ]


def test_a_table_that_is_none_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="1 rows for 2 gold labels"):
        agreement_of(("ann",), [("a",)], ("a", "b"))
    with pytest.raises(ValueError, match="2 reviewers"):
        agreement_of(("ann", "bob"), [("a",)], ("a",))


@pytest.mark.parametrize(
    ("rows", "cohen", "fleiss", "alpha"),
    [
        ([], NOTHING_SHARED, NOTHING_SHARED, NOTHING_PAIRED),
        ([("a", None), (None, "a")], NOTHING_SHARED, NOTHING_SHARED, NOTHING_PAIRED),
        ([("a", "b"), ("a", None)], ONE_SAMPLE, ONE_SAMPLE, ONE_SAMPLE),
        ([("a", "a"), ("a", "a"), ("b", None)], ONE_LABEL, ONE_LABEL, ONE_LABEL),
    ],
)
def test_what_is_not_defined_is_none_and_says_why(rows: Table, cohen: str, fleiss: str, alpha: str) -> None:
    first, second = [row[0] for row in rows], [row[1] for row in rows]
    for found, why in (
        (cohens_kappa(first, second), cohen),
        (fleiss_kappa(rows), fleiss),
        (krippendorffs_alpha(rows), alpha),
    ):
        assert (found.value, found.low, found.high, found.why) == (None, None, None, why)


def test_one_reviewer_has_nobody_to_agree_with_but_gold() -> None:
    found = agreement_of(("ann",), [("a",), ("b",), ("b",)], ("a", "b", "a"))
    assert (found.fleiss.why, found.krippendorff.why) == (ONE_REVIEWER, ONE_REVIEWER)
    assert (found.unanimous.value, found.pairs) == (None, ())
    (with_gold,) = found.with_gold
    assert with_gold.cohen.value == pytest.approx(0.4)


def test_no_reviewer_and_no_sample_is_no_crash() -> None:
    found = agreement_of((), [], ())
    assert (found.labelled, found.paired, found.pairs, found.with_gold) == (0, 0, (), ())


def test_two_who_never_say_the_same_word_are_worse_than_chance_or_equal_to_it() -> None:
    assert cohens_kappa(("a", "a"), ("b", "b")).value == 0.0
    assert fleiss_kappa([("a", "b"), ("a", "b")]).value == -1.0
    assert krippendorffs_alpha([("a", "b"), ("b", "a")]).value == pytest.approx(-0.5)


def noisy(n: int, reviewers: int, seed: int = 1, gaps: float = 0.2) -> Table:
    random = Random(seed)
    rows: Table = []
    for _ in range(n):
        true = random.choice(LABELS)
        said = [true if random.random() < 0.7 else random.choice(LABELS) for _ in range(reviewers)]
        rows.append(tuple(None if random.random() < gaps else label for label in said))
    return rows


def test_intervals_are_those_of_samples_drawn_again_and_put_through_the_libraries() -> None:
    rows = noisy(60, 3)
    random = Random(2)
    alphas, kappas = [], []
    for _ in range(400):
        drawn = random.choices(rows, k=len(rows))
        alphas.append(alpha_of_library(drawn))
        kappas.append(kappa_of_library([row[:2] for row in drawn]))
    for found, by_library in (
        (krippendorffs_alpha(rows), alphas),
        (cohens_kappa([row[0] for row in rows], [row[1] for row in rows]), kappas),
    ):
        low, high = np.percentile(by_library, (2.5, 97.5))
        assert found.low == pytest.approx(low, abs=0.04)
        assert found.high == pytest.approx(high, abs=0.04)


def test_intervals_hold_their_value_shrink_with_more_samples_and_repeat() -> None:
    widths = []
    for n in (30, 120, 480):
        found = krippendorffs_alpha(noisy(n, 3))
        assert found == krippendorffs_alpha(noisy(n, 3))
        assert found.value is not None
        assert found.low is not None
        assert found.high is not None
        assert found.low < found.value < found.high
        widths.append(found.high - found.low)
    assert all(wider > 1.5 * narrower for wider, narrower in pairwise(widths))


def test_resamples_that_say_nothing_give_no_interval() -> None:
    whole = fleiss_kappa([("a", "a"), ("b", "b"), ("a", "a"), ("b", "b"), ("a", "a")] * 9)
    assert whole == Coefficient(value=1.0, n=45), "no disagreement can be drawn where there is none"
    few = krippendorffs_alpha([("a", "a"), ("a", "b"), ("a", "a")])
    assert few.value == pytest.approx(0.0)
    assert few.low is None, "a third of the resamples has one label alone"


def alpha_of_library(rows: Sequence[Sequence[str | None]]) -> float:
    numbers: list[list[float]] = [[np.nan if one is None else LABELS.index(one) for one in row] for row in rows]
    return float(krippendorff.alpha(np.array(numbers).T, level_of_measurement="nominal"))


def kappa_of_library(rows: Sequence[Sequence[str | None]]) -> float:
    both = [row for row in rows if None not in row]
    return float(cohen_kappa_score([row[0] for row in both], [row[1] for row in both]))


tables = st.integers(2, 4).flatmap(
    lambda width: st.lists(st.tuples(*[st.sampled_from((*LABELS, None))] * width), min_size=1, max_size=30)
)


@settings(max_examples=60)
@given(tables)
def test_the_libraries_agree_on_any_data(rows: Table) -> None:
    first, second = [row[0] for row in rows], [row[1] for row in rows]
    if (found := cohens_kappa(first, second)).value is not None:
        assert found.value == pytest.approx(kappa_of_library([row[:2] for row in rows]))
    if (found := krippendorffs_alpha(rows)).value is not None:
        assert found.value == pytest.approx(alpha_of_library(rows))
    if (found := fleiss_kappa(rows)).value is not None:
        counts, _ = aggregate_raters([row for row in rows if None not in row])
        assert found.value == pytest.approx(fleiss_of_library(counts))


@settings(max_examples=60)
@given(tables)
def test_a_coefficient_is_a_number_with_an_interval_or_none_with_a_word(rows: Table) -> None:
    table = agreement_of([f"r{place}" for place in range(len(rows[0]))], rows, ["happy"] * len(rows))
    pairs = (*table.pairs, *table.with_gold)
    found: list[Any] = [table.fleiss, table.krippendorff]
    found += [one for pair in pairs for one in (pair.cohen, pair.fleiss, pair.krippendorff)]
    for one in found:
        assert (one.value is None) == (one.why is not None)
        assert one.value is None or (isfinite(one.value) and one.value <= 1 + 1e-12)
        assert (one.low is None) == (one.high is None)
        assert one.low is None or one.low < one.high


LABELS = ("a", "b", "c")


def sums_of_all(rows: list[tuple[str, ...]]) -> Any:
    counts = [[row.count(label) for label in LABELS] for row in rows]
    agreed = [sum(n * (n - 1) for n in row) / (sum(row) - 1) for row in counts]
    return np.array([[*np.sum(counts, axis=0), sum(agreed)]], dtype=float)


def sums_of_pairs(rows: list[tuple[str, ...]]) -> Any:
    own = [[sum(row[place] == label for row in rows) for label in LABELS] for place in (0, 1)]
    return np.array([[*own[0], *own[1], sum(row[0] == row[1] for row in rows)]], dtype=float)


rows_of = st.integers(2, 4).flatmap(
    lambda width: st.lists(st.tuples(*[st.sampled_from(LABELS)] * width), min_size=2, max_size=20)
)


@settings(max_examples=60)
@given(rows_of)
def test_a_formula_of_sums_is_the_library_on_the_samples(rows: list[tuple[str, ...]]) -> None:
    cases: list[tuple[Callable[[Any], Any], Any, float | None]] = [
        (fleiss_of_sums, sums_of_all(rows), fleiss_kappa(rows).value),
        (alpha_of_sums, sums_of_all(rows), krippendorffs_alpha(rows).value),
        (cohen_of_sums, sums_of_pairs(rows), cohens_kappa([row[0] for row in rows], [row[1] for row in rows]).value),
    ]
    for formula, sums, value in cases:
        (found,) = formula(sums)
        if value is None:
            assert np.isnan(found)
        else:
            assert found == pytest.approx(value)
