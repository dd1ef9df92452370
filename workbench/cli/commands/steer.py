"""`emowb pause`, `emowb cancel` and `emowb limit`: steering a run that another process sends."""

import math
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.context import Key, opened
from workbench.cli.output import say, show, suggest
from workbench.domain.run_status import GivenLimits, RunCommand
from workbench.errors import UsageError

if TYPE_CHECKING:
    from workbench.domain.runs import Run
    from workbench.storage.workspace.database import Database

RunToSteer = Annotated[str | None, typer.Argument(metavar="[RUN]", help="Default: the one touched last.")]


def _dollars(given: float | None) -> float | None:
    if given is not None and not 0 <= given < math.inf:
        raise typer.BadParameter("it must be US dollars, or 0 for no budget")
    return given


def pause(context: typer.Context, key: Key, name: RunToSteer = None) -> None:
    """Pause a run that is being sent, here or in another process.

    Nothing new leaves; what is in flight comes in. Jobs at a provider stay there.

    \b
    Example:
        emowb pause rafdb
    """
    _ask(context, key, name, RunCommand.PAUSE, "it stops when what is in flight has come in")


def cancel(context: typer.Context, key: Key, name: RunToSteer = None) -> None:
    """Stop a run that is being sent without waiting for what is in flight.

    Replies on their way are lost, and may be paid for twice when the run goes on. Jobs at a provider stay there.

    \b
    Example:
        emowb cancel rafdb
    """
    _ask(context, key, name, RunCommand.CANCEL, "it does not wait for what is in flight")


def limit(
    context: typer.Context,
    key: Key,
    name: RunToSteer = None,
    *,
    rpm: Annotated[int | None, typer.Option(min=0, help="Requests per minute; 0: no limit.")] = None,
    tpm: Annotated[int | None, typer.Option(min=0, help="Tokens per minute; 0: no limit.")] = None,
    rpd: Annotated[int | None, typer.Option(min=0, help="Requests per day; 0: no limit.")] = None,
    concurrency: Annotated[int | None, typer.Option(min=0, help="Requests in flight; 0: found out.")] = None,
    budget: Annotated[
        float | None,
        typer.Option(callback=_dollars, metavar="USD", help="What the run may cost in all; 0: whatever it costs."),
    ] = None,
) -> None:
    """Change the limits of a run, also while it is sent.

    What is not given stays as it is. A change holds at once, and for what is sent of the run later, until a flag of
    `emowb run` says otherwise.

    \b
    Examples:
        emowb limit rafdb --rpm 120
        emowb limit rafdb NAME --budget 10 --concurrency 0
    """
    from workbench.application.runs import chosen_run
    from workbench.application.steer_run import change_limits
    from workbench.storage.runs.run_control import load_meter

    limits = GivenLimits(rpm=rpm, tpm=tpm, rpd=rpd, concurrency=concurrency, budget_usd=budget)
    if not limits.said():
        raise UsageError("say what is to change: --rpm, --tpm, --rpd, --concurrency or --budget")
    with opened(context, key) as at:
        run = chosen_run(at.db, at.card.key, name)
        sender = change_limits(at.settings, at.db, run, limits)
        when = f"at once: {sender} sends it" if sender else "when it is sent again: nobody sends it now"
        told = load_meter(at.db, run.id)
        if sender and told is not None and told[0].is_by_jobs:
            when = "for what is sent by requests: jobs keep to their provider's limits"
        show(f"{run.dataset} / {run.name}: {limits.words}, {when}")
        _say_of_jobs(at.db, run)


def _ask(context: typer.Context, key: str, name: str | None, wanted: RunCommand, what_follows: str) -> None:
    from workbench.application.runs import chosen_run
    from workbench.application.steer_run import ask_sender

    with opened(context, key) as at:
        run = chosen_run(at.db, at.card.key, name)
        sender = ask_sender(at.db, run, wanted)
        if sender is None:
            show(f"{run.dataset} / {run.name}: nobody sends it, so there is nothing to {wanted}; it is {run.state}")
        else:
            show(f"{run.dataset} / {run.name}: {sender} was asked to {wanted}; {what_follows}")
            suggest(f"emowb run {run.dataset} --name {run.name} goes on with it")
        _say_of_jobs(at.db, run)


def _say_of_jobs(db: "Database", run: "Run") -> None:
    """Say that jobs are no process's to stop."""
    from workbench.storage.runs.jobs import load_jobs

    jobs = [job for job in load_jobs(db, run.id, unfinished=True) if not job.is_file]
    if jobs:
        some = "1 job stays" if len(jobs) == 1 else f"{len(jobs):,} jobs stay"
        end = f"`emowb run {run.dataset} --name {run.name} --via batch --cancel` ends them"
        say(f"{some} at {jobs[0].endpoint} and will be answered; {end}")
