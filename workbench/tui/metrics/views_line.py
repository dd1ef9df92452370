"""The names of a screen's views in a line, the one that is shown marked; a click shows another."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget


class ViewsLine(Widget):
    """`figures  [classes]  matrix`."""

    DEFAULT_CSS = "ViewsLine { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }"

    @dataclass
    class Clicked(Message):
        """A name was clicked."""

        name: str

    def __init__(self, names: Sequence[str], chosen: int) -> None:
        super().__init__()
        self._names = tuple(names)
        self._chosen = names[chosen]

    def choose(self, name: str) -> None:
        """Mark another one."""
        self._chosen = name
        self.refresh()

    def render(self) -> Content:
        return Content("").join(
            [
                Content.styled(f"[{name}]", "bold $text-accent")
                if name == self._chosen
                else Content.styled(f" {name} ", "$foreground-muted")
                for name in self._names
            ]
        )

    def on_click(self, event: events.Click) -> None:
        """Say which one was clicked."""
        right = 1
        for name in self._names:
            right += cell_len(name) + 2
            if event.x < right:
                self.post_message(self.Clicked(name))
                return
