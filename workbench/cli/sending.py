"""Sending a run from the command line: the display, Ctrl-C in two stages, the report and the exit code."""

import asyncio
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from typing import Any, Final

import typer

from workbench.application.context import Context
from workbench.application.endpoints import Connection
from workbench.application.run_sending import REQUESTS, RunHandle, SendOptions, Stop, start_run
from workbench.application.run_setup import Destination, Estimate, estimate_open
from workbench.application.runs import unfinished_jobs
from workbench.cli.output import say, show, show_json, suggest
from workbench.cli.run_display import EVERY_S, RunDisplay
from workbench.cli.tables.estimate_tables import estimate_lines
from workbench.domain.events import JobUpdate, MediaFailed, RunNotice
from workbench.domain.figure_words import dollars
from workbench.domain.predictions import PredictionStatus
from workbench.domain.run_status import RunSnapshot, RunTotals
from workbench.domain.runs import Run
from workbench.errors import EXIT_INTERRUPTED, EXIT_WORTH_KNOWING, EndpointError

INTERRUPTED: Final = "interrupted"
_JOB_LINE_EVERY_S: Final = 600.0
"""Between two plain lines about jobs, which take hours."""
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Sent:
    """A run that was sent until it was done or something stopped it."""

    before: RunSnapshot
    after: RunSnapshot
    estimate: Estimate | None
    """None where nothing was open."""
    stop: Stop

    @property
    def run(self) -> Run:
        """As it is now."""
        return self.after.run


def agree_on_terminal(*, yes: bool) -> Callable[[Destination], bool]:
    """Asks a person at the terminal whether samples may leave this machine; with `yes`, that is said already."""

    def agree(to: Destination) -> bool:
        return yes or (sys.stdin.isatty() and typer.confirm(f"Send them to {to.host}?", err=True))

    return agree


def send_and_report(
    context: Context,
    runs: Iterable[Run],
    connection: Connection,
    options: SendOptions = REQUESTS,
    *,
    is_series: bool = False,
    as_json: bool = False,
) -> None:
    """Send what is open of each run, report what came of it, and exit with the code of the runs' state.

    Each run is taken when its turn comes, none after one that was stopped. Those of a series share the budget.
    """
    done: list[Sent] = []
    for run in runs:
        one = send_to_end(context, run, connection, options, paid_before=[sent.run for sent in done])
        done.append(one)
        if not as_json:
            _report(one)
        if one.stop.is_set:
            break
    if as_json:
        documents = [_sent_json(one) for one in done]
        show_json({"dataset": done[0].run.dataset, "runs": documents} if is_series else documents[0])
    _finish(done, options, is_series=is_series)


def send_to_end(
    context: Context,
    run: Run,
    connection: Connection,
    options: SendOptions = REQUESTS,
    *,
    paid_before: Sequence[Run] = (),
) -> Sent:
    """Send what is open of a run with a live display, until it is done or something stops it."""
    handle = start_run(context, run, connection, options, paid_before=paid_before)
    before = handle.snapshot()
    estimate = None if options.cancels else estimate_open(handle.context, run, connection, options)
    send(handle)
    return Sent(before, handle.snapshot(), estimate, handle.stop)


def send(handle: RunHandle) -> None:
    """Send with a live display and two-stage Ctrl-C; `handle.stop` says afterwards why the run paused, if it did."""
    try:
        asyncio.run(_sending(handle))
    except asyncio.CancelledError:
        handle.stop.set(INTERRUPTED)


async def _sending(handle: RunHandle) -> None:
    line_every_s = _JOB_LINE_EVERY_S if handle.options.by_jobs else EVERY_S
    display = RunDisplay(handle.snapshot, handle.snapshot(), line_every_s)
    with display.shown() as tell, _interruptible(handle.stop, tell):
        async with aclosing(handle.events()) as events:
            async for event in events:
                if isinstance(event, JobUpdate):
                    tell(_job_line(event))
                elif isinstance(event, MediaFailed):
                    tell(f"bad media: {event.sample_id}: {event.reason}")
                elif isinstance(event, RunNotice):
                    tell(event.reason)


