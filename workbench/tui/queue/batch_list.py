"""The list of batches: draws what is seen of it from the window that its screen brings."""

from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from workbench.domain.run_status import BatchRow
from workbench.tui.queue.batch_window import BatchWindow, numbers_in
from workbench.tui.queue.painted_widget import TONES
from workbench.tui.queue.queue_words import batch_line
from workbench.tui.widgets.painting import component_style


class BatchList(ScrollView, can_focus=True):
    """Shows a window of the list with a cursor in it; says when the cursor or the view leaves the window."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"batch-list--cursor", *(f"batch-list--{name}" for name in TONES)}
    DEFAULT_CSS = """
    BatchList {
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        overflow-x: hidden;
        & > .batch-list--cursor { background: $primary 25%; text-style: bold; }
        & > .batch-list--plain { color: $foreground; }
        & > .batch-list--bold { color: $foreground; text-style: bold; }
        & > .batch-list--soft { color: $foreground-muted; }
        & > .batch-list--right { color: $text-success; }
        & > .batch-list--wrong { color: $text-error; }
        & > .batch-list--doubt { color: $text-warning; }
        & > .batch-list--busy { color: $text-primary; }
        & > .batch-list--accent { color: $text-accent; }
    }
    """

    @dataclass
    class PlaceWanted(Message):
        """A place came into view that is not in the window."""

        window: BatchWindow
        place: int

    class Chosen(Message):
        """The line under the cursor was clicked once more."""

    def __init__(self) -> None:
        super().__init__()
        self.window = BatchWindow(None)
        self.cursor = 0
        self._asked: BatchWindow | None = None

    @property
    def row(self) -> BatchRow | None:
        """The batch under the cursor, where it is here."""
        return self.window.row(self.cursor)

    @property
    def is_at_top(self) -> bool:
        """Whether the newest is under the cursor: then the list follows what happens."""
        return self.cursor == 0

    @property
    def numbers_in_view(self) -> list[int]:
        """The batches that are to be seen."""
        top = self.scroll_offset.y
        return numbers_in(self.window, range(top, top + max(self.size.height, 1)))

    def renew(self, window: BatchWindow, cursor: int | None = None) -> None:
        """Show another window; nothing is drawn where it is the same. None: the cursor stays."""
        place = self.cursor if cursor is None else cursor
        place = max(0, min(place, window.count - 1))
        if window == self.window and place == self.cursor:
            return
        self._asked = None
        self.window = window
        self.cursor = place
        self.virtual_size = Size(1, max(window.count, 1))
        self._reveal()
        self.refresh()

    def look_anew(self) -> None:
        """What is missing was asked for and did not come: ask again."""
        self._asked = None
        self.refresh()

    def move_to(self, place: int) -> None:
        """Put the cursor at a place, or as near to it as there is."""
        place = max(0, min(place, self.window.count - 1))
        if place != self.cursor:
            self.cursor = place
            self._reveal()
            self.refresh()
            if self.window.row(place) is None:
                self._want(place)

    def move_by_pages(self, pages: float) -> None:
        """Move the cursor by views."""
        self.move_to(self.cursor + round(pages * max(self.size.height - 1, 2)))

    def render_line(self, y: int) -> Strip:
        """One line of what is in view."""
        place = y + self.scroll_offset.y
        if place >= self.window.count:
            words = "   no batch is in this state; f shows others" if place == self.window.count == 0 else ""
            return self._strip([(words, "soft")])
        row = self.window.row(place)
        if row is None:
            self._want(place)
            return self._strip([("    …", "soft")])
        at_cursor = place == self.cursor
        return self._strip(batch_line(row, self._width, at_cursor=at_cursor), at_cursor=at_cursor)

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self._reveal()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on a line; on the line where it stands already, choose it."""
        place = event.y + self.scroll_offset.y
        if place >= self.window.count:
            return
        if place == self.cursor:
            self.post_message(self.Chosen())
        else:
            self.move_to(place)

    def _strip(self, pieces: list[tuple[str, str]], *, at_cursor: bool = False) -> Strip:
        base = self.get_component_rich_style("batch-list--cursor") if at_cursor else self.rich_style
        segments = [Segment(text, base + component_style(self, f"batch-list--{name}")) for text, name in pieces]
        return Strip(segments).adjust_cell_length(self._width, base)

    @property
    def _width(self) -> int:
        """Without the scrollbar."""
        return self.scrollable_content_region.width

    def _want(self, place: int) -> None:
        if self._asked is not self.window:
            self._asked = self.window
            self.post_message(self.PlaceWanted(self.window, place))

    def _reveal(self) -> None:
        top, height = self.scroll_offset.y, self.size.height
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False)
        elif height and self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False)
