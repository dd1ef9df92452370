"""Who reviews a run, what each has looked at, and how fast."""

from collections import defaultdict

from sqlite_utils import Database

from workbench.domain.reviews import PeerAgreement, ReviewPace


def load_agreement(db: Database, run_id: int, reviewer: str) -> dict[int, PeerAgreement]:
    """By planned position, of every sample that others have labelled or given a verdict."""
    rows = db.conn.execute(
        "SELECT position, field, reviewer = ?, value FROM review JOIN prediction USING (run_id, sample_id) "
        "WHERE run_id = ? AND field IN ('label', 'verdict')",
        (reviewer, run_id),
    )
    mine: dict[tuple[int, str], str] = {}
    theirs: defaultdict[tuple[int, str], set[str]] = defaultdict(set)
    for position, field, is_mine, value in rows:
        if is_mine:
            mine[position, field] = value
        else:
            theirs[position, field].add(value)
    found: dict[int, PeerAgreement] = {}
    for (position, field), values in theirs.items():
        own = mine.get((position, field))
        if own is not None and values != {own}:
            found[position] = PeerAgreement.CONTRADICTS
        elif own is not None and found.get(position) is not PeerAgreement.CONTRADICTS:
            found[position] = PeerAgreement.AGREES
        else:
            found.setdefault(position, PeerAgreement.OTHERS_ALONE)
    return found


def load_reviewers(db: Database, run_id: int) -> list[str]:
    """Everybody who has said something in a run, by name."""
    rows = db.conn.execute("SELECT DISTINCT reviewer FROM review_change WHERE run_id = ? ORDER BY reviewer", (run_id,))
    return [name for (name,) in rows]


def load_reviewed_positions(db: Database, run_id: int, reviewer: str) -> list[int]:
    """Where in the planned order the samples stand of which a reviewer says something."""
    rows = db.conn.execute(
        "SELECT DISTINCT position FROM review JOIN prediction USING (run_id, sample_id) "
        "WHERE run_id = ? AND reviewer = ?",
        (run_id, reviewer),
    )
    return [position for (position,) in rows]


def load_pace(db: Database, run_id: int, reviewer: str, since: str) -> ReviewPace:
    """What a reviewer has said since a moment; what undoes something does not count."""
    samples, first_at = db.conn.execute(
        "SELECT COUNT(DISTINCT sample_id), MIN(changed_at) FROM review_change "
        "WHERE run_id = ? AND reviewer = ? AND changed_at >= ? AND undoes IS NULL",
        (run_id, reviewer, since),
    ).fetchone()
    return ReviewPace(samples, first_at)
