"""A question that is answered by yes or no."""

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import ModalScreen
from textual.widgets import Static

from workbench.domain.visible import visible
from workbench.tui.base.commands import Scope, bindings
from workbench.tui.widgets.keys_line import KeysLine

YES: Final = "yes"


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
        """The question; the footer holds the answers."""
        yield Static(f"{self._question}\n\ny  yes\nn  no", id="box", markup=False)
        yield KeysLine()

    def action_answer(self, answer: str) -> None:
        """End."""
        self.dismiss(answer)
