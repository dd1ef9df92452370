"""The one thread that fetches and draws frames.

The latest wish wins: whoever walks past ten samples waits for one picture, not for ten. While nobody waits, the
neighbours are drawn in advance.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from workbench.application.open_review import ReviewParts
from workbench.domain.datasets.samples import MediaKind, Sample
from workbench.domain.visible import visible
from workbench.errors import WorkbenchError
from workbench.tui.pictures.byte_cache import ByteCache
from workbench.tui.pictures.clips import ClipFacts
from workbench.tui.pictures.encoded import Box, Encoded, PictureForm
from workbench.tui.pictures.encoders import encoder_of, longest_side_px
from workbench.tui.pictures.frame_source import FrameSource
from workbench.tui.pictures.terminal_display import TerminalDisplay

_MOST_BYTES: Final = 48_000_000
"""Of drawn pictures: some hundreds of half blocks, some thousand of kitty's."""
_SMALL_BYTES: Final = 500
"""What an answer takes without its picture."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A frame, the space for it, and what it is to be made into."""

    sample: Sample
    position: int | None
    """None: wherever the sample is best begun."""
    box: Box
    form: PictureForm


@dataclass(frozen=True, slots=True)
class Drawn:
    """What came of a wish: a picture, or words why there is none."""

    wish: Wish
    position: int = 0
    facts: ClipFacts | None = None
    picture: Encoded | None = None
    words: str = ""

    @property
    def kept_bytes(self) -> int:
        """About how much memory it takes."""
        return _SMALL_BYTES + (self.picture.kept_bytes if self.picture else 0)


class FrameLoader:
    """Takes wishes from the screen's thread and answers from its own."""

    def __init__(self, parts: ReviewParts, glass: TerminalDisplay | None = None) -> None:
        self.glass = glass or TerminalDisplay()
        self._source = FrameSource(parts)
        self._pictures: ByteCache[Wish, Drawn] = ByteCache(_MOST_BYTES, lambda drawn: drawn.kept_bytes)
        self._changed = threading.Condition()
        self._wish: tuple[Wish, Callable[[Drawn], object]] | None = None
        self._ahead: list[Wish] = []
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name="frame-loader", daemon=True)
        self._thread.start()

    def want(self, wish: Wish, answer: Callable[[Drawn], object]) -> None:
        """Ask for a frame now; an earlier wish that is not begun is forgotten. `answer` is called in the thread."""
        with self._changed:
            self._wish = (wish, answer)
            self._ahead.clear()
            self._changed.notify()

    def prefetch(self, wishes: Iterable[Wish]) -> None:
        """Draw these while nobody waits."""
        with self._changed:
            self._ahead.extend(wishes)
            self._changed.notify()

    def close(self) -> None:
        """Stop after the frame in hand."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _serve(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._wish or self._ahead)
                if self._closed:
                    return
                asked, self._wish = self._wish, None
                ahead = None if asked else self._ahead.pop(0)
            if asked:
                wish, answer = asked
                drawn = self._drawn(wish)
                answer(drawn)
                self._prefetch_neighbours(drawn)
            elif ahead:
                self._drawn(ahead)

    def _prefetch_neighbours(self, drawn: Drawn) -> None:
        length = drawn.facts.length if drawn.facts else 1
        places = (drawn.position + by for by in (1, -1, 2))
        self.prefetch(replace(drawn.wish, position=place) for place in places if 0 <= place < length)

    def _drawn(self, wish: Wish) -> Drawn:
        known = self._pictures.recall(wish)
        return self._pictures.keep(wish, self._draw(wish)) if known is None else known

    def _draw(self, wish: Wish) -> Drawn:
        if wish.sample.media is MediaKind.NONE:
            return Drawn(wish, words="no picture: text only")
        try:
            return self._draw_frame(wish)
        except WorkbenchError as error:
            return Drawn(wish, words=visible(str(error)))
        except Exception as error:  # noqa: BLE001  # a picture from outside can break anything
            return Drawn(wish, words=visible(f"this picture cannot be drawn: {type(error).__name__}: {error}"))

    def _draw_frame(self, wish: Wish) -> Drawn:
        facts = self._source.facts(wish.sample)
        position = facts.first_shown(wish.sample) if wish.position is None else wish.position
        if wish.form is PictureForm.WORDS:
            return Drawn(wish, position, facts, words=f"no picture in this terminal: {self.glass.facts.why}")
        data = self._source.frame(wish.sample, position, longest_side_px(wish.form, wish.box))
        return Drawn(wish, position, facts, encoder_of(wish.form)(data, wish.box))
