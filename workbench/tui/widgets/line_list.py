"""A list of lines that are all there, and the actions of a screen around one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len
from textual.strip import Strip

from workbench.domain.visible import visible
from workbench.tui.base.workbench_screen import WorkbenchScreen
from workbench.tui.widgets.painting import Piece, fit
from workbench.tui.widgets.virtual_list import VirtualList

_LONGEST_CHARS: Final = 400


@dataclass(frozen=True, slots=True)
class ListLine:
    """One line of a list. The words may come from anywhere."""

    pieces: tuple[Piece, ...]
    aside: tuple[Piece, ...] = ()
    """At the right edge; it is cut last."""
    can_be_chosen: bool = True
    """Whether the cursor stops here."""


class LineList(VirtualList):
    """A list of lines, some of which may be headings that the cursor passes over."""

    def __init__(self, lines: Sequence[ListLine] = (), *, empty: str = "nothing here") -> None:
        super().__init__(empty=f"    {empty}")
        self.lines = tuple(lines)
        self.cursor = self._nearest(0, 1)

    @property
    def row_count(self) -> int:
        return len(self.lines)

    @property
    def has_choice(self) -> bool:
        """Whether the cursor is on a line that can be chosen."""
        return self.can_choose(self.cursor)

    def can_choose(self, index: int) -> bool:
        return super().can_choose(index) and self.lines[index].can_be_chosen

    def renew(self, lines: Sequence[ListLine], cursor: int | None = None) -> None:
        """Show other lines, with the cursor at an index or where it was."""
        self.lines = tuple(lines)
        self.renew_rows(self._nearest(self.cursor if cursor is None else cursor, 1))

    def move(self, by: int) -> None:
        """Move the cursor by lines that can be chosen."""
        step = 1 if by > 0 else -1
        for _ in range(abs(by)):
            index = self._beyond(self.cursor, step)
            if index is None:
                break
            self.move_to(index)
        if step < 0 and self._beyond(self.cursor, -1) is None:
            self.scroll_to(y=0, animate=False)  # headings above the first line that can be chosen

    def move_by_pages(self, pages: float) -> None:
        by = round(pages * max(self.size.height - 1, 1))
        self.move_to(self._nearest(self.cursor + by, 1 if by > 0 else -1))

    def move_to_edge(self, *, bottom: bool) -> None:
        self.move_to(self._nearest(self.row_count - 1 if bottom else 0, -1 if bottom else 1))
        if not bottom:
            self.scroll_to(y=0, animate=False)

    def row_strip(self, index: int, width: int, *, at_cursor: bool) -> Strip:
        line = self.lines[index]
        aside = [(visible(words, longest=_LONGEST_CHARS), tone) for words, tone in line.aside]
        left = max(width - 2 - sum(cell_len(words) for words, _ in aside), 0)
        pieces = [("▸ " if at_cursor else "  ", "accent")]
        for words, tone in line.pieces:
            if not left:
                break
            shown = visible(words, longest=_LONGEST_CHARS)
            shown = fit(shown, left) if cell_len(shown) > left else shown
            pieces.append((shown, tone))
            left -= cell_len(shown)
        return self._painter.strip([*pieces, (" " * left, "plain"), *aside], width, at_cursor=at_cursor)

    def _nearest(self, index: int, step: int) -> int:
        """The line at an index if the cursor can stop there, else the next one in that direction, else in the other."""
        index = max(0, min(index, self.row_count - 1))
        if not self.lines or self.can_choose(index):
            return index
        found = self._beyond(index, step)
        found = self._beyond(index, -step) if found is None else found
        return index if found is None else found

    def _beyond(self, index: int, step: int) -> int | None:
        others = range(index + step, self.row_count if step > 0 else -1, step)
        return next((other for other in others if self.can_choose(other)), None)


class ListScreen(WorkbenchScreen):
    """The actions of a screen around one list of lines."""

    rows: LineList

    def action_move(self, by: int) -> None:
        self.rows.move(by)

    def action_page(self, pages: float) -> None:
        self.rows.move_by_pages(pages)

    def action_edge(self, bottom: bool) -> None:  # noqa: FBT001  # Textual passes actions' arguments by position
        self.rows.move_to_edge(bottom=bottom)
