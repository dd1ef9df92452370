"""The one thread that fetches and draws frames.

The latest wish wins: whoever walks past ten samples waits for one picture, not for ten. While nobody waits, the
neighbours are drawn in advance.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from textual.strip import Strip

from workbench.domain.samples import MediaKind, Sample
from workbench.domain.visible import visible
from workbench.errors import WorkbenchError
from workbench.tui.pictures.clips import ClipFacts
from workbench.wiring.reviewing import ReviewParts

_MOST_PICTURES: Final = 256
_MOST_CLIPS: Final = 1024
_STEP_PX: Final = 64
"""Sizes asked for are multiples of this, so that a resized window finds frames in the cache."""

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Wish:
    """A frame at a size in cells."""

    sample: Sample
    position: int | None
    """None: wherever the sample is best begun."""
    width: int
    height: int
    colours: bool


@dataclass(frozen=True, slots=True)
class Drawn:
    """What came of a wish: a picture, or words why there is none."""

    wish: Wish
    position: int = 0
    facts: ClipFacts | None = None
    lines: tuple[Strip, ...] = ()
    words: str = ""


class FrameLoader:
    """Takes wishes from the screen's thread and answers from its own."""

    def __init__(self, parts: ReviewParts) -> None:
        self._parts = parts
        self._pictures: OrderedDict[Wish, Drawn] = OrderedDict()
        self._clips: OrderedDict[str, ClipFacts] = OrderedDict()
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
        places = (place for place in (drawn.position + 1, drawn.position - 1) if 0 <= place < length)
        self.prefetch(replace(drawn.wish, position=place) for place in places)

    def _drawn(self, wish: Wish) -> Drawn:
        if wish not in self._pictures:
            _remember(self._pictures, wish, self._draw(wish), _MOST_PICTURES)
        self._pictures.move_to_end(wish)
        return self._pictures[wish]

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
        from workbench.tui.pictures.half_blocks import draw_picture

        facts = self._facts(wish.sample)
        position = facts.first_shown(wish.sample) if wish.position is None else wish.position
        longest_px = -(-max(wish.width, 2 * wish.height) // _STEP_PX) * _STEP_PX
        frame = self._parts.clip_frame(wish.sample, position, longest_px)
        lines = draw_picture(frame.data, wish.width, wish.height, colours=wish.colours)
        return Drawn(wish, position, facts, lines)

    def _facts(self, sample: Sample) -> ClipFacts:
        if sample.id not in self._clips:
            parts = self._parts
            facts = ClipFacts(parts.clip_length(sample), parts.sent_indices(sample), parts.frame_numbers(sample))
            _remember(self._clips, sample.id, facts, _MOST_CLIPS)
        return self._clips[sample.id]


def _remember(memory: OrderedDict[K, V], key: K, value: V, most: int) -> None:
    memory[key] = value
    if len(memory) > most:
        memory.popitem(last=False)
