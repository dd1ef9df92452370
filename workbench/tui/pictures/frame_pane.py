"""The frames of one sample, one at a time, with a caption below.

The old picture stays until the new one is there, so that walking through a list does not flicker.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static

from workbench.domain.samples import Sample
from workbench.tui.pictures.frame_loader import Drawn, FrameLoader, Wish
from workbench.tui.pictures.picture import Picture

_FRAMES_PER_SECOND: Final = 12


class FramePane(Vertical):
    """Shows a sample's frames; steps and plays through them."""

    DEFAULT_CSS = """
    FramePane {
        & > #caption { height: 1; text-align: center; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
    }
    """

    @dataclass
    class Arrived(Message):
        """The loader has an answer."""

        drawn: Drawn

    def __init__(self, loader: FrameLoader) -> None:
        super().__init__()
        self._loader = loader
        self._wish: Wish | None = None
        self._shown: Drawn | None = None
        self._playing: Timer | None = None
        self._picture = Picture()
        self._caption = Static(id="caption", markup=False)

    def compose(self) -> ComposeResult:
        """The picture over its caption."""
        yield self._picture
        yield self._caption

    @property
    def position(self) -> int | None:
        """Which frame is shown or on its way."""
        return None if self._shown is None else self._shown.position

    @property
    def is_settled(self) -> bool:
        """Whether what was asked for is on the screen."""
        return self._wish is not None and self._shown is not None and self._shown.wish == self._wish

    def show(self, sample: Sample, position: int | None = None) -> None:
        """Show a sample, from its best frame on or at a position. The sample that is shown already stays as it is."""
        if self._wish is not None and self._wish.sample == sample:
            return
        self._stop()
        self._want(sample, position)

    def clear(self) -> None:
        """Show nothing: there is no sample."""
        self._stop()
        self._wish = self._shown = None
        self._picture.show(())
        self._caption.update("")

    def prefetch(self, samples: Iterable[Sample]) -> None:
        """Have other samples drawn in advance."""
        self._loader.prefetch(self._wished(sample, None) for sample in samples)

    def step(self, by: int) -> None:
        """Go to another frame of the clip, around its ends."""
        shown = self._shown
        if self.is_settled and shown is not None and shown.facts is not None and shown.facts.length > 1:
            self._want(shown.wish.sample, (shown.position + by) % shown.facts.length)

    def play_or_stop(self) -> None:
        """Play the clip from here, round and round, or stop."""
        if self._playing is None and self._shown and self._shown.facts and self._shown.facts.length > 1:
            self._playing = self.set_interval(1 / _FRAMES_PER_SECOND, lambda: self.step(1))
        else:
            self._stop()
        self._say_caption()

    def on_resize(self) -> None:
        """Draw what is shown in the new size."""
        if self._wish is not None:
            self._want(self._wish.sample, self._wish.position if self._shown is None else self._shown.position)

    def on_frame_pane_arrived(self, message: Arrived) -> None:
        """Show it, unless something else has been asked for since."""
        message.stop()
        if message.drawn.wish == self._wish:
            self._shown = message.drawn
            self._picture.show(message.drawn.lines, message.drawn.words)
            self._say_caption()

    def _want(self, sample: Sample, position: int | None) -> None:
        wish = self._wished(sample, position)
        self._wish = wish
        if wish.width > 0 and wish.height > 0:
            self._loader.want(wish, lambda drawn: self.post_message(self.Arrived(drawn)))

    def _wished(self, sample: Sample, position: int | None) -> Wish:
        size = self._picture.size
        return Wish(sample, position, size.width, size.height, self.app.console.color_system is not None)

    def _stop(self) -> None:
        if self._playing is not None:
            self._playing.stop()
            self._playing = None

    def _say_caption(self) -> None:
        shown = self._shown
        words = shown.facts.caption(shown.wish.sample, shown.position) if shown and shown.facts else ""
        playing = "▶ " if self._playing else ""
        self._caption.update(Content(playing + words))
