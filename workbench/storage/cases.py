"""The list that a reviewer walks through: pages of a run's samples under a filter.

A page is found by its place in the filtered list. The words of a search are data: they are bound, never pasted.
"""

import json
from dataclasses import dataclass
from typing import Any, Final

from sqlite_utils import Database

from workbench.domain.reviews import CaseFilter, CaseKind, ReviewField


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One line of the list."""

    position: int
    """Place in the run's planned order: the same under every filter."""
    sample_id: str
    gold: str
    status: str | None
    """None: no final status yet."""
    top1: str | None
    gold_rank: int | None
    failure: str | None
    verdict: str | None
    """The reviewer's, where given."""


_FROM: Final = (
    "FROM prediction JOIN sample ON sample.id = prediction.sample_id "
    "LEFT JOIN review AS verdict ON verdict.run_id = prediction.run_id AND verdict.sample_id = prediction.sample_id "
    "AND verdict.reviewer = :reviewer AND verdict.field = 'verdict' "
)
_CHANGED: Final = (
    "EXISTS (SELECT 1 FROM prediction AS other WHERE other.run_id = "
    "(SELECT id FROM run WHERE name = :changed_from AND dataset = (SELECT dataset FROM run WHERE id = :run)) "
    "AND other.sample_id = prediction.sample_id AND (other.gold_rank IS 1) <> (prediction.gold_rank IS 1)) "
    "AND gold NOT IN (SELECT value FROM json_each(:unscored))"
)
_KINDS: Final = {
    CaseKind.ALL: "TRUE",
    CaseKind.FAILURES: "failure IS NOT NULL",
    CaseKind.FLAGGED: "verdict.value IS NOT NULL",
    CaseKind.UNREVIEWED: (
        "NOT EXISTS (SELECT 1 FROM review AS said WHERE said.run_id = prediction.run_id "
        "AND said.sample_id = prediction.sample_id AND said.reviewer = :reviewer)"
    ),
}


def load_cases(
    db: Database, run_id: int, wanted: CaseFilter, reviewer: str, *, start: int, count: int
) -> list[CaseRow]:
    """`count` lines of the filtered list from place `start` on."""
    where, values = _where(run_id, wanted, reviewer)
    rows = db.query(
        "SELECT prediction.position, name, gold, status, top1, gold_rank, failure, verdict.value AS verdict "
        f"{_FROM} WHERE {where} ORDER BY prediction.position LIMIT :count OFFSET :start",
        {**values, "count": count, "start": start},
    )
    return [
        CaseRow(
            row["position"],
            *(row["name"], row["gold"], row["status"], row["top1"], row["gold_rank"], row["failure"], row["verdict"]),
        )
        for row in rows
    ]


def count_cases(db: Database, run_id: int, wanted: CaseFilter, reviewer: str) -> int:
    """How many samples pass the filter."""
    where, values = _where(run_id, wanted, reviewer)
    return int(db.conn.execute(f"SELECT COUNT(*) {_FROM} WHERE {where}", values).fetchone()[0])


def place_of(db: Database, run_id: int, wanted: CaseFilter, reviewer: str, position: int) -> int:
    """The place in the filtered list of the sample at `position`, or of the first one after it."""
    where, values = _where(run_id, wanted, reviewer)
    sql = f"SELECT COUNT(*) {_FROM} WHERE {where} AND prediction.position < :position"
    return int(db.conn.execute(sql, {**values, "position": position}).fetchone()[0])


def next_failure(
    db: Database, run_id: int, wanted: CaseFilter, reviewer: str, position: int, *, backwards: bool = False
) -> int | None:
    """The position of the nearest failure after (before) `position` that passes the filter; None: no more."""
    where, values = _where(run_id, wanted, reviewer)
    side, order = ("<", "DESC") if backwards else (">", "ASC")
    row = db.conn.execute(
        f"SELECT prediction.position {_FROM} WHERE {where} AND failure IS NOT NULL "
        f"AND prediction.position {side} :position ORDER BY prediction.position {order} LIMIT 1",
        {**values, "position": position},
    ).fetchone()
    return None if row is None else int(row[0])


def count_confusion(db: Database, run_id: int) -> dict[tuple[str, str], int]:
    """Planned samples by gold label and top-1 as they stand; the empty string stands for no answer."""
    rows = db.conn.execute(
        "SELECT gold, coalesce(top1, ''), COUNT(*) FROM prediction JOIN sample ON sample.id = sample_id "
        "WHERE run_id = ? GROUP BY 1, 2",
        (run_id,),
    )
    return {(gold, top1): n for gold, top1, n in rows}


def _where(run_id: int, wanted: CaseFilter, reviewer: str) -> tuple[str, dict[str, Any]]:
    parts = ["prediction.run_id = :run", _KINDS.get(wanted.kind, "failure = :failure")]
    values: dict[str, Any] = {"run": run_id, "reviewer": reviewer, "failure": str(wanted.kind)}
    if wanted.gold is not None:
        parts.append("gold = :gold")
        values["gold"] = wanted.gold
    if wanted.predicted is not None:
        parts.append("top1 IS NULL" if wanted.predicted == "" else "top1 = :predicted")
        values["predicted"] = wanted.predicted
    if wanted.changed_from is not None:
        parts.append(_CHANGED)
        values |= {"changed_from": wanted.changed_from, "unscored": json.dumps(wanted.unscored)}
    if wanted.search:
        parts.append(
            "(instr(casefold(name), :search) OR instr(casefold(gold), :search) "
            "OR instr(casefold(coalesce(top1, '')), :search) OR instr(casefold(coalesce(text, '')), :search) "
            "OR EXISTS (SELECT 1 FROM review AS said "
            "WHERE said.run_id = prediction.run_id AND said.sample_id = prediction.sample_id "
            f"AND said.field = '{ReviewField.NOTE}' AND instr(casefold(said.value), :search)))"
        )
        values["search"] = wanted.search.casefold()
    return " AND ".join(parts), values
