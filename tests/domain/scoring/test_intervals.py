"""Intervals against formulas worked out by hand, and against resamples drawn one by one."""

from math import sqrt

import numpy as np
import pytest
from sklearn.metrics import f1_score, recall_score
from statsmodels.stats.proportion import proportion_confint

from workbench.domain.scoring.class_sums import class_sums, cluster_rows
from workbench.domain.scoring.counting import Count, Counted
from workbench.domain.scoring.intervals import (
    MetricValue,
    proportion,
    resample_clusters,
    resample_samples,
    with_interval,
)
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


def test_a_share_has_the_interval_that_wilsons_formula_gives() -> None:
    p, n, z = 0.5, 8, 1.959963984540054
    centre, half = (p + z**2 / (2 * n)) / (1 + z**2 / n), z * sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    share = proportion(4, 8)
    assert (share.low, share.high) == pytest.approx((centre - half, centre + half))


@pytest.mark.parametrize(("hits", "of"), [(1, 7), (50, 99), (99, 100), (0, 3)])
def test_statsmodels_has_the_same_interval_for_a_share(hits: int, of: int) -> None:
    share = proportion(hits, of)
    assert (share.low, share.high) == pytest.approx(proportion_confint(hits, of, method="wilson"))


def test_wilson_stays_inside_zero_and_one_where_all_or_none_are_right() -> None:
    all_right, none_right = proportion(5, 5), proportion(0, 5)
    assert (all_right.value, all_right.high) == pytest.approx((1.0, 1.0))
    assert (none_right.value, none_right.low) == pytest.approx((0.0, 0.0))


def test_a_share_of_nothing_is_not_computed() -> None:
    assert proportion(0, 0) == MetricValue(None)


def test_clusters_are_drawn_whole_and_as_many_as_there_are() -> None:
    drawn = resample_clusters(np.array([[1.0, 0.0], [0.0, 10.0], [0.0, 100.0]]), resamples=500)
    assert drawn.shape == (500, 2)
    assert {float(tens) % 10 for tens in drawn[:, 1]} == {0.0}
    picked = drawn[:, 0] + drawn[:, 1] // 10 % 10 + drawn[:, 1] // 100
    assert set(picked) == {3.0}


def test_many_clusters_are_drawn_in_portions_that_do_not_show() -> None:
    sums = np.ones((3_000_000, 1))
    assert resample_clusters(sums, resamples=3).ravel().tolist() == [3_000_000.0] * 3


def test_samples_of_a_kind_are_drawn_by_how_many_there_are() -> None:
    drawn = resample_samples(np.eye(2), np.array([900, 100]), resamples=2000)
    assert set(drawn.sum(axis=1)) == {1000.0}
    assert drawn[:, 0].mean() == pytest.approx(900, abs=2)
    assert drawn[:, 0].std() == pytest.approx(sqrt(1000 * 0.9 * 0.1), rel=0.1)


def test_the_same_seed_gives_the_same_interval() -> None:
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


def test_the_cluster_interval_is_that_of_resamples_scored_one_by_one() -> None:
    rows = random_rows(300, 15, seed=3)
    by_cluster = [[row for row in rows if row[3] == f"s{number}"] for number in range(15)]
    rng = np.random.default_rng(1)
    scored = []
    for _ in range(1000):
        drawn = [row for pick in rng.integers(15, size=15) for row in by_cluster[pick]]
        gold, said = [row[0] for row in drawn], [row[1] or "none" for row in drawn]
        scored.append(f1_score(gold, said, labels=CLASSES, average="macro", zero_division=0))
    ours = compute_scores(counted(rows), clustered_by="subject").metrics["macro_f1"]
    assert (ours.low, ours.high) == pytest.approx(tuple(np.percentile(scored, (2.5, 97.5))), abs=0.01)


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


def test_where_a_sample_has_no_cluster_samples_are_drawn() -> None:
    rows = [*random_rows(60, 6), ("sad", "sad", 1, None)]
    assert "over samples" in compute_scores(counted(rows), clustered_by="subject").interval


def test_a_figure_that_no_resample_has_gets_no_interval() -> None:
    assert with_interval(0.5, np.array([np.nan, np.nan])) == MetricValue(0.5)
    assert with_interval(None, np.array([0.5])) == MetricValue(None)
