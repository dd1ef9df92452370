"""Widgets that draw lines of pieces, and draw them again only where something has changed."""

from collections.abc import Sequence
from typing import ClassVar, Final

from rich.segment import Segment
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from workbench.tui.queue.queue_words import Piece
from workbench.tui.widgets.painting import component_style

TONES: Final = ("plain", "bold", "soft", "right", "wrong", "doubt", "busy", "accent")


def strip(widget: Widget, pieces: Sequence[Piece], width: int) -> Strip:
    """A line of a widget that has the component classes of `Painted`."""
    base = widget.rich_style
    segments = [Segment(words, base + component_style(widget, f"painted--{name}")) for words, name in pieces]
    return Strip(segments).adjust_cell_length(width, base)


class Painted(Widget):
    """As high as it has lines, and no less high than it is meant to be."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"painted--{name}" for name in TONES}
    DEFAULT_CSS = """
    Painted {
        height: auto;
        & > .painted--plain { color: $foreground; }
        & > .painted--bold { color: $foreground; text-style: bold; }
        & > .painted--soft { color: $foreground-muted; }
        & > .painted--right { color: $text-success; }
        & > .painted--wrong { color: $text-error; }
        & > .painted--doubt { color: $text-warning; }
        & > .painted--busy { color: $text-primary; }
        & > .painted--accent { color: $text-accent; }
    }
    """

    def __init__(self, *, id: str | None = None, least: int = 1) -> None:  # noqa: A002  # Textual's form
        super().__init__(id=id)
        self._least = least
        self._lines: list[list[Piece]] = []

    def show(self, lines: list[list[Piece]]) -> None:
        """Show other lines; nothing is drawn where they are the same."""
        if lines == self._lines:
            return
        is_as_high = max(len(lines), self._least) == max(len(self._lines), self._least)
        self._lines = lines
        self.refresh(layout=not is_as_high)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002  # Textual's form
        """A line for each."""
        return max(len(self._lines), self._least)

    def render_line(self, y: int) -> Strip:
        """One of them."""
        lines = self._lines
        return strip(self, lines[y] if y < len(lines) else [], self.size.width)
