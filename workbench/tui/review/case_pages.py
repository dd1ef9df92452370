"""The data of the list of cases: which samples are in it, and the rows that were looked at last.

Neither grows with the lines themselves: a list of all samples is a range, another one four bytes a sample.
"""

from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from workbench.domain.cases import CaseFilter, CaseRow

PAGE_ROWS: Final = 64
_MOST_ROWS: Final = 512


@dataclass(frozen=True, slots=True)
class CaseListing:
    """The samples that pass a filter, as their positions in the run's planned order, ascending."""

    wanted: CaseFilter
    positions: Sequence[int]
    is_whole: bool = True
    """False: these are only the first ones from some position on; the others are being looked for."""

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.positions)

    def place_of(self, position: int) -> int:
        """The index of the sample at that position; if it is not listed, of the next one, or the last."""
        return max(min(bisect_left(self.positions, position), self.count - 1), 0)

    def holds(self, position: int) -> bool:
        """Whether the sample at that position is in the list."""
        return self.count > 0 and self.positions[self.place_of(position)] == position

    def changed(self, come: Collection[int], gone: Collection[int]) -> "CaseListing":
        """The list with some positions added and some removed."""
        new = [position for position in come if not self.holds(position)]
        old = [position for position in gone if self.holds(position)]
        if not new and not old:
            return self
        positions = array("I", self.positions)
        for position in old:
            positions.pop(bisect_left(positions, position))
        for position in new:
            positions.insert(bisect_left(positions, position), position)
        return replace(self, positions=positions)


class KnownRows:
    """The rows that were looked at last, by position."""

    def __init__(self) -> None:
        self._rows: OrderedDict[int, CaseRow] = OrderedDict()

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, position: int) -> bool:
        return position in self._rows

    def at(self, position: int) -> CaseRow | None:
        """The row at a position, if it is known."""
        return self._rows.get(position)

    def add(self, rows: Iterable[CaseRow]) -> bool:
        """Take in rows as they are now. True when one that was known has changed."""
        has_changed = False
        for row in rows:
            before = self._rows.pop(row.position, None)
            has_changed |= before is not None and before != row
            self._rows[row.position] = row if before != row or before is None else before
        while len(self._rows) > _MOST_ROWS:
            self._rows.popitem(last=False)
        return has_changed

    def keep_only(self, positions: Iterable[int]) -> None:
        """Forget the other rows: they may have changed."""
        self._rows = OrderedDict((at, row) for at in positions if (row := self._rows.get(at)) is not None)


EMPTY: Final = CaseListing(CaseFilter(), range(0))
