"""Sending a run from the command line: the display, Ctrl-C in two stages, what became of it, the exit code."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import typer

from workbench.cli.job_sending import REQUESTS, Way, job_line
from workbench.cli.output import say, show, show_json, suggest
from workbench.cli.run_display import RunDisplay
from workbench.cli.tables.estimate_tables import estimate_json, estimate_lines
from workbench.domain.figure_words import dollars
from workbench.domain.predictions import PredictionStatus
from workbench.domain.run_status import RunTotals
from workbench.domain.runs import Run
from workbench.errors import EXIT_INTERRUPTED, EXIT_WORTH_KNOWING, EndpointError

if TYPE_CHECKING:
    from workbench.application.endpoints import Connection
    from workbench.pipeline.run_estimates import Estimate
    from workbench.pipeline.sending.run_parts import Stop
    from workbench.settings import Settings
    from workbench.storage.workspace.database import Database

INTERRUPTED: Final = "interrupted"
_NO_DOLLARS: Final = 1e-9
"""A budget that is used up: the run pauses before its first request and says so."""
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Sent:
    """A run that was sent until it was done or something stopped it."""

    run: Run
    before: RunTotals
    progress: RunTotals
    estimate: "Estimate | None"
    """None where nothing was open."""
    elapsed_s: float
    """Of this time alone."""
    stop: "Stop"


def send_and_report(
    settings: "Settings",
    db: "Database",
    runs: Iterable[Run],
    connection: "Connection",
    *,
    way: Way = REQUESTS,
    is_series: bool = False,
    as_json: bool = False,
) -> None:
    """Send what is open of each run, say what became of it, and exit as their state demands.

    Each run is taken when its turn comes, none after one that was stopped. Those of a series share the budget.
    """
    done: list[Sent] = []
    for run in runs:
        one = send_to_end(with_budget_left(settings, db, [sent.run for sent in done]), db, run, connection, way)
        done.append(one)
        if not as_json:
            report(one)
        if one.stop.reason is not None:
            break
    if as_json:
        documents = [sent_json(one) for one in done]
        show_json({"dataset": done[0].run.dataset, "runs": documents} if is_series else documents[0])
    finish(done, way, is_series=is_series)


def with_budget_left(settings: "Settings", db: "Database", others: Iterable[Run]) -> "Settings":
    """The settings with what other runs have left of the budget."""
    from workbench.storage.runs.run_records import spent_usd

    if settings.budget_usd is None:
        return settings
    left_usd = settings.budget_usd - sum(spent_usd(db, run.id) for run in others)
    return replace(settings, budget_usd=max(left_usd, _NO_DOLLARS))


def send_to_end(settings: "Settings", db: "Database", run: Run, connection: "Connection", way: Way = REQUESTS) -> Sent:
    """Send what is open of a run with a live display, until it is done or something stops it."""
    from workbench.pipeline.sending.run_parts import Stop
    from workbench.storage.runs.batch_rows import load_totals
    from workbench.storage.runs.run_records import load_run

    stop = Stop()
    before = load_totals(db, run.id)
    estimate = None if way.cancels else _estimated(settings, db, run, connection, way)
    try:
        asyncio.run(send(settings, db, run, connection, stop, way))
    except asyncio.CancelledError:
        stop.set(INTERRUPTED)
    after = load_run(db, run.dataset, run.name)
    return Sent(after, before, load_totals(db, run.id), estimate, after.elapsed_s - run.elapsed_s, stop)


def report(one: Sent) -> None:
    """What became of a run, for people."""
    run, progress = one.run, one.progress
    show(f"{run.dataset} / {run.name}: {run.state}, {progress.settled} of {progress.planned} samples settled")
    show_progress(progress)
    if one.estimate is not None:
        for line in estimate_lines(one.estimate, progress, before=one.before, elapsed_s=one.elapsed_s):
            show(f"  {line}")


def sent_json(one: Sent) -> dict[str, Any]:
    """What became of a run in the shape of `--json`."""
    return run_json(one.run, one.progress) | ({} if one.estimate is None else {"estimate": estimate_json(one.estimate)})


def _estimated(settings: "Settings", db: "Database", run: Run, connection: "Connection", way: Way) -> "Estimate | None":
    """What the open batches of a run are expected to take; None where there are none."""
    from workbench.application.estimating import estimate_batches
    from workbench.storage.runs.plans import OpenPlan, count_open_samples
    from workbench.storage.runs.run_records import save_estimate

    plan = OpenPlan(db, run.id)
    if not plan:
        return None
    samples = count_open_samples(db, run.id)
    estimate = estimate_batches(settings, db, run.spec, connection, plan, samples=samples, batch_api=way.is_batch)
    save_estimate(db, run.id, estimate_json(estimate))
    return estimate


def has_unanswered(db: "Database", run: Run) -> bool:
    """Whether any sample of a run is without an answer."""
    from workbench.storage.runs.batch_rows import load_totals

    return load_totals(db, run.id).unanswered > 0


async def send(
    settings: "Settings", db: "Database", run: Run, connection: "Connection", stop: "Stop", way: Way = REQUESTS
) -> None:
    """Send with a live display and two-stage Ctrl-C; `stop.reason` says afterwards why the run paused, if it did."""
    from workbench.application.context import Context
    from workbench.application.runs import run_snapshot
    from workbench.domain.events import Held, JobSeen, MediaFailed

    context = Context(settings=settings, environment=os.environ)
    display = RunDisplay(lambda: run_snapshot(context, run), run_snapshot(context, run), way.told_every_s)
    with display.shown() as tell, _interruptible(stop, tell):
        async with aclosing(way.events(settings, db, run, connection, stop)) as events:
            async for event in events:
                if isinstance(event, JobSeen):
                    tell(job_line(event))
                elif isinstance(event, MediaFailed):
                    tell(f"bad media: {event.sample_id}: {event.reason}")
                elif isinstance(event, Held):
                    tell(event.reason)


class _interruptible:  # noqa: N801 (reads as a verb where it is used)
    """Within the block, the first Ctrl-C (or a hang-up) asks the run to stop, and the second does not wait."""

    def __init__(self, stop: "Stop", tell: Callable[[str], None]) -> None:
        self._stop = stop
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()

    def __enter__(self) -> None:
        for number in _SIGNALS:
            self._loop.add_signal_handler(number, self._asked)

    def __exit__(self, *_: object) -> None:
        for number in _SIGNALS:
            self._loop.remove_signal_handler(number)

    def _asked(self) -> None:
        if self._stop.is_set:
            if self._task is not None:
                self._task.cancel()
            return
        self._stop.set(INTERRUPTED)
        self._tell("stopping: what is in flight comes in first (Ctrl-C again does not wait)")


def show_progress(progress: RunTotals) -> None:
    """What has become of a run's samples, for people."""
    counts = ", ".join(f"{status} {count}" for status, count in sorted(progress.by_status.items()))
    show(f"  {counts or 'nothing settled yet'}")
    show(f"  {progress.requests} requests, cost {dollars(progress.cost_usd)}")
    if progress.unseen:
        show(f"  {progress.unseen} requests without a reply that was seen: perhaps paid for twice")


