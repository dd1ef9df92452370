"""The application, as far as pictures need it: the way to the terminal, and frames with sixels drawn over them."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from textual.app import App
from textual.geometry import Region
from textual.screen import Screen

from workbench.tui.base.textual_internals import draws_over_frames, queued_writes, write_to_terminal
from workbench.tui.pictures.picture_widget import PictureWidget
from workbench.tui.pictures.terminal_display import TerminalDisplay
from workbench.tui.pictures.terminal_facts import NOT_ASKED, PictureProtocol, TerminalFacts


def _sixels_over(app: "PictureApp", screen: Screen[Any], written: Sequence[Region]) -> str:
    """The sixel pictures that a frame has written over, to be drawn again."""
    if app.terminal.facts.protocol is not PictureProtocol.SIXEL:
        return ""
    return "".join(picture.drawn_over(written) for picture in screen.query(PictureWidget))


@draws_over_frames(_sixels_over)
class PictureApp(App[None]):
    """Owns the terminal's pictures."""

    def __init__(self, facts: TerminalFacts = NOT_ASKED) -> None:
        super().__init__()
        self.terminal = TerminalDisplay(facts)
        self.terminal.connect(partial(write_to_terminal, self), partial(queued_writes, self))

    async def on_mount(self) -> None:
        self.app_resume_signal.subscribe(self, lambda _: self.terminal.forget(), immediate=True)

    def on_cursor_position(self) -> None:
        """The terminal has answered `TerminalDisplay.ask_back`: all that was written before has arrived."""
        self.terminal.answered()

    def exit(self, *given: Any, **more: Any) -> None:
        """Have the terminal forget the pictures while their screen is still there."""
        self.terminal.close()
        super().exit(*given, **more)
