"""`emowb ablate`."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from workbench.application.comparisons import ORDERS, Arm, Axis, ablation_json, plan_arms, score_arms
from workbench.application.context import Context
from workbench.application.datasets import find_card
from workbench.application.run_sending import open_run, require_names
from workbench.application.run_setup import ReadyRun, plan_run, ready_to_send
from workbench.application.runs import run_snapshot
from workbench.cli import run_options as flags
from workbench.cli.context import AsJson, Key, ProtocolOption, context_of
from workbench.cli.output import say, show_json, suggest
from workbench.cli.sending import agree_on_terminal, leave_if_stopped, send_to_end, status_counts
from workbench.cli.tables.ablation_tables import show_ablation, show_arm_plans
from workbench.cli.tables.estimate_tables import plan_json
from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.datasets.tasks import Modality
from workbench.domain.figure_words import dollars
from workbench.domain.prompts import prompt_version
from workbench.domain.run_options import checked_modality, frame_policy, known_policy
from workbench.domain.runs import Colour, Run, RunState
from workbench.domain.scoring.protocols import Protocol
from workbench.errors import EXIT_WORTH_KNOWING, UsageError, unknown_name


def ablate(
    command: typer.Context,
    key: Key,
    *,
    colour: Annotated[str | None, typer.Option(metavar="A,B", help="rgb,grey")] = None,
    frames: Annotated[
        str | None, typer.Option(metavar="A,B,...", help="Numbers of frames, 1,2,3, or rules: apex,last(2).")
    ] = None,
    modality: Annotated[str | None, typer.Option(metavar="A,B,...", help="text,video,multi")] = None,
    batch_size: Annotated[str | None, typer.Option(metavar="A,B,...", help="1,5,20")] = None,
    option_order: Annotated[
        bool, typer.Option("--option-order", help="The data set's order of labels, reversed, and two shuffles.")
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
    in_line: flags.InLine = False,
    dry_run: flags.DryRun = False,
    yes: flags.Yes = False,
    as_json: AsJson = False,
) -> None:
    """Run variants that differ in one option, and compare them.

    Give that option several values; one with a single value holds for all variants. Each variant is a run, named
    NAME.colour=grey and the like; where --name is a run, they start from its options. All of them ask about the same
    samples in the same order. A variant that has a run already, under whatever name, is not sent again. Ctrl-C stops
    the command, and the same command resumes it. The variants share the budget.

    Prints the scores of each variant, the paper's own figures where there are any, and each variant's difference to
    the first one (above zero: better than the first) with McNemar's exact test, adjusted by Holm.

    \b
    Examples:
        emowb ablate rafdb --colour rgb,grey --endpoint embedded
        emowb ablate ravdess --frames 1,2,3,6 --endpoint openai --model NAME --dry-run
        emowb ablate chsims --modality text,video,multi --endpoint openai --model NAME
        emowb ablate rafdb --option-order --endpoint openai --model NAME --limit 500
    """
    spec_fields: dict[str, Any] = {
        "endpoint": endpoint,
        "model": model,
        "prompt": prompt_version(prompt) if prompt else None,
        "limit": limit,
        "seed": seed,
        "retry": known_policy(retry_policy_name),
    }
    given = {"colour": colour, "frames": frames, "modality": modality, "batch-size": batch_size}
    axis, values, fixed = _split(given, option_order=option_order)
    context = context_of(command, rpm=rpm, tpm=tpm, rpd=rpd, concurrency=concurrency, budget_usd=budget)
    card = find_card(context, key)
    spec_fields |= _held(card, axis, values, fixed)
    with ready_to_send(
        context, card, name, spec_fields, agree=agree_on_terminal(yes=yes), dry_run=dry_run, in_line=in_line
    ) as ready:
        arms = plan_arms(context, ready.spec, ready.name, axis, values)
        require_names(context, [(arm.name, arm.spec) for arm in arms])
        if dry_run:
            _show_plans(context, ready, axis, arms, as_json=as_json)
            return
        runs = _sent(context, ready, arms)
        _report(context, axis, list(zip(arms, runs, strict=True)), protocol, as_json=as_json)


def _split(given: Mapping[str, str | None], *, option_order: bool) -> tuple[Axis, list[str], dict[str, str]]:
    """The axis with its values, and the options that hold for all arms. Raises UsageError unless there is one axis."""
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


def _held(card: DatasetCard, axis: Axis, values: Sequence[str], fixed: Mapping[str, str]) -> dict[str, Any]:
    """The options that hold for all arms, as fields of a run spec. Raises UsageError for what the set does not have."""
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


def _show_plans(context: Context, ready: ReadyRun, axis: Axis, arms: Sequence[Arm], *, as_json: bool) -> None:
    plans = [(arm, plan_run(context, arm.name, arm.spec, ready.connection)) for arm in arms]
    if as_json:
        documents = [
            {"arm": arm.value, "reused": arm.is_reused} | plan_json(plan, ready.connection) for arm, plan in plans
        ]
        show_json({"dataset": ready.spec.dataset, "axis": str(axis), "arms": documents})
        return
    show_arm_plans(axis, plans)
    for note in dict.fromkeys(note for _, plan in plans if plan.estimate.requests for note in plan.estimate.assumed):
        say(f"assumed: {note}")


def _sent(context: Context, ready: ReadyRun, arms: Sequence[Arm]) -> list[Run]:
    """The run of every arm, sent to its end; exits with a code where one is stopped."""
    done: list[Run] = []
    paid: list[Run] = []
    for arm in arms:
        run, _ = open_run(context, arm.name, arm.spec)
        if run.state is RunState.DONE:
            say(f"{arm.value}: run {run.name} is done already")
            done.append(run)
            if not arm.is_reused:
                paid.append(run)
            continue
        say(f"{arm.value}: run {run.name}")
        sent = send_to_end(context, run, ready.connection, paid_before=paid)
        totals = sent.after.totals
        say(f"  {status_counts(totals)}; {totals.requests} requests, cost {dollars(totals.cost_usd)}")
        leave_if_stopped(sent, is_series=True)
        done.append(sent.run)
        paid.append(sent.run)
    return done


def _report(
    context: Context, axis: Axis, arms: Sequence[tuple[Arm, Run]], protocol: Protocol, *, as_json: bool
) -> None:
    found = score_arms(context, axis, arms, protocol)
    if as_json:
        show_json(ablation_json(found))
    else:
        show_ablation(found)
    first, second = arms[0][1], arms[1][1]
    suggest(f"emowb compare {first.dataset} {second.name} {first.name} (what changed sides)")
    if any(run_snapshot(context, run).totals.unanswered for _, run in arms):
        raise typer.Exit(EXIT_WORTH_KNOWING)
