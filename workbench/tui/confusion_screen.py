"""The confusion matrix; Enter on a cell shows its samples."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from workbench.domain.reviews import CaseFilter
from workbench.domain.visible import visible
from workbench.tui.commands import Scope, bindings
from workbench.tui.confusion_grid import ConfusionGrid
from workbench.tui.confusion_table import ConfusionTable


class ConfusionScreen(ModalScreen[CaseFilter | None]):
    """Ends with a cell's filter, or None."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.CONFUSION)
    DEFAULT_CSS = """
    ConfusionScreen {
        align: center middle;
        & > #box { width: 100%; max-width: 132; height: auto; max-height: 90%; padding: 1 1; background: $panel; }
        & #title { color: $text-muted; margin-bottom: 1; }
        & #cell { margin-top: 1; }
    }
    """

    def __init__(self, table: ConfusionTable, *, folds: bool) -> None:
        super().__init__()
        self._grid = ConfusionGrid(table)
        self._cell = Static(id="cell", markup=False)
        self._title = "gold down, answers across; ✓ counts as right" + (" (labels fold into classes)" if folds else "")

    def compose(self) -> ComposeResult:
        """Title, matrix, and the cell under the cursor in words."""
        with VerticalScroll(id="box", can_focus=False):
            yield Static(self._title, id="title", markup=False)
            yield self._grid
            yield self._cell
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Say where the cursor stands."""
        self.action_walk(0, 0)

    def action_walk(self, rows: int, columns: int) -> None:
        """Move over the cells."""
        self._grid.walk(rows, columns)
        gold, answer = self._grid.cell_words
        words = f"gold {visible(gold)}, answer {visible(answer)}"
        self._cell.update(Content.assemble((f"{self._grid.cell.count:,}", "bold"), f"  {words}"))

    @on(ConfusionGrid.Clicked)
    def action_choose(self) -> None:
        """End with this cell."""
        self.dismiss(self._grid.cell.wanted)

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)
