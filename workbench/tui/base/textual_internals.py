"""What the workbench uses of Textual that is not public. The version is pinned; a test fails when a name moves."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from rich.console import Console, ConsoleOptions
from textual._compositor import ChopsUpdate, CompositorUpdate
from textual.app import App
from textual.geometry import Region
from textual.keys import REPLACED_KEYS, _character_to_key
from textual.screen import Screen

A = TypeVar("A", bound=App[Any])
S = TypeVar("S", bound=Screen[Any])


def draws_only_changes(screen: type[S]) -> type[S]:
    """Class decorator: draw a change once, and nothing while a batch of updates is open.

    Textual renders a screen within a batch too, and throws the result away. At the start that takes a tenth of the
    time. What is to be drawn is kept until the batch has ended.

    A screen that shows through the one on top is marked by Textual as changed each time it has passed a change on, and
    so passes all of itself on again at its next timer, for ever. Under a screen that hides it there is nothing to draw.
    """
    refresh = screen._compositor_refresh  # noqa: SLF001

    def _compositor_refresh(self: S) -> None:
        app, changed = self.app, self._compositor._dirty_regions  # noqa: SLF001
        if app._batch_count:  # noqa: SLF001
            return
        if self is app.screen or app.is_inline:
            refresh(self)
        elif changed:
            beneath = app._background_screens  # noqa: SLF001
            if self in beneath and app.screen.styles.background.a < 1:
                for between in beneath[beneath.index(self) + 1 :]:
                    between._set_dirty(*changed)  # noqa: SLF001
                app.screen.refresh(*changed)
            changed.clear()
            self._dirty_widgets.clear()

    screen._compositor_refresh = _compositor_refresh  # type: ignore[method-assign,assignment]  # noqa: SLF001
    return screen


def draws_over_frames(over: Callable[[A, Screen[Any], Sequence[Region]], str]) -> Callable[[type[A]], type[A]]:
    """Class decorator: what `over` returns is written after a frame, and in one write with it.

    `over` is given the screen and the regions that the frame writes. Textual has no public way to write anything that
    is not made of cells.
    """

    def decorated(app: type[A]) -> type[A]:
        display = app._display  # noqa: SLF001

        def _display(self: A, screen: Screen[Any], renderable: Any) -> None:
            if isinstance(renderable, CompositorUpdate):
                text = over(self, screen, _written_regions(screen, renderable))
                renderable = _FrameAndText(renderable, text) if text else renderable
            display(self, screen, renderable)

        app._display = _display  # type: ignore[method-assign,assignment]  # noqa: SLF001
        return app

    return decorated


def write_to_terminal(app: App[Any], text: str) -> None:
    """Write text past Textual, in the order of its own writes. Nothing is written without a terminal."""
    if app._driver is not None and not app.is_headless:  # noqa: SLF001
        app._driver.write(text)  # noqa: SLF001


def queued_writes(app: App[Any]) -> int:
    """How many writes wait for the terminal to take them."""
    queue = getattr(getattr(app._driver, "_writer_thread", None), "_queue", None)  # noqa: SLF001
    return queue.qsize() if queue is not None else 0


def key_name(key: str) -> str:
    """Textual's name of a key: `question_mark` for `?`."""
    name = _character_to_key(key) if len(key) == 1 else key
    return REPLACED_KEYS.get(name, name)


class _FrameAndText(CompositorUpdate):
    def __init__(self, frame: CompositorUpdate, text: str) -> None:
        self._frame, self._text = frame, text

    def render_segments(self, console: Console) -> str:
        return self._frame.render_segments(console) + self._text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Any:
        return self._frame.__rich_console__(console, options)  # type: ignore[attr-defined]


def _written_regions(screen: Screen[Any], frame: CompositorUpdate) -> list[Region]:
    """Parts of some lines, or the whole screen."""
    if isinstance(frame, ChopsUpdate):
        return [Region(start, y, end - start, 1) for y, start, end in frame.spans]
    return [screen.size.region]
