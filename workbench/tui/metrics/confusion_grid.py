"""Draws a confusion table: counts over shades of their share in the row, right cells with a tick."""

from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.color import Color
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from workbench.tui.metrics.confusion_table import ConfusionCell, ConfusionTable
from workbench.tui.widgets.painting import component_style, fit

_GOLD_CELLS: Final = 11
_TOTAL_CELLS: Final = 6
_NARROWEST_CELLS: Final = 6
_HEADING_LINES: Final = 2
_WIDEST_CELLS: Final = 11
_DEEPEST: Final = 0.55
"""How much colour the shade of a whole row has."""


class ConfusionGrid(Widget, can_focus=True):
    """Holds the cursor; the screen moves it, or a click does."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"grid--head", "grid--right", "grid--wrong"}
    DEFAULT_CSS = """
    ConfusionGrid {
        height: auto;
        & > .grid--head { color: $foreground-muted; }
        & > .grid--right { color: $success; }
        & > .grid--wrong { color: $error; }
    }
    """

    class Clicked(Message):
        """A cell was clicked that the cursor stood on already."""

    class Walked(Message):
        """A click put the cursor on another cell."""

    def __init__(self, table: ConfusionTable) -> None:
        super().__init__()
        self._table = table
        self._shows_shares = False
        self.row, self.column = 0, 0

    @property
    def cell(self) -> ConfusionCell:
        """The cell under the cursor."""
        return self._table.rows[self.row][self.column]

    @property
    def cell_words(self) -> tuple[str, str]:
        """Its gold label and answer."""
        return self._table.golds[self.row], self._table.answers[self.column]

    @property
    def share(self) -> float | None:
        """The cell's share of its row; None for an empty row."""
        total = sum(cell.count for cell in self._table.rows[self.row])
        return self.cell.count / total if total else None

    def turn(self) -> None:
        """Shares of the row instead of counts, or counts again."""
        self._shows_shares = not self._shows_shares
        self.refresh()

    def walk(self, rows: int, columns: int) -> None:
        """Move the cursor."""
        self.row = max(0, min(self.row + rows, len(self._table.golds) - 1))
        self.column = max(0, min(self.column + columns, len(self._table.answers) - 1))
        self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002  # Textual's form
        return len(self._table.golds) + _HEADING_LINES

    def render_line(self, y: int) -> Strip:
        if y >= len(self._table.golds) + _HEADING_LINES:
            return Strip.blank(self.size.width, self.rich_style)
        segments = self._heading(y) if y < _HEADING_LINES else self._line(y - _HEADING_LINES)
        return Strip(segments).adjust_cell_length(self.size.width, self.rich_style)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on a cell; a second click asks for its samples."""
        column = (event.x - _GOLD_CELLS - _TOTAL_CELLS) // self._cells + self._first
        row = event.y - _HEADING_LINES
        if not (0 <= row < len(self._table.golds) and self._first <= column < len(self._table.answers)):
            return
        again = (row, column) == (self.row, self.column)
        self.row, self.column = row, column
        self.refresh()
        self.post_message(self.Clicked() if again else self.Walked())

    @property
    def _cells(self) -> int:
        room = (self.size.width - _GOLD_CELLS - _TOTAL_CELLS) // len(self._table.answers)
        return max(_NARROWEST_CELLS, min(room, _WIDEST_CELLS))

    @property
    def _first(self) -> int:
        """The first column in view, where not all fit."""
        fitting = max((self.size.width - _GOLD_CELLS - _TOTAL_CELLS) // self._cells, 1)
        return max(0, self.column - fitting + 1)

    def _heading(self, line: int) -> list[Segment]:
        """Names of two words take two lines; those of one stand on the second."""
        soft = self.rich_style + component_style(self, "grid--head")
        words = [(["", *answer.split(maxsplit=1)])[-_HEADING_LINES:][line] for answer in self._table.answers]
        titles = [fit(word, self._cells - 1).rstrip().rjust(self._cells - 1) for word in words]
        head = f"{'gold':<{_GOLD_CELLS}}{'n':>{_TOTAL_CELLS - 1}} " if line else " " * (_GOLD_CELLS + _TOTAL_CELLS)
        return [Segment(head, soft), *(Segment(f"{title} ", soft) for title in titles[self._first :])]

    def _line(self, row: int) -> list[Segment]:
        cells = self._table.rows[row]
        total = sum(cell.count for cell in cells)
        head = f"{fit(self._table.golds[row], _GOLD_CELLS)}{total:>{_TOTAL_CELLS - 1},} "
        line = [Segment(head, self.rich_style + Style(bold=row == self.row))]
        for column, cell in list(enumerate(cells))[self._first :]:
            at_cursor = (row, column) == (self.row, self.column)
            line.append(
                Segment(self._cell_text(cell, total, at_cursor=at_cursor), self._cell_style(cell, total, at_cursor))
            )
        return line

    def _cell_text(self, cell: ConfusionCell, total: int, *, at_cursor: bool) -> str:
        count = (f"{100 * cell.count / total:.0f}%" if self._shows_shares else f"{cell.count:,}") if cell.count else "·"
        text = f"[{count}]" if at_cursor else f"{count} "
        return text.rjust(self._cells - 1) + ("✓" if cell.is_right else " ")

    def _cell_style(self, cell: ConfusionCell, total: int, at_cursor: bool) -> Style:  # noqa: FBT001  # private
        colour = self.get_component_styles("grid--right" if cell.is_right else "grid--wrong").color
        ground: Color = self.background_colors[1]
        shade = ground.blend(colour, _DEEPEST * cell.count / total if total else 0)
        return self.rich_style + Style(bgcolor=shade.rich_color, bold=at_cursor, reverse=at_cursor)
