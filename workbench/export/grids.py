"""A table as people read it, whatever document it stands in: heads, lines in sections, notes below."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Self


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure, said already."""

    text: str
    strong: bool = False
    """Whether it stands out: the best of its column."""


@dataclass(frozen=True, slots=True)
class GridLine:
    """One row."""

    head: str
    cells: tuple[Cell, ...]
    """One for each column."""
    strong: bool = False
    """Whether it is the line that the table is about."""

    @classmethod
    def of(cls, head: str, *cells: str | int, strong: bool = False) -> Self:
        """A row of plain cells."""
        return cls(head, tuple(Cell(str(cell)) for cell in cells), strong)


@dataclass(frozen=True, slots=True)
class Span:
    """A head over several columns."""

    text: str
    columns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """One table of a document. All its text is fit to be shown, and not yet escaped for any format."""

    key: str
    """A word for it, where a document needs a name to point at."""
    caption: str
    stub: str
    """The head of the first column."""
    spans: tuple[Span, ...] = ()
    """Heads over `heads`, side by side; empty: none."""
    heads: tuple[str, ...]
    """Of every column but the first."""
    sections: tuple[tuple[GridLine, ...], ...]
    """Lines, parted by rules where there are several sections."""
    notes: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[GridLine, ...]:
        """All rows."""
        return tuple(chain.from_iterable(self.sections))


def sections(*groups: Sequence[GridLine]) -> tuple[tuple[GridLine, ...], ...]:
    """Those groups of lines that have any."""
    return tuple(tuple(group) for group in groups if group)