def finish(done: Sequence[Sent], way: Way = REQUESTS, *, is_series: bool = False) -> None:
    """Say what to do next, and leave with the exit code that the last run's state, or any one's gaps, demand."""
    run = done[-1].run
    leave_if_stopped(done[-1], f"emowb run {run.dataset} --name {run.name}{way.flags}", is_series=is_series)
    if any(one.progress.unanswered for one in done):
        suggest(f"emowb open {run.dataset} (review), emowb retry {run.dataset} --refused (ask again)")
        raise typer.Exit(EXIT_WORTH_KNOWING)
    if is_series:
        suggest(f"emowb compare {run.dataset} {done[0].run.name} --repeats")
    else:
        suggest(f"emowb metrics {run.dataset}, emowb open {run.dataset}, emowb export {run.dataset}")


def leave_if_stopped(last: Sent, command: str, *, is_series: bool = False) -> None:
    """Leave with the exit code of what stopped the run, if anything did; `command` goes on with it."""
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


def run_json(run: Run, progress: RunTotals) -> dict[str, Any]:
    """A run and its counts in the shape of `--json`."""

    def count(status: PredictionStatus) -> int:
        return progress.by_status.get(status, 0)

    return {
        "run": run.name,
        "dataset": run.dataset,
        "state": run.state,
        "reason": run.reason,
        "model": run.spec.model,
        "planned": progress.planned,
        "predicted": progress.planned - progress.unanswered,
        "out_of_vocabulary": count(PredictionStatus.OUT_OF_VOCABULARY),
        "refused": count(PredictionStatus.REFUSED),
        "unparsed": count(PredictionStatus.UNPARSED),
        "missing": count(PredictionStatus.MISSING),
        "bad_media": count(PredictionStatus.BAD_MEDIA),
        "failed": count(PredictionStatus.FAILED),
        "attempts": progress.requests,
        "unseen": progress.unseen,
        "cost_usd": progress.cost_usd,
        "elapsed_s": round(run.elapsed_s, 3),
    }
