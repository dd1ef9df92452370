"""`emowb run` and `emowb retry`."""

import asyncio
import math
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.cli.context import AsJson, Key, Opened, RunName, opened
from workbench.cli.estimates import show_plan
from workbench.cli.job_sending import REQUESTS, Via, Way, say_what_travels
from workbench.cli.output import say
from workbench.cli.sending import send_and_report
from workbench.domain.batches import retry_policy
from workbench.domain.datasets import DatasetCard
from workbench.domain.predictions import PredictionStatus
from workbench.domain.prompts import NAMED, prompt_version
from workbench.domain.runs import Colour, RunSpec, RunState
from workbench.domain.tasks import FramePolicy, Modality
from workbench.errors import EndpointError, UsageError

if TYPE_CHECKING:
    from workbench.wiring.connections import Connection

_TEXT_BATCH = 20
"""Samples in one request where no picture goes: the ancestor's size for texts."""


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("run")(run_set)
    app.command("retry")(retry)


def _dollars(given: float | None) -> float | None:
    if given is not None and not 0 < given < math.inf:  # a limit of `nan` would never be reached
        raise typer.BadParameter("it must be US dollars above 0")
    return given


Endpoint = Annotated[str | None, typer.Option(metavar="NAME", help="Who is asked; `embedded` needs nothing.")]
Rpm = Annotated[int | None, typer.Option(min=1, help="Requests per minute, never exceeded.")]
Tpm = Annotated[int | None, typer.Option(min=1, help="Tokens per minute, never exceeded.")]
Rpd = Annotated[int | None, typer.Option(min=1, help="Requests per day, never exceeded.")]
Budget = Annotated[float | None, typer.Option(callback=_dollars, metavar="USD", help="What the run may cost in all.")]
Yes = Annotated[bool, typer.Option("--yes", help="Agree that pictures go to a host off this machine.")]
RetryPolicyName = Annotated[
    str | None,
    typer.Option(
        "--retry-policy", metavar="NAME", help="halving (the default), or paper: the schedule of the paper's authors."
    ),
]
Concurrency = Annotated[int | None, typer.Option(min=1, help="Requests in flight.")]


