"""The list of batches, of which only some pages are loaded.

The list changes while a person looks at it: a batch that is sent moves to the top. So pages are read by the key of
the row before them and not by a count, and no batch is left out or shown twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from textual.message import Message
from textual.strip import Strip

from workbench.application.runs import RunMonitor
from workbench.domain.run_status import BatchRow, BatchState, RunTotals
from workbench.tui.queue.queue_words import batch_line
from workbench.tui.widgets.virtual_list import VirtualList

PAGE_ROWS: Final = 64
_MOST_ROWS: Final = 6 * PAGE_ROWS
_LOWEST_KEY: Final = -(2**62)


@dataclass(frozen=True, slots=True)
class BatchWindow:
    """Consecutive rows of a list of `count` batches; the first of them is at index `first`."""

    state: BatchState | None
    """The state of the batches in the list; None: all batches."""
    count: int = 0
    first: int = 0
    rows: tuple[BatchRow, ...] = ()

    def row(self, index: int) -> BatchRow | None:
        """The row at an index of the list, if it is loaded."""
        within = index - self.first
        return self.rows[within] if 0 <= within < len(self.rows) else None

    @property
    def after(self) -> int:
        """The index after the last loaded row."""
        return self.first + len(self.rows)

    def with_rows(self, fresh: Mapping[int, BatchRow]) -> "BatchWindow":
        """The same batches as they are now; each keeps the key by which it was read."""
        return replace(
            self,
            rows=tuple(replace(fresh[row.id], activity=row.activity) if row.id in fresh else row for row in self.rows),
        )


def count_of(totals: RunTotals, state: BatchState | None) -> int:
    """How many batches are in a list."""
    return totals.batches if state is None else totals.by_state[state]


def load_top(monitor: RunMonitor, state: BatchState | None, count: int) -> BatchWindow:
    """The beginning of a list."""
    rows = monitor.batches(state, most=2 * PAGE_ROWS)
    return BatchWindow(state, max(count, len(rows)), 0, tuple(rows))


def load_end(monitor: RunMonitor, state: BatchState | None, count: int) -> BatchWindow:
    """The end of a list."""
    rows = monitor.batches(state, above=_LOWEST_KEY, most=2 * PAGE_ROWS)
    count = max(count, len(rows))
    return BatchWindow(state, count, count - len(rows), tuple(rows))


def load_towards(monitor: RunMonitor, window: BatchWindow, index: int) -> BatchWindow:
    """The window, moved so that an index is in it: by the next page where it is near, else by a jump."""
    if not window.rows or not window.first - PAGE_ROWS <= index < window.after + PAGE_ROWS:
        first = max(index - PAGE_ROWS, 0)
        rows = monitor.batches(window.state, skip=first, most=2 * PAGE_ROWS)
        return replace(window, first=first, rows=tuple(rows))
    if index >= window.after:
        return _down(monitor, window)
    return _up(monitor, window) if index < window.first else window


def _down(monitor: RunMonitor, window: BatchWindow) -> BatchWindow:
    more = monitor.batches(window.state, below=window.rows[-1].activity, most=PAGE_ROWS)
    rows = (*window.rows, *more)
    dropped = max(len(rows) - _MOST_ROWS, 0)
    count = window.count if len(more) == PAGE_ROWS else window.first + len(rows)
    return replace(window, count=count, first=window.first + dropped, rows=rows[dropped:])


def _up(monitor: RunMonitor, window: BatchWindow) -> BatchWindow:
    more = monitor.batches(window.state, above=window.rows[0].activity, most=PAGE_ROWS)
    # Batches that were sent meanwhile are above, too, so the number of rows there is only a guess.
    first = max(window.first - len(more), 0) if len(more) == PAGE_ROWS else 0
    return replace(window, first=first, rows=(*more, *window.rows)[:_MOST_ROWS])


class BatchList(VirtualList):
    """Shows a window of the list. It posts RowMissing when a row is seen that is not loaded."""

    DEFAULT_CSS = "BatchList > .tone--cursor { text-style: bold; }"

    @dataclass
    class RowMissing(Message):
        """A row came into view that is not in the window."""

        window: BatchWindow
        index: int

    def __init__(self) -> None:
        super().__init__(empty="   no batch is in this state; f shows others")
        self.window = BatchWindow(None)
        self._asked: BatchWindow | None = None

    @property
    def row_count(self) -> int:
        return self.window.count

    @property
    def row(self) -> BatchRow | None:
        """The batch under the cursor, if it is loaded."""
        return self.window.row(self.cursor)

    @property
    def numbers_in_view(self) -> list[int]:
        """The numbers of the batches in view, as far as they are loaded."""
        top = self.scroll_offset.y
        indices = range(top, top + max(self.size.height, 1))
        return [row.id for index in indices if (row := self.window.row(index)) is not None]

    def renew(self, window: BatchWindow, cursor: int | None = None) -> None:
        """Show another window, with the cursor at an index or where it was. Nothing is drawn if nothing changes."""
        index = max(0, min(self.cursor if cursor is None else cursor, window.count - 1))
        if window != self.window or index != self.cursor:
            self._asked = None
            self.window = window
            self.renew_rows(index)

    def ask_again(self) -> None:
        """Ask once more for the missing rows in view; the last answer came too late."""
        self._asked = None
        self.refresh()

    def row_strip(self, index: int, width: int, *, at_cursor: bool) -> Strip:
        row = self.window.row(index)
        if row is not None:
            return self._painter.strip(batch_line(row, width, at_cursor=at_cursor), width, at_cursor=at_cursor)
        if self._asked is not self.window:
            self._asked = self.window
            self.post_message(self.RowMissing(self.window, index))
        return self.words_strip("    …", width)
