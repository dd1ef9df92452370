"""Searching as one types: a line over the list's heading, while the list below follows."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Final

from textual.app import ComposeResult
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input

from workbench.tui.dialogs.text_screen import TextScreen
from workbench.tui.widgets.keys_line import KeysLine

_REST_S: Final = 0.08
"""The list follows a key at once that comes after so long a rest; while keys come quicker, once they rest so long."""


class SearchScreen(TextScreen):
    """Ends with the search, or None to give it up; meanwhile tells what is written."""

    DEFAULT_CSS = """
    SearchScreen {
        background: transparent;
        & > PlainInput { offset: 0 1; width: 45%; min-width: 36; max-width: 60; background: $primary 25%; }
    }
    """

    @dataclass
    class Edited(Message):
        """Something else is written."""

        text: str

    def __init__(self, text: str, tell: Callable[[Message], object]) -> None:
        super().__init__(text, "search")
        self._tell = tell
        self._rest: Timer | None = None
        self._edited_s = 0.0

    def compose(self) -> ComposeResult:
        """The line alone."""
        yield self.line
        yield KeysLine()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell what is written now: at once, or when the fingers rest."""
        before_s, self._edited_s = self._edited_s, monotonic()
        if self._rest is not None:
            self._rest.stop()
        if self._edited_s - before_s >= _REST_S:
            self._tell(self.Edited(event.value))
        else:
            self._rest = self.set_timer(_REST_S, lambda: self._tell(self.Edited(event.value)))
