"""A list of lines with a cursor: drawn line by line, so that its length costs nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from workbench.domain.visible import visible
from workbench.tui.base.tones import tone
from workbench.tui.widgets.case_line import fit

Piece = tuple[str, str]
"""Words from anywhere, and their tone: plain, bold, soft, right, wrong, doubt, busy or accent."""
_TONES: Final = ("plain", "bold", "soft", "right", "wrong", "doubt", "busy", "accent")
_LONGEST_CHARS: Final = 400


@dataclass(frozen=True, slots=True)
class ListLine:
    """One line of a list."""

    pieces: tuple[Piece, ...]
    aside: tuple[Piece, ...] = ()
    """At the right edge; it is cut last."""
    can_be_chosen: bool = True
    """Whether the cursor stops here."""


class LineList(ScrollView, can_focus=True):
    """Shows lines; the screen moves the cursor, or a click does, and a click on the line at the cursor chooses it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"line-list--{name}" for name in (*_TONES, "cursor")}
    DEFAULT_CSS = """
    LineList {
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        overflow-x: hidden;
        & > .line-list--cursor { background: $primary 25%; }
        & > .line-list--plain { color: $foreground; }
        & > .line-list--bold { color: $foreground; text-style: bold; }
        & > .line-list--soft { color: $foreground-muted; }
        & > .line-list--right { color: $text-success; }
        & > .line-list--wrong { color: $text-error; }
        & > .line-list--doubt { color: $text-warning; }
        & > .line-list--busy { color: $text-primary; }
        & > .line-list--accent { color: $text-accent; }
    }
    """

    class Moved(Message):
        """The cursor stands on another line."""

    class Chosen(Message):
        """The line under the cursor was clicked once more."""

    def __init__(self, lines: Sequence[ListLine] = (), *, empty: str = "nothing here") -> None:
        super().__init__()
        self.lines = tuple(lines)
        self.cursor = self._nearest(0, 1)
        self._empty = empty

    @property
    def has_choice(self) -> bool:
        """Whether the cursor stands on a line that can be chosen."""
        return self.cursor < len(self.lines) and self.lines[self.cursor].can_be_chosen

    def renew(self, lines: Sequence[ListLine], cursor: int | None = None) -> None:
        """Show other lines, the cursor at a place or where it was."""
        self.lines = tuple(lines)
        self.virtual_size = Size(1, max(len(lines), 1))
        self.cursor = self._nearest(self.cursor if cursor is None else cursor, 1)
        self._reveal()
        self.refresh()
        self.post_message(self.Moved())

    def move(self, by: int) -> None:
        """Go up or down by lines that can be chosen."""
        step = 1 if by > 0 else -1
        for _ in range(abs(by)):
            place = self._beyond(self.cursor, step)
            if place is None:
                break
            self._put(place)
        if step < 0 and self._beyond(self.cursor, -1) is None:
            self.scroll_to(y=0, animate=False)  # headings above the first line that can be chosen

    def move_by_page(self, pages: float) -> None:
        """Go up or down by views."""
        by = round(pages * max(self.size.height - 1, 1))
        self._put(self._nearest(max(0, min(self.cursor + by, len(self.lines) - 1)), 1 if by > 0 else -1))

    def move_to_edge(self, *, bottom: bool) -> None:
        """Go to the first or last line."""
        self._put(self._nearest(len(self.lines) - 1 if bottom else 0, -1 if bottom else 1))
        if not bottom:
            self.scroll_to(y=0, animate=False)

    def on_mount(self) -> None:
        """Know one's length."""
        self.virtual_size = Size(1, max(len(self.lines), 1))

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self._reveal()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on a line; on the line where it stands already, choose it."""
        place = event.y + self.scroll_offset.y
        if place >= len(self.lines) or not self.lines[place].can_be_chosen:
            return
        if place == self.cursor:
            self.post_message(self.Chosen())
        else:
            self._put(place)

    def render_line(self, y: int) -> Strip:
        """One line of what is in view."""
        place = y + self.scroll_offset.y
        if not self.lines and place == 0:
            return self._strip(ListLine(((f"  {self._empty}", "soft"),)), at_cursor=False)
        if place >= len(self.lines):
            return Strip.blank(self._width, self.rich_style)
        return self._strip(self.lines[place], at_cursor=place == self.cursor and self.has_choice)

    def _strip(self, line: ListLine, *, at_cursor: bool) -> Strip:
        base = self.get_component_rich_style("line-list--cursor") if at_cursor else self.rich_style
        aside = [(_shown(words), name) for words, name in line.aside]
        room = max(self._width - 2 - sum(cell_len(words) for words, _ in aside), 0)
        segments = [Segment("▸ " if at_cursor else "  ", base + self._tone("accent"))]
        for words, name in line.pieces:
            if room <= 0:
                break
            shown = _shown(words)
            shown = fit(shown, room) if cell_len(shown) > room else shown
            segments.append(Segment(shown, base + self._tone(name)))
            room -= cell_len(shown)
        segments.append(Segment(" " * room, base))
        segments.extend(Segment(words, base + self._tone(name)) for words, name in aside)
        return Strip(segments).adjust_cell_length(self._width, base)

    def _tone(self, name: str) -> Style:
        return tone(self, f"line-list--{name}")

    @property
    def _width(self) -> int:
        """Without the scrollbar."""
        return self.scrollable_content_region.width

    def _put(self, place: int) -> None:
        if 0 <= place < len(self.lines) and place != self.cursor:
            self.cursor = place
            self._reveal()
            self.refresh()
            self.post_message(self.Moved())

    def _nearest(self, place: int, step: int) -> int:
        """The line at a place if the cursor can stop there, else the next one that way, else the other way."""
        place = max(0, min(place, len(self.lines) - 1))
        if not self.lines or self.lines[place].can_be_chosen:
            return place
        found = self._beyond(place, step)
        found = self._beyond(place, -step) if found is None else found
        return place if found is None else found

    def _beyond(self, place: int, step: int) -> int | None:
        way = range(place + step, len(self.lines) if step > 0 else -1, step)
        return next((other for other in way if self.lines[other].can_be_chosen), None)

    def _reveal(self) -> None:
        top, height = self.scroll_offset.y, self.size.height
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False)
        elif height and self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False)


def _shown(words: str) -> str:
    return visible(words, longest=_LONGEST_CHARS)
