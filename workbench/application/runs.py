"""The runs of a workspace: which there are, how they stand, and what is wanted of those that are being sent."""

import getpass
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from workbench.application.context import Context
from workbench.domain.jobs import Job, JobState
from workbench.domain.messages import Attempt
from workbench.domain.run_status import BatchRow, BatchState, GivenLimits, RunCommand, RunSnapshot
from workbench.domain.runs import Run
from workbench.errors import DataError, UsageError
from workbench.pipeline.scoring.answer_rates import Rates, run_rates
from workbench.provider.costs.price_list import load_prices
from workbench.storage.run_lines import leave_line, line_folder, who_is_ahead
from workbench.storage.runs.attempts import load_batch_attempts
from workbench.storage.runs.batch_rows import (
    load_batch_rows,
    load_batch_samples,
    load_batches,
    load_children,
    load_snapshot,
)
from workbench.storage.runs.jobs import count_unanswered, load_jobs
from workbench.storage.runs.run_control import load_sender, save_limits, save_wanted
from workbench.storage.runs.run_records import load_answerers, load_endpoint_record, load_estimate, load_run, load_runs
from workbench.storage.workspace.database import Database, open_workspace


@dataclass(frozen=True, slots=True)
class RunJob:
    """A job of a run."""

    job: Job
    n_away: int
    """Requests in it that have no answer yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDetails:
    """Everything about one run."""

    snapshot: RunSnapshot
    jobs: tuple[RunJob, ...]
    rates: Rates
    answered_by: Mapping[str, int]
    """How many replies came from each model, by the models' own word."""
    estimate: Mapping[str, Any] | None
    """What it was expected to take; None: it was never sent."""
    endpoint_record: Mapping[str, Any] | None
    """What a probe had found out about its endpoint; None: it was not probed."""


def choose_run(context: Context, dataset: str, name: str | None = None) -> Run:
    """The run of that name; without a name, the one changed last.

    Raises UsageError where the data set has no run of that name, or none at all.
    """
    with context.workspace() as db:
        return chosen_run(db, dataset, name)


def list_runs(context: Context, dataset: str | None = None) -> list[Run]:
    """The runs of one data set, or of all; the one changed last comes first."""
    with context.workspace() as db:
        return load_runs(db, dataset)


def run_snapshot(context: Context, run: Run) -> RunSnapshot:
    """How a run stands at this moment. Raises DatabaseError where the workspace cannot be read."""
    with context.workspace() as db:
        return load_snapshot(db, run, context.now())


def list_snapshots(context: Context, dataset: str | None = None) -> list[RunSnapshot]:
    """How the runs of one data set stand, or those of all; the one changed last comes first."""
    with context.workspace() as db:
        return [load_snapshot(db, run, context.now()) for run in load_runs(db, dataset)]


def run_details(context: Context, run: Run) -> RunDetails:
    """Everything that is known of a run beside its predictions."""
    with context.workspace() as db:
        return RunDetails(
            snapshot=load_snapshot(db, run, context.now()),
            jobs=tuple(_jobs(db, run)),
            rates=run_rates(db, run.id),
            answered_by=load_answerers(db, run.id),
            estimate=load_estimate(db, run.id),
            endpoint_record=load_endpoint_record(db, run.id),
        )


def unfinished_jobs(context: Context, run: Run) -> list[RunJob]:
    """The jobs and files of a run that are not fetched and joined yet."""
    with context.workspace() as db:
        return [one for one in _jobs(db, run) if one.job.state is not JobState.DONE]


def ask_sender(context: Context, run: Run, wanted: RunCommand) -> str | None:
    """Ask whoever sends a run to pause or to stop at once; returns who that is.

    None: nobody sends it, and nothing was asked.
    """
    with context.workspace() as db:
        sender = load_sender(db, run.id, context.now())
        if sender is not None:
            save_wanted(db, run.id, wanted, at=context.now(), by=_who())
        return sender


