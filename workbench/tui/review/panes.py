"""Two panes side by side with a divider that a mouse can drag."""

from typing import Final

from textual import events
from textual.app import ComposeResult, RenderResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widget import Widget

_NARROWEST: Final = 16


class Divider(Widget):
    """One column; says how far it is dragged."""

    DEFAULT_CSS = """
    Divider {
        width: 1;
        height: 100%;
        color: $panel-lighten-1;
        &:hover { color: $accent; }
    }
    """

    class Dragged(Message):
        """The mouse holds it at another column of the screen."""

        def __init__(self, column: int) -> None:
            super().__init__()
            self.column = column

    def render(self) -> RenderResult:
        """A line from top to bottom."""
        return "\n".join(["│"] * max(self.size.height, 1))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold."""
        event.stop()
        self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Follow the mouse."""
        if self.app.mouse_captured is self:
            event.stop()
            self.post_message(self.Dragged(event.screen_x))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Let go."""
        event.stop()
        self.release_mouse()


class Panes(Horizontal):
    """A left pane of a width that a person can choose; both panes keep room to be read."""

    class Resized(Message):
        """A person chose another width."""

        def __init__(self, width: int) -> None:
            super().__init__()
            self.width = width

    def __init__(self, left: Widget, right: Widget) -> None:
        super().__init__(id="body")
        self._left, self._right = left, right
        self._wish: int | None = None
        """None: as the stylesheet has it."""

    def compose(self) -> ComposeResult:
        """Left, divider, right."""
        yield self._left
        yield Divider()
        yield self._right

    def show_width(self, width: int | None) -> None:
        """Give the left pane a width, as far as there is room."""
        self._wish = width
        self._apply()

    def widen(self, cells: int) -> None:
        """Give the left pane more or less room."""
        self._choose(self._left.size.width + cells)

    def on_divider_dragged(self, message: Divider.Dragged) -> None:
        """Follow the mouse."""
        message.stop()
        self._choose(message.column - self.region.x)

    def on_resize(self) -> None:
        """Keep to what fits."""
        self._apply()

    def _choose(self, width: int) -> None:
        fitting = self._fitting(width)
        if fitting != self._wish:
            self.show_width(fitting)
            self.post_message(self.Resized(fitting))

    def _apply(self) -> None:
        if self._wish is not None:
            self._left.styles.width = self._fitting(self._wish)
            self._left.styles.max_width = None

    def _fitting(self, width: int) -> int:
        narrowest = min(_NARROWEST, max(self.size.width // 2, 1))
        return max(narrowest, min(width, self.size.width - narrowest - 1))