@contextmanager
def _interruptible(stop: Stop, tell: Callable[[str], None]) -> Iterator[None]:
    """Within the block, the first Ctrl-C (or a hang-up) asks the run to stop, and the second does not wait."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def interrupt() -> None:
        if not stop.is_set:
            stop.set(INTERRUPTED)
            tell("stopping: what is in flight comes in first (Ctrl-C again does not wait)")
        elif task is not None:
            task.cancel()

    for number in _SIGNALS:
        loop.add_signal_handler(number, interrupt)
    try:
        yield
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)


def say_what_is_away(context: Context, run: Run, options: SendOptions = REQUESTS) -> None:
    """Say which requests are not sent one by one, since they are in a job or a file already."""
    for one in unfinished_jobs(context, run):
        job = one.job
        if not one.n_away or (options.by_jobs and not job.is_file):
            continue
        if job.is_file:
            how = f"`emowb batch-file read {run.dataset} --run {run.name} ANSWERS` reads its answers"
            say(f"{one.n_away:,} requests are out in the file {job.input_file} and are not asked: {how}")
        else:
            how = f"`emowb run {run.dataset} --name {run.name} --via batch` fetches them"
            say(f"{one.n_away:,} requests are at {job.endpoint} in job {job.name} and are not asked twice: {how}")


def _job_line(event: JobUpdate) -> str:
    counts = f", {event.n_answered:,} answered" if event.n_answered or event.n_failed else ""
    failed = f", {event.n_failed:,} failed" if event.n_failed else ""
    return f"job {event.name}: {event.status}, {event.n_requests:,} requests{counts}{failed}"


# ── what came of it ──────────────────────────────────────────────────────────────────────────────────────────────


def _report(one: Sent) -> None:
    run, totals = one.run, one.after.totals
    show(f"{run.dataset} / {run.name}: {run.state}, {totals.settled} of {totals.planned} samples settled")
    show_totals(totals)
    if one.estimate is not None:
        elapsed_s = run.elapsed_s - one.before.run.elapsed_s
        for line in estimate_lines(one.estimate, totals, before=one.before.totals, elapsed_s=elapsed_s):
            show(f"  {line}")


def _sent_json(one: Sent) -> dict[str, Any]:
    return run_json(one.after) | ({} if one.estimate is None else {"estimate": one.estimate.as_json()})


def show_totals(totals: RunTotals) -> None:
    """How far a run has come, for people."""
    show(f"  {status_counts(totals)}")
    show(f"  {totals.requests} requests, cost {dollars(totals.cost_usd)}")
    if totals.unseen:
        show(f"  {totals.unseen} requests without a reply that was seen: perhaps paid for twice")


def status_counts(totals: RunTotals) -> str:
    """Samples by their final status: `ranked 64, refused 6`."""
    counts = ", ".join(f"{status} {count}" for status, count in sorted(totals.by_status.items()))
    return counts or "nothing settled yet"


def _finish(done: Sequence[Sent], options: SendOptions, *, is_series: bool) -> None:
    """Say what to do next, and exit with the code that the last run's state, or samples without an answer, demand."""
    run = done[-1].run
    via = " --via batch" if options.by_jobs else ""
    leave_if_stopped(done[-1], f"emowb run {run.dataset} --name {run.name}{via}", is_series=is_series)
    if any(one.after.totals.unanswered for one in done):
        suggest(f"emowb open {run.dataset} (review), emowb retry {run.dataset} --refused (ask again)")
        raise typer.Exit(EXIT_WORTH_KNOWING)
    if is_series:
        suggest(f"emowb compare {run.dataset} {done[0].run.name} --repeats")
    else:
        suggest(f"emowb metrics {run.dataset}, emowb open {run.dataset}, emowb export {run.dataset}")


def leave_if_stopped(last: Sent, command: str = "", *, is_series: bool = False) -> None:
    """Exit with the code of what stopped the run, if anything did; `command` resumes it."""
    run, stop = last.run, last.stop
    if stop.reason is None:
        return
    if stop.is_asked:
        say(f"run {run.name} is {stop.reason}")
    if stop.reason == INTERRUPTED or stop.is_asked:
        suggest("the same command goes on" if is_series else f"{command} goes on")
        raise typer.Exit(EXIT_INTERRUPTED)
    if stop.is_limit:
        say(f"run {run.name} is paused: {stop.reason}; the same command with a larger one goes on")
        raise typer.Exit(EXIT_WORTH_KNOWING)
    raise EndpointError(f"run {run.name} is paused: {stop.reason}; the same command goes on")


def run_json(snapshot: RunSnapshot) -> dict[str, Any]:
    """A run and its counts in the shape of `--json`."""
    run, totals = snapshot.run, snapshot.totals

    def count(status: PredictionStatus) -> int:
        return totals.by_status.get(status, 0)

    return {
        "run": run.name,
        "dataset": run.dataset,
        "state": run.state,
        "reason": run.reason,
        "model": run.spec.model,
        "planned": totals.planned,
        "predicted": totals.planned - totals.unanswered,
        "out_of_vocabulary": count(PredictionStatus.OUT_OF_VOCABULARY),
        "refused": count(PredictionStatus.REFUSED),
        "unparsed": count(PredictionStatus.UNPARSED),
        "missing": count(PredictionStatus.MISSING),
        "bad_media": count(PredictionStatus.BAD_MEDIA),
        "failed": count(PredictionStatus.FAILED),
        "attempts": totals.requests,
        "unseen": totals.unseen,
        "cost_usd": totals.cost_usd,
        "elapsed_s": round(run.elapsed_s, 3),
    }
