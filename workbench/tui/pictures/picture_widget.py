"""A picture in the middle of its space, or words in its place."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import ClassVar, Final

from rich.segment import Segment
from textual.errors import NoWidget
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from workbench.tui.pictures.encoded import CellPicture, Encoded, KittyPicture, SixelPicture
from workbench.tui.pictures.kitty import placeholders
from workbench.tui.pictures.terminal_display import TerminalDisplay
from workbench.tui.widgets.painting import component_style

_MARGIN_CELLS: Final = 4
_LOOK_EVERY_CELLS: Final = 8
"""Nothing that covers a part of a picture is narrower."""


class PictureWidget(Widget):
    """Shows what an encoder made."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"picture--words"}
    DEFAULT_CSS = """
    PictureWidget {
        height: 1fr;
        & > .picture--words { color: $foreground-muted; }
    }
    """

    @dataclass
    class Resized(Message):
        """There is more space, or less, than there was."""

    def __init__(self, terminal: TerminalDisplay) -> None:
        super().__init__()
        self._terminal = terminal
        self._shown: Encoded | None = None
        self._words = ""

    def show(self, picture: Encoded | None, words: str = "") -> None:
        """Show a picture, or the words."""
        self._shown, self._words = picture, words
        self.refresh()

    def on_resize(self) -> None:
        self.post_message(self.Resized())

    def render_line(self, y: int) -> Strip:
        width, height = self.size
        lines = self._shown.lines if isinstance(self._shown, CellPicture) else self._worded(width)
        within = y - (height - len(lines)) // 2
        if not 0 <= within < len(lines):
            return Strip.blank(width, self.rich_style)
        line = lines[within]
        if isinstance(self._shown, CellPicture) and self._shown.is_plain:
            line = line.apply_style(self.rich_style)
        left = max((width - line.cell_length) // 2, 0)
        return Strip([Segment(" " * left, self.rich_style), *line]).adjust_cell_length(width, self.rich_style)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines, with kitty's placeholders put in after every filter.

        The colour of a placeholder names the picture, so no filter (NO_COLOR, a dimmed screen, a palette) may change
        it. Under another screen, which tints what it covers, there are no placeholders.
        """
        strips = super().render_lines(crop)
        picture = self._shown
        if not isinstance(picture, KittyPicture) or not self.screen.is_current:
            return strips
        cells = placeholders(self._terminal.number_of(picture), picture.columns, picture.rows)
        place = self._place(picture)
        return [
            _laid_in(strip, crop, cells[y - place.y], place) if place.y <= y < place.bottom else strip
            for y, strip in zip(range(crop.y, crop.bottom), strips, strict=False)
        ]

    def drawn_over(self, touched: Sequence[Region]) -> str:
        """The text that draws rows of a sixel picture again: those that a frame has just painted blank.

        Rows that something covers are left out.
        """
        picture = self._shown
        if not isinstance(picture, SixelPicture) or not self.screen.is_current or not self.is_on_screen:
            return ""
        place = self._place(picture).translate(self.content_region.offset)
        drawn = []
        for y, band in zip(range(place.y, place.bottom), picture.bands, strict=True):
            row = Region(place.x, y, place.width, 1)
            if any(row.overlaps(region) for region in touched) and self._is_open(row):
                drawn.append(f"\x1b[{y + 1};{place.x + 1}H{band}")
        return "\x1b7" + "".join(drawn) + "\x1b8" if drawn else ""

    def _place(self, picture: Encoded) -> Region:
        """The region of a picture within the widget, cut off where the window has just become smaller."""
        width, height = self.size
        left, top = max((width - picture.columns) // 2, 0), max((height - picture.rows) // 2, 0)
        return Region(left, top, min(picture.columns, width - left), picture.rows)

    def _is_open(self, row: Region) -> bool:
        """Whether this widget is the uppermost along a row."""
        try:
            looks = {*range(row.x, row.right, _LOOK_EVERY_CELLS), row.right - 1}
            return all(self.screen.get_widget_at(x, row.y)[0] is self for x in looks)
        except NoWidget:
            return False

    def _worded(self, width: int) -> tuple[Strip, ...]:
        style = self.rich_style + component_style(self, "picture--words")
        lines = wrap(self._words, max(width - _MARGIN_CELLS, 1), max_lines=6, placeholder="…")
        return tuple(Strip([Segment(line, style)]) for line in lines)


def _laid_in(strip: Strip, crop: Region, cells: Strip, place: Region) -> Strip:
    """A line of which only the columns of `crop` are wanted, with cells in their place."""
    first, last = max(place.x, crop.x), min(place.right, crop.right)
    if first >= last:
        return strip
    before, after = strip.crop(0, first - crop.x), strip.crop(last - crop.x, crop.width)
    return Strip.join([before, cells.crop(first - place.x, last - place.x), after])
