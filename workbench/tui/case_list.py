"""The list of cases: draws what is seen of it, line by line, from pages that its screen brings.

Textual's own tables measure or mount every row; this one costs the same for thirty samples and for a million.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from workbench.domain.reviews import CaseFilter
from workbench.storage.cases import CaseRow
from workbench.tui.case_line import Columns, case_line
from workbench.tui.case_pages import PAGE_ROWS, Listing
from workbench.tui.tones import tone


class CaseList(ScrollView, can_focus=True):
    """Shows a listing with a cursor in it; says where the cursor went and which page it lacks."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *("case-list--cursor", "case-list--plain", "case-list--soft", "case-list--right", "case-list--wrong"),
        *("case-list--doubt", "case-list--busy", "case-list--flag"),
    }
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
    class PageWanted(Message):
        """A page came into view that is not here."""

        wanted: CaseFilter
        page: int

    def __init__(self, labels: Iterable[str]) -> None:
        super().__init__()
        self.listing = Listing(CaseFilter(), 0, 0)
        self.cursor = 0
        self._labels = tuple(labels)
        self._asked: set[int] = set()
        self._busy: frozenset[str] = frozenset()

    @property
    def row(self) -> CaseRow | None:
        """The row under the cursor; None when the list is empty or the row is still being read."""
        return self.listing.row(self.cursor)

    def renew(self, listing: Listing) -> None:
        """Show another listing, the cursor at its place."""
        self.listing = listing
        self._asked = set(listing.pages)
        self.virtual_size = Size(1, listing.count)
        self.cursor = listing.place
        self._reveal()
        self.refresh()
        self.post_message(self.Moved())

    def add_page(self, listing: Listing, page: int, rows: list[CaseRow]) -> None:
        """Take in a page that was wanted; one that belongs to an earlier listing is dropped."""
        if listing is self.listing:
            listing.pages[page] = rows
            self.refresh()
            self.post_message(self.Moved())

    def replace_rows(self, fresh: Iterable[CaseRow]) -> None:
        """Show rows as they stand now, where they stood."""
        by_id = {row.sample_id: row for row in fresh}
        for rows in self.listing.pages.values():
            rows[:] = [by_id.get(row.sample_id, row) for row in rows]
        self.refresh()

    def known_rows(self, sample_ids: Iterable[str]) -> list[CaseRow]:
        """The rows of some samples, as far as they are here."""
        wanted = set(sample_ids)
        return [row for rows in self.listing.pages.values() for row in rows if row.sample_id in wanted]

    def show_busy(self, sample_ids: frozenset[str]) -> None:
        """Mark the samples that are being asked about."""
        self._busy = sample_ids
        self.refresh()

    def move_to(self, place: int) -> None:
        """Put the cursor at a place, or as near to it as there is."""
        place = max(0, min(place, self.listing.count - 1))
        if place != self.cursor:
            before, self.cursor = self.cursor, place
            self._reveal()
            self.refresh_line(before)
            self.refresh_line(place)
            self.post_message(self.Moved())

    def move_by_pages(self, pages: float) -> None:
        """Move the cursor by views."""
        self.move_to(self.cursor + round(pages * max(self.size.height - 1, 2)))

    def render_line(self, y: int) -> Strip:
        """One line of what is in view."""
        place = y + self.scroll_offset.y
        if place >= self.listing.count:
            words = "   nothing here; f chooses, Esc shows all" if place == self.listing.count == 0 else ""
            return self._strip([(words, "soft")])
        row = self.listing.row(place)
        if row is None:
            self._want(place // PAGE_ROWS)
            return self._strip([("    …", "soft")])
        columns = Columns.fitting(self._labels, self._width)
        at_cursor = place == self.cursor
        line = case_line(row, columns, at_cursor=at_cursor, busy=row.sample_id in self._busy)
        return self._strip(line, at_cursor=at_cursor)

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self._reveal()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the line that was clicked."""
        place = event.y + self.scroll_offset.y
        if place < self.listing.count:
            self.move_to(place)

    def _strip(self, pieces: Iterable[tuple[str, str]], *, at_cursor: bool = False) -> Strip:
        base = self.get_component_rich_style("case-list--cursor" if at_cursor else "case-list--plain")
        segments = [Segment(text, base + tone(self, f"case-list--{name}")) for text, name in pieces]
        return Strip(segments).adjust_cell_length(self._width, base)

    @property
    def _width(self) -> int:
        """Without the scrollbar."""
        return self.scrollable_content_region.width

    def _want(self, page: int) -> None:
        if page not in self._asked:
            self._asked.add(page)
            self.post_message(self.PageWanted(self.listing.wanted, page))

    def _reveal(self) -> None:
        top, height = self.scroll_offset.y, self.size.height
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False)
        elif height and self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False)
