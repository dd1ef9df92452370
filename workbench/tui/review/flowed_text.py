"""Short pieces one after the other, broken between pieces and never inside one."""

from collections.abc import Sequence
from typing import Final

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

_GAP: Final = Content("  ")


class Flow(Widget):
    """As high as its pieces need at the width it has."""

    DEFAULT_CSS = "Flow { height: auto; text-wrap: nowrap; }"

    def __init__(self, *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._pieces: Sequence[Content] = ()
        self.display = False

    def show(self, pieces: Sequence[Content]) -> None:
        """Show other pieces; nothing at all where there are none."""
        self._pieces = pieces
        self.display = bool(pieces)
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002  # Textual's form
        """The number of lines."""
        return len(flowed(self._pieces, width))

    def render(self) -> Content:
        """The lines for the present width."""
        return Content("\n").join(flowed(self._pieces, self.content_size.width))


def flowed(pieces: Sequence[Content], width: int) -> list[Content]:
    """Lines of pieces, each line as full as it gets."""
    lines: list[list[Content]] = []
    room = 0
    for piece in pieces:
        needed = piece.cell_length + _GAP.cell_length
        if not lines or needed > room + _GAP.cell_length:
            lines.append([])
            room = width
        lines[-1].append(piece)
        room -= needed
    return [_GAP.join(line) for line in lines]
