"""The formulas of sums give on whole samples what the libraries give."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.domain.scoring.agreement import cohens_kappa, fleiss_kappa, krippendorffs_alpha
from workbench.domain.scoring.agreement_intervals import alpha_of_sums, cohen_of_sums, fleiss_of_sums

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
