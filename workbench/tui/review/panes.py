"""Two panes side by side with a divider that a mouse can drag."""

from typing import Final

from textual import events
from textual.app import ComposeResult, RenderResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widget import Widget

_NARROWEST: Final = 16


class Divider(Widget):
    """A line of one column that can be dragged."""

    DEFAULT_CSS = """
    Divider {
        width: 1;
        height: 100%;
        color: $panel-lighten-1;
        &:hover { color: $accent; }
    }
    """

    class Dragged(Message):
        """It was dragged to a column of the screen."""

        def __init__(self, column: int) -> None:
            super().__init__()
            self.column = column

    def render(self) -> RenderResult:
        return "\n".join(["│"] * max(self.size.height, 1))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        event.stop()
        self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self.app.mouse_captured is self:
            event.stop()
            self.post_message(self.Dragged(event.screen_x))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        event.stop()
        self.release_mouse()


class Panes(Horizontal):
    """Two panes. A person can choose the width of the left one, as long as both can be read."""

    class Resized(Message):
        """A person has chosen another width."""

        def __init__(self, width: int) -> None:
            super().__init__()
            self.width = width

    def __init__(self, left: Widget, right: Widget) -> None:
        super().__init__(id="body")
        self._left, self._right = left, right
        self._width_wanted: int | None = None
        """None: the width in the stylesheet."""

    def compose(self) -> ComposeResult:
        yield self._left
        yield Divider()
        yield self._right

    def show_width(self, width: int | None) -> None:
        """Give the left pane a width, as far as both panes fit."""
        self._width_wanted = width
        self._apply()

    def widen(self, cells: int) -> None:
        """Make the left pane wider, or narrower."""
        self._choose(self._left.size.width + cells)

    def on_divider_dragged(self, message: Divider.Dragged) -> None:
        message.stop()
        self._choose(message.column - self.region.x)

    def on_resize(self) -> None:
        self._apply()

    def _choose(self, width: int) -> None:
        fitting = self._fitting(width)
        if fitting != self._width_wanted:
            self.show_width(fitting)
            self.post_message(self.Resized(fitting))

    def _apply(self) -> None:
        if self._width_wanted is not None:
            self._left.styles.width = self._fitting(self._width_wanted)
            self._left.styles.max_width = None

    def _fitting(self, width: int) -> int:
        narrowest = min(_NARROWEST, max(self.size.width // 2, 1))
        return max(narrowest, min(width, self.size.width - narrowest - 1))
