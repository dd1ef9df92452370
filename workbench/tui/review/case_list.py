"""The list of cases. Its rows are looked up by another thread when they come into view.

A row that is not here yet is waited for a moment, so that most jumps are painted at once; else it is a dot until it
comes.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar, Final

from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from workbench.domain.cases import CaseRow
from workbench.tui.review.case_line import Columns, case_line
from workbench.tui.review.case_pages import EMPTY, PAGE_ROWS, CaseListing, KnownRows
from workbench.tui.widgets.virtual_list import VirtualList

_WAIT_S: Final = 0.006
"""For rows that are missing, once a frame."""
_MOST_STRIPS: Final = 256

Lookup = Callable[[Sequence[int]], "Future[list[CaseRow]]"]


class CaseList(VirtualList):
    """Shows a listing. `Moved` is posted when another sample, or a changed row of it, may be under the cursor."""

    SCROLLS_AHEAD: ClassVar[bool] = True
    DEFAULT_CSS = "CaseList > .tone--cursor { text-style: bold; }"

    @dataclass
    class RowsCame(Message):
        """Rows that were missing have come, or cannot come."""

        rows: "Future[list[CaseRow]]"
        age: int

    def __init__(self, labels: Iterable[str]) -> None:
        super().__init__(empty="   nothing here; f chooses, Esc shows all")
        self.listing = EMPTY
        self.rows = KnownRows()
        self._labels = tuple(labels)
        self._lookup: Lookup | None = None
        self._coming: dict[int, Future[list[CaseRow]]] = {}
        """By page."""
        self._age = 0
        self._busy: frozenset[str] = frozenset()
        self._others: Mapping[int, str] = {}
        self._columns = (0, Columns(1, 1))
        """For which width, and the columns."""
        self._strips: OrderedDict[tuple[int, int, bool, bool, str], tuple[CaseRow, Strip]] = OrderedDict()
        """Kept while nothing about them changes: most rows of a scroll are old ones."""

    def look_up_by(self, lookup: Lookup) -> None:
        """Have the rows at some positions looked up by this function."""
        self._lookup = lookup

    @property
    def row_count(self) -> int:
        return self.listing.count

    @property
    def position(self) -> int | None:
        """The position of the sample under the cursor; None when the list is empty."""
        return self.listing.positions[self.cursor] if self.listing.count else None

    @property
    def row(self) -> CaseRow | None:
        """The row under the cursor; None when the list is empty or the row is still being read."""
        return None if self.position is None else self.rows.at(self.position)

    def row_at(self, index: int) -> CaseRow | None:
        """The row at an index, if it is here."""
        return self.rows.at(self.listing.positions[index]) if 0 <= index < self.listing.count else None

    @property
    def in_view(self) -> Sequence[int]:
        """The positions of the rows in view, and of the one under the cursor."""
        top = self.scroll_offset.y
        seen = self.listing.positions[top : top + self.size.height]
        at_cursor = self.position
        return [*seen, *([] if at_cursor is None or at_cursor in seen else [at_cursor])]

    def renew(self, listing: CaseListing, position: int) -> None:
        """Show another listing, with the cursor at that position or the next one in it.

        The same sample stays on the same line of the screen.
        """
        before, line = self.position, self.cursor - self.scroll_offset.y
        self.listing = listing
        self._coming.clear()
        cursor = listing.place_of(position)
        stays = listing.count > 0 and listing.positions[cursor] == before
        self.renew_rows(cursor, top=cursor - line if stays else None)

    def add_rows(self, rows: Iterable[CaseRow]) -> None:
        """Show rows as they are now."""
        at_cursor = self.row
        if self.rows.add(rows):
            self.refresh()
            if self.row is not at_cursor:
                self.post_message(self.Moved())

    def forget_all_but(self, positions: Iterable[int]) -> None:
        """Look other rows up again when they come into view: somebody has written since."""
        self._age += 1
        self._coming.clear()
        self.rows.keep_only(positions)

    def show_others(self, marks: Mapping[int, str]) -> None:
        """Mark what other reviewers say, by position."""
        if marks != self._others:
            self._others = marks
            self.refresh()

    def show_busy(self, sample_ids: frozenset[str]) -> None:
        """Mark the samples that the model is being asked about."""
        self._busy = sample_ids
        self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        self._look_up_view(self.scroll_offset.y + crop.y, crop.height)
        return super().render_lines(crop)

    def row_strip(self, index: int, width: int, *, at_cursor: bool) -> Strip:
        row = self.row_at(index)
        if row is None:
            return self.words_strip("    …", width)
        busy, others = row.sample_id in self._busy, self._others.get(row.position, " ")
        key = (row.position, width, at_cursor, busy, others)
        kept = self._strips.get(key)
        if kept is not None and kept[0] is row:
            return kept[1]
        if self._columns[0] != width:
            self._columns = width, Columns.fitting(self._labels, width)
        pieces = case_line(row, self._columns[1], at_cursor=at_cursor, busy=busy, others=others)
        strip = self._painter.strip(pieces, width, at_cursor=at_cursor)
        self._strips[key] = row, strip
        if len(self._strips) > _MOST_STRIPS:
            self._strips.popitem(last=False)
        return strip

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._strips.clear()

    def on_case_list_rows_came(self, message: RowsCame) -> None:
        at_cursor = self.row
        if message.age == self._age and self._take(message.rows):
            self.refresh()
        if self.row is not at_cursor:
            self.post_message(self.Moved())

    def _look_up_view(self, first: int, count: int) -> None:
        """Have the pages looked up that are missing in view; then those around it, for the next key."""
        missing = self._missing_pages(first, first + count)
        for page in missing:
            self._look_up(page)
        for rows in {self._coming[page] for page in missing}:
            with suppress(TimeoutError):
                rows.exception(_WAIT_S / len(missing))
                self._take(rows)
        for page in self._missing_pages(first - PAGE_ROWS, first + count + PAGE_ROWS):
            self._look_up(page)

    def _missing_pages(self, first: int, end: int) -> list[int]:
        """The pages with a row that is not known among the rows from `first` to before `end`."""
        first, end = max(first, 0), min(end, self.listing.count)
        pages = range(first // PAGE_ROWS, -(-end // PAGE_ROWS))
        rows = {page: range(max(page * PAGE_ROWS, first), min((page + 1) * PAGE_ROWS, end)) for page in pages}
        positions = self.listing.positions
        return [page for page in pages if any(positions[index] not in self.rows for index in rows[page])]

    def _look_up(self, page: int) -> None:
        if self._lookup is None or page in self._coming:
            return
        rows = self._lookup(self.listing.positions[page * PAGE_ROWS : (page + 1) * PAGE_ROWS])
        self._coming[page] = rows
        age = self._age
        rows.add_done_callback(lambda came: self.post_message(self.RowsCame(came, age)))

    def _take(self, rows: "Future[list[CaseRow]]") -> bool:
        """Take in rows that were missing; False when they could not be read."""
        self._coming = {page: coming for page, coming in self._coming.items() if coming is not rows}
        if rows.exception() is not None:
            return False
        self.rows.add(row for row in rows.result() if row.position not in self.rows)
        return True
