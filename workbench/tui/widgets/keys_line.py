"""The line at the bottom that names the keys; a click presses one."""

from dataclasses import dataclass
from typing import Any, Final

from textual import events
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

_APART: Final = 1
"""Cells between two keys."""


@dataclass(frozen=True, slots=True)
class _Named:
    """A key with its word, and the cell where it begins."""

    key: str
    words: Content
    at: int

    @property
    def end(self) -> int:
        return self.at + self.words.cell_length


class KeysLine(Widget):
    """`n failure f filter ? help`: the bindings that work now, as many as fit.

    One widget draws them all. Textual's Footer makes a widget for each key, and makes them again at every change of
    focus, before the first lines of a screen are shown.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    KeysLine { dock: bottom; height: 1; background: $panel; text-wrap: nowrap; pointer: pointer; }
    """

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_changed)

    def on_unmount(self) -> None:
        self.screen.bindings_updated_signal.unsubscribe(self)

    def render(self) -> Content:
        line = Content("")
        for named in self._named():
            line = line.pad_right(named.at - line.cell_length) + named.words
        return line

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        named = next((one for one in self._named() if offset and one.at <= offset.x < one.end), None)
        if named is not None:
            self.app.simulate_key(named.key)

    def _bindings_changed(self, _: Screen[Any]) -> None:
        self.refresh()

    def _named(self) -> list[_Named]:
        named: list[_Named] = []
        actions = set()
        at = 0
        for _, binding, is_enabled, _ in self.screen.active_bindings.values():
            if not binding.show or not is_enabled or binding.action in actions:
                continue
            actions.add(binding.action)
            key = self.app.get_key_display(binding)
            words = Content.assemble((key, "bold $text-accent"), (f" {binding.description}", "$foreground-muted"))
            one = _Named(binding.key, words, at)
            if one.end > self.content_size.width:
                break
            named.append(one)
            at = one.end + _APART
        return named
