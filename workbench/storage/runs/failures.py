"""The failures of a run by what they have in common: kind, gold label, answer."""

from sqlite_utils import Database


def count_failures(db: Database, run_id: int) -> dict[tuple[str, str, str | None], int]:
    """How many samples of each failure kind, gold label and top-1 (None: no answer)."""
    rows = db.conn.execute(
        "SELECT failure, gold, top1, COUNT(*) FROM prediction JOIN sample ON sample.id = sample_id "
        "WHERE run_id = ? AND failure IS NOT NULL GROUP BY 1, 2, 3",
        (run_id,),
    ).fetchall()
    return {(failure, gold, top1): count for failure, gold, top1, count in rows}


def first_failures(db: Database, run_id: int, failure: str, gold: str, top1: str | None, most: int) -> list[str]:
    """The ids of the first so many samples of one of these groups, in planned order."""
    rows = db.conn.execute(
        "SELECT name FROM prediction JOIN sample ON sample.id = sample_id "
        "WHERE run_id = ? AND failure = ? AND gold = ? AND top1 IS ? ORDER BY prediction.position LIMIT ?",
        (run_id, failure, gold, top1, most),
    ).fetchall()
    return [name for (name,) in rows]
