"""The application, as far as pictures need it: the way to the terminal, and frames with sixels drawn over them."""

from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions
from textual._compositor import ChopsUpdate, CompositorUpdate
from textual.app import App
from textual.geometry import Region
from textual.screen import Screen

from workbench.tui.pictures.picture_widget import PictureWidget
from workbench.tui.pictures.terminal_display import TerminalDisplay
from workbench.tui.pictures.terminal_facts import NOT_ASKED, PictureProtocol, TerminalFacts


class PictureApp(App[None]):
    """Owns the terminal.

    Textual has no door for what goes past its cells, so this uses its driver and its compositor's updates, which are
    internal; the version of Textual is pinned.
    """

    def __init__(self, facts: TerminalFacts = NOT_ASKED) -> None:
        super().__init__()
        self.terminal = TerminalDisplay(facts)
        self.terminal.connect(self._write, self._queued_writes)

    async def on_mount(self) -> None:
        self.app_resume_signal.subscribe(self, lambda _: self.terminal.forget(), immediate=True)

    def on_cursor_position(self) -> None:
        """The answer to what is asked while a clip plays: all that was written before has arrived."""
        self.terminal.answered()

    def exit(self, *given: Any, **more: Any) -> None:
        """Take the pictures back while their screen is still there."""
        self.terminal.close()
        super().exit(*given, **more)

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        if self.terminal.facts.protocol is PictureProtocol.SIXEL and isinstance(renderable, CompositorUpdate):
            touched = _touched(screen, renderable)
            over = "".join(picture.drawn_over(touched) for picture in screen.query(PictureWidget))
            renderable = _DrawnOver(renderable, over) if over else renderable
        super()._display(screen, renderable)

    def _write(self, text: str) -> None:
        if self._driver is not None and not self.is_headless:
            self._driver.write(text)

    def _queued_writes(self) -> int:
        queue = getattr(getattr(self._driver, "_writer_thread", None), "_queue", None)
        return queue.qsize() if queue is not None else 0


class _DrawnOver(CompositorUpdate):
    """A frame and what is drawn over it, in one write."""

    def __init__(self, frame: CompositorUpdate, over: str) -> None:
        self._frame, self._over = frame, over

    def render_segments(self, console: Console) -> str:
        """Textual's own text, then ours."""
        return self._frame.render_segments(console) + self._over

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Any:
        """Textual's own text alone."""
        return self._frame.__rich_console__(console, options)  # type: ignore[attr-defined]


def _touched(screen: Screen[Any], frame: CompositorUpdate) -> list[Region]:
    """Where a frame writes: some lines in part, or everywhere."""
    spans: Iterable[tuple[int, int, int]] = frame.spans if isinstance(frame, ChopsUpdate) else ()
    lines = [Region(start, y, end - start, 1) for y, start, end in spans]
    return lines if isinstance(frame, ChopsUpdate) else [screen.size.region]
