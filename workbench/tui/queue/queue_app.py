"""The queue by itself: no pictures, so the terminal need not be asked for any."""

from textual.screen import Screen

from workbench.application.run_actions import RunActions
from workbench.tui.base.base_app import BaseApp
from workbench.tui.base.preferences import Preferences
from workbench.tui.queue.queue_screen import LOOK_S, QueueScreen


class QueueApp(BaseApp):
    """Opens with the queue of one run, and ends with it."""

    def __init__(self, parts: RunActions, habits: Preferences | None = None, *, look_s: float = LOOK_S) -> None:
        super().__init__(habits)
        self._parts = parts
        self._look_s = look_s

    def get_default_screen(self) -> Screen[None]:
        """The queue."""
        return QueueScreen(self._parts, look_s=self._look_s)


def run_queue(parts: RunActions, habits: Preferences) -> None:
    """Look at the queue in this terminal until the person leaves."""
    QueueApp(parts, habits).run()
