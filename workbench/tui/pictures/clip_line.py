"""A clip as one line: where the shown frame stands among those that are sent, and onset, apex and offset.

`├──◆────▲──●───◆─┤`: signs, not colours, tell them apart; the caption below says the same in words.
"""

from collections.abc import Mapping
from itertools import groupby
from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from workbench.domain.datasets.samples import MediaKind, Sample
from workbench.tui.pictures.clips import ClipFacts
from workbench.tui.widgets.painting import component_style

_CLIPS: Final = frozenset({MediaKind.FRAMES, MediaKind.FILES, MediaKind.VIDEO})
_SHORTEST: Final = 2
"""A clip of one frame is a picture."""
_LINE: Final = "─"
_SENT: Final = "◆"
_SHOWN: Final = "●"
_SHOWN_AND_MARKED: Final = "◉"
_ROLES: Final[Mapping[str, str]] = {"onset": "├", "offset": "┤", "apex": "▲"}
"""In the order in which they are written; a later one hides an earlier one in the same cell."""


class ClipLine(Widget):
    """One line, as wide as there is room; nothing for a single picture."""

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
        """Take a line for a clip and none for a picture, before it is known how long the clip is: a line that came
        with the first frame would take it from the frame.
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
        """The line."""
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
    """The signs for a width in cells. The frame shown is always to be seen, also where it is one of the marked ones."""
    signs = [_LINE] * width
    last = max(facts.length - 1, 1)

    def put(place: int, sign: str) -> None:
        if width > 0 and 0 <= place < facts.length:
            signs[round(place * (width - 1) / last)] = sign

    marks = [(place, _SENT) for place in facts.sent]
    marks += [(facts.place_of(sample, role), sign) for role, sign in _ROLES.items()]
    for place, sign in marks:
        put(place, sign)
    marked = {place for place, _ in marks}
    put(position, _SHOWN_AND_MARKED if position in marked else _SHOWN)
    return "".join(signs)
