"""`emowb metrics`."""

import typer

from workbench.application.datasets import find_card
from workbench.application.runs import choose_run
from workbench.application.scores import score_run, scores_json
from workbench.cli.context import AgainstOption, AsJson, Key, NeutralOption, ProtocolOption, RunName, context_of
from workbench.cli.output import show_json, suggest
from workbench.cli.tables.score_tables import show_breakdown, show_scores
from workbench.domain.scoring.protocols import Against, Protocol


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
    show_breakdown(scores)
    suggest(f"emowb open {scores.dataset} (look at the failures), emowb export {scores.dataset}")
