"""MAE and Pearson's r against pencil and library."""

import numpy as np
import pytest
from scipy.stats import pearsonr
from sklearn.metrics import mean_absolute_error

from workbench.domain.datasets.cards import CARDS
from workbench.domain.scoring.intensities import intensity_metrics
from workbench.domain.scoring.intervals import MetricValue

MOSI, SIMS = CARDS["cmumosi"], CARDS["chsims"]
WORDS = {"negative": -1.0, "weakly negative": -0.5, "neutral": 0.0, "weakly positive": 0.5, "positive": 1.0}


def test_the_five_words_are_evenly_spaced_on_the_owners_scale() -> None:
    said = [(3.0, "positive", None, 1), (-1.5, "weakly negative", None, 1), (1.0, "neutral", None, 2)]
    metrics = intensity_metrics(MOSI, said)
    assert metrics["mae"].value == pytest.approx((0 + 0 + 1 + 1) / 4)
    assert intensity_metrics(SIMS, [(1.0, "weakly positive", None, 1)])["mae"].value == pytest.approx(0.5)


@pytest.mark.parametrize("clusters", [None, 8])
def test_the_libraries_give_the_same_on_random_data_and_intervals_hold_it(clusters: int | None) -> None:
    rng = np.random.default_rng(5)
    words = list(WORDS)
    said = []
    for place in range(160):
        word = words[rng.integers(5)]
        gold = float(np.clip(3 * WORDS[word] + rng.normal(), -3, 3))
        said.append((gold, word, None if clusters is None else f"v{place % clusters}", 1))
    gold_values, answers = [row[0] for row in said], [3 * WORDS[row[1]] for row in said]
    metrics = intensity_metrics(MOSI, said)
    assert metrics["mae"].value == pytest.approx(mean_absolute_error(gold_values, answers))
    assert metrics["pearson"].value == pytest.approx(pearsonr(gold_values, answers).statistic)
    for figure in metrics.values():
        assert figure.low is not None
        assert figure.value is not None
        assert figure.high is not None
        assert figure.low < figure.value < figure.high


def test_a_set_without_intensities_has_neither_figure() -> None:
    assert intensity_metrics(CARDS["rafdb"], []) == {}


def test_nothing_answered_gives_none_and_a_constant_answer_has_no_correlation() -> None:
    assert intensity_metrics(MOSI, []) == {"mae": MetricValue(None), "pearson": MetricValue(None)}
    constant = intensity_metrics(MOSI, [(1.0, "neutral", None, 1), (2.0, "neutral", None, 1)])
    assert constant["pearson"].value is None
    assert constant["mae"].value == pytest.approx(1.5)


@pytest.mark.parametrize("clusters", [("v1", "v2", "v3"), (None, None, None)])
def test_the_order_of_samples_changes_no_interval(clusters: tuple[str | None, ...]) -> None:
    said = [(1.0, "positive", clusters[0], 3), (-1.0, "neutral", clusters[1], 2), (2.0, "negative", clusters[2], 4)]
    assert intensity_metrics(MOSI, said) == intensity_metrics(MOSI, said[::-1])
