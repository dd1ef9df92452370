"""Sending a run from the command line: the bar, Ctrl-C in two stages, what became of it, the exit code."""

import asyncio
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import typer

from workbench.cli.output import dollars, meter, show, show_json, suggest
from workbench.domain.batches import Step
from workbench.domain.predictions import PredictionStatus
from workbench.domain.runs import Progress, Run
from workbench.errors import EXIT_INTERRUPTED, EXIT_WORTH_KNOWING, EndpointError

if TYPE_CHECKING:
    from workbench.pipeline.stopping import Stop
    from workbench.settings import Settings
    from workbench.storage.database import Database
    from workbench.wiring import Connection

INTERRUPTED: Final = "interrupted"
_NOTE_CHARS: Final = 60
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def send_and_report(
    settings: "Settings", db: "Database", run: Run, connection: "Connection", *, as_json: bool = False
) -> None:
    """Send what is open of a run with a progress bar, say what became of it, and exit as its state demands."""
    from workbench.storage.runs import load_progress, load_run

    try:
        stop_reason = asyncio.run(send(settings, db, run, connection))
    except asyncio.CancelledError:
        stop_reason = INTERRUPTED
    run = load_run(db, run.dataset, run.name)
    progress = load_progress(db, run.id)
    if as_json:
        show_json(run_json(run, progress))
    else:
        show(f"{run.dataset} / {run.name}: {run.state}, {progress.settled} of {progress.planned} samples settled")
        show_progress(progress)
    _finish(run, progress, stop_reason)


def has_unanswered(db: "Database", run: Run) -> bool:
    """Whether any sample of a run is without an answer."""
    from workbench.storage.runs import load_progress

    return load_progress(db, run.id).unanswered > 0


async def send(settings: "Settings", db: "Database", run: Run, connection: "Connection") -> str | None:
    """Send with a progress bar and two-stage Ctrl-C; returns why the run paused, None when it came to its end."""
    from workbench import wiring
    from workbench.pipeline.events import AttemptSaved, MediaFailed
    from workbench.pipeline.stopping import Stop
    from workbench.storage.runs import load_progress

    stop = Stop()
    before = load_progress(db, run.id)
    settled = set[str]()
    with meter(f"{run.dataset} / {run.name}", before.planned) as bar, _interruptible(stop, bar.say):
        bar.advance(before.settled, "")
        async for event in wiring.run_events(settings, db, run, connection, stop):
            if isinstance(event, AttemptSaved):
                settled |= {name for name, _ in event.settled}
                note = event.error or (str(event.outcome) if event.step is not Step.KEEP else "")
                bar.advance(before.settled + len(settled), note[:_NOTE_CHARS])
            elif isinstance(event, MediaFailed):
                bar.say(f"bad media: {event.sample_id}: {event.reason}")
            else:
                bar.say(event.reason)
    return stop.reason


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


def _finish(run: Run, progress: Progress, stop_reason: str | None) -> None:
    """Say what to do next, and leave with the exit code that the run's state demands."""
    if stop_reason == INTERRUPTED:
        suggest(f"emowb run {run.dataset} --name {run.name} goes on")
        raise typer.Exit(EXIT_INTERRUPTED)
    if stop_reason is not None:
        raise EndpointError(f"run {run.name} is paused: {stop_reason}; the same command goes on")
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
