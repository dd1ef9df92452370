"""A look at a run's samples for reading alone, over a connection of its own.

The session writes what a reviewer says, one thing after the other; looking must never wait for that, nor it for a
look. A reader belongs to the thread that opened it.
"""

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from workbench.domain.cases import CaseFilter, CaseRow
from workbench.storage.cases.case_positions import count_positions, list_positions, list_unanswered, next_failure
from workbench.storage.cases.cases import load_ids, load_rows, position_of, positions_near, positions_that_pass
from workbench.storage.cases.confusions import count_confusion
from workbench.storage.runs.plans import count_planned
from workbench.storage.workspace.connections import break_off_when, changes_seen
from workbench.storage.workspace.database import Database, open_for_reading

_NEAR: Final = 500
"""Samples that are looked through for the first lines of a list, while all are looked through: some milliseconds."""
_FIRST_LINES: Final = 128
_NAMES_AT_ONCE: Final = 10_000


@dataclass(frozen=True, slots=True)
class CaseReader:
    """See the module. A position is a place in the run's planned order, the same under every filter."""

    db: Database
    run_id: int
    reviewer: str

    def break_off_when(self, is_outdated: Callable[[], bool]) -> None:
        """Ask this now and then while a statement runs; once it holds, the statement raises DatabaseError."""
        break_off_when(self.db, is_outdated)

    def all_of(self, wanted: CaseFilter) -> Sequence[int]:
        """The positions of all samples that pass the filter, in order."""
        return list_positions(self.db, self.run_id, wanted, self.reviewer)

    def near(self, wanted: CaseFilter, position: int) -> "array[int]":
        """Some positions from `position` on that pass the filter, if there are any near it: at once."""
        return positions_near(self.db, self.run_id, wanted, self.reviewer, position, within=_NEAR, most=_FIRST_LINES)

    def planned(self) -> int:
        """How many samples the run has."""
        return count_planned(self.db, self.run_id)

    def count(self, wanted: CaseFilter) -> int:
        """How many samples pass the filter."""
        return count_positions(self.db, self.run_id, wanted, self.reviewer)

    def rows(self, positions: Sequence[int]) -> list[CaseRow]:
        """The lines at these positions."""
        return load_rows(self.db, self.run_id, positions, self.reviewer)

    def position_of(self, sample_id: str) -> int | None:
        """Where a sample stands; None: the run did not plan it."""
        return position_of(self.db, self.run_id, sample_id)

    def passing(self, wanted: CaseFilter, positions: Sequence[int]) -> set[int]:
        """Those of these positions that pass the filter now."""
        return positions_that_pass(self.db, self.run_id, wanted, self.reviewer, positions)

    def next_failure(
        self, positions: Sequence[int], position: int, *, kind: str | None = None, backwards: bool = False
    ) -> int | None:
        """The position of the nearest failure beyond `position` among some that are in order; None: there is none."""
        return next_failure(self.db, self.run_id, positions, position, kind=kind, backwards=backwards)

    def unanswered(self, positions: Sequence[int]) -> list[str]:
        """The ids of those samples at these positions that ended without an answer."""
        found = list_unanswered(self.db, self.run_id, positions)
        starts = range(0, len(found), _NAMES_AT_ONCE)
        pages = (load_ids(self.db, self.run_id, found[start : start + _NAMES_AT_ONCE]) for start in starts)
        return [name for page in pages for name in page]

    def confusion(self) -> dict[tuple[str, str], int]:
        """Samples by gold label and top-1; the empty string stands for no answer. Each cell is a `CaseFilter`."""
        return count_confusion(self.db, self.run_id)

    def changes_seen(self) -> int:
        """Another number than last time where somebody has written to the workspace since."""
        return changes_seen(self.db)

    def close(self) -> None:
        """Let go of the workspace."""
        self.db.close()


@dataclass(frozen=True, slots=True)
class CaseReading:
    """Whose look at which run; every thread opens its own reader of it."""

    workspace: Path
    run_id: int
    reviewer: str

    def open(self) -> CaseReader:
        """A reader of the calling thread's own. Raises DatabaseError."""
        return CaseReader(open_for_reading(self.workspace), self.run_id, self.reviewer)
