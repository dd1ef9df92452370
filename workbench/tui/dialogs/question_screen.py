"""A question that is answered by yes or no."""

from collections.abc import Callable
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from workbench.domain.visible import visible
from workbench.tui.base.commands import Scope, bindings
from workbench.tui.widgets.keys_line import KeysLine

YES: Final = "yes"


async def confirm(widget: Widget, question: str, act: Callable[[], object]) -> None:
    """Ask, and call `act` later if the answer is yes."""

    def answered(answer: str | None) -> None:
        if answer == YES:
            act()

    await widget.app.push_screen(QuestionScreen(question), answered)


class QuestionScreen(ModalScreen[str]):
    """Ends with `yes` or `no`."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.QUESTION)
    DEFAULT_CSS = """
    QuestionScreen {
        align: center middle;
        & > #box { width: 60; max-width: 90%; height: auto; padding: 1 2; background: $panel; }
    }
    """

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = visible(question, longest=400)

    def compose(self) -> ComposeResult:
        yield Static(f"{self._question}\n\ny  yes\nn  no", id="box", markup=False)
        yield KeysLine()

    def action_answer(self, answer: str) -> None:
        self.dismiss(answer)
