"""A line of text to write: the base of the search and the note.

Letters travel to the line through the widget tree and Enter does not, so keeping waits until the line has all that
was typed before it.
"""

import asyncio
from typing import ClassVar

from textual.binding import BindingType
from textual.screen import ModalScreen
from textual.widgets import Input

from workbench.domain.visible import visible
from workbench.tui.base.commands import Scope, bindings


class PlainInput(Input):
    """A line that holds only what can be read: what is pasted or was stored may act on a terminal."""

    DEFAULT_CSS = """
    PlainInput, PlainInput:focus { border: none; height: 1; padding: 0 1; background: $surface; }
    """

    def validate_value(self, value: str) -> str:
        """Make every character visible."""
        return visible(value)


class TextScreen(ModalScreen[str | None]):
    """Ends with the text, or with None when it was cancelled."""

    AUTO_FOCUS = "PlainInput"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.TEXT)

    def __init__(self, text: str, placeholder: str) -> None:
        super().__init__()
        self.line = PlainInput(visible(text), placeholder=placeholder, select_on_focus=False)

    def on_mount(self) -> None:
        """Take the keys from the first one on."""
        self.set_focus(self.line)

    async def action_keep(self) -> None:
        """End with what has been written."""
        arrived = asyncio.Event()
        self.line.call_later(arrived.set)
        await arrived.wait()
        self.dismiss(self.line.value)

    def action_cancel(self) -> None:
        """End with nothing."""
        self.dismiss(None)
