"""Searching as one types: a line over the list's heading, while the list below follows."""

from collections.abc import Callable
from time import monotonic
from typing import Final

from textual.app import ComposeResult
from textual.timer import Timer
from textual.widgets import Input

from workbench.tui.dialogs.text_screen import TextScreen
from workbench.tui.widgets.keys_line import KeysLine

_REST_S: Final = 0.08
"""A key after a rest of this length is followed at once. While keys come quicker, the list waits for such a rest."""


class SearchScreen(TextScreen):
    """Ends with the search, or None to give it up."""

    DEFAULT_CSS = """
    SearchScreen {
        background: transparent;
        & > PlainInput { offset: 0 1; width: 45%; min-width: 36; max-width: 60; background: $primary 25%; }
    }
    """

    def __init__(self, text: str, follow: Callable[[str], object]) -> None:
        """`follow` is called with what is written."""
        super().__init__(text, "search")
        self._follow = follow
        self._rest: Timer | None = None
        self._edited_s = 0.0

    def compose(self) -> ComposeResult:
        yield self.line
        yield KeysLine()

    def on_input_changed(self, event: Input.Changed) -> None:
        before_s, self._edited_s = self._edited_s, monotonic()
        if self._rest is not None:
            self._rest.stop()
        if self._edited_s - before_s >= _REST_S:
            self._follow(event.value)
        else:
            self._rest = self.set_timer(_REST_S, lambda: self._follow(event.value))
