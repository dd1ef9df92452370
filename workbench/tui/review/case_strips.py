"""The lines of the list as they are painted, kept while nothing about them changes: most of a scroll is old lines."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from workbench.domain.cases import CaseRow
from workbench.tui.base.tones import tone
from workbench.tui.widgets.case_line import Columns, Piece, case_line

TONES: Final = ("plain", "soft", "right", "wrong", "doubt", "busy", "flag")
_MOST_STRIPS: Final = 256

_Key = tuple[int, int, bool, bool, str]


class CaseStrips:
    """Paints lines with the component classes of a list."""

    def __init__(self, widget: Widget, labels: tuple[str, ...]) -> None:
        self._widget = widget
        self._labels = labels
        self._columns: tuple[int, Columns] | None = None
        self._styles: dict[tuple[str, bool], Style] = {}
        self._kept: OrderedDict[_Key, tuple[CaseRow, Strip]] = OrderedDict()

    def forget(self) -> None:
        """Paint everything anew: the colours are others."""
        self._styles.clear()
        self._kept.clear()

    def columns(self, width: int) -> Columns:
        """The widths of the columns at a width of the list."""
        if self._columns is None or self._columns[0] != width:
            self._columns = width, Columns.fitting(self._labels, width)
        return self._columns[1]

    def words(self, words: str, width: int) -> Strip:
        """A line of our own words."""
        return self._painted([(words, "soft")], width, at_cursor=False)

    def line(self, row: CaseRow, width: int, *, at_cursor: bool, busy: bool, others: str = " ") -> Strip:
        """The line of a sample."""
        key = (row.position, width, at_cursor, busy, others)
        kept = self._kept.get(key)
        if kept is not None and kept[0] is row:
            return kept[1]
        pieces = case_line(row, self.columns(width), at_cursor=at_cursor, busy=busy, others=others)
        strip = self._painted(pieces, width, at_cursor)
        self._kept[key] = row, strip
        if len(self._kept) > _MOST_STRIPS:
            self._kept.popitem(last=False)
        return strip

    def _painted(self, pieces: Iterable[Piece], width: int, at_cursor: bool) -> Strip:  # noqa: FBT001  # private
        segments: list[Segment] = []
        for text, name in pieces:
            style = self._style(name, at_cursor)
            if segments and segments[-1].style is style:
                segments[-1] = Segment(segments[-1].text + text, style)
            else:
                segments.append(Segment(text, style))
        return Strip(segments).adjust_cell_length(width, self._style("plain", at_cursor))

    def _style(self, name: str, at_cursor: bool) -> Style:  # noqa: FBT001  # private
        key = (name, at_cursor)
        if key not in self._styles:
            ground = self._widget.get_component_rich_style(f"case-list--{'cursor' if at_cursor else 'plain'}")
            self._styles[key] = ground + tone(self._widget, f"case-list--{name}")
        return self._styles[key]
