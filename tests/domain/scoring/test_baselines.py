"""Both baselines against what scikit-learn gives for somebody who answers so."""

from collections import Counter

import pytest
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score, recall_score

from workbench.domain.scoring.scores import compute_baselines

CLASSES = ("happy", "sad", "angry", "contempt")
GOLD = ("happy", "happy", "happy", "happy", "sad", "sad", "angry", "angry")


def test_the_majority_baseline_is_what_scikit_learn_gives_for_one_constant_answer() -> None:
    baseline = compute_baselines(Counter(GOLD), CLASSES)["majority"]
    present, constant = ["happy", "sad", "angry"], ["happy"] * len(GOLD)
    assert baseline.label == "happy"
    assert dict(baseline.metrics) == {
        "accuracy": pytest.approx(accuracy_score(GOLD, constant)),
        "uar": pytest.approx(balanced_accuracy_score(GOLD, constant)),
        "macro_f1": pytest.approx(f1_score(GOLD, constant, labels=present, average="macro", zero_division=0)),
        "weighted_f1": pytest.approx(f1_score(GOLD, constant, labels=present, average="weighted", zero_division=0)),
    }


def test_the_uniform_baseline_is_what_scikit_learn_gives_when_each_class_is_guessed_equally_often() -> None:
    baseline = compute_baselines(Counter(GOLD), CLASSES)["uniform"]
    gold = [label for label in GOLD for _ in CLASSES]
    guessed = [label for _ in GOLD for label in CLASSES]
    present = ["happy", "sad", "angry"]
    assert baseline.label is None
    assert dict(baseline.metrics) == {
        "accuracy": pytest.approx(accuracy_score(gold, guessed)),
        "uar": pytest.approx(recall_score(gold, guessed, labels=present, average="macro")),
        "macro_f1": pytest.approx(f1_score(gold, guessed, labels=present, average="macro")),
        "weighted_f1": pytest.approx(f1_score(gold, guessed, labels=present, average="weighted")),
    }


def test_the_first_of_two_equally_frequent_classes_is_the_majority() -> None:
    assert compute_baselines({"sad": 1, "happy": 1}, CLASSES)["majority"].label == "happy"


def test_nothing_counted_has_no_baseline() -> None:
    assert compute_baselines({}, CLASSES) == {}
