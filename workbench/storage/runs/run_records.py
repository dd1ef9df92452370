"""Runs: their specs, their states, and how far they have come.

Runs whose predictions were made elsewhere: they have a plan and results, and nothing was ever sent.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlite_utils import Database

from workbench.domain.runs import Run, RunSpec, RunState, run_key
from workbench.errors import unknown_name
from workbench.storage.runs.attempts import Settled
from workbench.storage.runs.plans import add_batches, sample_nos
from workbench.storage.workspace.database import transaction


def create_run(db: Database, name: str, spec: RunSpec, batches: Sequence[Sequence[str]], at: str) -> Run:
    """Store a new run and its whole plan in one transaction."""
    with transaction(db):
        cursor = db.conn.execute(
            "INSERT INTO run (dataset, name, spec, spec_hash, state, created_at, changed_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (spec.dataset, name, json.dumps(spec.as_json()), run_key(spec), RunState.PLANNED, at, at),
        )
        run_id = int(cursor.lastrowid or 0)
        order = [sample_id for batch in batches for sample_id in batch]
        nos = sample_nos(db, run_id, order)
        db.conn.executemany(
            "INSERT INTO prediction (run_id, sample_no, position, gold_label) "
            "SELECT ?1, no, ?3, gold FROM sample WHERE no = ?2",
            ((run_id, nos[sample_id], position) for position, sample_id in enumerate(order)),
        )
        add_batches(db, run_id, batches, nos=nos)
    return load_run(db, spec.dataset, name)


def has_run(db: Database, dataset: str, name: str) -> bool:
    """Whether a run of that name exists."""
    found = db.conn.execute("SELECT 1 FROM run WHERE dataset = ? AND name = ?", (dataset, name))
    return found.fetchone() is not None


def load_run(db: Database, dataset: str, name: str) -> Run:
    """The run of that name. Raises UsageError that names the nearest ones."""
    row = next(db.query("SELECT * FROM run WHERE dataset = ? AND name = ?", [dataset, name]), None)
    if row is None:
        raise unknown_name(f"run of {dataset}", name, [run.name for run in load_runs(db, dataset)])
    return _run(row)


def load_runs(db: Database, dataset: str | None = None) -> list[Run]:
    """All runs, of one data set or of all, the one touched last first."""
    rows = db.query(
        "SELECT * FROM run WHERE :dataset IS NULL OR dataset = :dataset ORDER BY changed_at DESC, id DESC",
        {"dataset": dataset},
    )
    return [_run(row) for row in rows]


def save_estimate(db: Database, run_id: int, estimate: Mapping[str, Any]) -> None:
    """Keep what a run was first expected to take; a later session's rest is another matter and changes nothing."""
    with transaction(db):
        db.conn.execute(
            "UPDATE run SET estimate = ? WHERE id = ? AND estimate IS NULL", (json.dumps(dict(estimate)), run_id)
        )


def load_estimate(db: Database, run_id: int) -> dict[str, Any] | None:
    """What a run was expected to take; None for one that was never sent."""
    (text,) = db.conn.execute("SELECT estimate FROM run WHERE id = ?", (run_id,)).fetchone()
    return None if text is None else dict(json.loads(text))


def save_endpoint_record(db: Database, run_id: int, record: Mapping[str, Any]) -> None:
    """Keep what a probe had found out about the endpoint when the run was first sent."""
    with transaction(db):
        db.conn.execute(
            "UPDATE run SET endpoint_record = ? WHERE id = ? AND endpoint_record IS NULL",
            (json.dumps(dict(record)), run_id),
        )


def load_answerers(db: Database, run_id: int) -> dict[str, int]:
    """The models that answered, by their own word, with how many replies; the one with most first.

    More than one, or another than was asked for, is worth a look: a name can come to mean another model.
    """
    rows = db.conn.execute(
        "SELECT model, COUNT(*) AS n FROM attempt JOIN batch ON batch.id = batch_id "
        "WHERE run_id = ? AND model IS NOT NULL GROUP BY model ORDER BY n DESC, model",
        (run_id,),
    )
    return dict(rows.fetchall())


def load_endpoint_record(db: Database, run_id: int) -> dict[str, Any] | None:
    """What a probe had found out about the endpoint when the run was first sent; None where there was none."""
    (text,) = db.conn.execute("SELECT endpoint_record FROM run WHERE id = ?", (run_id,)).fetchone()
    return None if text is None else dict(json.loads(text))


def spent_usd(db: Database, run_id: int) -> float:
    """What a run has cost by all that is known of it; a reply of unknown cost counts as what was expected of it."""
    (spent,) = db.conn.execute(
        "SELECT COALESCE(SUM(COALESCE(cost_usd, CASE WHEN outcome IS NULL OR outcome <> 'failed' "
        "THEN estimated_usd END)), 0) FROM attempt JOIN batch ON batch.id = batch_id WHERE run_id = ?",
        (run_id,),
    ).fetchone()
    return float(spent)


def _run(row: Mapping[str, Any]) -> Run:
    return Run(
        id=row["id"],
        dataset=row["dataset"],
        name=row["name"],
        spec=RunSpec.from_json(json.loads(row["spec"])),
        spec_hash=row["spec_hash"],
        state=RunState(row["state"]),
        reason=row["reason"],
        created_at=row["created_at"],
        changed_at=row["changed_at"],
        elapsed_s=row["elapsed_s"],
    )


def create_loaded_run(db: Database, name: str, spec: RunSpec, settled: Sequence[Settled], at: str) -> Run:
    """Store a run with what became of each of its samples, in their order, in one transaction.

    Raises KeyError for a sample that the data set does not have.
    """
    with transaction(db):
        cursor = db.conn.execute(
            "INSERT INTO run (dataset, name, spec, spec_hash, state, created_at, changed_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (spec.dataset, name, json.dumps(spec.as_json()), run_key(spec), RunState.DONE, at, at),
        )
        run_id = int(cursor.lastrowid or 0)
        nos = sample_nos(db, run_id, [one.sample_id for one in settled])
        db.conn.executemany(
            "INSERT INTO prediction (run_id, sample_no, position, status, ranking, top1, gold_rank, failure, "
            "first_status, note, gold_label) SELECT ?1, no, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, gold "
            "FROM sample WHERE no = ?2",
            (
                (
                    *(run_id, nos[one.sample_id], position, one.prediction.status),
                    *(json.dumps(one.prediction.ranking, ensure_ascii=False), one.prediction.top1, one.gold_rank),
                    *(one.failure, one.prediction.status, one.note),
                )
                for position, one in enumerate(settled)
            ),
        )
    return load_run(db, spec.dataset, name)
