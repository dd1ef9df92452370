"""Watching a run that is being sent: how it stands, its batches page by page, and one batch in full.

All of it is read from the workspace, since the run may be sent by another process.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from workbench.application.context import Context
from workbench.domain.messages import Attempt
from workbench.domain.run_status import BatchRow, BatchState, RunSnapshot
from workbench.domain.runs import Run
from workbench.errors import DataError
from workbench.storage.runs.attempts import load_batch_attempts
from workbench.storage.runs.batch_rows import (
    load_batch_rows,
    load_batch_samples,
    load_batches,
    load_children,
    load_snapshot,
)
from workbench.storage.runs.run_control import load_sender
from workbench.storage.workspace.database import Database, open_workspace


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

    def close(self) -> None:
        """Close the connection."""
        self.db.close()

    def snapshot(self) -> RunSnapshot:
        """How the run stands now."""
        return load_snapshot(self.db, self.run, self.now())

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
    return RunMonitor(open_workspace(context.settings.db), run, context.now)
