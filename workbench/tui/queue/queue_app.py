"""The queue by itself: no pictures, so the terminal need not be asked for any."""

from textual.screen import Screen

from workbench.tui.habits import Habits
from workbench.tui.own_app import OwnApp
from workbench.tui.queue.queue_screen import LOOK_S, QueueScreen
from workbench.wiring.queueing import QueueParts


class QueueApp(OwnApp):
    """Opens with the queue of one run, and ends with it."""

    def __init__(self, parts: QueueParts, habits: Habits | None = None, *, look_s: float = LOOK_S) -> None:
        super().__init__(habits)
        self._parts = parts
        self._look_s = look_s

    def get_default_screen(self) -> Screen[None]:
        """The queue."""
        return QueueScreen(self._parts, look_s=self._look_s)


def run_queue(parts: QueueParts, habits: Habits) -> None:
    """Look at the queue in this terminal until the person leaves."""
    QueueApp(parts, habits).run()
