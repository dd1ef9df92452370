"""Choosing one of the filters that were saved under a name."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from workbench.domain.cases import CaseFilter
from workbench.domain.visible import visible
from workbench.tui.base.commands import Scope, bindings
from workbench.tui.dialogs.text_screen import LineScreen
from workbench.tui.review.remembered_review import RememberedReview
from workbench.tui.widgets.keys_line import KeysLine
from workbench.tui.widgets.line_list import LineList, ListLine, ListScreen


class SavedFiltersScreen(ListScreen, ModalScreen[CaseFilter | None]):
    """Ends with a filter, or None for the one there is."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.SAVED)
    DEFAULT_CSS = """
    SavedFiltersScreen {
        align: center middle;
        & > #box { width: 90%; max-width: 84; height: auto; max-height: 90%; padding: 1 1; background: $panel; }
        & #about { color: $foreground-muted; height: 1; margin: 0 2 1 2; text-wrap: nowrap; text-overflow: ellipsis; }
        & LineList { height: 8; }
    }
    """

    def __init__(self, remembered: RememberedReview, present: CaseFilter) -> None:
        super().__init__()
        self._remembered = remembered
        self._present = present
        self.rows = LineList(empty="no filter is saved yet; a saves the present one")

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Static(f"shown now: {visible(str(self._present), longest=120)}", id="about", markup=False)
            yield self.rows
        yield KeysLine()

    def on_mount(self) -> None:
        self.set_focus(self.rows)
        self._show()

    @on(LineList.Chosen)
    def action_choose(self) -> None:
        if (chosen := self._chosen()) is not None:
            self.dismiss(chosen[1])

    async def action_keep(self) -> None:
        def written(name: str | None) -> None:
            if name and name.strip():
                self._remembered.keep_filter(name.strip(), self._present)
                self._show()

        await self.app.push_screen(LineScreen(f"save “{self._present}” as", "", "a name"), written)

    def action_delete(self) -> None:
        if (chosen := self._chosen()) is not None:
            self._remembered.delete_filter(chosen[0])
            self._show()
            self.notice(f"deleted {chosen[0]}; u brings it back", seconds=3)

    def action_undo(self) -> None:
        if self._remembered.undo():
            self._show()
        else:
            self.notice("nothing to undo", seconds=2)

    def action_close(self) -> None:
        self.dismiss(None)

    def _chosen(self) -> tuple[str, CaseFilter] | None:
        return self._remembered.filters[self.rows.cursor] if self.rows.has_choice else None

    def _show(self) -> None:
        lines = [ListLine(((f"{name}  ", "bold"), (str(wanted), "soft"))) for name, wanted in self._remembered.filters]
        self.rows.renew(lines)
