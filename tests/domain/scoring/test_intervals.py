"""Intervals against formulas worked out by hand, against libraries, and over samples and clusters as they come."""

from dataclasses import replace
from math import comb, sqrt

import numpy as np
import pytest
from sklearn.metrics import f1_score, recall_score
from statsmodels.stats.proportion import proportion_confint

from workbench.domain.scoring.class_sums import class_sums, cluster_rows
from workbench.domain.scoring.counting import Count, Counted
from workbench.domain.scoring.intervals import MetricValue, Sampling, proportion, ratio_interval, resample_samples
from workbench.domain.scoring.metrics import CLASS_METRICS
from workbench.domain.scoring.scores import compute_scores

CLASSES = ("happy", "sad", "angry")


def counted(rows: list[tuple[str, str | None, int | None, str | None]]) -> Count:
    answered = sum(row[1] is not None for row in rows)
    return Count(
        classes=CLASSES,
        rows=tuple(Counted(*row) for row in rows),
        planned=len(rows),
        answered=answered,
        unscored=0,
    )


def random_rows(n: int, clusters: int | None, seed: int = 0) -> list[tuple[str, str | None, int | None, str | None]]:
    rng = np.random.default_rng(seed)
    rows: list[tuple[str, str | None, int | None, str | None]] = []
    for place in range(n):
        gold = CLASSES[rng.integers(3)]
        ranking = list(rng.permutation(CLASSES))
        rank = ranking.index(gold) + 1
        cluster = None if clusters is None else f"s{place % clusters}"
        rows.append((gold, None, None, cluster) if rng.random() < 0.1 else (gold, str(ranking[0]), rank, cluster))
    return rows


@pytest.mark.parametrize(("hits", "of"), [(1, 7), (4, 8), (50, 99), (99, 100), (0, 3), (3, 3)])
def test_statsmodels_has_the_same_interval_for_a_share(hits: int, of: int) -> None:
    share = proportion(hits, of)
    assert (share.low, share.high) == pytest.approx(proportion_confint(hits, of, method="beta"))


def test_the_exact_interval_holds_a_high_share_of_few_samples() -> None:
    p = 0.97
    for n in (5, 6, 12, 50):
        bounds = [(k, proportion(k, n)) for k in range(n + 1)]
        within = [k for k, one in bounds if one.low is not None and one.high is not None and one.low <= p <= one.high]
        assert sum(comb(n, k) * p**k * (1 - p) ** (n - k) for k in within) >= 0.95


def test_a_share_of_nothing_is_not_computed() -> None:
    assert proportion(0, 0) == MetricValue(None)


def test_samples_of_a_kind_are_drawn_by_how_many_there_are() -> None:
    drawn = resample_samples(np.eye(2), np.array([900, 100]), resamples=2000)
    assert set(drawn.sum(axis=1)) == {1000.0}
    assert drawn[:, 0].mean() == pytest.approx(900, abs=2)
    assert drawn[:, 0].std() == pytest.approx(sqrt(1000 * 0.9 * 0.1), rel=0.1)


def test_the_same_samples_give_the_same_interval() -> None:
    count = counted(random_rows(60, 6))
    first, second = (compute_scores(count, clustered_by="subject") for _ in range(2))
    assert dict(first.metrics) == dict(second.metrics)


@pytest.mark.parametrize("clusters", [None, 7])
def test_the_order_of_samples_changes_no_interval(clusters: int | None) -> None:
    rows = random_rows(90, clusters)
    by = "subject" if clusters else None
    one, other = (compute_scores(counted(some), clustered_by=by) for some in (rows, rows[::-1]))
    assert dict(one.metrics) == dict(other.metrics)
    assert one.per_class == other.per_class


@pytest.mark.parametrize("clusters", [None, 12])
def test_every_metric_has_an_interval_that_holds_it(clusters: int | None) -> None:
    scores = compute_scores(counted(random_rows(240, clusters)), clustered_by="subject" if clusters else None)
    for name, figure in scores.metrics.items():
        assert figure.value is not None, name
        assert figure.low is not None, name
        assert figure.high is not None, name
        assert figure.low < figure.value < figure.high, name
    for one in scores.per_class:
        assert one.recall is not None
        assert one.recall_low is not None
        assert one.recall_high is not None
        assert one.recall_low < one.recall < one.recall_high


def test_sums_give_the_metrics_that_scikit_learn_gives() -> None:
    rows = random_rows(200, 5)
    per_cluster = cluster_rows(CLASSES, counted(rows).rows)
    sums = class_sums(per_cluster.sum(axis=0, keepdims=True), 3)
    figures = {metric.name: metric.resampled(sums) for metric in CLASS_METRICS}
    gold, said = [row[0] for row in rows], [row[1] or "none" for row in rows]
    assert figures["uar"][0] == pytest.approx(recall_score(gold, said, labels=CLASSES, average="macro"))
    for average in ("macro", "weighted"):
        assert figures[f"{average}_f1"][0] == pytest.approx(f1_score(gold, said, labels=CLASSES, average=average))
    ranks = [row[2] for row in rows]
    assert figures["mrr"][0] == pytest.approx(sum(1 / rank for rank in ranks if rank) / len(rows))
    assert figures["top_2"][0] == pytest.approx(sum(rank is not None and rank <= 2 for rank in ranks) / len(rows))


