"""`emowb ablate`."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.cli import run_options as flags
from workbench.cli.commands.metrics import ProtocolOption
from workbench.cli.context import AsJson, Key, Opened, opened
from workbench.cli.output import say, show_json, suggest
from workbench.cli.readiness import ReadyRun, ready_to_ask
from workbench.cli.run_specs import checked_modality, frame_policy, known_policy
from workbench.cli.sending import has_unanswered, leave_if_stopped, send_to_end, with_budget_left
from workbench.cli.tables.ablation_tables import show_ablation, show_arm_plans
from workbench.cli.tables.estimate_tables import plan_json, plan_run
from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.datasets.tasks import Modality
from workbench.domain.figure_words import dollars
from workbench.domain.prompts import prompt_version
from workbench.domain.runs import Colour, Run, RunState
from workbench.domain.scoring.protocols import Protocol
from workbench.errors import EXIT_WORTH_KNOWING, UsageError, unknown_name

if TYPE_CHECKING:
    from workbench.pipeline.ablation import Arm, Axis


def ablate(
    context: typer.Context,
    key: Key,
    *,
    colour: Annotated[str | None, typer.Option(metavar="A,B", help="rgb,grey")] = None,
    frames: Annotated[
        str | None, typer.Option(metavar="A,B,...", help="1,2,3 (uniform, so many), or policies: apex,last(2).")
    ] = None,
    modality: Annotated[str | None, typer.Option(metavar="A,B,...", help="text,video,multi")] = None,
    batch_size: Annotated[str | None, typer.Option(metavar="A,B,...", help="1,5,20")] = None,
    option_order: Annotated[
        bool, typer.Option("--option-order", help="The card's order of labels, reversed, and two shuffles.")
    ] = False,
    name: flags.Name = None,
    model: flags.Model = None,
    endpoint: flags.EndpointName = None,
    prompt: flags.Prompt = None,
    limit: flags.Limit = None,
    seed: flags.Seed = None,
    retry_policy_name: flags.RetryPolicyName = None,
    rpm: flags.Rpm = None,
    tpm: flags.Tpm = None,
    rpd: flags.Rpd = None,
    concurrency: flags.Concurrency = None,
    budget: flags.Budget = None,
    protocol: ProtocolOption = Protocol.STRICT,
    dry_run: flags.DryRun = False,
    yes: flags.Yes = False,
    as_json: AsJson = False,
) -> None:
    """Ask the same in several ways that differ in one thing, and compare them.

    The option with several values is that thing; one with a single value holds for all arms. Each arm is a run named
    NAME.colour=grey and the like. All ask about the same samples in the same order; what --name has as a run is where
    they start from. An arm that was asked before, under whatever name, costs nothing. Ctrl-C stops in the arm in
    flight, and the same command goes on. A budget is for all arms that are sent.

    Prints a row for each arm, the paper's own figures where it has them, and each arm's difference to the first
    (above zero: better than the first) with exact McNemar, by Holm for all of them.

    \b
    Examples:
        emowb ablate rafdb --colour rgb,grey --endpoint embedded
        emowb ablate ravdess --frames 1,2,3,6 --endpoint openai --model NAME --dry-run
        emowb ablate chsims --modality text,video,multi --endpoint openai --model NAME
        emowb ablate rafdb --option-order --endpoint openai --model NAME --limit 500
    """
    options: dict[str, Any] = {
        "endpoint": endpoint,
        "model": model,
        "prompt": prompt_version(prompt) if prompt else None,
        "limit": limit,
        "seed": seed,
        "retry": known_policy(retry_policy_name),
    }
    given = {"colour": colour, "frames": frames, "modality": modality, "batch-size": batch_size}
    axis, values, fixed = _split(given, option_order=option_order)
    with ExitStack() as stack:
        flagged = {"rpm": rpm, "tpm": tpm, "rpd": rpd, "concurrency": concurrency, "budget_usd": budget}
        at = stack.enter_context(opened(context, key, **flagged))
        options |= _held(at.card, axis, values, fixed)
        ready = stack.enter_context(ready_to_ask(at, name, options, dry_run=dry_run, yes=yes))
        arms = _arms(at, ready, axis, values)
        if dry_run:
            _show_plans(at, ready, axis, arms, as_json=as_json)
            return
        runs = _sent(at, ready, arms)
        _report(at, axis, list(zip(arms, runs, strict=True)), protocol, as_json=as_json)


def _split(given: Mapping[str, str | None], *, option_order: bool) -> "tuple[Axis, list[str], dict[str, str]]":
    """The axis with its values, and the options that hold for all arms. Raises UsageError unless there is one axis."""
    from workbench.pipeline.ablation import ORDERS, Axis

    lists = {
        name: [one.strip() for one in text.split(",") if one.strip()]
        for name, text in given.items()
        if text is not None
    }
    axes = {name: values for name, values in lists.items() if len(values) > 1}
    if option_order:
        axes["option-order"] = list(ORDERS)
    if len(axes) != 1:
        found = "none has" if not axes else "--" + " and --".join(axes) + " have"
        raise UsageError(
            f"give exactly one of --colour, --frames, --modality, --batch-size several values with commas between, "
            f"or --option-order; {found}"
        )
    [(name, values)] = axes.items()
    return Axis(name), values, {one: held[0] for one, held in lists.items() if len(held) == 1}


def _held(card: DatasetCard, axis: "Axis", values: Sequence[str], fixed: Mapping[str, str]) -> dict[str, Any]:
    """The options that hold for all arms, as fields of a run spec. Raises UsageError for what the set does not have."""
    from workbench.pipeline.ablation import Axis

    asked = [Modality(card.modality)]
    if axis is Axis.MODALITY:
        asked = [_modality(card, value) for value in values]
    elif "modality" in fixed:
        asked = [_modality(card, fixed["modality"])]
    if axis in (Axis.COLOUR, Axis.FRAMES) and not asked[0].has_pictures:
        raise UsageError(f"no picture goes out with --modality text, so --{axis} changes nothing")
    colour = fixed.get("colour")
    if colour is not None and colour not in set(Colour):
        raise unknown_name("colour", colour, list(Colour))
    frames, size = fixed.get("frames"), fixed.get("batch-size")
    if size is not None and (not size.isdecimal() or int(size) < 1):
        raise UsageError(f"{size!r} is no batch size; give whole numbers from 1")
    return {
        "modality": str(asked[0]) if "modality" in fixed else None,
        "colour": None if colour is None else Colour(colour),
        "frames": frame_policy(f"uniform({frames})" if frames is not None and frames.isdecimal() else frames),
        "batch_size": None if size is None else int(size),
    }


def _modality(card: DatasetCard, word: str) -> Modality:
    if word not in set(Modality):
        raise unknown_name("modality", word, list(Modality))
    modality = Modality(word)
    checked_modality(card, modality)
    return modality


def _arms(at: Opened, ready: ReadyRun, axis: "Axis", values: Sequence[str]) -> "list[Arm]":
    """The arms; raises UsageError where a name is taken by another spec, before anything is sent."""
    from workbench.pipeline.ablation import plan_arms
    from workbench.pipeline.planning import stored_run

    arms = plan_arms(at.db, at.card, ready.spec, ready.name, axis, values)
    for arm in arms:
        stored_run(at.db, arm.name, arm.spec)
    return arms


def _show_plans(at: Opened, ready: ReadyRun, axis: "Axis", arms: "Sequence[Arm]", *, as_json: bool) -> None:
    plans = [(arm, plan_run(at, arm.name, arm.spec, ready.connection)) for arm in arms]
    if as_json:
        documents = [
            {"arm": arm.value, "reused": arm.is_reused} | plan_json(plan, ready.connection) for arm, plan in plans
        ]
        show_json({"dataset": at.card.key, "axis": str(axis), "arms": documents})
        return
    show_arm_plans(axis, plans)
    for note in dict.fromkeys(note for _, plan in plans if plan.estimate.requests for note in plan.estimate.assumed):
        say(f"assumed: {note}")


def _sent(at: Opened, ready: ReadyRun, arms: "Sequence[Arm]") -> list[Run]:
    """The run of every arm, sent to its end; leaves with an exit code where one is stopped."""
    from workbench.pipeline.planning import open_run

    done: list[Run] = []
    paid: list[Run] = []
    for arm in arms:
        run, _ = open_run(at.db, arm.name, arm.spec)
        if run.state is RunState.DONE:
            say(f"{arm.value}: run {run.name} is done already")
            done.append(run)
            if not arm.is_reused:
                paid.append(run)
            continue
        say(f"{arm.value}: run {run.name}")
        sent = send_to_end(with_budget_left(at.settings, at.db, paid), at.db, run, ready.connection)
        progress = sent.progress
        counts = ", ".join(f"{status} {count}" for status, count in sorted(progress.by_status.items()))
        say(f"  {counts or 'nothing settled yet'}; {progress.requests} requests, cost {dollars(progress.cost_usd)}")
        leave_if_stopped(sent, "", is_series=True)
        done.append(sent.run)
        paid.append(sent.run)
    return done


def _report(at: Opened, axis: "Axis", arms: "list[tuple[Arm, Run]]", protocol: Protocol, *, as_json: bool) -> None:
    from workbench.pipeline.ablation import as_json as ablation_json
    from workbench.pipeline.ablation import score_arms

    found = score_arms(at.db, at.card, axis, arms, protocol)
    if as_json:
        show_json(ablation_json(found))
    else:
        show_ablation(found)
    first, second = arms[0][1], arms[1][1]
    suggest(f"emowb compare {at.card.key} {second.name} {first.name} (what changed sides)")
    if any(has_unanswered(at.db, run) for _, run in arms):
        raise typer.Exit(EXIT_WORTH_KNOWING)
