"""`emowb metrics` and `emowb export`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.context import AsJson, Key, RunName, opened
from workbench.cli.output import percent, show, show_json, show_table, suggest
from workbench.domain.scoring.protocols import Protocol
from workbench.errors import unknown_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.domain.scoring.metrics import Confusion, MetricValue, Scores
    from workbench.pipeline.scoring.published import PublishedFigure
    from workbench.pipeline.scoring.rates import Rates
    from workbench.pipeline.scoring.run_scores import RunScores

_TRIVIAL = ("majority", "uniform")
_WHAT = ("metrics", "predictions", "confusion", "reviews", "refusals")
_MOST_CLUSTERS = 10
ProtocolOption = Annotated[Protocol, typer.Option("--protocol", help="What counts; see docs/architecture.md.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("metrics")(show_metrics)
    app.command("export")(export)


def show_metrics(
    context: typer.Context,
    key: Key,
    *,
    run: RunName = None,
    protocol: ProtocolOption = Protocol.STRICT,
    as_json: AsJson = False,
) -> None:
    """Score a run, with the paper's figures beside.

    Accuracy and its kin, per class, confusion, coverage, baselines; what was answered and refused at the first attempt
    and after retries.

    \b
    Example:
        emowb metrics rafdb --protocol answered
    """
    from workbench.pipeline.scoring.run_scores import as_json as scores_json
    from workbench.pipeline.scoring.run_scores import score_run
    from workbench.wiring.reviewing import chosen_run

    with opened(context, key) as at:
        scores = score_run(at.db, at.card, chosen_run(at.db, at.card.key, run), protocol)
    if as_json:
        show_json(scores_json(scores))
        return
    show_scores(scores)
    _show_classes(scores)
    _show_rates(scores)
    _show_confusion(scores.scores.confusion)
    suggest(f"emowb open {scores.dataset} (look at the failures), emowb export {scores.dataset}")


def export(
    context: typer.Context,
    key: Key,
    *,
    run: RunName = None,
    what: Annotated[str, typer.Option(help=f"{', '.join(_WHAT)} or all; several joined by commas.")] = "all",
    protocol: ProtocolOption = Protocol.STRICT,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Default: ./exports.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write CSV files of a run and print their paths.

    Each file is written whole or not at all.

    \b
    Example:
        emowb export rafdb --what metrics,predictions --out results
    """
    from workbench.export.tables import export_run
    from workbench.wiring.reviewing import chosen_run

    wanted = _WHAT if what == "all" else tuple(word.strip() for word in what.split(","))
    for word in wanted:
        if word not in _WHAT:
            raise unknown_name("export", word, (*_WHAT, "all"))
    with opened(context, key, exports=out) as at:
        found = chosen_run(at.db, at.card.key, run)
        paths = export_run(at.db, at.card, found, at.settings.exports, protocol, wanted)
    if as_json:
        show_json([str(path) for path in paths])
        return
    for path in paths:
        show(str(path))


def show_scores(run_scores: "RunScores") -> None:
    """The table of metrics of one run, for people."""
    scores = run_scores.scores
    show(f"{run_scores.dataset} / {run_scores.run}, protocol {run_scores.protocol}: {run_scores.protocol.rule}")
    show(
        f"planned {scores.planned}, answered {scores.answered}, coverage {percent(scores.coverage)} %"
        + (f", not scored for their gold label {run_scores.unscored}" if run_scores.unscored else "")
        + (f", still to come {run_scores.pending}" if run_scores.pending else "")
    )
    show(rates_line(run_scores.rates))
    if scores.bounds is not None and scores.answered < scores.planned:
        low, high = percent(scores.bounds.low), percent(scores.bounds.high)
        show(f"accuracy lies between {low} (every non-answer wrong) and {high} (every one right)")
    show_table(
        ("per cent", "#value", "#95 % interval", "#majority", "#guessing", "#the paper's GPT-4V"),
        (_metric_row(run_scores, name, value) for name, value in scores.metrics.items()),
    )


def rates_line(rates: "Rates") -> str:
    """What was answered and refused at the first attempt and after retries, in a line."""
    first = f"{percent(rates.first_coverage)} % answered, {percent(rates.first_refusal_rate)} % refused"
    after = f"{percent(rates.coverage)} % answered, {percent(rates.refusal_rate)} % refused"
    return f"at the first attempt {first}; after retries {after}"


def _metric_row(run_scores: "RunScores", name: str, value: "MetricValue") -> tuple[str, ...]:
    interval = f"{percent(value.low)} to {percent(value.high)}" if value.low is not None else ""
    return (
        name,
        percent(value.value),
        interval,
        *_baselines(run_scores.scores, name),
        ", ".join(dict.fromkeys(_cell(one) for one in run_scores.published if _is_paper(one, name))),
    )


def _baselines(scores: "Scores", name: str) -> list[str]:
    """What majority and guessing reach; empty where a metric has no baseline."""
    reached = (scores.baselines[which].metrics.get(name) if which in scores.baselines else None for which in _TRIVIAL)
    return ["" if value is None else percent(value) for value in reached]


def _is_paper(figure: "PublishedFigure", metric: str) -> bool:
    return figure.method == "GPT-4V" and figure.metric == metric


def _cell(figure: "PublishedFigure") -> str:
    return percent(figure.value) + (f" ({figure.variant})" if figure.variant else "")


def _show_classes(run_scores: "RunScores") -> None:
    refused = {one.label: one.refusal_rate for one in run_scores.rates_by_class}
    show_table(
        ("class", "#gold", "#precision", "#recall", "#f1", "#refused"),
        (
            (
                *(one.label, one.support, percent(one.precision), percent(one.recall), percent(one.f1)),
                percent(refused.get(one.label)),
            )
            for one in run_scores.scores.per_class
        ),
    )


def _show_rates(run_scores: "RunScores") -> None:
    """By class, and the clusters with the most refusals, where the first attempt did not answer everything."""
    from workbench.pipeline.scoring.rates import most_refused

    if run_scores.rates.first_answered == run_scores.rates.planned:
        return
    _show_groups("class", [run_scores.rates, *run_scores.rates_by_class])
    if worst := most_refused(run_scores.rates_by_cluster, _MOST_CLUSTERS):
        _show_groups(run_scores.cluster or "cluster", worst)


def _show_groups(group: str, rates: "Sequence[Rates]") -> None:
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


def _show_confusion(confusion: "Confusion") -> None:
    columns = ("gold, then predicted", *(f"#{label}" for label in confusion.predicted))
    rows = zip(confusion.gold, confusion.counts, strict=True)
    show_table(columns, ((label, *(count or "·" for count in counts)) for label, counts in rows))
