"""The list of cases: draws what is seen of it, line by line, from lines that a reader thread brings.

Textual's own tables measure or mount every row; this one costs the same for thirty samples and for a million. A
line that is not here yet is waited for a moment, so that most jumps are painted at once; else it is a dot until it
comes.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar, Final

from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from workbench.domain.cases import CaseRow
from workbench.tui.review.case_pages import EMPTY, PAGE_ROWS, CaseListing, KnownRows
from workbench.tui.review.case_strips import TONES, CaseStrips
from workbench.tui.widgets.case_line import Columns

_WAIT_S: Final = 0.006
"""For lines that are missing, once a frame."""

Lookup = Callable[[Sequence[int]], "Future[list[CaseRow]]"]


class CaseList(ScrollView, can_focus=True):
    """Shows a listing with a cursor in it; says when another sample may be under the cursor."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"case-list--cursor", *(f"case-list--{name}" for name in TONES)}
    DEFAULT_CSS = """
    CaseList {
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        overflow-x: hidden;
        & > .case-list--cursor { background: $primary 25%; text-style: bold; }
        & > .case-list--plain { color: $foreground; }
        & > .case-list--soft { color: $foreground-muted; }
        & > .case-list--right { color: $text-success; }
        & > .case-list--wrong { color: $text-error; }
        & > .case-list--doubt { color: $text-warning; }
        & > .case-list--busy { color: $text-primary; }
        & > .case-list--flag { color: $text-accent; }
    }
    """

    class Moved(Message):
        """Another sample may be under the cursor."""

    @dataclass
    class Came(Message):
        """Lines that were missing have come, or cannot come."""

        lines: "Future[list[CaseRow]]"
        age: int

    def __init__(self, labels: Iterable[str]) -> None:
        super().__init__()
        self.listing = EMPTY
        self.rows = KnownRows()
        self.cursor = 0
        self._lookup: Lookup | None = None
        self._coming: dict[int, Future[list[CaseRow]]] = {}
        self._age = 0
        self._strips = CaseStrips(self, tuple(labels))
        self._busy: frozenset[str] = frozenset()
        self._others: Mapping[int, str] = {}

    def look_up_by(self, lookup: Lookup) -> None:
        """Have lines looked up there."""
        self._lookup = lookup

    @property
    def position(self) -> int | None:
        """The position of the sample under the cursor; None when the list is empty."""
        return self.listing.positions[self.cursor] if self.listing.count else None

    @property
    def row(self) -> CaseRow | None:
        """The line under the cursor; None when the list is empty or the line is still being read."""
        return None if self.position is None else self.rows.at(self.position)

    def row_at(self, place: int) -> CaseRow | None:
        """The line at a place, where it is here."""
        return self.rows.at(self.listing.positions[place]) if 0 <= place < self.listing.count else None

    @property
    def in_view(self) -> Sequence[int]:
        """The positions of the lines that are seen, and of the one under the cursor."""
        top = self.scroll_offset.y
        seen = self.listing.positions[top : top + self.size.height]
        at_cursor = self.position
        return [*seen, *([] if at_cursor is None or at_cursor in seen else [at_cursor])]

    def renew(self, listing: CaseListing, position: int) -> None:
        """Show another listing, the cursor at that position or the one after it, on the line of the screen it was."""
        was, line = self.position, self.cursor - self.scroll_offset.y
        self.listing = listing
        self._coming.clear()
        self.virtual_size = Size(1, listing.count)
        self.cursor = listing.place_of(position)
        if listing.count and self.position == was:
            self.scroll_to(y=self.cursor - line, animate=False)
        self._reveal()
        self.refresh()
        self.post_message(self.Moved())

    def add_rows(self, rows: Iterable[CaseRow]) -> None:
        """Show lines as they stand now, where they stand."""
        at_cursor = self.row
        if self.rows.add(rows):
            self.refresh()
            if self.row is not at_cursor:
                self.post_message(self.Moved())

    def forget_all_but(self, positions: Iterable[int]) -> None:
        """Look other lines up again when they come into view: somebody has written since."""
        self._age += 1
        self._coming.clear()
        self.rows.keep_only(positions)

    def show_others(self, marks: Mapping[int, str]) -> None:
        """Mark what other reviewers say, by position."""
        if marks != self._others:
            self._others = marks
            self.refresh()

    def show_busy(self, sample_ids: frozenset[str]) -> None:
        """Mark the samples that are being asked about."""
        self._busy = sample_ids
        self.refresh()

    def move_to(self, place: int) -> None:
        """Put the cursor at a place, or as near to it as there is."""
        place = max(0, min(place, self.listing.count - 1))
        if place != self.cursor:
            before, self.cursor = self.cursor, place
            self.refresh_line(before)
            self.refresh_line(place)
            self._reveal(by_steps=2 * abs(place - before) < self.size.height)
            self.post_message(self.Moved())

    def pages_away(self, pages: float) -> int:
        """The place that many views from the cursor."""
        return self.cursor + round(pages * max(self.size.height - 1, 2))

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of a part of the view, after a moment for those that are missing."""
        self._want(self.scroll_offset.y + crop.y, crop.height)
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """One line of what is in view."""
        place = y + self.scroll_offset.y
        if place >= self.listing.count:
            words = "   nothing here; f chooses, Esc shows all" if place == self.listing.count == 0 else ""
            return self._strips.words(words, self._width)
        row = self.row_at(place)
        if row is None:
            return self._strips.words("    …", self._width)
        return self._strips.line(
            row,
            self._width,
            at_cursor=place == self.cursor,
            busy=row.sample_id in self._busy,
            others=self._others.get(row.position, " "),
        )

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self._reveal()

    def notify_style_update(self) -> None:
        """Draw anew in other colours."""
        super().notify_style_update()
        self._strips.forget()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the line that was clicked."""
        place = event.y + self.scroll_offset.y
        if place < self.listing.count:
            self.move_to(place)

    def on_case_list_came(self, message: Came) -> None:
        """Show lines that have come."""
        at_cursor = self.row
        if message.age == self._age and self._take(message.lines):
            self.refresh()
        if self.row is not at_cursor:
            self.post_message(self.Moved())

    @property
    def columns(self) -> Columns:
        """The widths of the columns."""
        return self._strips.columns(self._width)

    @property
    def _width(self) -> int:
        """Without the scrollbar."""
        return self.scrollable_content_region.width

    def _want(self, first: int, count: int) -> None:
        """Have the pages looked up that are missing in view; then those around it, for the next key."""
        missing = self._missing_pages(first, first + count)
        for page in missing:
            self._look_up(page)
        for lines in {self._coming[page] for page in missing}:
            with suppress(TimeoutError):
                lines.exception(_WAIT_S / len(missing))
                self._take(lines)
        for page in self._missing_pages(first - PAGE_ROWS, first + count + PAGE_ROWS):
            self._look_up(page)

    def _missing_pages(self, first: int, end: int) -> list[int]:
        """The pages with a line that is not known, of those that these places touch."""
        first, end = max(first, 0), min(end, self.listing.count)
        pages = range(first // PAGE_ROWS, -(-end // PAGE_ROWS))
        places = {page: range(max(page * PAGE_ROWS, first), min((page + 1) * PAGE_ROWS, end)) for page in pages}
        positions = self.listing.positions
        return [page for page in pages if any(positions[place] not in self.rows for place in places[page])]

    def _look_up(self, page: int) -> None:
        if self._lookup is None or page in self._coming:
            return
        lines = self._lookup(self.listing.positions[page * PAGE_ROWS : (page + 1) * PAGE_ROWS])
        self._coming[page] = lines
        age = self._age
        lines.add_done_callback(lambda came: self.post_message(self.Came(came, age)))

    def _take(self, lines: "Future[list[CaseRow]]") -> bool:
        """Take in lines that were missing; whether there are any."""
        self._coming = {page: coming for page, coming in self._coming.items() if coming is not lines}
        if lines.exception() is not None:
            return False
        self.rows.add(row for row in lines.result() if row.position not in self.rows)
        return True

    def _reveal(self, *, by_steps: bool = False) -> None:
        """Scroll until the cursor is in view. With `by_steps`, two thirds of the view further.

        To scroll repaints every line, so that a key held down would choke a slow line if each step did it.
        """
        top, height = self.scroll_offset.y, self.size.height
        more = 2 * height // 3 if by_steps else 0
        if self.cursor < top:
            self.scroll_to(y=self.cursor - more, animate=False)
        elif height and self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1 + more, animate=False)