def change_limits(context: Context, run: Run, limits: GivenLimits) -> str | None:
    """Change limits of a run, for its present sender or the next; returns who sends it now, if anybody does.

    Raises UsageError for a budget where the model's price is not known.
    """
    if limits.budget_usd:
        load_prices(context.settings.prices).require(run.spec.model)
    with context.workspace() as db:
        save_limits(db, run.id, limits, at=context.now(), by=_who())
        return load_sender(db, run.id, context.now())


def _who() -> str:
    """Who asks something of a run, for whoever sends it: `ana@lab3`."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # the user database has no name for this user
        name = "somebody"
    return f"{name}@{socket.gethostname()}"


def _jobs(db: Database, run: Run) -> Iterator[RunJob]:
    away = count_unanswered(db, run.id)
    for job in load_jobs(db, run.id):
        yield RunJob(job, away.get(job.id, 0))


def chosen_run(db: Database, dataset: str, name: str | None) -> Run:
    """As `choose_run`, for use cases that have opened the workspace."""
    if name is not None:
        return load_run(db, dataset, name)
    runs = load_runs(db, dataset)
    if not runs:
        raise UsageError(f"{dataset} has no run yet; `emowb run {dataset}` makes one")
    return runs[0]


@dataclass(frozen=True, slots=True)
class BatchDetails:
    """One batch in full."""

    row: BatchRow
    samples: tuple[tuple[str, str | None], ...]
    """By place, each with what has become of it in the run."""
    attempts: tuple[Attempt, ...]
    children: tuple[int, ...]
    """The batches that took over from it."""


@dataclass(frozen=True, slots=True)
class RunMonitor:
    """Reads one run over a connection of its own, which belongs to the thread that opened it."""

    db: Database
    run: Run
    now: Callable[[], str]
    """The time as UTC ISO 8601 text."""
    line: Path
    """The folder of the line at the run's endpoint."""

    def close(self) -> None:
        """Close the connection."""
        self.db.close()

    def snapshot(self) -> RunSnapshot:
        """How the run stands now."""
        ahead = who_is_ahead(self.line, partial(_is_place_of, self.run))
        return replace(load_snapshot(self.db, self.run, self.now()), ahead=tuple(ahead or ()))

    def batches(
        self,
        state: BatchState | None,
        *,
        below: int | None = None,
        above: int | None = None,
        skip: int = 0,
        most: int,
    ) -> list[BatchRow]:
        """A page of the list; see `load_batches`."""
        sent = self._is_sent()
        return load_batches(self.db, self.run.id, state, is_sent=sent, below=below, above=above, skip=skip, most=most)

    def rows(self, numbers: Sequence[int]) -> dict[int, BatchRow]:
        """Some batches as they stand now."""
        return load_batch_rows(self.db, self.run.id, numbers, is_sent=self._is_sent())

    def batch(self, number: int) -> BatchDetails:
        """One batch in full. Raises DataError when the run has no such batch."""
        row = self.rows([number]).get(number)
        if row is None:
            raise DataError(f"run {self.run.name} has no batch {number}")
        return BatchDetails(
            row,
            tuple(load_batch_samples(self.db, number, self.run.id)),
            tuple(load_batch_attempts(self.db, number)),
            tuple(load_children(self.db, self.run.id, number)),
        )

    def _is_sent(self) -> bool:
        return load_sender(self.db, self.run.id, self.now()) is not None


def open_monitor(context: Context, run: Run) -> RunMonitor:
    """Open the workspace for the calling thread. Raises DatabaseError."""
    line = line_folder(context.settings.db, run.spec.endpoint)
    return RunMonitor(open_workspace(context.settings.db), run, context.now, line)


def stop_waiting(context: Context, run: Run) -> bool:
    """Take a run out of the line in which it waits; returns whether it waited."""
    return leave_line(line_folder(context.settings.db, run.spec.endpoint), partial(_is_place_of, run))


def _is_place_of(run: Run, who: str) -> bool:
    """Whether a place in the line is that of the run, or of the repeats or the ablation to which it belongs."""
    own = f"{run.dataset} / {run.name}"
    return own == who or own.startswith(f"{who}.")
