"""`emowb compare` and `emowb table`."""

from typing import Annotated

import typer

from workbench.application.comparisons import (
    compare_runs,
    comparison_document,
    comparison_json,
    runs_to_compare,
    table_of_runs,
)
from workbench.application.datasets import find_card
from workbench.cli.context import AgainstOption, AsJson, Key, NeutralOption, ProtocolOption, context_of
from workbench.cli.output import say, show, show_json, suggest
from workbench.cli.tables.comparison_tables import (
    show_changed,
    show_differences,
    show_head,
    show_pairs,
    show_steadiness,
    show_tests,
)
from workbench.domain.exports import Format
from workbench.domain.runs import RunState
from workbench.domain.scoring.protocols import Against, Protocol


def compare(
    command: typer.Context,
    key: Key,
    runs: Annotated[list[str], typer.Argument(metavar="RUN...", help="Two runs of the data set, or more.")],
    *,
    repeats: Annotated[bool, typer.Option("--repeats", help="Add all repeats of the runs that you name.")] = False,
    protocol: ProtocolOption = Protocol.STRICT,
    neutral: NeutralOption = None,
    against: AgainstOption = Against.GOLD,
    form: Annotated[
        Format | None, typer.Option("--format", help="Print the differences and tests as csv, md or latex instead.")
    ] = None,
    changed: Annotated[int, typer.Option(min=0, metavar="N", help="The most samples that changed sides to list.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Compare runs over the samples that they share.

    Two runs: the paired difference with an interval (A minus B: above zero, the first run is better), the exact
    McNemar test, a permutation test that swaps whole clusters where samples come in clusters, how often both give the
    same answer, and the samples that changed sides. More runs: every two of them, with Holm's adjustment.

    For runs that differ only in --repeat or --option-order, it also shows how far they agree and what they score
    together, by majority and by Borda count. For two runs with another order of labels, it shows how often answers
    differ between repeats in one order, if there are repeats.

    \b
    Examples:
        emowb compare rafdb rgb grey
        emowb compare rafdb gpt-5 gpt-4o qwen --protocol answered
        emowb compare cmumosi a b --neutral drop --format latex
        emowb compare rafdb main --repeats
    """
    context = context_of(command)
    card = find_card(context, key)
    chosen = runs_to_compare(context, card.key, runs, repeats=repeats)
    for run in chosen:
        if run.state is not RunState.DONE:
            say(f"warning: run {run.name} is {run.state}: what it has not answered yet counts as not answered")
    compared = compare_runs(context, chosen, protocol, neutral=neutral, against=against, most_changed=changed)
    if as_json:
        show_json(comparison_json(compared))
        return
    if form is not None:
        show(comparison_document(compared, form).rstrip())
        return
    found = compared.found
    show_head(found)
    if len(found.pairs) == 1:
        [pair] = found.pairs
        show_differences(pair)
        show_tests(pair, compared.control)
        show_changed(pair, compared.changed)
    else:
        show_pairs(found.pairs)
    if compared.steadiness is not None:
        show_steadiness(compared.steadiness, card.metrics)
    for pair in found.pairs:
        if pair.comparison.mcnemar.changed:
            suggest(f"emowb open {found.dataset} --run {pair.a} --changed-from {pair.b}")
            break


def show_table_of_runs(
    command: typer.Context,
    *,
    runs: Annotated[
        str, typer.Option(metavar="A,B,...", help="The runs by name, the first one is what others are compared with.")
    ] = "",
    datasets: Annotated[str, typer.Option(metavar="KEY,...", help="The data sets. Default: all that have a run.")] = "",
    protocol: ProtocolOption = Protocol.STRICT,
    form: Annotated[Format, typer.Option("--format", help="csv, md or latex.")] = Format.MARKDOWN,
) -> None:
    """Print one table of many runs over many data sets.

    A row for each run name, a column for each data set's headline metric with its interval, stars for paired tests
    against the first run (by Holm over the whole table), and a row of differences.

    \b
    Examples:
        emowb table --runs gpt-4o,qwen --datasets rafdb,ravdess
        emowb table --runs rgb,grey --format latex > table.tex
    """
    show(table_of_runs(context_of(command), _names(runs), _names(datasets), protocol, form).rstrip())


def _names(given: str) -> list[str]:
    return [name.strip() for name in given.split(",") if name.strip()]