def test_a_cluster_interval_is_about_as_wide_as_that_of_resamples_scored_one_by_one() -> None:
    rows = random_rows(300, 15, seed=3)
    by_cluster = [[row for row in rows if row[3] == f"s{number}"] for number in range(15)]
    rng = np.random.default_rng(1)
    scored = []
    for _ in range(1000):
        drawn = [row for pick in rng.integers(15, size=15) for row in by_cluster[pick]]
        gold, said = [row[0] for row in drawn], [row[1] or "none" for row in drawn]
        scored.append(f1_score(gold, said, labels=CLASSES, average="macro", zero_division=0))
    ours = compute_scores(counted(rows), clustered_by="subject").metrics["macro_f1"]
    assert ours.low is not None
    assert ours.high is not None
    low, high = np.percentile(scored, (2.5, 97.5))
    assert ours.low < low
    assert ours.high > high
    assert ours.high - ours.low < 1.6 * (high - low)


def test_samples_that_resemble_each_other_widen_the_interval() -> None:
    rows = [("happy", "happy" if subject % 2 else "sad", 1, f"s{subject}") for subject in range(20) for _ in range(20)]
    clustered = compute_scores(counted(rows), clustered_by="subject").metrics["accuracy"]  # type: ignore[arg-type] # a list is invariant
    alone = compute_scores(counted(rows)).metrics["accuracy"]  # type: ignore[arg-type] # a list is invariant
    assert clustered.low is not None
    assert alone.low is not None
    assert clustered.low < alone.low - 0.1


def test_few_clusters_are_said_to_be_too_few() -> None:
    assert "too narrow" in compute_scores(counted(random_rows(60, 6)), clustered_by="subject").interval
    assert "too narrow" not in compute_scores(counted(random_rows(60, 40)), clustered_by="subject").interval


def test_clusters_of_unlike_size_count_as_fewer() -> None:
    sampling = Sampling.of([(f"s{place}", 400 // place) for place in range(1, 41)], "subject")
    assert sampling.clusters == 40
    assert sampling.effective == pytest.approx(11.1, abs=0.1)
    assert "few clusters (40, which tell as much as 11.1 of equal size)" in sampling.warning
    assert not Sampling.of([(f"s{place}", 9) for place in range(40)], "subject").warning


def test_where_a_sample_has_no_cluster_samples_are_taken_as_independent_and_the_words_say_so() -> None:
    rows = [*random_rows(60, 6), ("sad", "sad", 1, None)]
    words = compute_scores(counted(rows), clustered_by="subject").interval
    assert "(subject) are not known here" in words
    assert "too narrow" in words


def test_where_a_set_has_no_clusters_nothing_is_warned_of() -> None:
    assert "Warning" not in compute_scores(counted(random_rows(60, None))).interval


def test_one_cluster_alone_gives_no_interval() -> None:
    scores = compute_scores(counted(random_rows(60, 1)), clustered_by="subject")
    assert scores.interval == "none, since all samples are of one subject"
    assert all(figure.low is figure.high is None for figure in scores.metrics.values())
    assert all(one.recall_low is None and one.recall is not None for one in scores.per_class)


def test_a_class_of_one_cluster_has_no_interval_of_its_recall() -> None:
    rows = [*random_rows(60, 6), *(("bored", "bored", 1, "s1") for _ in range(5))]
    count = counted(rows)
    scores = compute_scores(replace(count, classes=(*CLASSES, "bored")), clustered_by="subject")
    assert (scores.per_class[3].recall, scores.per_class[3].recall_low) == (1.0, None)


@pytest.mark.parametrize("clusters", [None, 12])
def test_all_right_is_still_not_sure(clusters: int | None) -> None:
    rows: list[tuple[str, str | None, int | None, str | None]]
    rows = [(row[0], row[0], 1, row[3]) for row in random_rows(60, clusters)]
    for figure in compute_scores(counted(rows), clustered_by="subject" if clusters else None).metrics.values():
        assert (figure.value, figure.high) == pytest.approx((1.0, 1.0))
        assert figure.low is not None
        assert figure.low < 0.97


def test_digits_do_not_depend_on_how_alike_samples_are_grouped() -> None:
    rows = [Counted("sad", "happy", rank, f"s{rank % 4}", 3) for rank in (2, 3, 6, 7) * 3]
    count = replace(counted([]), rows=tuple(rows), planned=36, answered=36)
    split = replace(count, rows=tuple(replace(row, count=times) for row in rows[::-1] for times in (1, 2)))
    for by in (None, "subject"):
        assert dict(compute_scores(count, clustered_by=by).metrics) == dict(
            compute_scores(split, clustered_by=by).metrics
        )


def test_a_share_over_clusters_is_wider_where_clusters_are_unlike() -> None:
    of = np.full(20, 10.0)
    alike, unlike = ratio_interval(np.full(20, 5.0), of), ratio_interval(np.array([0.0, 10.0] * 10), of)
    assert alike.value == unlike.value == 0.5
    assert alike.low is not None
    assert unlike.low is not None
    assert unlike.low < alike.low - 0.1
    assert ratio_interval(np.array([4.0, 0.0]), np.array([8.0, 0.0])) == MetricValue(0.5)
