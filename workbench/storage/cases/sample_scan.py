"""A pass through all samples of a run, whose ids and texts no index can look into."""

from typing import Final

from sqlite_utils import Database

from workbench.storage.workspace.parallel_reads import WORTH_HALVING, read_in_parallel
from workbench.storage.workspace.text_search import TextSearch

_ROWS_AT_ONCE: Final = 1_024
_SAID: Final = (  # samples in the order in which they are stored: the planned one is a shuffled one
    "SELECT prediction.position FROM sample NOT INDEXED "
    "CROSS JOIN prediction ON prediction.run_id = :run AND prediction.sample_id = sample.id "
    "WHERE sample.id BETWEEN :first AND :last "
)


def mark_said(
    db: Database, run_id: int, needle: TextSearch, marks: bytearray, *, halved_from: int = WORTH_HALVING
) -> None:
    """Mark the position of every sample of a run whose id or words have the needle, in a map of a byte for each.

    Of `halved_from` samples on by two threads. Raises DatabaseError, also when the connection is told to break off.
    """

    def mark(db: Database, ids: tuple[int, int]) -> None:
        first, last = ids
        cursor = db.conn.execute(
            f"{_SAID} AND ({needle.is_in('name')} OR {needle.is_in('text')})",
            {"run": run_id, "first": first, "last": last, "needle": needle.text, "pattern": needle.pattern},
        )
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            for (position,) in rows:
                marks[position] = 1

    first, last = (
        db.conn.execute(f"SELECT {which}(sample_id) FROM prediction WHERE run_id = ?", [run_id]).fetchone()[0]
        for which in ("MIN", "MAX")  # both in one statement would go through all of them
    )
    if first is None:
        return
    if last - first + 1 < halved_from:
        mark(db, (first, last))
        return
    middle = (first + last) // 2
    read_in_parallel(db, mark, (first, middle), (middle + 1, last))