def run_set(
    context: typer.Context,
    key: Key,
    *,
    name: Annotated[str | None, typer.Option(help="The run's name. Default: the model's.")] = None,
    model: Annotated[str | None, typer.Option(help="Default: the only model that the endpoint has.")] = None,
    endpoint: Endpoint = None,
    prompt: Annotated[str | None, typer.Option(help="named (the default) or paper.")] = None,
    frames: Annotated[str | None, typer.Option(help="apex, all, last(n), uniform(n) or ends(n).")] = None,
    colour: Annotated[Colour | None, typer.Option(help="In what colours frames go out.")] = None,
    modality: Annotated[Modality | None, typer.Option(help="What of a sample is sent.")] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Samples in one request.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only so many samples of the planned order.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Of the order of samples.")] = None,
    retry_policy_name: RetryPolicyName = None,
    rpm: Rpm = None,
    tpm: Tpm = None,
    rpd: Rpd = None,
    concurrency: Concurrency = None,
    budget: Budget = None,
    via: Annotated[Via, typer.Option(help="One request after the other, or jobs of a Batch API.")] = Via.REQUESTS,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait for jobs; else look once, and leave.")] = True,
    cancel: Annotated[bool, typer.Option("--cancel", help="End the run's jobs; what was answered is kept.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be asked; send nothing.")] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Send a data set to a model, or resume a run.

    A run goes on where it stopped when its name is given again; what was answered is not asked again.

    With --via batch, requests travel in files and are answered within a day, at OpenAI for half the price. The
    command waits; Ctrl-C leaves the jobs at the provider, and the same command fetches them.

    \b
    Examples:
        emowb run rafdb --endpoint embedded
        emowb run casme2 --endpoint openai --model NAME --prompt paper --rpm 60
        emowb run rafdb --endpoint openai --model NAME --via batch
    """
    from workbench.wiring.connections import connected, endpoint_name

    options: dict[str, Any] = {
        "model": model,
        "prompt": prompt_version(prompt) if prompt else None,
        "frames": frame_policy(frames),
        "colour": colour,
        "batch_size": batch_size,
        "limit": limit,
        "seed": seed,
        "retry": _known_policy(retry_policy_name),
    }
    way = Way(via=via, waits=wait, cancels=cancel)
    with opened(context, key, rpm=rpm, tpm=tpm, rpd=rpd, concurrency=concurrency, budget_usd=budget) as at:
        options["modality"] = checked_modality(at.card, modality)
        stored = stored_spec(at, name)
        options["endpoint"] = endpoint_name(at.settings, endpoint, stored)
        with connected(at.settings, options["endpoint"], os.environ, needs_key=not dry_run) as reached:
            way.check(reached.endpoint, at.card.key)
            connection = replace(reached, partners=()) if way.is_batch else reached  # jobs are one account's
            if not dry_run:  # before anybody off this machine is spoken to
                _agree(at, Modality(options["modality"] or at.card.modality), connection, yes=yes)
            wanted = model or (stored.model if stored else at.settings.model)
            options["model"] = _chosen_model(connection, wanted, is_needed=not dry_run)
            name = name or options["model"]
            stored = stored or stored_spec(at, name)
            spec = resumed_spec(stored, options) if stored else card_spec(at.card, options)
            if dry_run:
                show_plan(at, name, spec, connection, batch_api=way.is_batch, as_json=as_json)
                return
            _open_and_send(at, spec, name, connection, way, as_json=as_json)


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
    yes: Yes = False,
    rpm: Rpm = None,
    tpm: Tpm = None,
    rpd: Rpd = None,
    concurrency: Concurrency = None,
    budget: Budget = None,
    as_json: AsJson = False,
) -> None:
    """Ask again about samples that have no answer.

    \b
    Example:
        emowb retry rafdb --refused
    """
    from workbench.pipeline.planning import plan_again, samples_with
    from workbench.wiring.connections import connected
    from workbench.wiring.reviewing import chosen_run

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
            _agree(at, Modality(found.spec.modality), connection, yes=yes)
            count = plan_again(at.db, found, wanted)
            say(f"{found.name}: asking again about {count} samples")
            say_what_travels(at.db, found, REQUESTS)
            send_and_report(at.settings, at.db, found, connection, as_json=as_json)


def _chosen_model(connection: "Connection", wanted: str | None, *, is_needed: bool) -> str:
    """The model to ask. What a dry run names is taken at its word where nobody confirms it: costs are planned first."""
    from workbench.wiring.connections import choose_model

    try:
        return asyncio.run(choose_model(connection, wanted, say))
    except EndpointError as error:
        if is_needed or wanted is None:
            raise
        say(f"warning: whether there is a model {wanted} was not found out: {error}")
        return wanted


def stored_spec(at: Opened, name: str | None) -> RunSpec | None:
    """The spec of the run of that name, where there is one."""
    from workbench.storage.runs import has_run, load_run

    return load_run(at.db, at.card.key, name).spec if name and has_run(at.db, at.card.key, name) else None


def _open_and_send(at: Opened, spec: RunSpec, name: str, connection: "Connection", way: Way, *, as_json: bool) -> None:
    from workbench.pipeline.planning import open_run

    run, was_there = open_run(at.db, name, spec)
    if run.state is RunState.DONE:
        say(f"run {run.name} is done already; `emowb retry` asks again for what has no answer")
    elif was_there:
        say(f"going on with run {run.name}")
    say_what_travels(at.db, run, way)
    send_and_report(at.settings, at.db, run, connection, way=way, as_json=as_json)


def _agree(at: Opened, modality: Modality, connection: "Connection", *, yes: bool) -> None:
    """Say where pictures go; where that is off this machine and the licence is closed, ask, once for set and host.

    Raises UsageError when nobody agrees, or nobody is there to be asked.
    """
    from workbench.pipeline.planning import utc_now
    from workbench.storage.samples import has_consent, load_dataset, save_consent

    for endpoint in connection.endpoints:
        if endpoint.is_local:
            say(f"asking {endpoint.name} at {endpoint.base_url} on this machine")
            continue
        load_dataset(at.db, at.card.key)
        what = "pictures" if modality.has_pictures else "texts"
        say(f"asking {endpoint.name} at {endpoint.base_url}: {what} leave this machine for {endpoint.host}")
        if at.card.open_licence or has_consent(at.db, at.card.key, endpoint.host):
            continue
        say(f"licence of {at.card.title}: {at.card.licence}")
        if not yes and not (sys.stdin.isatty() and typer.confirm(f"Send them to {endpoint.host}?", err=True)):
            raise UsageError(f"nothing was sent; --yes agrees that {what} of {at.card.key} go to {endpoint.host}")
        save_consent(at.db, at.card.key, endpoint.host, utc_now())


def card_spec(card: DatasetCard, options: Mapping[str, Any]) -> RunSpec:
    """The card's run spec with the options that were given; None stands for not given."""
    given = {word: value for word, value in options.items() if value is not None}
    modality = Modality(given.get("modality", card.modality))
    defaults: dict[str, Any] = {
        "dataset": card.key,
        "prompt": NAMED,
        "modality": str(modality),
        "frames": str(card.frames),
        "labels": card.labels.names,
        "batch_size": card.batch_size if modality.has_pictures else _TEXT_BATCH,
    }
    return RunSpec(**(defaults | given))


def resumed_spec(stored: RunSpec, options: Mapping[str, Any]) -> RunSpec:
    """A stored run's own spec with the options that were given; one that changes it is refused later."""
    given = {word: value for word, value in options.items() if value is not None}
    return RunSpec.from_json(stored.as_json() | given)


def _known_policy(name: str | None) -> str | None:
    """Raises UsageError for a retry policy that nobody knows."""
    if name is not None:
        retry_policy(name, batch_size=1)
    return name


def frame_policy(text: str | None) -> str | None:
    """A frame policy as runs keep it. Raises UsageError for what is none."""
    if text is None:
        return None
    try:
        return str(FramePolicy.parse(text))
    except ValueError as error:
        raise UsageError(str(error)) from error


def checked_modality(card: DatasetCard, modality: Modality | None) -> str | None:
    """Raises UsageError for a modality that the data set does not have."""
    if modality is None:
        return None
    possible = list(Modality)[1:] if card.modality is Modality.MULTI else [card.modality]
    if modality not in possible:
        raise UsageError(f"{card.key} cannot be asked as {modality}; it can as {', '.join(possible)}")
    return str(modality)
