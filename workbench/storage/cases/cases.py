"""A few samples of a run as a reviewer sees them: the lines of the list, and which of them pass a filter.

What these functions cost depends on the number of samples asked about, not on the length of the run;
`case_positions` goes through all samples.
"""

import json
from array import array
from collections.abc import Sequence
from typing import Any, Final

from sqlite_utils import Database

from workbench.domain.cases import CaseFilter, CaseKind, CaseRow
from workbench.domain.reviews import ReviewField

_VERDICT: Final = (
    "LEFT JOIN review AS verdict ON verdict.run_id = prediction.run_id AND verdict.sample_no = prediction.sample_no "
    "AND verdict.reviewer = :reviewer AND verdict.field = 'verdict' "
)
_AMONG: Final = "json_each(:positions) AS asked CROSS JOIN prediction ON prediction.position = asked.value "
"""CROSS JOIN: from these few positions to their rows, not through the whole run."""
_CHANGED: Final = (
    "EXISTS (SELECT 1 FROM prediction AS other WHERE other.run_id = "
    "(SELECT id FROM run WHERE name = :changed_from AND dataset = (SELECT dataset FROM run WHERE id = :run)) "
    "AND other.sample_no = prediction.sample_no AND (other.gold_rank IS 1) <> (prediction.gold_rank IS 1)) "
    "AND gold_label NOT IN (SELECT value FROM json_each(:unscored))"
)
_KINDS: Final = {
    CaseKind.ALL: "TRUE",
    CaseKind.FAILURES: "failure IS NOT NULL",
    CaseKind.FLAGGED: "verdict.value IS NOT NULL",
    CaseKind.UNREVIEWED: (
        "NOT EXISTS (SELECT 1 FROM review AS said WHERE said.run_id = prediction.run_id "
        "AND said.sample_no = prediction.sample_no AND said.reviewer = :reviewer)"
    ),
}


def load_rows(db: Database, run_id: int, positions: Sequence[int], reviewer: str) -> list[CaseRow]:
    """The lines of the samples at these positions, in the order asked."""
    rows = db.conn.execute(
        "SELECT prediction.position, sample.id, gold_label, status, top1, gold_rank, failure, verdict.value "
        f"FROM {_AMONG} CROSS JOIN sample ON sample.no = prediction.sample_no {_VERDICT} "
        "WHERE prediction.run_id = :run ORDER BY asked.key",
        {"run": run_id, "positions": json.dumps(list(positions)), "reviewer": reviewer},
    )
    return [CaseRow(*row) for row in rows.fetchall()]


def load_ids(db: Database, run_id: int, positions: Sequence[int]) -> list[str]:
    """The ids of the samples at these positions, in the order asked."""
    rows = db.conn.execute(
        f"SELECT sample.id FROM {_AMONG} CROSS JOIN sample ON sample.no = prediction.sample_no "
        "WHERE prediction.run_id = :run ORDER BY asked.key",
        {"run": run_id, "positions": json.dumps(list(positions))},
    )
    return [sample_id for (sample_id,) in rows]


def position_of(db: Database, run_id: int, sample_id: str) -> int | None:
    """A sample's place in the run's planned order; None: the run did not plan it."""
    row = db.conn.execute(
        "SELECT prediction.position FROM sample CROSS JOIN prediction ON run_id = :run AND sample_no = sample.no "
        "WHERE sample.id = :sample AND dataset = (SELECT dataset FROM run WHERE id = :run)",
        {"run": run_id, "sample": sample_id},
    ).fetchone()
    return None if row is None else int(row[0])


def positions_near(
    db: Database, run_id: int, wanted: CaseFilter, reviewer: str, position: int, *, within: int, most: int
) -> "array[int]":
    """The first `most` positions from `position` on that pass the filter, among the next `within` samples."""
    where, values = _where(wanted)
    rows = db.conn.execute(
        "SELECT prediction.position FROM prediction CROSS JOIN sample ON sample.no = prediction.sample_no "
        f"{_VERDICT} WHERE prediction.run_id = :run AND prediction.position >= :start AND prediction.position < :end "
        f"AND {where} ORDER BY prediction.position LIMIT :most",
        {
            **values,
            "run": run_id,
            "reviewer": reviewer,
            "start": position,
            "end": position + within,
            "most": most,
        },
    )
    return array("I", (found for (found,) in rows))


def positions_that_pass(
    db: Database, run_id: int, wanted: CaseFilter, reviewer: str, positions: Sequence[int]
) -> set[int]:
    """Those of these positions that pass the filter now."""
    where, values = _where(wanted)
    rows = db.conn.execute(
        f"SELECT prediction.position FROM {_AMONG} CROSS JOIN sample ON sample.no = prediction.sample_no {_VERDICT} "
        f"WHERE prediction.run_id = :run AND {where}",
        {**values, "run": run_id, "reviewer": reviewer, "positions": json.dumps(list(positions))},
    )
    return {found for (found,) in rows}


def _where(wanted: CaseFilter) -> tuple[str, dict[str, Any]]:
    parts = [_KINDS.get(wanted.kind, "failure = :failure")]
    values: dict[str, Any] = {"failure": str(wanted.kind)}
    if wanted.gold is not None:
        parts.append("gold_label = :gold")
        values["gold"] = wanted.gold
    if wanted.predicted is not None:
        parts.append("top1 IS :predicted")
        values["predicted"] = wanted.predicted or None
    if wanted.changed_from is not None:
        parts.append(_CHANGED)
        values |= {"changed_from": wanted.changed_from, "unscored": json.dumps(wanted.unscored)}
    if wanted.search:
        parts.append(
            "(instr(casefold(sample.id), :search) OR instr(casefold(gold_label), :search) "
            "OR instr(casefold(coalesce(top1, '')), :search) OR instr(casefold(coalesce(text, '')), :search) "
            "OR EXISTS (SELECT 1 FROM review AS said "
            "WHERE said.run_id = prediction.run_id AND said.sample_no = prediction.sample_no "
            f"AND said.field = '{ReviewField.NOTE}' AND instr(casefold(said.value), :search)))"
        )
        values["search"] = wanted.search.casefold()
    return " AND ".join(parts), values
