"""Filters with a name, kept for each data set in what the workbench remembers of a person."""

from collections.abc import Sequence
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
from workbench.tui.base.remembered_state import RememberedState, filter_as_json, filter_from_json
from workbench.tui.dialogs.note_screen import LineScreen
from workbench.tui.widgets.keys_line import KeysLine
from workbench.tui.widgets.line_list import LineList, ListLine, ListScreen

Named = tuple[tuple[str, CaseFilter], ...]


class SavedFilters:
    """The saved filters of one data set, and the way back from each change."""

    def __init__(self, memory: RememberedState, key: str) -> None:
        self._memory = memory
        self._key = key
        self._before: list[Named] = []

    def all(self) -> Named:
        """By name."""
        known = self._memory.of_dataset(self._key).get("saved")
        found = ((name, filter_from_json(values)) for name, values in known.items()) if isinstance(known, dict) else ()
        return tuple(sorted((str(name), wanted) for name, wanted in found if wanted is not None))

    def keep(self, name: str, wanted: CaseFilter) -> None:
        """Save one, in place of another of that name."""
        self._change([(known, each) for known, each in self.all() if known != name] + [(name, wanted)])

    def delete(self, name: str) -> None:
        """Forget one."""
        self._change([(known, each) for known, each in self.all() if known != name])

    def undo(self) -> bool:
        """Take back the last change; whether there was one."""
        if not self._before:
            return False
        self._write(self._before.pop())
        return True

    def _change(self, named: Sequence[tuple[str, CaseFilter]]) -> None:
        self._before.append(self.all())
        self._write(named)

    def _write(self, named: Sequence[tuple[str, CaseFilter]]) -> None:
        saved = {name: filter_as_json(wanted) for name, wanted in named}
        self._memory.keep_of_dataset(self._key, saved=saved)


class SavedScreen(ListScreen, ModalScreen[CaseFilter | None]):
    """Ends with a filter, or None for the one there is."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.SAVED)
    DEFAULT_CSS = """
    SavedScreen {
        align: center middle;
        & > #box { width: 90%; max-width: 84; height: auto; max-height: 90%; padding: 1 1; background: $panel; }
        & #about { color: $foreground-muted; height: 1; margin: 0 2 1 2; text-wrap: nowrap; text-overflow: ellipsis; }
        & LineList { height: 8; }
    }
    """

    def __init__(self, saved: SavedFilters, present: CaseFilter) -> None:
        super().__init__()
        self._saved = saved
        self._present = present
        self.rows = LineList(empty="no filter is saved yet; a saves the present one")

    def compose(self) -> ComposeResult:
        """The list under what is shown now."""
        with Vertical(id="box"):
            yield Static(f"shown now: {visible(str(self._present), longest=120)}", id="about", markup=False)
            yield self.rows
        yield KeysLine()

    def on_mount(self) -> None:
        """Show what is saved."""
        self.set_focus(self.rows)
        self._show()

    @on(LineList.Chosen)
    def action_choose(self) -> None:
        """End with this one."""
        if (chosen := self._chosen()) is not None:
            self.dismiss(chosen[1])

    async def action_keep(self) -> None:
        """Save the present filter under a name."""

        def written(name: str | None) -> None:
            if name and name.strip():
                self._saved.keep(name.strip(), self._present)
                self._show()

        await self.app.push_screen(LineScreen(f"save “{self._present}” as", "", "a name"), written)

    def action_delete(self) -> None:
        """Forget this one."""
        if (chosen := self._chosen()) is not None:
            self._saved.delete(chosen[0])
            self._show()
            self.notice(f"deleted {chosen[0]}; u brings it back", seconds=3)

    def action_undo(self) -> None:
        """Take back the last change."""
        if self._saved.undo():
            self._show()
        else:
            self.notice("nothing to undo", seconds=2)

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)

    def _chosen(self) -> tuple[str, CaseFilter] | None:
        return self._saved.all()[self.rows.cursor] if self.rows.has_choice else None

    def _show(self) -> None:
        lines = [ListLine(((f"{name}  ", "bold"), (str(wanted), "soft"))) for name, wanted in self._saved.all()]
        self.rows.renew(lines)
