"""`emowb run` and `emowb retry`."""

import os
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import typer

from workbench.cli import run_options as flags
from workbench.cli.context import AsJson, Key, Opened, RunName, opened
from workbench.cli.job_sending import REQUESTS, Via, Way, say_what_travels
from workbench.cli.output import say
from workbench.cli.readiness import agree, ready_to_ask
from workbench.cli.run_specs import (
    checked_modality,
    frame_policy,
    known_policy,
    ordered_labels,
    repeated,
)
from workbench.cli.sending import send_and_report
from workbench.cli.tables.estimate_tables import show_plans
from workbench.domain.datasets.tasks import Modality
from workbench.domain.predictions import PredictionStatus
from workbench.domain.prompts import prompt_version
from workbench.domain.runs import Run, RunSpec, RunState
from workbench.errors import UsageError


def run_set(
    context: typer.Context,
    key: Key,
    *,
    name: flags.Name = None,
    model: flags.Model = None,
    endpoint: flags.EndpointName = None,
    prompt: flags.Prompt = None,
    frames: flags.Frames = None,
    colour: flags.ColourOf = None,
    modality: flags.ModalityOf = None,
    batch_size: flags.BatchSize = None,
    limit: flags.Limit = None,
    seed: flags.Seed = None,
    option_order: flags.OptionOrder = None,
    repeat: Annotated[int | None, typer.Option(min=1, metavar="K", help="Ask the same K times in all.")] = None,
    retry_policy_name: flags.RetryPolicyName = None,
    rpm: flags.Rpm = None,
    tpm: flags.Tpm = None,
    rpd: flags.Rpd = None,
    concurrency: flags.Concurrency = None,
    budget: flags.Budget = None,
    via: Annotated[Via, typer.Option(help="One request after the other, or jobs of a Batch API.")] = Via.REQUESTS,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait for jobs; else look once, and leave.")] = True,
    cancel: Annotated[bool, typer.Option("--cancel", help="End the run's jobs; what was answered is kept.")] = False,
    dry_run: flags.DryRun = False,
    yes: flags.Yes = False,
    as_json: AsJson = False,
) -> None:
    """Send a data set to a model, or resume a run.

    A run goes on where it stopped when its name is given again; what was answered is not asked again.

    With --repeat K, the same is asked K times: NAME, NAME.repeat=2, and so on, one after the other, each a run of its
    own. A repeat sends the very same requests, seed included, so what differs is the endpoint's own noise; see
    `emowb compare KEY NAME --repeats`. A budget is for all of them.

    With --via batch, requests travel in files and are answered within a day, at OpenAI for half the price. The
    command waits; Ctrl-C leaves the jobs at the provider, and the same command fetches them.

    \b
    Examples:
        emowb run rafdb --endpoint embedded
        emowb run casme2 --endpoint openai --model NAME --prompt paper --rpm 60
        emowb run rafdb --endpoint openai --model NAME --option-order shuffled:1 --name NAME-shuffled
        emowb run rafdb --endpoint openai --model NAME --via batch
    """
    options: dict[str, Any] = {
        "endpoint": endpoint,
        "model": model,
        "prompt": prompt_version(prompt) if prompt else None,
        "frames": frame_policy(frames),
        "colour": colour,
        "batch_size": batch_size,
        "limit": limit,
        "seed": seed,
        "retry": known_policy(retry_policy_name),
    }
    way = Way(via=via, waits=wait, cancels=cancel)
    with opened(context, key, rpm=rpm, tpm=tpm, rpd=rpd, concurrency=concurrency, budget_usd=budget) as at:
        options |= {"modality": checked_modality(at.card, modality), "labels": ordered_labels(at.card, option_order)}
        with ready_to_ask(at, name, options, way=way, dry_run=dry_run, yes=yes) as ready:
            plans = repeated(ready.name, ready.spec, repeat)
            if dry_run:
                show_plans(at, plans, ready.connection, batch_api=way.is_batch, as_json=as_json)
                return
            runs, is_series = _opened_runs(at, plans, way), len(plans) > 1
            send_and_report(at.settings, at.db, runs, ready.connection, way=way, is_series=is_series, as_json=as_json)


def retry(
    context: typer.Context,
    key: Key,
    *,
    run: RunName = None,
    refused: Annotated[bool, typer.Option("--refused", help="Samples that the model refused.")] = False,
    unparsed: Annotated[bool, typer.Option("--unparsed", help="Samples whose reply could not be read.")] = False,
    missing: Annotated[bool, typer.Option("--missing", help="Samples that the reply left out.")] = False,
    failed: Annotated[bool, typer.Option("--failed", help="Samples for which no reply came.")] = False,
    bad_media: Annotated[bool, typer.Option("--bad-media", help="Samples that could not be decoded.")] = False,
    sample: Annotated[list[str] | None, typer.Option(metavar="ID", help="One sample; may be given again.")] = None,
    yes: flags.Yes = False,
    rpm: flags.Rpm = None,
    tpm: flags.Tpm = None,
    rpd: flags.Rpd = None,
    concurrency: flags.Concurrency = None,
    budget: flags.Budget = None,
    as_json: AsJson = False,
) -> None:
    """Ask again about samples that have no answer.

    \b
    Example:
        emowb retry rafdb --refused
    """
    from workbench.application.endpoints import connected
    from workbench.application.runs import chosen_run
    from workbench.pipeline.planning import plan_again, samples_with

    chosen = {
        PredictionStatus.REFUSED: refused,
        PredictionStatus.UNPARSED: unparsed,
        PredictionStatus.MISSING: missing,
        PredictionStatus.FAILED: failed,
        PredictionStatus.BAD_MEDIA: bad_media,
    }
    if not any(chosen.values()) and not sample:
        raise UsageError(
            "say what to ask again: --refused, --unparsed, --missing, --failed, --bad-media or --sample ID"
        )
    with opened(context, key, rpm=rpm, tpm=tpm, rpd=rpd, concurrency=concurrency, budget_usd=budget) as at:
        found = chosen_run(at.db, at.card.key, run)
        wanted = [*samples_with(at.db, found, [status for status, on in chosen.items() if on]), *(sample or [])]
        with connected(at.settings, found.spec.endpoint, os.environ) as connection:
            agree(at, Modality(found.spec.modality), connection, yes=yes)
            count = plan_again(at.db, found, wanted)
            say(f"{found.name}: asking again about {count} samples")
            say_what_travels(at.db, found, REQUESTS)
            send_and_report(at.settings, at.db, [found], connection, as_json=as_json)


def _opened_runs(at: Opened, plans: Sequence[tuple[str, RunSpec]], way: Way) -> Iterator[Run]:
    """Each run as its turn comes, made where there is none; before the first, whether every name is free for it."""
    from workbench.pipeline.planning import open_run, stored_run

    for name, spec in plans:
        stored_run(at.db, name, spec)
    for name, spec in plans:
        run, was_there = open_run(at.db, name, spec)
        if run.state is RunState.DONE:
            say(f"run {run.name} is done already; `emowb retry` asks again for what has no answer")
        elif was_there:
            say(f"going on with run {run.name}")
        say_what_travels(at.db, run, way)
        yield run
