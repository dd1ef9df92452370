"""What reviewers have said about the samples of a run: a log of changes, and what it comes to now."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from sqlite_utils import Database

from workbench.domain.reviews import PeerAgreement, Review, ReviewChange, ReviewField, ReviewPace, Verdict
from workbench.errors import DataError
from workbench.storage.rows import value_of
from workbench.storage.runs.results import SAMPLE_NO
from workbench.storage.workspace.connections import transaction


def save_change(db: Database, run_id: int, change: ReviewChange) -> int:
    """Add one change to the log; returns its number. Raises DataError when the run has no such sample."""
    with transaction(db):
        cursor = db.conn.execute(
            "INSERT INTO review_change (run_id, sample_no, reviewer, field, value, changed_at, undoes) "
            "SELECT run_id, sample_no, :reviewer, :field, :value, :at, :undoes FROM prediction "
            f"WHERE run_id = :run AND sample_no = {SAMPLE_NO}",
            {
                "run": run_id,
                "sample": change.sample_id,
                "reviewer": change.reviewer,
                "field": change.field,
                "value": change.value,
                "at": change.changed_at,
                "undoes": change.undoes,
            },
        )
        if cursor.rowcount != 1:
            raise DataError(f"the run has no sample {change.sample_id!r}")
        return int(cursor.lastrowid or 0)


_CHANGES: Final = (
    "SELECT change.*, sample.id AS sample_id FROM review_change AS change "
    "JOIN sample ON sample.no = change.sample_no WHERE run_id = :run "
)


def last_change(db: Database, run_id: int, reviewer: str) -> tuple[int, ReviewChange, str | None] | None:
    """The reviewer's latest change that is not undone: its number, itself, and the value it replaced."""
    row = next(
        db.query(
            f"{_CHANGES} AND reviewer = :reviewer AND undoes IS NULL "
            "AND change.id NOT IN (SELECT undoes FROM review_change WHERE undoes IS NOT NULL) "
            "ORDER BY change.id DESC LIMIT 1",
            {"run": run_id, "reviewer": reviewer},
        ),
        None,
    )
    if row is None:
        return None
    before = db.table("review_change").rows_where(
        "run_id = :run_id AND sample_no = :sample_no AND reviewer = :reviewer AND field = :field AND id < :id",
        row,
        order_by="id DESC",
        limit=1,
    )
    return row["id"], _change(row), next((earlier["value"] for earlier in before), None)


def current_value(db: Database, run_id: int, sample_id: str, reviewer: str, field: ReviewField) -> str | None:
    """What a reviewer says now about one field of a sample; None where nothing."""
    row = db.conn.execute(
        f"SELECT value FROM review WHERE run_id = :run AND sample_no = {SAMPLE_NO} "
        "AND reviewer = :reviewer AND field = :field",
        {"run": run_id, "sample": sample_id, "reviewer": reviewer, "field": field},
    ).fetchone()
    return None if row is None else str(row[0])


def load_changes(db: Database, run_id: int) -> list[ReviewChange]:
    """The whole log of a run, oldest first."""
    return [_change(row) for row in db.query(f"{_CHANGES} ORDER BY change.id", {"run": run_id})]


def load_reviews(db: Database, run_id: int, sample_id: str | None = None) -> dict[str, list[Review]]:
    """What each reviewer says now, by sample id: of the whole run or of one sample."""
    rows = db.conn.execute(
        "SELECT sample.id, reviewer, field, value, changed_at FROM review JOIN sample ON sample.no = sample_no "
        "WHERE run_id = :run AND (:sample IS NULL OR sample.id = :sample) ORDER BY sample.id, reviewer",
        {"run": run_id, "sample": sample_id},
    )
    found: dict[tuple[str, str], Review] = {}
    for of_sample, reviewer, field, value, changed_at in rows:
        review = found.get((of_sample, reviewer), Review(reviewer))
        latest = max(review.changed_at or "", changed_at)
        found[of_sample, reviewer] = replace(_with_field(review, ReviewField(field), value), changed_at=latest)
    by_sample: dict[str, list[Review]] = {}
    for (of_sample, _), review in found.items():
        by_sample.setdefault(of_sample, []).append(review)
    return by_sample


def load_reviewers(db: Database, run_id: int) -> list[str]:
    """Everybody who has said something in a run, by name."""
    rows = db.conn.execute("SELECT DISTINCT reviewer FROM review_change WHERE run_id = ? ORDER BY reviewer", (run_id,))
    return [reviewer for (reviewer,) in rows]


def load_agreement(db: Database, run_id: int, reviewer: str) -> dict[int, PeerAgreement]:
    """By planned position, of every sample that others have labelled or given a verdict."""
    mine: dict[tuple[int, str], str] = {}
    theirs: defaultdict[tuple[int, str], set[str]] = defaultdict(set)
    for position, who, field, value in _read_said(db, run_id, "field IN ('label', 'verdict')"):
        if who == reviewer:
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


def load_reviewed_positions(db: Database, run_id: int, reviewer: str) -> list[int]:
    """The planned positions of the samples of which a reviewer says something, each once."""
    said = _read_said(db, run_id, "reviewer = :reviewer", reviewer=reviewer)
    return list(dict.fromkeys(position for position, *_ in said))


def load_pace(db: Database, run_id: int, reviewer: str, since: str) -> ReviewPace:
    """What a reviewer has said since a moment; what undoes something does not count."""
    samples, first_at = db.conn.execute(
        "SELECT COUNT(DISTINCT sample_no), MIN(changed_at) FROM review_change "
        "WHERE run_id = ? AND reviewer = ? AND changed_at >= ? AND undoes IS NULL",
        (run_id, reviewer, since),
    ).fetchone()
    return ReviewPace(samples, first_at)


def _read_said(db: Database, run_id: int, where: str, **values: str) -> Iterator[tuple[int, str, str, str]]:
    """Planned position, reviewer, field and value of what is said now."""
    return db.conn.execute(
        "SELECT position, reviewer, field, value FROM review JOIN prediction USING (run_id, sample_no) "
        f"WHERE run_id = :run AND {where}",
        {"run": run_id, **values},
    )


def _with_field(review: Review, field: ReviewField, value: str) -> Review:
    match field:
        case ReviewField.VERDICT:
            return replace(review, verdict=Verdict(value))
        case ReviewField.LABEL:
            return replace(review, label=value)
        case ReviewField.TAGS:
            return replace(review, tags=tuple(value.split()))
        case ReviewField.NOTE:
            return replace(review, note=value)


def _change(row: Mapping[str, Any]) -> ReviewChange:
    return value_of(ReviewChange, row, field=ReviewField)
