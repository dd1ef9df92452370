"""A column of choices, one of them chosen."""

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
    """Draws its choices with an aside at the right of each; the screen moves the choice, or a click does."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"choice--chosen", "choice--aside"}
    DEFAULT_CSS = """
    ChoiceColumn {
        width: 1fr;
        height: auto;
        margin-right: 2;
        & > .choice--chosen { background: $panel-lighten-1; text-style: bold; }
        & > .choice--aside { color: $foreground-muted; }
        &.-active > .choice--chosen { background: $primary-muted; }
    }
    """

    @dataclass
    class Clicked(Message):
        """A choice was clicked."""

        column: "ChoiceColumn"

    def __init__(self, choices: Sequence[str], chosen: int) -> None:
        super().__init__()
        self._choices = [visible(choice, longest=60) for choice in choices]
        self._asides = [""] * len(choices)
        self.chosen = chosen

    def show_aside(self, index: int, words: str) -> None:
        """Write something at the right of a choice."""
        self._asides[index] = words
        self.refresh()

    def move(self, by: int) -> None:
        """Choose the one above or below."""
        self.chosen = max(0, min(self.chosen + by, len(self._choices) - 1))
        self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002  # Textual's form
        """A line for each."""
        return len(self._choices)

    def render_line(self, y: int) -> Strip:
        """One choice."""
        if y >= len(self._choices):
            return Strip.blank(self.size.width, self.rich_style)
        chosen = y == self.chosen
        style = self.rich_style
        if chosen:
            style += self.get_component_rich_style("choice--chosen", partial=True)
        soft = style + component_style(self, "choice--aside")
        aside = f"{self._asides[y]} "
        room = max(self.size.width - cell_len(aside), 0)
        words = set_cell_size(f"{'▸' if chosen else ' '} {self._choices[y]}", room)
        return Strip([Segment(words, style), Segment(aside, soft)]).adjust_cell_length(self.size.width, style)

    def on_click(self, event: events.Click) -> None:
        """Choose what was clicked."""
        if event.y < len(self._choices):
            self.chosen = event.y
            self.refresh()
            self.post_message(self.Clicked(self))
