"""The one thread that fetches and draws frames.

Only the latest request counts: a person who walks past ten samples waits for one picture, not for ten. While nobody
waits, the neighbours are drawn in advance.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Generic, Protocol, TypeVar

from workbench.domain.datasets.samples import Frame, MediaKind, Sample
from workbench.domain.visible import visible
from workbench.errors import WorkbenchError
from workbench.tui.pictures.clips import ClipFacts
from workbench.tui.pictures.encoded import Box, Encoded, PictureForm
from workbench.tui.pictures.terminal_display import TerminalDisplay

_MOST_DRAWN_BYTES: Final = 48_000_000
"""Of drawn pictures: some hundreds of half blocks, some thousand of kitty's."""
_SMALL_BYTES: Final = 500
"""What an answer takes without its picture."""
_MOST_CLIPS: Final = 1024
_MOST_FRAME_BYTES: Final = 16_000_000
_AHEAD: Final = 24
"""Frames of a video that are read along: it is decoded from its beginning, however late the wanted frame is."""
_STEP_PX: Final = 64
"""Wanted sizes are rounded up to multiples of this, so that frames fit a window of a slightly different size, too."""

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
Encoder = Callable[[bytes, Box], Encoded]
"""From a picture file, and the space for it, to something that the pane can show."""


class ByteCache(Generic[K, V]):
    """Values by key, up to so many bytes; the ones that were not used for longest go first. Belongs to one thread."""

    def __init__(self, most_bytes: int, bytes_of: Callable[[V], int]) -> None:
        self._most_bytes = most_bytes
        self._bytes_of = bytes_of
        self._kept: OrderedDict[K, V] = OrderedDict()
        self._kept_bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def recall(self, key: K) -> V | None:
        """The value that is kept for a key."""
        if key not in self._kept:
            return None
        self._kept.move_to_end(key)
        return self._kept[key]

    def keep(self, key: K, value: V) -> V:
        """Keep a value and drop others where there is no room. The newest is kept, however large it is."""
        if key in self._kept:
            self._kept_bytes -= self._bytes_of(self._kept.pop(key))
        self._kept[key] = value
        self._kept_bytes += self._bytes_of(value)
        while self._kept_bytes > self._most_bytes and len(self._kept) > 1:
            self._kept_bytes -= self._bytes_of(self._kept.popitem(last=False)[1])
        return value


class FrameReader(Protocol):
    """Where the frames of samples come from. Every method may raise WorkbenchError."""

    def numbers(self, sample: Sample) -> tuple[int, ...]:
        """The data set's own number of each frame."""

    def sent_indices(self, sample: Sample) -> tuple[int, ...] | None:
        """The positions (from 0) of the frames that are sent; None: nothing is sent."""

    def rate(self, sample: Sample) -> float:
        """Frames per second."""

    def frame(self, sample: Sample, index: int, longest_side_px: int) -> Frame:
        """The frame at a position, at most so large."""

    def frames(self, sample: Sample, indices: Sequence[int], longest_side_px: int) -> Iterator[Frame]:
        """Several frames, ascending."""


