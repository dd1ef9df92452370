"""MAE and Pearson's r against pencil and library."""

import numpy as np
import pytest
from scipy.stats import pearsonr
from sklearn.metrics import f1_score, mean_absolute_error

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
    assert {"mae", "pearson", "acc_2_has0", "acc_2_non0", "f1_has0", "f1_non0", "acc_5", "acc_7"} == set(metrics)
    for figure in metrics.values():
        assert figure.low is not None
        assert figure.value is not None
        assert figure.high is not None
        assert figure.low < figure.value < figure.high


def test_a_set_without_intensities_has_neither_figure() -> None:
    assert intensity_metrics(CARDS["rafdb"], []) == {}


def test_nothing_answered_gives_none_and_a_constant_answer_has_no_correlation() -> None:
    assert set(intensity_metrics(MOSI, []).values()) == {MetricValue(None)}
    constant = intensity_metrics(MOSI, [(1.0, "neutral", None, 1), (2.0, "neutral", None, 1)])
    assert constant["pearson"].value is None
    assert constant["mae"].value == pytest.approx(1.5)


@pytest.mark.parametrize("clusters", [("v1", "v2", "v3"), (None, None, None)])
def test_the_order_of_samples_changes_no_interval(clusters: tuple[str | None, ...]) -> None:
    said = [(1.0, "positive", clusters[0], 3), (-1.0, "neutral", clusters[1], 2), (2.0, "negative", clusters[2], 4)]
    assert intensity_metrics(MOSI, said) == intensity_metrics(MOSI, said[::-1])


def test_the_fields_conventions_are_those_of_a_pencil() -> None:
    said = [
        (0.0, "neutral", None, 1),
        (1.2, "weakly positive", None, 1),
        (-2.6, "negative", None, 1),
        (0.4, "negative", None, 1),
        (0.0, "weakly negative", None, 1),
        (-1.0, "neutral", None, 1),
    ]
    found = {name: figure.value for name, figure in intensity_metrics(MOSI, said).items()}
    assert found["acc_2_has0"] == pytest.approx(3 / 6), "0 and above against below"
    assert found["acc_2_non0"] == pytest.approx(3 / 4), "an answer of zero is not above zero"
    assert found["acc_5"] == pytest.approx(2 / 6)
    assert found["acc_7"] == pytest.approx(2 / 6)


def test_f1_is_that_of_scikit_learn_weighted_with_zeros_and_without() -> None:
    rng = np.random.default_rng(11)
    words = list(WORDS)
    said = [(float(rng.integers(-3, 4)), words[rng.integers(5)], None, 1) for _ in range(120)]
    gold, answer = np.array([row[0] for row in said]), np.array([3 * WORDS[row[1]] for row in said])
    found = intensity_metrics(MOSI, said)
    assert found["f1_has0"].value == pytest.approx(f1_score(gold >= 0, answer >= 0, average="weighted"))
    kept = gold != 0
    assert found["f1_non0"].value == pytest.approx(f1_score(gold[kept] > 0, answer[kept] > 0, average="weighted"))
    assert found["acc_7"].value == pytest.approx(np.mean(np.round(gold) == np.round(answer)))


def test_ch_sims_has_its_own_five_classes_and_no_seven() -> None:
    found = intensity_metrics(SIMS, [(0.8, "positive", None, 1), (0.6, "positive", None, 1), (0.0, "neutral", None, 2)])
    assert found["acc_5"].value == pytest.approx(3 / 4)
    assert found["acc_7"].value is None
    assert found["acc_2_has0"].value == 1.0
