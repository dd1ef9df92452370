"""`emowb metrics`."""

from collections.abc import Sequence
from typing import Annotated

import typer

from workbench.application.datasets import find_card
from workbench.application.runs import choose_run
from workbench.application.scores import Rates, RunScores, gpt4v_words, most_refused, score_run, scores_json
from workbench.cli.context import AsJson, Key, RunName, context_of
from workbench.cli.output import show, show_json, show_table, suggest
from workbench.domain.figure_words import interval, metric_value, percent
from workbench.domain.score_words import bounds_lines, intervals_line
from workbench.domain.scoring.intervals import MetricValue
from workbench.domain.scoring.protocols import Against, Neutral, Protocol
from workbench.domain.scoring.scores import Confusion

_MOST_CLUSTERS = 10
ProtocolOption = Annotated[Protocol, typer.Option("--protocol", help="Which samples count: see docs/scoring.md.")]

NeutralOption = Annotated[
    Neutral | None,
    typer.Option("--neutral", help="What the answer neutral counts as, in data sets that are scored by sign."),
]
AgainstOption = Annotated[
    Against,
    typer.Option(
        "--against", help="What answers are compared with: gold, or gold as corrected by reviewers who agree."
    ),
]


def show_metrics(
    command: typer.Context,
    key: Key,
    *,
    run: RunName = None,
    protocol: ProtocolOption = Protocol.STRICT,
    neutral: NeutralOption = None,
    against: AgainstOption = Against.GOLD,
    as_json: AsJson = False,
) -> None:
    """Score a run, and show the paper's figures beside it.

    Shows metrics with intervals and baselines, coverage, figures for each class and the confusion matrix; accuracy by
    place in the request; and the rates of answers and refusals at the first attempt and after retries.

    \b
    Examples:
        emowb metrics rafdb --protocol answered
        emowb metrics cmumosi --neutral first-non-neutral
    """
    context = context_of(command)
    found = choose_run(context, find_card(context, key).key, run)
    scores = score_run(context, found, protocol, neutral=neutral, against=against)
    if as_json:
        show_json(scores_json(scores))
        return
    show_scores(scores)
    _show_classes(scores)
    _show_positions(scores)
    _show_rates(scores)
    _show_confusion(scores.scores.confusion)
    suggest(f"emowb open {scores.dataset} (look at the failures), emowb export {scores.dataset}")


def show_scores(run_scores: RunScores) -> None:
    """The table of metrics of one run, for people."""
    scores = run_scores.scores
    show(f"{run_scores.dataset} / {run_scores.run}, protocol {run_scores.protocol}: {run_scores.rule}")
    show(
        f"planned {scores.planned}, answered {scores.answered}, coverage {percent(scores.coverage)} %"
        + (f", not scored for their gold label {run_scores.unscored}" if run_scores.unscored else "")
        + (f", still to come {run_scores.pending}" if run_scores.pending else "")
    )
    show(rates_line(run_scores.rates))
    for line in bounds_lines(scores):
        show(line)
    show_table(
        ("per cent", "#value", "#95 % interval", "#majority", "#guessing", "#the paper's GPT-4V"),
        (_metric_row(run_scores, name, value) for name, value in scores.metrics.items()),
    )
    show(intervals_line(scores.interval))
    for name, value in run_scores.intensity.items():
        figure, low, high = (metric_value(name, one) for one in (value.value, value.low, value.high))
        show(f"{name} {figure}, 95 % interval {low} to {high}")


def rates_line(rates: Rates) -> str:
    """What was answered and refused at the first attempt and after retries, in a line."""
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
                *(percent(one.f1), percent(refused.get(one.label))),
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
    if run_scores.rates.first_answered == run_scores.rates.planned:
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
