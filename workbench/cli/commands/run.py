"""`emowb run` and `emowb retry`."""

from collections.abc import Iterator, Sequence
from typing import Annotated

import typer

from workbench.application.context import Context
from workbench.application.datasets import find_card
from workbench.application.endpoints import connected
from workbench.application.run_sending import SendOptions, Via, open_run, plan_retry, require_names
from workbench.application.run_setup import ReadyRun, plan_run, ready_to_send, require_consent
from workbench.application.runs import choose_run
from workbench.cli import run_options as flags
from workbench.cli.context import AsJson, Key, RunName, context_of
from workbench.cli.output import say, show_json
from workbench.cli.sending import agree_on_terminal, say_what_is_away, send_and_report
from workbench.cli.tables.estimate_tables import plan_json, show_plans
from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.datasets.tasks import Modality
from workbench.domain.predictions import PredictionStatus
from workbench.domain.run_options import RunOptions, repeated
from workbench.domain.runs import Run, RunSpec, RunState
from workbench.errors import UsageError


def run_set(
    command: typer.Context,
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
    repeat: Annotated[int | None, typer.Option(min=1, metavar="K", help="Make the run K times.")] = None,
    retry_policy_name: flags.RetryPolicyName = None,
    max_tokens: flags.MaxTokens = None,
    rpm: flags.Rpm = None,
    tpm: flags.Tpm = None,
    rpd: flags.Rpd = None,
    concurrency: flags.Concurrency = None,
    patience: flags.Patience = None,
    budget: flags.Budget = None,
    via: Annotated[Via, typer.Option(help="Single requests, or jobs of a Batch API.")] = Via.REQUESTS,
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="Wait for jobs, or look at them once and leave.")
    ] = True,
    cancel: Annotated[bool, typer.Option("--cancel", help="End the run's jobs; answers are kept.")] = False,
    in_line: flags.InLine = False,
    dry_run: flags.DryRun = False,
    yes: flags.Yes = False,
    as_json: AsJson = False,
) -> None:
    """Send a data set to a model, or resume a run.

    Give a run's name again to resume it where it stopped. Samples that have an answer are not asked again.

    With --repeat K, the run is made K times: NAME, NAME.repeat=2, and so on, one after the other. All of them send the
    very same requests, with the same seed, so what differs is the endpoint's own noise; `emowb compare KEY NAME
    --repeats` shows how much. They share the budget.

    With --via batch, requests are uploaded in files and answered within a day, at OpenAI for half the price. The
    command waits for the answers. Ctrl-C leaves the jobs at the provider, and the same command fetches them later.

    \b
    Examples:
        emowb run rafdb --endpoint embedded
        emowb run casme2 --endpoint openai --model NAME --prompt paper --rpm 60
        emowb run rafdb --endpoint openai --model NAME --option-order shuffled:1 --name NAME-shuffled
        emowb run rafdb --endpoint openai --model NAME --via batch
    """
    given = RunOptions(
        endpoint=endpoint,
        model=model,
        prompt=prompt,
        frames=frames,
        colour=colour,
        modality=modality,
        batch_size=batch_size,
        limit=limit,
        seed=seed,
        option_order=option_order,
        retry=retry_policy_name,
        max_tokens=max_tokens,
    )
    options = SendOptions(via=via, waits=wait, cancels=cancel)
    context = context_of(
        command,
        rpm=rpm,
        tpm=tpm,
        rpd=rpd,
        concurrency=concurrency,
        budget_usd=budget,
        patience_s=flags.seconds(patience),
    )
    card = find_card(context, key)
    agree = agree_on_terminal(yes=yes)
    with ready_to_send(
        context, card, name, given.spec_fields(card), options, agree=agree, dry_run=dry_run, in_line=in_line
    ) as ready:
        plans = repeated(ready.name, ready.spec, repeat)
        if dry_run:
            _show_plans(context, card, ready, plans, options, as_json=as_json)
            return
        runs, is_series = _opened_runs(context, plans, options), len(plans) > 1
        send_and_report(context, runs, ready.connection, options, is_series=is_series, as_json=as_json)


def retry(
    command: typer.Context,
    key: Key,
    *,
    run: RunName = None,
    refused: Annotated[bool, typer.Option("--refused", help="Samples that the model refused.")] = False,
    unparsed: Annotated[bool, typer.Option("--unparsed", help="Samples whose reply could not be read.")] = False,
    missing: Annotated[bool, typer.Option("--missing", help="Samples that a reply left out.")] = False,
    failed: Annotated[bool, typer.Option("--failed", help="Samples for which no reply came.")] = False,
    bad_media: Annotated[bool, typer.Option("--bad-media", help="Samples that could not be decoded.")] = False,
    sample: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="One sample, by its id; can be given several times.")
    ] = None,
    yes: flags.Yes = False,
    rpm: flags.Rpm = None,
    tpm: flags.Tpm = None,
    rpd: flags.Rpd = None,
    concurrency: flags.Concurrency = None,
    patience: flags.Patience = None,
    budget: flags.Budget = None,
    as_json: AsJson = False,
) -> None:
    """Ask again about samples that have no answer.

    \b
    Example:
        emowb retry rafdb --refused
    """
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
    context = context_of(
        command,
        rpm=rpm,
        tpm=tpm,
        rpd=rpd,
        concurrency=concurrency,
        budget_usd=budget,
        patience_s=flags.seconds(patience),
    )
    card = find_card(context, key)
    found = choose_run(context, card.key, run)
    with connected(context, found.spec.endpoint) as connection:
        require_consent(context, card, Modality(found.spec.modality), connection, agree_on_terminal(yes=yes))
        count = plan_retry(context, found, [status for status, on in chosen.items() if on], sample or [])
        say(f"{found.name}: asking again about {count} samples")
        say_what_is_away(context, found)
        send_and_report(context, [found], connection, as_json=as_json)


def _show_plans(
    context: Context,
    card: DatasetCard,
    ready: ReadyRun,
    specs: Sequence[tuple[str, RunSpec]],
    options: SendOptions,
    *,
    as_json: bool,
) -> None:
    plans = [plan_run(context, name, spec, ready.connection, options) for name, spec in specs]
    if not as_json:
        show_plans(plans, card, ready.connection, context.settings.budget_usd)
        return
    documents = [plan_json(one, ready.connection) for one in plans]
    show_json(documents[0] if len(documents) == 1 else {"dataset": card.key, "runs": documents})


def _opened_runs(context: Context, plans: Sequence[tuple[str, RunSpec]], options: SendOptions) -> Iterator[Run]:
    """Each run as its turn comes, made where there is none; before the first, whether every name is free for it."""
    require_names(context, plans)
    for name, spec in plans:
        run, was_there = open_run(context, name, spec)
        if run.state is RunState.DONE:
            say(f"run {run.name} is done already; `emowb retry` asks again for what has no answer")
        elif was_there:
            say(f"resuming run {run.name}")
        say_what_is_away(context, run, options)
        yield run
