"""A clip as one line: where the shown frame stands among those that are sent, and onset, apex and offset.

`├──◆────▲──●───◆─┤`: signs, not colours, tell them apart; the caption below says the same in words.
"""

from collections.abc import Mapping
from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from workbench.domain.samples import Sample
from workbench.tui.pictures.clips import ClipFacts
from workbench.tui.tones import tone

_LINE: Final = "─"
_SENT: Final = "◆"
_SHOWN: Final = "●"
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

    def show(self, sample: Sample, facts: ClipFacts, position: int) -> None:
        """Show where a frame stands."""
        self._clip = (sample, facts, position)
        self.display = facts.length > 1
        self.refresh()

    def clear(self) -> None:
        """Show nothing."""
        self._clip = None
        self.display = False

    def render_line(self, y: int) -> Strip:
        """The line."""
        if self._clip is None or y > 0:
            return Strip.blank(self.size.width, self.rich_style)
        signs = clip_signs(*self._clip, self.size.width)
        return Strip([Segment(sign, self._style_of(sign)) for sign in signs], len(signs))

    def _style_of(self, sign: str) -> Style:
        if sign == _LINE:
            return self.rich_style
        return self.rich_style + tone(self, "clip-line--shown" if sign == _SHOWN else "clip-line--marks")


def clip_signs(sample: Sample, facts: ClipFacts, position: int, width: int) -> str:
    """The signs for a width in cells. The frame shown is always to be seen, the apex wherever it is not it."""
    signs = [_LINE] * width
    last = max(facts.length - 1, 1)

    def put(place: int, sign: str) -> None:
        if width > 0 and 0 <= place < facts.length:
            signs[round(place * (width - 1) / last)] = sign

    for place in facts.sent:
        put(place, _SENT)
    for role, sign in _ROLES.items():
        put(facts.place_of(sample, role), sign)
    put(position, _SHOWN)
    return "".join(signs)
