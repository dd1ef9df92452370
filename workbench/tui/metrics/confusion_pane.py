"""The confusion matrix: the counts of its cells, the grid that shows them, and the cell under the cursor in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.app import ComposeResult
from textual.color import Color
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from workbench.domain.cases import CaseFilter, CaseKind
from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.figure_words import percent
from workbench.domain.predictions import counts_as
from workbench.domain.visible import visible
from workbench.tui.widgets.painting import component_style, fit

NO_ANSWER: Final = "no answer"
OTHER_WORDS: Final = "other word"
_GOLD_CELLS: Final = 11
_TOTAL_CELLS: Final = 6
_NARROWEST_CELLS: Final = 6
_HEADING_LINES: Final = 2
_WIDEST_CELLS: Final = 11
_DEEPEST: Final = 0.55
"""How much colour the shade of a whole row has."""


@dataclass(frozen=True, slots=True)
class ConfusionCell:
    """Samples of one gold label with one answer."""

    count: int
    wanted: CaseFilter
    is_right: bool


@dataclass(frozen=True, slots=True)
class ConfusionTable:
    """Gold labels down, answers across; the last column is `no answer`."""

    golds: tuple[str, ...]
    answers: tuple[str, ...]
    """The headings of the columns."""
    rows: tuple[tuple[ConfusionCell, ...], ...]


def confusion_table(card: DatasetCard, counts: Mapping[tuple[str, str], int]) -> ConfusionTable:
    """Lay out the counts. Answers outside the label set share one column, which is left out where there are none."""
    known = card.labels.names
    golds = (*card.gold_labels, *sorted({gold for gold, _ in counts} - set(card.gold_labels)))
    has_others = any(answer not in ("", *known) for _, answer in counts)
    answers = (*known, *([OTHER_WORDS] if has_others else []), NO_ANSWER)
    rows = tuple(tuple(_cell(card, counts, gold, answer) for answer in answers) for gold in golds)
    return ConfusionTable(golds, answers, rows)


def _cell(card: DatasetCard, counts: Mapping[tuple[str, str], int], gold: str, answer: str) -> ConfusionCell:
    known = card.labels.names
    if answer in known:
        wanted = CaseFilter(gold=gold, predicted=answer)
        return ConfusionCell(counts.get((gold, answer), 0), wanted, counts_as(card, answer, gold))
    if answer == NO_ANSWER:
        return ConfusionCell(counts.get((gold, ""), 0), CaseFilter(gold=gold, predicted=""), is_right=False)
    others = sum(count for (of, word), count in counts.items() if of == gold and word not in ("", *known))
    return ConfusionCell(others, CaseFilter(CaseKind.OUT_OF_VOCABULARY, gold=gold), is_right=False)


class ConfusionGrid(Widget, can_focus=True):
    """The cells, with a cursor that the screen or a click moves."""

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
        """The cell under the cursor was clicked."""

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
        """Put the cursor on a cell; a click on the cell under the cursor posts Clicked."""
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
        """A name of two words takes both lines, a name of one word the second."""
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


class ConfusionPane(Vertical):
    """The grid, which scrolls where it is higher than the screen, and the cell under the cursor in words."""

    DEFAULT_CSS = """
    ConfusionPane {
        & > #title { height: auto; color: $foreground-muted; margin-bottom: 1; }
        & > VerticalScroll { height: auto; max-height: 1fr; scrollbar-size-vertical: 1; }
        & > #cell { height: 1; margin-top: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    }
    """

    def __init__(self, table: ConfusionTable, *, folds: bool) -> None:
        super().__init__()
        self.grid = ConfusionGrid(table)
        self._cell = Static(id="cell", markup=False)
        self._title = "gold down, answers across, as they were given; ✓ counts as right" + (
            " (labels fold into classes)" if folds else ""
        )

    def compose(self) -> ComposeResult:
        yield Static(self._title, id="title", markup=False)
        with VerticalScroll(can_focus=False):
            yield self.grid
        yield self._cell

    @property
    def wanted(self) -> CaseFilter:
        """The samples of the cell under the cursor."""
        return self.grid.cell.wanted

    def on_mount(self) -> None:
        self.walk(0, 0)

    def walk(self, rows: int, columns: int) -> None:
        """Move over the cells."""
        self.grid.walk(rows, columns)
        self._say()
        line = 0 if self.grid.row == 0 else self.grid.row + _HEADING_LINES
        height = _HEADING_LINES + 1 if self.grid.row == 0 else 1
        self.query_one(VerticalScroll).scroll_to_region(Region(0, line, 1, height), animate=False)

    def turn(self) -> None:
        """Show shares of the row instead of counts, or counts again."""
        self.grid.turn()

    def on_confusion_grid_walked(self) -> None:
        """A click moved the cursor."""
        self._say()

    def _say(self) -> None:
        gold, answer = self.grid.cell_words
        share = percent(self.grid.share)
        words = f"gold {visible(gold, longest=60)}, answer {visible(answer, longest=60)}"
        self._cell.update(
            Content.assemble(
                (f"{self.grid.cell.count:,}", "bold"), f"  {words}", (f"  {share} % of the row", "$foreground-muted")
            )
        )
