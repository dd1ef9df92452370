"""A list with a cursor that draws only the rows in view, so that its length costs nothing."""

from typing import ClassVar

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from workbench.tui.widgets.painting import TONE_CLASSES, TONE_CSS, Painter


class VirtualList(ScrollView, can_focus=True):
    """Base of every list. A subclass says how many rows there are (`row_count`) and draws one (`row_strip`).

    The screen moves the cursor, or a click does; a click on the row under the cursor chooses it.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"tone--cursor", *TONE_CLASSES}
    DEFAULT_CSS = f"""
    VirtualList {{
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        overflow-x: hidden;
        & > .tone--cursor {{ background: $primary 25%; }}
        {TONE_CSS}
    }}
    """
    SCROLLS_AHEAD: ClassVar[bool] = False
    """Whether a small step out of the view scrolls two thirds of it. To scroll repaints every row, and on a slow line
    a key that is held down would be too much."""

    class Moved(Message):
        """Another row may be under the cursor."""

    class Chosen(Message):
        """The row under the cursor was clicked."""

    def __init__(self, *, empty: str = "") -> None:
        """`empty` is shown where there is no row."""
        super().__init__()
        self.cursor = 0
        """The index of the row under the cursor; 0 in an empty list."""
        self._empty = empty
        self._painter = Painter(self)

    @property
    def row_count(self) -> int:
        """How many rows the list has."""
        raise NotImplementedError

    def row_strip(self, index: int, width: int, *, at_cursor: bool) -> Strip:
        """One row, `width` cells wide."""
        raise NotImplementedError

    def can_choose(self, index: int) -> bool:
        """Whether the cursor may stop at a row of the list."""
        return 0 <= index < self.row_count

    def move_to(self, index: int) -> None:
        """Put the cursor at a row, or as near to it as there is one."""
        index = max(0, min(index, self.row_count - 1))
        if index != self.cursor:
            before, self.cursor = self.cursor, index
            self.refresh_line(before)
            self.refresh_line(index)
            is_step = 2 * abs(index - before) < self.size.height
            self._reveal(2 * self.size.height // 3 if self.SCROLLS_AHEAD and is_step else 0)
            self.post_message(self.Moved())

    def move(self, by: int) -> None:
        """Move the cursor by rows."""
        self.move_to(self.cursor + by)

    def move_by_pages(self, pages: float) -> None:
        """Move the cursor by heights of the view."""
        self.move_to(self.cursor + self.rows_of(pages))

    def rows_of(self, pages: float) -> int:
        """How many rows that many heights of the view are."""
        return round(pages * max(self.size.height - 1, 2))

    def move_to_edge(self, *, bottom: bool) -> None:
        """Move the cursor to the first or the last row."""
        self.move_to(self.row_count - 1 if bottom else 0)

    def renew_rows(self, cursor: int, *, top: int | None = None) -> None:
        """Show that the rows are others. `top` is the index of the first row in view; None: as it was."""
        self.virtual_size = Size(1, max(self.row_count, 1))
        self.cursor = max(0, min(cursor, self.row_count - 1))
        if top is not None:
            self.scroll_to(y=top, animate=False)
        self._reveal()
        self.refresh()
        self.post_message(self.Moved())

    def render_line(self, y: int) -> Strip:
        index, width = y + self.scroll_offset.y, self.row_width
        if index < self.row_count:
            at_cursor = index == self.cursor and self.can_choose(index)
            return self.row_strip(index, width, at_cursor=at_cursor)
        return self.words_strip(self._empty if index == 0 else "", width)

    def words_strip(self, words: str, width: int) -> Strip:
        """A line of the program's own words."""
        return self._painter.strip([(words, "soft")], width)

    @property
    def row_width(self) -> int:
        """In cells, without the scrollbar."""
        return self.scrollable_content_region.width

    def on_mount(self) -> None:
        self.virtual_size = Size(1, max(self.row_count, 1))

    def on_resize(self) -> None:
        self._reveal()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._painter.forget()

    def on_click(self, event: events.Click) -> None:
        index = event.y + self.scroll_offset.y
        if not self.can_choose(index):
            return
        if index == self.cursor:
            self.post_message(self.Chosen())
        else:
            self.move_to(index)

    def _reveal(self, further: int = 0) -> None:
        """Scroll until the cursor is in view, and some rows further."""
        top, height = self.scroll_offset.y, self.size.height
        if self.cursor < top:
            self.scroll_to(y=self.cursor - further, animate=False)
        elif height and self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1 + further, animate=False)
