"""Comparisons of runs of one data set, and ablations: one question asked in several ways that differ in one thing."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from workbench.application.context import Context
from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.exports import Format
from workbench.domain.json_values import json_value
from workbench.domain.runs import Run, RunSpec
from workbench.domain.scoring.protocols import Against, Neutral, Protocol, Rules, rules_of
from workbench.errors import UsageError
from workbench.export import comparison_files
from workbench.export.runs_table import RunsTable, runs_document
from workbench.pipeline import ablation
from workbench.pipeline.ablation import ORDERS, Ablation, Arm, ArmResult, Axis
from workbench.pipeline.ablation import as_json as ablation_json
from workbench.pipeline.scoring import run_comparison, run_scores
from workbench.pipeline.scoring.repeats import (
    OrderControl,
    Steadiness,
    are_steady,
    control_json,
    differ_in_order,
    measure_steadiness,
    order_control,
    repeats_of,
    steadiness_json,
)
from workbench.pipeline.scoring.run_comparison import ChangedSample, RunComparison, RunPair, changed_sides
from workbench.storage.runs.run_records import load_run, load_runs
from workbench.storage.samples import load_card
from workbench.storage.workspace.database import Database

__all__ = [
    "ORDERS",
    "Ablation",
    "Arm",
    "ArmResult",
    "Axis",
    "ChangedSample",
    "OrderControl",
    "RunComparison",
    "RunPair",
    "RunsCompared",
    "Steadiness",
    "TwoRuns",
    "ablation_json",
    "compare_runs",
    "compare_two",
    "comparison_document",
    "comparison_json",
    "counts_line",
    "plan_arms",
    "runs_to_compare",
    "score_arms",
    "table_of_runs",
]

MOST_CHANGED: Final = 2000
"""Samples that changed sides and are listed by default. The review shows all of them."""


@dataclass(frozen=True, slots=True)
class TwoRuns:
    """Two runs side by side under one protocol."""

    rule: str
    """The rules of the protocol in words."""
    pair: RunPair
    changed: tuple[ChangedSample, ...]
    """The first samples that exactly one of the runs has right, in A's planned order."""


@dataclass(frozen=True, slots=True)
class RunsCompared:
    """Two or more runs under one protocol, with what their repeats say about chance."""

    found: RunComparison
    changed: tuple[ChangedSample, ...]
    """As in `TwoRuns`; empty for more than two runs."""
    control: OrderControl | None
    """For two runs that differ in the order of labels: how often answers differ between repeats in one order."""
    steadiness: Steadiness | None
    """For runs that differ only by repeat or order of labels."""


def runs_to_compare(context: Context, dataset: str, names: Sequence[str], *, repeats: bool = False) -> list[Run]:
    """The runs with these names, each once; with `repeats`, followed by the other repeats of each.

    Raises UsageError for an unknown name, and where there are fewer than two runs.
    """
    with context.workspace() as db:
        named = [load_run(db, dataset, name) for name in names]
        found = [one for run in named for one in (repeats_of(db, run) if repeats else [run])]
    runs = list({run.id: run for run in found}.values())
    if len(runs) < 2:
        if repeats:
            raise UsageError(f"{runs[0].name} has no repeat; `emowb run {dataset} --repeat 3` makes two more")
        raise UsageError("name two runs to compare, or one with --repeats")
    return runs


def compare_runs(
    context: Context,
    runs: Sequence[Run],
    protocol: Protocol = Protocol.STRICT,
    *,
    neutral: Neutral | None = None,
    against: Against = Against.GOLD,
    most_changed: int = MOST_CHANGED,
) -> RunsCompared:
    """Compare every two of these runs of one data set over the samples that both planned, the earlier run as A.

    Raises UsageError for a neutral rule where the data set is not scored by sign.
    """
    with context.workspace() as db:
        card = load_card(db, runs[0].dataset)
        found = run_comparison.compare_runs(db, card, runs, protocol, neutral=neutral, against=against)
        changed: tuple[ChangedSample, ...] = ()
        control = None
        if len(runs) == 2:
            changed = _first_changed(
                db, card, (runs[0], runs[1]), rules_of(protocol, card, neutral), most_changed, against
            )
            if differ_in_order(runs[0].spec, runs[1].spec):
                control = order_control(db, card, runs[0], runs[1])
        steadiness = measure_steadiness(db, card, runs, protocol) if are_steady(runs) else None
    return RunsCompared(found, changed, control, steadiness)


