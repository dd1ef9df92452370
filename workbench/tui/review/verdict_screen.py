"""Giving one of five verdicts, by letter or by arrows and Enter."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from workbench.domain.reviews import Verdict
from workbench.domain.visible import visible
from workbench.tui.base.commands import Command, Scope, bindings
from workbench.tui.widgets.choice_column import ChoiceColumn
from workbench.tui.widgets.keys_line import KeysLine

CLEARED = ""
"""What the screen ends with when a verdict is taken back."""


class VerdictScreen(ModalScreen[str | None]):
    """Ends with a verdict's words, `CLEARED`, or None for no change."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.VERDICT)
    DEFAULT_CSS = """
    VerdictScreen {
        align: center middle;
        & > #box { width: 44; height: auto; padding: 1 2; background: $panel; }
        & #about { color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; margin-bottom: 1; }
    }
    """

    def __init__(self, sample_id: str, present: Verdict | None, commands: Iterable[Command]) -> None:
        super().__init__()
        self._about = visible(f"verdict on {sample_id}", longest=200)
        letters = {command.title: command.keys[0] for command in commands if command.scope is Scope.VERDICT}
        self._ends = [*map(str, Verdict), *([CLEARED] if present else [])]
        named = [f"{letters[end or 'no verdict']}  {end or 'no verdict'}" for end in self._ends]
        self._column = ChoiceColumn(named, self._ends.index(present) if present else 0)
        self._column.add_class("-active")

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Static(self._about, id="about", markup=False)
            yield self._column
        yield KeysLine()

    def action_move(self, by: int) -> None:
        self._column.move(by)

    @on(ChoiceColumn.Clicked)
    def action_choose(self) -> None:
        self.dismiss(self._ends[self._column.cursor])

    def action_say(self, verdict: str) -> None:
        self.dismiss(verdict)

    def action_close(self) -> None:
        self.dismiss(None)
