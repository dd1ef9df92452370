"""Who reviews a run, and how fast."""

from sqlite_utils import Database


def load_reviewers(db: Database, run_id: int) -> list[str]:
    """Everybody who has said something in a run, by name."""
    rows = db.conn.execute("SELECT DISTINCT reviewer FROM review_change WHERE run_id = ? ORDER BY reviewer", (run_id,))
    return [name for (name,) in rows]