def compare_two(
    context: Context, a: Run, b: Run, protocol: Protocol = Protocol.STRICT, *, most_changed: int = MOST_CHANGED
) -> TwoRuns:
    """Compare two runs of one data set over the samples that both planned. Repeats are not looked at."""
    with context.workspace() as db:
        card = load_card(db, a.dataset)
        found = run_comparison.compare_runs(db, card, [a, b], protocol)
        return TwoRuns(
            found.rule, found.pairs[0], _first_changed(db, card, (a, b), rules_of(protocol, card), most_changed)
        )


def comparison_document(compared: RunsCompared, wanted: Format) -> str:
    """The differences and tests as csv, md or latex. Raises UsageError for another format."""
    return comparison_files.comparison_document(compared.found, wanted)


def counts_line(pair: RunPair) -> str:
    """How many samples of two runs, A and B, are compared, and how many are not."""
    parts = [f"compared {pair.comparison.n:,} samples that count in both"]
    if pair.left_out:
        parts.append(f"left out {pair.left_out:,} that both planned and that do not count in both")
    alone = (("A", pair.only_a), ("B", pair.only_b))
    parts.extend(f"{count:,} planned by {run} alone" for run, count in alone if count)
    return "; ".join(parts)


def comparison_json(compared: RunsCompared) -> dict[str, Any]:
    """The comparison as plain values, ratios as fractions."""
    document = run_comparison.comparison_json(compared.found)
    if len(compared.found.pairs) == 1:
        document["changed"] = json_value(compared.changed)
        document["same_order_control"] = control_json(compared.control)
    return document | {"steadiness": None if compared.steadiness is None else steadiness_json(compared.steadiness)}


def _first_changed(
    db: Database,
    card: DatasetCard,
    runs: tuple[Run, Run],
    rules: Rules,
    most: int,
    against: Against = Against.GOLD,
) -> tuple[ChangedSample, ...]:
    return tuple(islice(changed_sides(db, card, *runs, rules, against), most))


def plan_arms(context: Context, base: RunSpec, name: str, axis: Axis, values: Sequence[str]) -> list[Arm]:
    """The arms of an ablation around a run spec, with the runs that are there already.

    Raises UsageError for a value that the axis does not have, for one given twice, for fewer than two, and where a
    name is taken by a run of another spec.
    """
    with context.workspace() as db:
        return ablation.plan_arms(db, load_card(db, base.dataset), base, name, axis, values)


def score_arms(context: Context, axis: Axis, arms: Sequence[tuple[Arm, Run]], protocol: Protocol) -> Ablation:
    """Score each arm's run, and compare it with the first one's, with Holm's adjustment over these comparisons."""
    with context.workspace() as db:
        return ablation.score_arms(db, load_card(db, arms[0][1].dataset), axis, arms, protocol)


def table_of_runs(
    context: Context, runs: Sequence[str], datasets: Sequence[str], protocol: Protocol, wanted: Format
) -> str:
    """The runs of these names (none: all) of these data sets (none: all that have one), as csv, md or latex.

    Raises UsageError where no run is found, for a name that no data set has, and for another format.
    """
    with context.workspace() as db:
        known = [run for run in reversed(load_runs(db)) if not datasets or run.dataset in datasets]
        names = list(dict.fromkeys(runs or [run.name for run in known]))
        if missing := [name for name in names if name not in {run.name for run in known}]:
            raise UsageError(f"no run is called {', '.join(missing)}; `emowb runs` lists them")
        if not known:
            raise UsageError("there is no run of these data sets; `emowb runs` lists them")
        keys = list(dict.fromkeys(datasets or [run.dataset for run in known if run.name in names]))
        scores, pairs = {}, {}
        for key in keys:
            card = load_card(db, key)
            found = {run.name: run for run in known if run.dataset == key}
            chosen = [found[name] for name in names if name in found]
            for run in chosen:
                scores[run.name, key] = run_scores.score_run(db, card, run, protocol)
                if run is not chosen[0]:
                    pairs[run.name, key] = run_comparison.compare_two(
                        db, card, run, chosen[0], rules_of(protocol, card)
                    )
    table = RunsTable(protocol=protocol, runs=names, datasets=keys, scores=scores, pairs=pairs)
    return runs_document(table, wanted)
