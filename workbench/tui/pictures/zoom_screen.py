"""The picture on the whole screen."""

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import ModalScreen

from workbench.domain.datasets.samples import Sample
from workbench.tui.base.commands import Scope, bindings
from workbench.tui.pictures.frame_loader import FrameLoader
from workbench.tui.pictures.frame_pane import FramePane


class ZoomScreen(ModalScreen[None]):
    """Steps and plays like the small picture; any other key, or a click, goes back."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.ZOOM)
    DEFAULT_CSS = "ZoomScreen { background: $background; }"

    def __init__(self, loader: FrameLoader, sample: Sample, position: int | None) -> None:
        super().__init__()
        self._pane = FramePane(loader)
        self._start = (sample, position)

    def compose(self) -> ComposeResult:
        yield self._pane

    def on_mount(self) -> None:
        self._pane.show(*self._start)

    def action_frame(self, by: int) -> None:
        self._pane.step(by)

    def action_play(self) -> None:
        self._pane.play_or_stop()

    def on_key(self, event: events.Key) -> None:
        """Go back."""
        event.stop()
        self.dismiss()

    def on_click(self) -> None:
        """Go back."""
        self.dismiss()
