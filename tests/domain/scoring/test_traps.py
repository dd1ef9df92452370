"""Where a library or a habit gives another figure than the one that is meant: each trap sprung, and walked around."""

import numpy as np
import pytest
from scipy.stats import bootstrap
from sklearn.metrics import balanced_accuracy_score, f1_score, label_ranking_average_precision_score, recall_score

from workbench.domain.scoring.counting import Count, Counted
from workbench.domain.scoring.scores import Scores, compute_scores

CLASSES = ("anger", "contempt", "other")


def scored(*rows: Counted, clustered_by: str | None = None) -> Scores:
    said = sum(row.count for row in rows if row.predicted is not None)
    count = Count(classes=CLASSES, rows=rows, planned=sum(row.count for row in rows), answered=said, unscored=0)
    return compute_scores(count, clustered_by=clustered_by)


def test_a_word_outside_the_labels_is_no_class_of_recall_zero() -> None:
    gold, said = ["anger", "contempt"], ["anger", "sadness"]
    assert recall_score(gold, said, average="macro", zero_division=0) == pytest.approx(1 / 3)
    assert scored(Counted("anger", "anger"), Counted("contempt", "sadness")).metrics["uar"].value == 0.5


def test_a_sample_without_an_answer_is_no_class_either() -> None:
    gold, said = ["anger", "contempt"], ["anger", "no answer"]
    assert f1_score(gold, said, average="macro", zero_division=0) == pytest.approx(1 / 3)
    assert scored(Counted("anger", "anger"), Counted("contempt", None)).metrics["macro_f1"].value == 0.5


def test_a_class_that_only_answers_have_moves_no_mean() -> None:
    gold, said = ["anger", "contempt"], ["anger", "other"]
    figures = scored(Counted("anger", "anger"), Counted("contempt", "other")).metrics
    with pytest.warns(UserWarning, match="not in y_true"):
        assert figures["uar"].value == balanced_accuracy_score(gold, said)
    assert figures["macro_f1"].value == f1_score(gold, said, labels=["anger", "contempt"], average="macro")


def test_a_right_label_that_is_not_listed_counts_nothing_in_mrr_and_is_not_tied() -> None:
    truth = np.array([[0, 0, 1]])
    rank_scores = np.array([[2, 1, 0]])  # "other" is not listed, and ties with nothing in a list of two
    tied = label_ranking_average_precision_score(truth, rank_scores)
    assert tied == pytest.approx(1 / 3)
    assert scored(Counted("other", "anger", None)).metrics["mrr"].value == 0.0


def test_war_is_accuracy_and_no_metric_of_its_own() -> None:
    rows = (Counted("anger", "anger", count=3), Counted("anger", "other"), Counted("contempt", "contempt"))
    gold = ["anger"] * 4 + ["contempt"]
    said = ["anger"] * 3 + ["other", "contempt"]
    weighted_recall = recall_score(gold, said, average="weighted", zero_division=0)
    assert scored(*rows).metrics["accuracy"].value == pytest.approx(weighted_recall)


def test_f1_is_taken_over_all_subjects_together_and_is_no_mean_of_theirs() -> None:
    rows = (
        Counted("anger", "anger", None, "s1", 2),
        Counted("contempt", "anger", None, "s1"),
        Counted("contempt", "contempt", None, "s2", 2),
        Counted("anger", "contempt", None, "s2"),
    )
    by_subject = []
    for subject in ("s1", "s2"):
        pairs = [(row.gold, row.predicted) for row in rows if row.cluster == subject for _ in range(row.count)]
        by_subject.append(f1_score(*zip(*pairs, strict=True), labels=CLASSES[:2], average="macro", zero_division=0))
    together = scored(*rows, clustered_by="subject").metrics["macro_f1"].value
    assert together == pytest.approx(2 / 3)
    assert np.mean(by_subject) == pytest.approx(0.4)


def test_samples_of_one_subject_are_no_independent_samples() -> None:
    rng = np.random.default_rng(2)
    rows, right = [], []
    for subject in range(24):
        skill = rng.random()
        for _ in range(30):
            is_right = rng.random() < skill
            right.append(float(is_right))
            rows.append(Counted("anger", "anger" if is_right else "other", None, f"s{subject}"))
    naive = bootstrap((right,), np.mean, n_resamples=999, method="percentile", rng=3).confidence_interval
    ours = scored(*rows, clustered_by="subject").metrics["accuracy"]
    assert ours.low is not None
    assert ours.high is not None
    assert ours.high - ours.low > 2 * (naive.high - naive.low)


def test_the_cluster_interval_is_as_wide_as_the_cluster_robust_formula_says() -> None:
    from statsmodels.api import OLS

    rng = np.random.default_rng(4)
    skills = rng.uniform(0.2, 0.9, size=60)
    right = rng.random((60, 20)) < skills[:, None]
    rows = [
        Counted("anger", "anger" if is_right else "other", None, f"s{subject}")
        for subject, clips in enumerate(right)
        for is_right in clips
    ]
    groups = np.repeat(np.arange(60), 20)
    fit = OLS(right.ravel().astype(float), np.ones(1200)).fit(cov_type="cluster", cov_kwds={"groups": groups})
    ours = scored(*rows, clustered_by="subject").metrics["accuracy"]
    assert ours.low is not None
    assert ours.high is not None
    assert (ours.high - ours.low) / (2 * 2.0) == pytest.approx(float(fit.bse[0]), rel=0.08)
