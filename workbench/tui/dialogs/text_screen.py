"""A line of text to write: a note, tags, a name, a search.

Letters travel to the line through the widget tree and Enter does not, so keeping waits until the line has all that
was typed before it.
"""

import asyncio
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from workbench.domain.visible import visible
from workbench.tui.base.commands import Scope, bindings
from workbench.tui.widgets.keys_line import KeysLine


class PlainInput(Input):
    """A line that holds only what can be read: what is pasted or was stored may act on a terminal."""

    DEFAULT_CSS = """
    PlainInput, PlainInput:focus { border: none; height: 1; padding: 0 1; background: $surface; }
    """

    def on_paste(self, event: events.Paste) -> None:
        """Take in all lines, with blanks between them; Textual's line takes the first one and drops the others."""
        event.prevent_default()
        event.stop()
        words = " ".join(line.strip() for line in event.text.splitlines() if line.strip())
        self.replace(visible(words), *self.selection)

    def validate_value(self, value: str) -> str:
        return visible(value)


async def all_typed(*lines: PlainInput) -> None:
    """Letters travel through the widget tree: wait until the line with the focus has all that was typed before."""
    line = next((one for one in lines if one is one.screen.focused), None)
    if line is not None:
        arrived = asyncio.Event()
        line.call_later(arrived.set)
        await arrived.wait()


class TextScreen(ModalScreen[str | None]):
    """Base of screens that end with a line of text, or with None when it was cancelled."""

    AUTO_FOCUS = "PlainInput"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.TEXT)

    def __init__(self, text: str, placeholder: str) -> None:
        super().__init__()
        self.line = PlainInput(visible(text), placeholder=placeholder, select_on_focus=False)

    def on_mount(self) -> None:
        self.set_focus(self.line)

    async def action_keep(self) -> None:
        await all_typed(self.line)
        self.dismiss(self.line.value)

    def action_cancel(self) -> None:
        self.dismiss(None)


class LineScreen(TextScreen):
    """A line under what it is about. Ends with what was written, empty to clear it, or None."""

    DEFAULT_CSS = """
    LineScreen {
        align: center middle;
        & > #box { width: 80%; max-width: 90; height: auto; padding: 1 2; background: $panel; }
        & #about { color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; margin-bottom: 1; }
    }
    """

    def __init__(self, about: str, text: str, placeholder: str) -> None:
        super().__init__(text, placeholder)
        self._about = visible(about, longest=200)

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Static(self._about, id="about", markup=False)
            yield self.line
        yield KeysLine()
