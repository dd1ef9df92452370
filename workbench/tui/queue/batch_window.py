"""The part of the list of batches that is here: some pages in one piece, wherever in the list they lie.

A list of batches changes while one looks at it: what is tried moves to its beginning. Pages are therefore read by
the key of the row before them and not by a count, so that none is left out or shown twice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from workbench.application.run_monitor import RunMonitor
from workbench.domain.run_status import BatchRow, BatchState, RunTotals

PAGE_ROWS: Final = 64
_MOST_ROWS: Final = 6 * PAGE_ROWS
_LOWEST_KEY: Final = -(2**62)


@dataclass(frozen=True, slots=True)
class BatchWindow:
    """Rows in one piece, the first of which stands at place `first` of a list of `count`."""

    state: BatchState | None
    """Of the batches in the list; None: all of them."""
    count: int = 0
    first: int = 0
    rows: tuple[BatchRow, ...] = ()

    def row(self, place: int) -> BatchRow | None:
        """The row at a place of the list, if it is here."""
        within = place - self.first
        return self.rows[within] if 0 <= within < len(self.rows) else None

    @property
    def after(self) -> int:
        """The place behind the last row that is here."""
        return self.first + len(self.rows)

    def with_rows(self, fresh: Mapping[int, BatchRow]) -> "BatchWindow":
        """The same batches as they stand now; each keeps the key by which it was read."""
        return replace(
            self,
            rows=tuple(replace(fresh[row.id], activity=row.activity) if row.id in fresh else row for row in self.rows),
        )


def count_of(totals: RunTotals, state: BatchState | None) -> int:
    """How many batches are in a list."""
    return totals.batches if state is None else totals.by_state[state]


def top(session: RunMonitor, state: BatchState | None, count: int) -> BatchWindow:
    """The list's beginning."""
    rows = session.batches(state, most=2 * PAGE_ROWS)
    return BatchWindow(state, max(count, len(rows)), 0, tuple(rows))


def end(session: RunMonitor, state: BatchState | None, count: int) -> BatchWindow:
    """The list's end."""
    rows = session.batches(state, above=_LOWEST_KEY, most=2 * PAGE_ROWS)
    count = max(count, len(rows))
    return BatchWindow(state, count, count - len(rows), tuple(rows))


def towards(session: RunMonitor, window: BatchWindow, place: int) -> BatchWindow:
    """The window, moved so that a place is in it: by the next page where it is near, else by a jump."""
    if not window.rows or not window.first - PAGE_ROWS <= place < window.after + PAGE_ROWS:
        first = max(place - PAGE_ROWS, 0)
        rows = session.batches(window.state, skip=first, most=2 * PAGE_ROWS)
        return replace(window, first=first, rows=tuple(rows))
    if place >= window.after:
        return _down(session, window)
    return _up(session, window) if place < window.first else window


def _down(session: RunMonitor, window: BatchWindow) -> BatchWindow:
    more = session.batches(window.state, below=window.rows[-1].activity, most=PAGE_ROWS)
    rows = (*window.rows, *more)
    dropped = max(len(rows) - _MOST_ROWS, 0)
    count = window.count if len(more) == PAGE_ROWS else window.first + len(rows)
    return replace(window, count=count, first=window.first + dropped, rows=rows[dropped:])


def _up(session: RunMonitor, window: BatchWindow) -> BatchWindow:
    more = session.batches(window.state, above=window.rows[0].activity, most=PAGE_ROWS)
    # What has been tried meanwhile lies above as well, so that the number of rows there is no more than a guess.
    first = max(window.first - len(more), 0) if len(more) == PAGE_ROWS else 0
    return replace(window, first=first, rows=(*more, *window.rows)[:_MOST_ROWS])


def numbers_in(window: BatchWindow, places: Iterable[int]) -> list[int]:
    """The numbers of the batches at some places, as far as they are here."""
    return [row.id for place in places if (row := window.row(place)) is not None]
