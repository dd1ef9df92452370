"""`emowb compare`."""

from dataclasses import asdict
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.cli.commands.metrics import ProtocolOption
from workbench.cli.context import AsJson, Key, Opened, opened
from workbench.cli.output import say, show_json, suggest
from workbench.cli.tables.comparison_tables import (
    show_changed,
    show_differences,
    show_head,
    show_pairs,
    show_steadiness,
    show_tests,
)
from workbench.domain.runs import Run, RunState
from workbench.domain.scoring.protocols import Protocol
from workbench.errors import UsageError

if TYPE_CHECKING:
    from workbench.pipeline.scoring.repeats import OrderControl, Steadiness
    from workbench.pipeline.scoring.run_comparison import ChangedSample, RunComparison


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command("compare")(compare)


def compare(
    context: typer.Context,
    key: Key,
    runs: Annotated[list[str], typer.Argument(metavar="RUN...", help="Two runs of the data set, or more.")],
    *,
    repeats: Annotated[bool, typer.Option("--repeats", help="Take in all repeats of the runs that are named.")] = False,
    protocol: ProtocolOption = Protocol.STRICT,
    changed: Annotated[int, typer.Option(min=0, help="Show so many samples that changed sides.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Compare runs over the samples that they share.

    For two runs: the paired difference (A minus B: above zero, the first run is better) with an interval, exact
    McNemar, and where samples come in clusters a permutation test that swaps whole clusters; how often both say the
    same; the samples that changed sides. For more: every two of them, with Holm's adjustment.

    Runs that differ only in --repeat or --option-order also show how far they agree and what they score together, by
    majority and by Borda count. A flip rate under another order stands beside that of a repeat, where there is one.

    \b
    Examples:
        emowb compare rafdb rgb grey
        emowb compare rafdb gpt-5 gpt-4o qwen --protocol answered
        emowb compare rafdb main --repeats
    """
    from workbench.domain.scoring.protocols import rules_of
    from workbench.pipeline.scoring.run_comparison import changed_sides, compare_runs

    with opened(context, key) as at:
        chosen = _chosen(at, runs, repeats=repeats)
        found = compare_runs(at.db, at.card, chosen, protocol)
        sides: list[ChangedSample] = []
        if len(chosen) == 2:
            first, second = chosen
            sides = list(islice(changed_sides(at.db, at.card, first, second, rules_of(protocol, at.card)), changed))
        control, steady = _checks(at, chosen, protocol)
    if as_json:
        show_json(_as_json(found, sides, control, steady))
        return
    show_head(found)
    if len(found.pairs) == 1:
        [pair] = found.pairs
        show_differences(pair)
        show_tests(pair, control)
        show_changed(pair, sides)
    else:
        show_pairs(found.pairs)
    if steady is not None:
        show_steadiness(steady, at.card.metrics)
    for pair in found.pairs:
        if pair.comparison.mcnemar.changed:
            suggest(f"emowb open {found.dataset} --run {pair.a} --changed-from {pair.b}")
            break


def _chosen(at: Opened, names: list[str], *, repeats: bool) -> list[Run]:
    """The runs to compare, each once. Raises UsageError for an unknown name, and where there are not two."""
    from workbench.pipeline.scoring.repeats import repeats_of
    from workbench.storage.runs.run_records import load_run

    named = [load_run(at.db, at.card.key, name) for name in dict.fromkeys(names)]
    found = [one for run in named for one in (repeats_of(at.db, run) if repeats else [run])]
    runs = list({run.id: run for run in found}.values())
    if len(runs) < 2:
        if repeats:
            raise UsageError(f"{runs[0].name} has no repeat; `emowb run {at.card.key} --repeat 3` makes two more")
        raise UsageError("name two runs to compare, or one with --repeats")
    for run in runs:
        if run.state is not RunState.DONE:
            say(f"warning: run {run.name} is {run.state}: what it has not answered yet counts as not answered")
    return runs


def _checks(at: Opened, runs: list[Run], protocol: Protocol) -> "tuple[OrderControl | None, Steadiness | None]":
    """What there is to say of two orders of labels, and of runs that ask the same again."""
    from workbench.pipeline.scoring.repeats import are_steady, differ_in_order, measure_steadiness, order_control

    control = None
    if len(runs) == 2 and differ_in_order(runs[0].spec, runs[1].spec):
        control = order_control(at.db, at.card, *runs)
    return control, measure_steadiness(at.db, at.card, runs, protocol) if are_steady(runs) else None


def _as_json(
    found: "RunComparison", sides: "list[ChangedSample]", control: "OrderControl | None", steady: "Steadiness | None"
) -> dict[str, Any]:
    from workbench.pipeline.scoring.repeats import control_json, steadiness_json
    from workbench.pipeline.scoring.run_comparison import as_json

    document = as_json(found)
    if len(found.pairs) == 1:
        document["changed"] = [asdict(one) for one in sides]
        document["same_order_control"] = control_json(control)
    return document | {"steadiness": None if steady is None else steadiness_json(steady)}
