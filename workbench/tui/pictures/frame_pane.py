"""The frames of one sample, one at a time, with their place in the clip and a caption below.

The old picture stays until the new one is there, so that walking through a list does not flicker; but a picture of
another sample gives way after a moment, since beside a new prediction it would be taken for its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from time import monotonic
from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static

from workbench.domain.datasets.samples import Sample
from workbench.tui.pictures.clips import ClipLine, Playback
from workbench.tui.pictures.encoded import Box, PictureForm
from workbench.tui.pictures.frame_loader import DrawnFrame, FrameLoader, PictureRequest
from workbench.tui.pictures.picture_widget import PictureWidget

_STALE_S: Final = 0.25


@dataclass(frozen=True, slots=True)
class _Clip:
    sample: Sample
    position: int
    length: int
    rate: float
    """Frames per second."""


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

        drawn: DrawnFrame

    def __init__(self, loader: FrameLoader) -> None:
        super().__init__()
        self._loader = loader
        self._request: PictureRequest | None = None
        self._shown: DrawnFrame | None = None
        self._playback: Playback | None = None
        self._is_to_play = False
        self._ticks: Timer | None = None
        self._stale: Timer | None = None
        self._picture = PictureWidget(loader.terminal)
        self._line = ClipLine()
        self._caption = Static(id="caption", markup=False)

    def compose(self) -> ComposeResult:
        yield self._picture
        yield self._line
        yield self._caption

    @property
    def position(self) -> int | None:
        """The position of the frame that is shown."""
        return None if self._shown is None else self._shown.position

    @property
    def is_settled(self) -> bool:
        """Whether the requested frame is on the screen."""
        return self._request is not None and self._shown is not None and self._shown.request == self._request

    def show(self, sample: Sample, position: int | None = None) -> None:
        """Show a sample at a position, or at its best frame. A sample that is shown already stays as it is."""
        if self._request is not None and self._request.sample == sample:
            return
        self._stop()
        self._line.make_room(sample)
        self._load(sample, position)
        if self._shown is not None and self._stale is None:
            self._stale = self.set_timer(_STALE_S, self._give_way)

    def clear(self) -> None:
        """Show nothing: there is no sample."""
        self._stop()
        self._request = None
        self._empty("")

    def prefetch(self, samples: Iterable[Sample]) -> None:
        """Have other samples drawn in advance."""
        self._loader.prefetch(self._request_for(sample, None) for sample in samples)

    def step(self, by: int) -> None:
        """Go to another frame of the clip, from the last to the first and back.

        If a requested frame is not drawn yet, count from that frame.
        """
        shown, request = self._shown, self._request
        if shown is None or request is None or shown.facts is None or shown.request.sample != request.sample:
            return
        if shown.facts.length > 1:
            position = shown.position if request.position is None else request.position
            self._load(request.sample, (position + by) % shown.facts.length)

    def play_or_stop(self) -> None:
        """Play the clip in a loop at its own rate from the present frame on, or stop."""
        if self._playback is not None or self._is_to_play:
            self._stop()
        elif self.is_settled:
            self._play()
        else:
            self._is_to_play = True
        self._say_caption()

    def on_picture_widget_resized(self) -> None:
        """Draw what is shown in the new size."""
        if self._request is not None:
            self._load(self._request.sample, self._request.position if self._shown is None else self._shown.position)

    def on_frame_pane_arrived(self, message: Arrived) -> None:
        """Show the frame, unless another one has been requested since."""
        message.stop()
        drawn = message.drawn
        if drawn.request != self._request:
            return
        self._keep_fresh()
        self._shown = drawn
        self._picture.show(drawn.picture, drawn.words)
        if drawn.facts is None:
            self._line.clear()
        else:
            self._line.show(drawn.request.sample, drawn.facts, drawn.position)
        if self._is_to_play:
            self._play()
        self._say_caption()
        if self._playback is not None:
            self._loader.terminal.ask_back()

    def _play(self) -> None:
        self._is_to_play = False
        clip = self._shown_clip()
        if clip is not None:
            self._playback = Playback(clip.position, monotonic(), clip.rate, clip.length)
            self._ticks = self.set_interval(self._playback.every_s, self._play_on)

    def _play_on(self) -> None:
        clip = self._shown_clip()
        if self._playback is None or clip is None or self._loader.terminal.is_busy:
            return
        due = self._playback.due(monotonic())
        if due != clip.position:
            self._load(clip.sample, due)

    def _shown_clip(self) -> _Clip | None:
        """The clip whose requested frame is shown; None where there is none."""
        shown = self._shown
        if not self.is_settled or shown is None or shown.facts is None or shown.facts.length < 2:
            return None
        return _Clip(shown.request.sample, shown.position, shown.facts.length, shown.facts.rate)

    def _load(self, sample: Sample, position: int | None) -> None:
        request = self._request_for(sample, position)
        self._request = request
        if request.box.width > 0 and request.box.height > 0:
            self._loader.load(request, lambda drawn: self.post_message(self.Arrived(drawn)))

    def _request_for(self, sample: Sample, position: int | None) -> PictureRequest:
        size, facts = self._picture.size, self._loader.terminal.facts
        colours = self.app.console.color_system is not None and not self.app.no_color
        return PictureRequest(
            sample, position, Box.of(size.width, size.height, facts), PictureForm.fitting(facts, colours=colours)
        )

    def _give_way(self) -> None:
        self._stale = None
        if self._shown is not None and self._request is not None and self._shown.request.sample != self._request.sample:
            self._empty("…")

    def _keep_fresh(self) -> None:
        if self._stale is not None:
            self._stale.stop()
            self._stale = None

    def _empty(self, words: str) -> None:
        self._keep_fresh()
        self._shown = None
        self._picture.show(None, words)
        self._line.clear()
        self._caption.update("")

    def _stop(self) -> None:
        self._is_to_play = False
        self._playback = None
        if self._ticks is not None:
            self._ticks.stop()
            self._ticks = None

    def _say_caption(self) -> None:
        shown = self._shown
        words = shown.facts.caption(shown.request.sample, shown.position) if shown and shown.facts else ""
        if self._playback:
            words = f"▶ {words}, {self._playback.rate:.0f} a second"
        self._caption.update(Content(words), layout=False)
