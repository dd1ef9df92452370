"""A picture of characters in the middle of its space, or words in its place."""

from textwrap import wrap
from typing import ClassVar, Final

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from workbench.tui.tones import tone

_MARGIN_CELLS: Final = 4


class Picture(Widget):
    """Draws ready lines; knows nothing of where they come from."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"picture--words"}
    DEFAULT_CSS = """
    Picture {
        height: 1fr;
        & > .picture--words { color: $foreground-muted; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[Strip, ...] = ()
        self._words = ""

    def show(self, lines: tuple[Strip, ...], words: str = "") -> None:
        """Show a picture, or the words."""
        self._lines, self._words = lines, words
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line, centred."""
        width, height = self.size
        lines = self._lines or self._worded(width)
        within = y - (height - len(lines)) // 2
        if not 0 <= within < len(lines):
            return Strip.blank(width, self.rich_style)
        line = lines[within]
        left = max((width - line.cell_length) // 2, 0)
        return Strip([Segment(" " * left, self.rich_style), *line]).adjust_cell_length(width, self.rich_style)

    def _worded(self, width: int) -> tuple[Strip, ...]:
        style = self.rich_style + tone(self, "picture--words")
        lines = wrap(self._words, max(width - _MARGIN_CELLS, 1), max_lines=6, placeholder="…")
        return tuple(Strip([Segment(line, style)]) for line in lines)
