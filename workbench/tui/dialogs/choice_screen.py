"""Choosing one of several things: a run, a reviewer."""

from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from workbench.domain.visible import visible
from workbench.tui.base.commands import Scope, bindings
from workbench.tui.widgets.keys_line import KeysLine
from workbench.tui.widgets.line_list import LineList, ListLine, ListScreen

T = TypeVar("T")


class ChoiceScreen(ListScreen, ModalScreen[T | None], Generic[T]):
    """Ends with the chosen thing, or None."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.CHOICE)
    DEFAULT_CSS = """
    ChoiceScreen {
        align: center middle;
        & > #box { width: 80%; max-width: 90; height: auto; max-height: 90%; padding: 1 1; background: $panel; }
        & #about { color: $text-muted; height: 1; margin: 0 2 1 2; text-wrap: nowrap; text-overflow: ellipsis; }
        & LineList { height: auto; max-height: 16; }
    }
    """

    def __init__(self, about: str, things: Sequence[T], lines: Sequence[ListLine]) -> None:
        super().__init__()
        self._about = visible(about, longest=200)
        self._things = tuple(things)
        self.rows = LineList(lines)

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Static(self._about, id="about", markup=False)
            yield self.rows
        yield KeysLine()

    def on_mount(self) -> None:
        self.rows.styles.height = max(len(self._things), 1)
        self.set_focus(self.rows)

    @on(LineList.Chosen)
    def action_choose(self) -> None:
        if self.rows.has_choice:
            self.dismiss(self._things[self.rows.cursor])

    def action_close(self) -> None:
        self.dismiss(None)
