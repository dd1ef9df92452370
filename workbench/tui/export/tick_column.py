"""A column of things that are chosen or not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget


class TickColumn(Widget):
    """`[x] csv`: the screen moves the cursor and toggles, or a click does. With `only_one`, one is always chosen."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"tick--cursor"}
    DEFAULT_CSS = """
    TickColumn {
        width: 1fr;
        height: auto;
        margin-right: 1;
        &.-active > .tick--cursor { background: $primary-muted; text-style: bold; }
    }
    """

    @dataclass
    class Clicked(Message):
        """Something here was clicked."""

        column: "TickColumn"

    def __init__(self, names: Sequence[str], ticked: Sequence[str], *, only_one: bool = False) -> None:
        super().__init__()
        self._names = tuple(names)
        self._ticked = set(ticked)
        self._only_one = only_one
        self._cursor = self._names.index(ticked[0]) if only_one else 0

    @property
    def ticked(self) -> list[str]:
        """What is chosen, in the order of the column."""
        return [name for name in self._names if name in self._ticked]

    def move(self, by: int) -> None:
        """Go up or down."""
        self._cursor = max(0, min(self._cursor + by, len(self._names) - 1))
        self.refresh()

    def toggle(self) -> None:
        """Choose or drop what is under the cursor."""
        name = self._names[self._cursor]
        self._ticked = {name} if self._only_one else self._ticked ^ {name}
        self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002  # Textual's form
        return len(self._names)

    def render_line(self, y: int) -> Strip:
        style = self.rich_style
        if y >= len(self._names):
            return Strip.blank(self.size.width, style)
        at_cursor = y == self._cursor and self.has_class("-active")
        if at_cursor:
            style += self.get_component_rich_style("tick--cursor", partial=True)
        name = self._names[y]
        off, on = ("( )", "(•)") if self._only_one else ("[ ]", "[x]")
        words = f"{'▸' if at_cursor else ' '}{on if name in self._ticked else off} {name}"
        return Strip([Segment(words, style)]).adjust_cell_length(self.size.width, style)

    def on_click(self, event: events.Click) -> None:
        """Choose or drop what was clicked."""
        if event.y < len(self._names):
            self._cursor = event.y
            self.toggle()
            self.post_message(self.Clicked(self))