class FrameSource:
    """Reads the frames of samples and remembers them. Belongs to the loader's thread."""

    def __init__(self, frames: FrameReader) -> None:
        self._clip_frames = frames
        self._clips: ByteCache[str, ClipFacts] = ByteCache(_MOST_CLIPS, lambda _: 1)
        self._frames: ByteCache[tuple[str, int, int], bytes] = ByteCache(_MOST_FRAME_BYTES, len)

    def facts(self, sample: Sample) -> ClipFacts:
        """What is known of a sample's frames. Raises WorkbenchError for media that cannot be read."""
        known = self._clips.recall(sample.id)
        if known is not None:
            return known
        frames = self._clip_frames
        numbers = frames.numbers(sample)
        facts = ClipFacts(len(numbers), frames.sent_indices(sample), numbers, frames.rate(sample))
        return self._clips.keep(sample.id, facts)

    def frame(self, sample: Sample, position: int, longest_px: int) -> bytes:
        """The encoded frame at a position, its longest side about as wanted.

        Raises WorkbenchError for media that cannot be read.
        """
        longest_px = -(-longest_px // _STEP_PX) * _STEP_PX
        known = self._frames.recall((sample.id, position, longest_px))
        if known is not None:
            return known
        if sample.media is not MediaKind.VIDEO:
            return self._clip_frames.frame(sample, position, longest_px).data
        last = min(position + _AHEAD, self.facts(sample).length - 1)
        wanted = range(position, max(last, position) + 1)
        for frame in self._clip_frames.frames(sample, wanted, longest_px):
            self._frames.keep((sample.id, frame.index, longest_px), frame.data)
        data = self._frames.recall((sample.id, position, longest_px))
        return data if data is not None else self._clip_frames.frame(sample, position, longest_px).data


@dataclass(frozen=True, slots=True)
class PictureRequest:
    """A frame, the space for it, and what it is to be made into."""

    sample: Sample
    position: int | None
    """None: the frame with which the sample is best begun."""
    box: Box
    form: PictureForm


@dataclass(frozen=True, slots=True)
class DrawnFrame:
    """The answer to a request: a picture, or words that say why there is none."""

    request: PictureRequest
    position: int = 0
    facts: ClipFacts | None = None
    picture: Encoded | None = None
    words: str = ""

    @property
    def kept_bytes(self) -> int:
        """About how much memory it takes."""
        return _SMALL_BYTES + (self.picture.kept_bytes if self.picture else 0)


FrameAnswer = Callable[[DrawnFrame], object]
"""Receives a drawn frame, in the loader's thread."""


class FrameLoader:
    """Takes requests from the screen's thread and answers from its own."""

    def __init__(self, frames: FrameReader, terminal: TerminalDisplay | None = None) -> None:
        self.terminal = terminal or TerminalDisplay()
        self._source = FrameSource(frames)
        self._drawn: ByteCache[PictureRequest, DrawnFrame] = ByteCache(_MOST_DRAWN_BYTES, lambda one: one.kept_bytes)
        self._changed = threading.Condition()
        self._latest: tuple[PictureRequest, FrameAnswer] | None = None
        self._ahead: list[PictureRequest] = []
        self._is_closed = False
        self._thread = threading.Thread(target=self._serve, name="frame-loader", daemon=True)
        self._thread.start()

    def load(self, request: PictureRequest, answer: FrameAnswer) -> None:
        """Draw a frame now; an earlier request that is not begun is dropped."""
        with self._changed:
            self._latest = (request, answer)
            self._ahead.clear()
            self._changed.notify()

    def prefetch(self, requests: Iterable[PictureRequest]) -> None:
        """Draw these while nobody waits."""
        with self._changed:
            self._ahead.extend(requests)
            self._changed.notify()

    def close(self) -> None:
        """Stop after the frame that is being drawn."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()

    def _serve(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._is_closed or self._latest or self._ahead)
                if self._is_closed:
                    return
                latest, self._latest = self._latest, None
                ahead = None if latest else self._ahead.pop(0)
            if latest:
                request, answer = latest
                drawn = self._frame(request)
                answer(drawn)
                self._prefetch_neighbours(drawn)
            elif ahead:
                self._frame(ahead)

    def _prefetch_neighbours(self, drawn: DrawnFrame) -> None:
        length = drawn.facts.length if drawn.facts else 1
        places = (drawn.position + by for by in (1, -1, 2))
        self.prefetch(replace(drawn.request, position=place) for place in places if 0 <= place < length)

    def _frame(self, request: PictureRequest) -> DrawnFrame:
        known = self._drawn.recall(request)
        return self._drawn.keep(request, self._draw(request)) if known is None else known

    def _draw(self, request: PictureRequest) -> DrawnFrame:
        if request.sample.media is MediaKind.NONE:
            return DrawnFrame(request, words="no picture: text only")
        try:
            return self._draw_frame(request)
        except WorkbenchError as error:
            return DrawnFrame(request, words=visible(str(error)))
        except Exception as error:  # noqa: BLE001  # a picture from outside can break anything
            return DrawnFrame(request, words=visible(f"this picture cannot be drawn: {type(error).__name__}: {error}"))

    def _draw_frame(self, request: PictureRequest) -> DrawnFrame:
        facts = self._source.facts(request.sample)
        position = facts.first_shown(request.sample) if request.position is None else request.position
        if request.form is PictureForm.WORDS:
            why = self.terminal.facts.why
            return DrawnFrame(request, position, facts, words=f"no picture in this terminal: {why}")
        data = self._source.frame(request.sample, position, longest_side_px(request.form, request.box))
        return DrawnFrame(request, position, facts, encoder_of(request.form)(data, request.box))


def encoder_of(form: PictureForm) -> Encoder:
    """The function that makes pictures of a form.

    Pillow and numpy are loaded here, in the loader's thread, so that the first screen need not wait for them.
    """
    if form is PictureForm.SIXEL:
        from workbench.tui.pictures.sixel import encode_sixel

        return encode_sixel
    from workbench.tui.pictures.encoders import encode_half_blocks, encode_kitty, encode_shades

    if form is PictureForm.KITTY:
        return encode_kitty
    return encode_shades if form is PictureForm.SHADES else encode_half_blocks


def longest_side_px(form: PictureForm, box: Box) -> int:
    """How many pixels on its longest side a picture needs to be drawn sharply in a form."""
    cell_width, cell_height = box.cell_px
    match form:
        case PictureForm.KITTY:
            return max(box.width * cell_width, box.height * cell_height) // 2
        case PictureForm.SIXEL:
            return max(box.width * cell_width, box.height * cell_height)
        case _:
            return max(box.width, 2 * box.height)
