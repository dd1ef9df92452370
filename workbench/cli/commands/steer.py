"""`emowb pause`, `emowb cancel` and `emowb limit`: steering a run that another process sends."""

import math
from typing import Annotated

import typer

from workbench.application.context import Context
from workbench.application.datasets import find_card
from workbench.application.runs import ask_sender, change_limits, choose_run, run_snapshot, unfinished_jobs
from workbench.cli import run_options as flags
from workbench.cli.context import Key, context_of
from workbench.cli.output import say, show, suggest
from workbench.domain.run_status import GivenLimits, RunCommand
from workbench.domain.runs import Run
from workbench.errors import UsageError


def _dollars(given: float | None) -> float | None:
    if given is not None and not 0 <= given < math.inf:
        raise typer.BadParameter("it must be US dollars, or 0 for no budget")
    return given


def pause(command: typer.Context, key: Key, name: flags.RunArgument = None) -> None:
    """Pause a run that is being sent, by whatever process.

    No further requests are sent, and those in flight are waited for. Jobs at a provider stay there.

    \b
    Example:
        emowb pause rafdb
    """
    _ask(command, key, name, RunCommand.PAUSE, "it stops when what is in flight has come in")


def cancel(command: typer.Context, key: Key, name: flags.RunArgument = None) -> None:
    """Stop a run that is being sent, without waiting for the requests in flight.

    Their replies are lost, and may be paid for twice when the run is resumed. Jobs at a provider stay there.

    \b
    Example:
        emowb cancel rafdb
    """
    _ask(command, key, name, RunCommand.CANCEL, "it does not wait for what is in flight")


def limit(
    command: typer.Context,
    key: Key,
    name: flags.RunArgument = None,
    *,
    rpm: Annotated[int | None, typer.Option(min=0, help="Requests per minute; 0: no limit.")] = None,
    tpm: Annotated[int | None, typer.Option(min=0, help="Tokens per minute; 0: no limit.")] = None,
    rpd: Annotated[int | None, typer.Option(min=0, help="Requests per day; 0: no limit.")] = None,
    concurrency: Annotated[
        int | None, typer.Option(min=0, help="Requests in flight; 0: as many as the endpoint takes.")
    ] = None,
    budget: Annotated[
        float | None,
        typer.Option(callback=_dollars, metavar="USD", help="What the run may cost in all; 0: no budget."),
    ] = None,
) -> None:
    """Change the limits of a run, also while it is sent.

    Limits that are not given stay as they are. A change holds at once, and also when the run is resumed, until an
    option of `emowb run` says otherwise.

    \b
    Examples:
        emowb limit rafdb --rpm 120
        emowb limit rafdb NAME --budget 10 --concurrency 0
    """
    limits = GivenLimits(rpm=rpm, tpm=tpm, rpd=rpd, concurrency=concurrency, budget_usd=budget)
    if not limits.as_dict():
        raise UsageError("say what is to change: --rpm, --tpm, --rpd, --concurrency or --budget")
    context = context_of(command)
    run = choose_run(context, find_card(context, key).key, name)
    sender = change_limits(context, run, limits)
    when = f"at once: {sender} sends it" if sender else "when it is sent again: nobody sends it now"
    meter = run_snapshot(context, run).meter
    if sender and meter is not None and meter.is_by_jobs:
        when = "for what is sent by requests: jobs keep to their provider's limits"
    show(f"{run.dataset} / {run.name}: {limits.words}, {when}")
    _say_of_jobs(context, run)


def _ask(command: typer.Context, key: str, name: str | None, wanted: RunCommand, what_follows: str) -> None:
    context = context_of(command)
    run = choose_run(context, find_card(context, key).key, name)
    sender = ask_sender(context, run, wanted)
    if sender is None:
        show(f"{run.dataset} / {run.name}: nobody sends it, so there is nothing to {wanted}; it is {run.state}")
    else:
        show(f"{run.dataset} / {run.name}: {sender} was asked to {wanted}; {what_follows}")
        suggest(f"emowb run {run.dataset} --name {run.name} goes on with it")
    _say_of_jobs(context, run)


def _say_of_jobs(context: Context, run: Run) -> None:
    """Say that jobs go on at their provider."""
    jobs = [one.job for one in unfinished_jobs(context, run) if not one.job.is_file]
    if jobs:
        some = "1 job stays" if len(jobs) == 1 else f"{len(jobs):,} jobs stay"
        end = f"`emowb run {run.dataset} --name {run.name} --via batch --cancel` ends them"
        say(f"{some} at {jobs[0].endpoint} and will be answered; {end}")
