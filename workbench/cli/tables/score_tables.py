"""Scores of a run as people read them."""

from collections.abc import Sequence
from typing import Final

from workbench.application.scores import Rates, RunScores, counts_of_run, gpt4v_words, most_refused
from workbench.cli.output import show, show_table
from workbench.domain.figure_words import interval, metric_interval, metric_value, percent
from workbench.domain.score_words import bounds_lines, definition_lines, f1_words, intervals_line
from workbench.domain.scoring.intervals import MetricValue
from workbench.domain.scoring.scores import Confusion

_MOST_CLUSTERS: Final = 10


def show_scores(run_scores: RunScores) -> None:
    """The table of metrics of one run, for people."""
    scores = run_scores.scores
    show(f"{run_scores.dataset} / {run_scores.run}, protocol {run_scores.protocol}: {run_scores.rule}")
    show(counts_of_run(run_scores))
    show(rates_line(run_scores.rates))
    for line in bounds_lines(scores):
        show(line)
    show_table(
        ("per cent", "#value", "#95 % interval", "#majority", "#guessing", "#the paper's GPT-4V"),
        (_metric_row(run_scores, name, value) for name, value in scores.metrics.items()),
    )
    show(intervals_line(scores.interval))
    for line in definition_lines(scores, run_scores.n_intensities):
        show(line)
    for name, value in run_scores.intensity.items():
        if value.value is not None:
            within = metric_interval(name, value.low, value.high)
            show(f"{name} {metric_value(name, value.value)}" + (f", 95 % interval {within}" if within else ""))


def show_breakdown(run_scores: RunScores) -> None:
    """Figures by class, by place in the request and by cluster, and the confusion matrix."""
    _show_classes(run_scores)
    _show_positions(run_scores)
    _show_rates(run_scores)
    _show_confusion(run_scores.scores.confusion)


def rates_line(rates: Rates) -> str:
    """What was answered and refused at the first attempt and after retries, in a line."""
    if not rates.refusals_known:
        return (
            f"{percent(rates.coverage)} % answered; how many were refused is not known: the answers came from elsewhere"
        )
    first = f"{percent(rates.first_coverage)} % answered, {percent(rates.first_refusal_rate)} % refused"
    after = f"{percent(rates.coverage)} % answered, {percent(rates.refusal_rate)} % refused"
    return f"at the first attempt {first}; after retries {after}"


def _metric_row(run_scores: RunScores, name: str, value: MetricValue) -> tuple[str, ...]:
    return (
        name,
        percent(value.value),
        interval(value.low, value.high),
        *("" if one is None else percent(one) for one in run_scores.trivial(name)),
        gpt4v_words(run_scores.published, name),
    )


def _show_classes(run_scores: RunScores) -> None:
    refused = {one.label: one.refusal_rate for one in run_scores.rates_by_class}
    show_table(
        ("class", "#gold", "#precision", "#recall", "#95 % interval", "#f1", "#refused"),
        (
            (
                *(one.label, one.support, percent(one.precision), percent(one.recall)),
                interval(one.recall_low, one.recall_high),
                *(f1_words(one), percent(refused.get(one.label))),
            )
            for one in run_scores.scores.per_class
        ),
    )


def _show_positions(run_scores: RunScores) -> None:
    """Accuracy by place in the request; a lone place has nothing to be compared with."""
    if len(run_scores.positions) > 1:
        show_table(
            ("place in the request", "#answered", "#accuracy", "#95 % interval"),
            (
                (one.place + 1, one.counted, percent(one.accuracy.value), interval(one.accuracy.low, one.accuracy.high))
                for one in run_scores.positions
            ),
        )


def _show_rates(run_scores: RunScores) -> None:
    """By class, and the clusters with the most refusals, where the first attempt did not answer everything."""
    if run_scores.rates.first_answered == run_scores.rates.planned or not run_scores.rates.refusals_known:
        return
    _show_groups("class", [run_scores.rates, *run_scores.rates_by_class])
    if worst := most_refused(run_scores.rates_by_cluster, _MOST_CLUSTERS):
        _show_groups(run_scores.cluster or "cluster", worst)


def _show_groups(group: str, rates: Sequence[Rates]) -> None:
    show_table(
        (group, "#planned", "#first answered", "#first refused", "#then answered", "#then refused"),
        (
            (
                *(one.label, one.planned, percent(one.first_coverage), percent(one.first_refusal_rate)),
                *(percent(one.coverage), percent(one.refusal_rate)),
            )
            for one in rates
        ),
    )


def _show_confusion(confusion: Confusion) -> None:
    columns = ("gold, then predicted", *(f"#{label}" for label in confusion.predicted))
    rows = zip(confusion.gold, confusion.counts, strict=True)
    show_table(columns, ((label, *(count or "·" for count in counts)) for label, counts in rows))
