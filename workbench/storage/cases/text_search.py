"""Search for words in texts that no index covers, whatever their case.

SQLite's LIKE is quick, but knows the case of ASCII letters alone. A text with other characters is folded by Python,
which takes five times as long.
"""

from dataclasses import dataclass
from typing import Final

from sqlite_utils import Database

from workbench.storage.workspace.parallel_reads import WORTH_HALVING, read_in_parallel

_LONGEST_PATTERN: Final = 1_000
"""SQLite refuses longer ones, from 50,000 bytes on."""
_FOLDED_TO: Final = frozenset("afhijklnstwy")
"""The ASCII letters that other characters are folded to: `ß` to `ss`, the sign of Kelvin to `k`."""


@dataclass(frozen=True, slots=True)
class TextSearch:
    """Case-folded words, which a statement takes as `:needle`, and for LIKE as `:pattern`."""

    text: str

    @property
    def pattern(self) -> str:
        """For LIKE, with its wildcards escaped."""
        escaped = self.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return f"%{escaped}%"

    def is_in(self, column: str) -> str:
        """An SQL expression: whether a column of texts (or NULL) contains the words."""
        folded = f"instr(casefold(coalesce({column}, '')), :needle)"
        if len(self.text) > _LONGEST_PATTERN:
            return folded
        # An embedded zero ends the text for `length` and for LIKE, so it counts as another character here.
        is_wide = f"length({column}) <> length(CAST({column} AS BLOB))"
        if not self.text.isascii() or "\0" in self.text:
            return f"({is_wide} AND {folded})"
        like = f"{column} LIKE :pattern ESCAPE '\\'"
        return f"({like} OR ({is_wide} AND {folded}))" if self._may_be_folded else f"({like})"

    @property
    def _may_be_folded(self) -> bool:
        return not _FOLDED_TO.isdisjoint(self.text)


_ROWS_AT_ONCE: Final = 1_024
_SAMPLES: Final = (  # samples in the order in which they are stored: the planned one is a shuffled one
    "SELECT prediction.position FROM sample NOT INDEXED "
    "CROSS JOIN prediction ON prediction.run_id = :run AND prediction.sample_no = sample.no "
    "WHERE sample.no BETWEEN :first AND :last "
)


def mark_samples(
    db: Database, run_id: int, needle: TextSearch, marks: bytearray, *, halved_from: int = WORTH_HALVING
) -> None:
    """Set the byte at the position of every sample of a run whose id or text contains the needle.

    Two threads read runs of at least `halved_from` samples. Raises DatabaseError, also when the connection is told to
    break off.
    """

    def mark(db: Database, ids: tuple[int, int]) -> None:
        first, last = ids
        cursor = db.conn.execute(
            f"{_SAMPLES} AND ({needle.is_in('sample.id')} OR {needle.is_in('text')})",
            {"run": run_id, "first": first, "last": last, "needle": needle.text, "pattern": needle.pattern},
        )
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            for (position,) in rows:
                marks[position] = 1

    first, last = (
        db.conn.execute(f"SELECT {which}(sample_no) FROM prediction WHERE run_id = ?", [run_id]).fetchone()[0]
        for which in ("MIN", "MAX")  # both in one statement would go through all of them
    )
    if first is None:
        return
    if last - first + 1 < halved_from:
        mark(db, (first, last))
        return
    middle = (first + last) // 2
    read_in_parallel(db, mark, (first, middle), (middle + 1, last))
