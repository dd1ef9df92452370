"""Sending a run from the command line: the display, Ctrl-C in two stages, what became of it, the exit code."""

import asyncio
import signal
from collections.abc import Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Final

import typer

from workbench.cli.estimates import estimate_json, estimate_lines
from workbench.cli.job_sending import REQUESTS, Way, job_line
from workbench.cli.output import dollars, say, show, show_json, suggest
from workbench.cli.progress import Watched, displayed
from workbench.domain.predictions import PredictionStatus
from workbench.domain.runs import Progress, Run
from workbench.errors import EXIT_INTERRUPTED, EXIT_WORTH_KNOWING, EndpointError

if TYPE_CHECKING:
    from workbench.pipeline.estimating import Estimate
    from workbench.pipeline.stopping import Stop
    from workbench.settings import Settings
    from workbench.storage.database import Database
    from workbench.wiring.connections import Connection

INTERRUPTED: Final = "interrupted"
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def send_and_report(
    settings: "Settings",
    db: "Database",
    run: Run,
    connection: "Connection",
    *,
    way: Way = REQUESTS,
    as_json: bool = False,
) -> None:
    """Send what is open of a run with a live display, say what became of it, and exit as its state demands."""
    from workbench.pipeline.stopping import Stop
    from workbench.storage.runs import load_progress, load_run

    stop = Stop()
    before = load_progress(db, run.id)
    estimate = None if way.cancels else _estimated(settings, db, run, connection, way)
    try:
        asyncio.run(send(settings, db, run, connection, stop, way))
    except asyncio.CancelledError:
        stop.set(INTERRUPTED)
    elapsed_s = -run.elapsed_s
    run = load_run(db, run.dataset, run.name)
    elapsed_s += run.elapsed_s
    progress = load_progress(db, run.id)
    if as_json:
        beside = {} if estimate is None else {"estimate": estimate_json(estimate)}
        show_json(run_json(run, progress) | beside)
    else:
        show(f"{run.dataset} / {run.name}: {run.state}, {progress.settled} of {progress.planned} samples settled")
        show_progress(progress)
        if estimate is not None:
            for line in estimate_lines(estimate, progress, before=before, elapsed_s=elapsed_s):
                show(f"  {line}")
    _finish(run, progress, stop, way)


def _estimated(settings: "Settings", db: "Database", run: Run, connection: "Connection", way: Way) -> "Estimate | None":
    """What the open batches of a run are expected to take; None where there are none."""
    from workbench.storage.plans import OpenPlan, count_open_samples
    from workbench.storage.runs import save_estimate
    from workbench.wiring.estimating import estimate_batches

    plan = OpenPlan(db, run.id)
    if not plan:
        return None
    samples = count_open_samples(db, run.id)
    estimate = estimate_batches(settings, db, run.spec, connection, plan, samples=samples, batch_api=way.is_batch)
    save_estimate(db, run.id, estimate_json(estimate))
    return estimate


def has_unanswered(db: "Database", run: Run) -> bool:
    """Whether any sample of a run is without an answer."""
    from workbench.storage.runs import load_progress

    return load_progress(db, run.id).unanswered > 0


async def send(
    settings: "Settings", db: "Database", run: Run, connection: "Connection", stop: "Stop", way: Way = REQUESTS
) -> None:
    """Send with a live display and two-stage Ctrl-C; `stop.reason` says afterwards why the run paused, if it did."""
    from workbench.pipeline.events import Held, JobSeen, MediaFailed
    from workbench.pipeline.sending.tally import Tally
    from workbench.storage.plans import count_open_samples
    from workbench.storage.runs import load_progress, spent_usd
    from workbench.wiring.lanes import Pulse

    pulse = Pulse()
    before = load_progress(db, run.id)
    to_do = count_open_samples(db, run.id, away=way.is_batch)
    watched = Watched(
        title=f"{run.dataset} / {run.name}",
        tally=Tally(to_do),
        states=pulse.states,
        settled_before=min(before.settled, before.planned - to_do),
        budget_usd=settings.budget_usd,
        spent_before_usd=spent_usd(db, run.id),
        told_every_s=way.told_every_s,
    )
    with displayed(watched) as tell, _interruptible(stop, tell):
        async with aclosing(way.events(settings, db, run, connection, stop, pulse)) as events:
            async for event in events:
                if isinstance(event, JobSeen):
                    tell(job_line(event))
                    continue
                watched.tally.add(event, watched.clock())
                if isinstance(event, MediaFailed):
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


def show_progress(progress: Progress) -> None:
    """What has become of a run's samples, for people."""
    counts = ", ".join(f"{status} {count}" for status, count in sorted(progress.by_status.items()))
    show(f"  {counts or 'nothing settled yet'}")
    show(f"  {progress.attempts} requests, cost {dollars(progress.cost_usd)}")
    if progress.unseen:
        show(f"  {progress.unseen} requests without a reply that was seen: perhaps paid for twice")


def _finish(run: Run, progress: Progress, stop: "Stop", way: Way) -> None:
    """Say what to do next, and leave with the exit code that the run's state demands."""
    if stop.reason == INTERRUPTED:
        suggest(f"emowb run {run.dataset} --name {run.name}{way.flags} goes on")
        raise typer.Exit(EXIT_INTERRUPTED)
    if stop.is_ours:
        say(f"run {run.name} is paused: {stop.reason}; the same command with a larger one goes on")
        raise typer.Exit(EXIT_WORTH_KNOWING)
    if stop.reason is not None:
        raise EndpointError(f"run {run.name} is paused: {stop.reason}; the same command goes on")
    if progress.unanswered:
        suggest(f"emowb open {run.dataset} (review), emowb retry {run.dataset} --refused (ask again)")
        raise typer.Exit(EXIT_WORTH_KNOWING)
    suggest(f"emowb metrics {run.dataset}, emowb open {run.dataset}, emowb export {run.dataset}")


def run_json(run: Run, progress: Progress) -> dict[str, Any]:
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
        "attempts": progress.attempts,
        "unseen": progress.unseen,
        "cost_usd": progress.cost_usd,
        "elapsed_s": round(run.elapsed_s, 3),
    }
