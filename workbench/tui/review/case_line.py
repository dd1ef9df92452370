"""One case as one line of the list: `⚑✗ sub01/EP02_01f  happy  sad`, in columns that fit the width there is."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from workbench.domain.cases import CaseRow
from workbench.domain.visible import visible
from workbench.tui.widgets.painting import Piece, fit
from workbench.tui.widgets.status_marks import ASKING, FLAG, StatusMark, answer_words, mark_of

_NO_MARK: Final = StatusMark(" ", "soft", "")
_MARKS_CELLS: Final = 4
_SHORTEST_ID_CELLS: Final = 8


@dataclass(frozen=True, slots=True)
class Columns:
    """The widths of the columns in cells."""

    sample: int
    label: int

    @classmethod
    def fitting(cls, labels: Iterable[str], width: int) -> "Columns":
        """Labels get what the longest of them needs, as long as enough of the ids can be read."""
        longest = max((cell_len(visible(label)) for label in labels), default=0)
        left = max(width - _MARKS_CELLS - _SHORTEST_ID_CELLS - 2, 2)
        label = max(min(longest, left // 2), 1)
        return cls(max(width - _MARKS_CELLS - 2 * (label + 1), 1), label)


def case_line(row: CaseRow, columns: Columns, *, at_cursor: bool, busy: bool, others: str = " ") -> list[Piece]:
    """The pieces of a line, together as wide as the columns."""
    mark = mark_of(row.status, row.failure) if row.cluster is None else _NO_MARK
    answered = row.top1 is not None
    return [
        ("▸" if at_cursor else " ", "plain"),
        (ASKING, "busy") if busy else (FLAG if row.verdict else " ", "accent"),
        (mark.character, mark.tone),
        (others, "accent"),
        (fit(row.sample_id, columns.sample, keep_end=True) + " ", "plain"),
        (fit(row.gold, columns.label) + " ", "plain"),
        (fit(answer_words(row), columns.label), mark.tone if answered else "soft"),
    ]


class ListHeading(Widget):
    """The names of the columns, each over its column."""

    DEFAULT_CSS = """
    ListHeading { height: 1; padding-right: 1; text-wrap: nowrap; text-overflow: ellipsis; color: $foreground-muted; }
    """

    def __init__(self, labels: Iterable[str], last: str = "answer") -> None:
        super().__init__()
        self._last = last
        self._labels = tuple(labels)

    def render(self) -> Content:
        columns = Columns.fitting(self._labels, self.content_size.width)
        label = columns.label
        words = f"{fit('sample', columns.sample)} {fit('gold', label)} {fit(self._last, label)}"
        return Content(" " * _MARKS_CELLS + words)
