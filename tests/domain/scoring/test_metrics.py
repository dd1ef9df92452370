"""The table of metrics is whole: whatever names a metric finds it there."""

from workbench.domain.datasets.cards import CARDS
from workbench.domain.figure_words import metric_interval, metric_title, metric_value
from workbench.domain.scoring.metrics import CLASS_METRICS, INTENSITY_METRICS, METRICS, Needs, Unit
from workbench.pipeline.scoring.published_figures import load_published


def test_cards_and_published_figures_name_metrics_of_the_table() -> None:
    named = {name for card in CARDS.values() for name in card.metrics} | {one.metric for one in load_published()}
    assert named <= set(METRICS)


def test_names_and_titles_tell_metrics_apart() -> None:
    assert len(METRICS) == len(CLASS_METRICS) + len(INTENSITY_METRICS) == 15
    assert len({metric.title for metric in METRICS.values()}) == 15
    assert {metric.needs for metric in CLASS_METRICS} == {Needs.CLASSES, Needs.RANKS}
    assert {metric.needs for metric in INTENSITY_METRICS} == {Needs.INTENSITIES}


def test_shares_are_shown_in_per_cent_and_other_figures_in_their_own_unit() -> None:
    assert metric_value("uar", 0.75) == "75.00"
    assert (metric_value("mae", 0.75), metric_value("pearson", -0.5)) == ("0.750", "-0.500")
    assert metric_value("mrr", None) == "–"
    assert metric_interval("mae", 0.5, 1.0) == "0.500 to 1.000"
    assert metric_interval("accuracy", 0.5, None) == ""
    assert {METRICS[name].unit for name in ("accuracy", "top_2", "mrr")} == {Unit.SHARE}


def test_a_short_title_leaves_out_what_stands_in_brackets() -> None:
    assert (metric_title("accuracy"), METRICS["accuracy"].short_title) == ("Accuracy (WAR)", "Accuracy")
    assert METRICS["weighted_f1"].short_title == "Weighted F1"
