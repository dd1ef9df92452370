"""A clip: what its frames are called, which frame is due while it plays, and the line that shows where a frame stands.

`├──◆────▲──●───◆─┤`: signs, not colours, tell onset, apex, offset, the frames that are sent and the frame that is shown
apart; the caption below says the same in words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from workbench.domain.datasets.samples import MediaKind, Sample
from workbench.tui.widgets.painting import component_style

_USUAL_RATE: Final = 25.0
_MOST_PER_SECOND: Final = 30.0
"""No more pictures than this are drawn; a faster clip keeps its pace and skips frames."""
_CLIPS: Final = frozenset({MediaKind.FRAMES, MediaKind.FILES, MediaKind.VIDEO})
_SHORTEST: Final = 2
"""A clip of one frame is a picture."""
_LINE: Final = "─"
_SENT: Final = "◆"
_SHOWN: Final = "●"
_SHOWN_AND_MARKED: Final = "◉"
_ROLES: Final[Mapping[str, str]] = {"onset": "├", "offset": "┤", "apex": "▲"}
"""In the order in which they are written; a later one hides an earlier one in the same cell."""


@dataclass(frozen=True, slots=True)
class ClipFacts:
    """What is known of a sample's frames."""

    length: int
    sent: tuple[int, ...] | None
    """Positions of the frames that the run sends; None: no run is looked at."""
    numbers: tuple[int, ...]
    """The owner's number of each position."""
    rate: float = _USUAL_RATE
    """Frames per second."""

    def roles(self, sample: Sample, position: int) -> tuple[str, ...]:
        """Which of onset, apex and offset the frame at a position is."""
        span = sample.span
        if span is None or position >= len(self.numbers):
            return ()
        number = self.numbers[position]
        named = (("onset", span.onset), ("apex", span.apex), ("offset", span.offset))
        return tuple(name for name, owner in named if owner == number)

    def place_of(self, sample: Sample, role: str) -> int:
        """The position of the frame that is the onset, apex or offset; -1 where there is none."""
        number = getattr(sample.span, role, None)
        return self.numbers.index(number) if number in self.numbers else -1

    def first_shown(self, sample: Sample) -> int:
        """Where to begin: the apex, else the first frame that is sent, else the first."""
        apex = self.place_of(sample, "apex")
        return apex if apex >= 0 else min(self.sent or (), default=0)

    def caption(self, sample: Sample, position: int) -> str:
        """`frame 3/9 (no. 62) apex, sent`."""
        sent = () if self.sent is None else ("sent" if position in self.sent else "not sent",)
        if self.length == 1:
            return ", ".join(("one picture", *sent))
        number = f" (no. {self.numbers[position]})" if position < len(self.numbers) else ""
        words = ", ".join((*self.roles(sample, position), *sent))
        return f"frame {position + 1}/{self.length}{number} {words}".rstrip()


@dataclass(frozen=True, slots=True)
class Playback:
    """A clip that plays round and round."""

    begun_at: int
    """The position of the frame that it began with."""
    begun_s: float
    """When it began, by the clock whose times `due` is given."""
    rate: float
    """Frames per second."""
    length: int

    def due(self, now_s: float) -> int:
        """The position of the frame to be seen now."""
        return (self.begun_at + int((now_s - self.begun_s) * self.rate)) % self.length

    @property
    def every_s(self) -> float:
        """Seconds between two frames that are drawn."""
        return 1 / min(self.rate, _MOST_PER_SECOND)


class ClipLine(Widget):
    """The line of a clip, as wide as its space; empty for a single picture."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"clip-line--marks", "clip-line--shown"}
    DEFAULT_CSS = """
    ClipLine {
        height: 1; color: $foreground-muted; display: none;
        & > .clip-line--marks { color: $text-accent; }
        & > .clip-line--shown { color: $foreground; text-style: bold; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._clip: tuple[Sample, ClipFacts, int] | None = None

    def make_room(self, sample: Sample) -> None:
        """Take a line for a clip and none for a picture, before the length of the clip is known.

        If the line came with the first frame, the frame would lose a line.
        """
        self.display = sample.media in _CLIPS

    def show(self, sample: Sample, facts: ClipFacts, position: int) -> None:
        """Show where a frame stands."""
        self._clip = (sample, facts, position)
        self.refresh()

    def clear(self) -> None:
        """Show nothing."""
        self._clip = None
        self.refresh()

    def render_line(self, y: int) -> Strip:  # noqa: ARG002  # there is one line
        if self._clip is None or self._clip[1].length < _SHORTEST:
            return Strip.blank(self.size.width, self.rich_style)
        signs = clip_signs(*self._clip, self.size.width)
        runs = ("".join(run) for _, run in groupby(signs))
        return Strip([Segment(run, self._style_of(run[0])) for run in runs], len(signs))

    def _style_of(self, sign: str) -> Style:
        if sign == _LINE:
            return self.rich_style
        return self.rich_style + component_style(
            self, "clip-line--shown" if sign in (_SHOWN, _SHOWN_AND_MARKED) else "clip-line--marks"
        )


def clip_signs(sample: Sample, facts: ClipFacts, position: int, width: int) -> str:
    """The signs for a width in cells. The sign of the shown frame replaces any other in its cell."""
    signs = [_LINE] * width
    last = max(facts.length - 1, 1)

    def put(place: int, sign: str) -> None:
        if width > 0 and 0 <= place < facts.length:
            signs[round(place * (width - 1) / last)] = sign

    marks = [(place, _SENT) for place in facts.sent or ()]
    marks += [(facts.place_of(sample, role), sign) for role, sign in _ROLES.items()]
    for place, sign in marks:
        put(place, sign)
    marked = {place for place, _ in marks}
    put(position, _SHOWN_AND_MARKED if position in marked else _SHOWN)
    return "".join(signs)
