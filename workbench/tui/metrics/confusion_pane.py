"""The confusion matrix with the cell under the cursor in words."""

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.geometry import Region
from textual.widgets import Static

from workbench.domain.cases import CaseFilter
from workbench.domain.figure_words import percent
from workbench.domain.visible import visible
from workbench.tui.metrics.confusion_grid import ConfusionGrid
from workbench.tui.metrics.confusion_table import ConfusionTable

_HEADINGS = 2


class ConfusionPane(Vertical):
    """Walks over the cells; the matrix scrolls where it is higher than the screen."""

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
        line = 0 if self.grid.row == 0 else self.grid.row + _HEADINGS
        height = _HEADINGS + 1 if self.grid.row == 0 else 1
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
