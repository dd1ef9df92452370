"""Columns of choices in a dialog: one of them chosen, or some of them ticked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from workbench.domain.visible import visible
from workbench.tui.widgets.painting import component_style


class ChoiceColumn(Widget):
    """The choice under the cursor is the chosen one. The screen moves the cursor, or a click does.

    The class `-active` marks the column whose cursor the keys move.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"choice--cursor", "choice--aside"}
    DEFAULT_CSS = """
    ChoiceColumn {
        width: 1fr;
        height: auto;
        margin-right: 2;
        & > .choice--cursor { background: $panel-lighten-1; text-style: bold; }
        & > .choice--aside { color: $foreground-muted; }
        &.-active > .choice--cursor { background: $primary-muted; }
    }
    """

    @dataclass
    class Clicked(Message):
        """A choice was clicked."""

        column: "ChoiceColumn"

    def __init__(self, choices: Sequence[str], cursor: int = 0) -> None:
        super().__init__()
        self.cursor = cursor
        """The index of the choice under the cursor."""
        self._choices = [visible(choice, longest=60) for choice in choices]
        self._asides = [""] * len(choices)

    def show_aside(self, index: int, words: str) -> None:
        """Write something at the right of a choice."""
        self._asides[index] = words
        self.refresh()

    def move(self, by: int) -> None:
        """Move the cursor."""
        self.cursor = max(0, min(self.cursor + by, len(self._choices) - 1))
        self.refresh()

    def shows_cursor(self, index: int) -> bool:
        """Whether a choice is drawn as the one under the cursor."""
        return index == self.cursor

    def words(self, index: int) -> str:
        """A choice as it is drawn."""
        return f" {self._choices[index]}"

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002  # Textual's form
        return len(self._choices)

    def render_line(self, y: int) -> Strip:
        style = self.rich_style
        if y >= len(self._choices):
            return Strip.blank(self.size.width, style)
        at_cursor = self.shows_cursor(y)
        if at_cursor:
            style += self.get_component_rich_style("choice--cursor", partial=True)
        aside = f"{self._asides[y]} "
        words = set_cell_size(f"{'▸' if at_cursor else ' '}{self.words(y)}", max(self.size.width - cell_len(aside), 0))
        soft = style + component_style(self, "choice--aside")
        return Strip([Segment(words, style), Segment(aside, soft)]).adjust_cell_length(self.size.width, style)

    def on_click(self, event: events.Click) -> None:
        if event.y < len(self._choices):
            self.cursor = event.y
            self.refresh()
            self.post_message(self.Clicked(self))


class TickColumn(ChoiceColumn):
    """Choices that are ticked or not: `[x] csv`. With `only_one`, exactly one is ticked."""

    DEFAULT_CSS = "TickColumn { margin-right: 1; }"

    def __init__(self, names: Sequence[str], ticked: Sequence[str], *, only_one: bool = False) -> None:
        self._names = tuple(names)
        self._ticked = set(ticked)
        self._only_one = only_one
        super().__init__(names, self._names.index(ticked[0]) if only_one else 0)

    @property
    def ticked(self) -> list[str]:
        """The ticked names, in the order of the column."""
        return [name for name in self._names if name in self._ticked]

    def toggle(self) -> None:
        """Tick the choice under the cursor, or take its tick away."""
        name = self._names[self.cursor]
        self._ticked = {name} if self._only_one else self._ticked ^ {name}
        self.refresh()

    def shows_cursor(self, index: int) -> bool:
        return super().shows_cursor(index) and self.has_class("-active")

    def words(self, index: int) -> str:
        off, on = ("( )", "(•)") if self._only_one else ("[ ]", "[x]")
        return f"{on if self._names[index] in self._ticked else off}{super().words(index)}"

    def on_click(self, event: events.Click) -> None:  # Textual calls that of ChoiceColumn, too
        if event.y < len(self._names):
            self.cursor = event.y
            self.toggle()
