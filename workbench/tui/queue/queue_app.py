"""The queue by itself: no pictures, so the terminal need not be asked for any."""

from typing import ClassVar

from textual.app import App
from textual.binding import BindingType
from textual.screen import Screen

from workbench.tui.commands import Scope, bindings
from workbench.tui.hang_up import EVERY_S, leave_when_hung_up
from workbench.tui.palette import Palette
from workbench.tui.queue.queue_screen import LOOK_S, QueueScreen
from workbench.tui.theme import DARK, THEMES
from workbench.wiring.queueing import QueueParts


class QueueApp(App[None]):
    """Opens with the queue of one run, and ends with it."""

    TITLE = "emowb"
    COMMANDS = {Palette}  # noqa: RUF012  # Textual declares it so
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.EVERYWHERE)
    CSS = """
    * { scrollbar-color: $panel-lighten-2; scrollbar-background: $background; }
    ToastRack { dock: top; align: right top; margin: 1 0 0 0; }
    CommandPalette SearchIcon { display: none; }
    """

    def __init__(self, parts: QueueParts, *, look_s: float = LOOK_S) -> None:
        super().__init__()
        self._parts = parts
        self._look_s = look_s
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DARK.name

    def get_default_screen(self) -> Screen[None]:
        """The queue."""
        return QueueScreen(self._parts, look_s=self._look_s)

    def on_ready(self) -> None:
        """Watch over the terminal."""
        if not self.is_headless:
            self.set_interval(EVERY_S, leave_when_hung_up)

    def action_next_theme(self) -> None:
        """Other colours: dark, light, high contrast."""
        names = [theme.name for theme in THEMES]
        place = names.index(self.theme) if self.theme in names else -1
        self.theme = names[(place + 1) % len(names)]


def run_queue(parts: QueueParts) -> None:
    """Look at the queue in this terminal until the person leaves."""
    QueueApp(parts).run()
