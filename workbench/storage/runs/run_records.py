"""Runs: their specs, their states, and what is kept with them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlite_utils import Database

from workbench.domain.runs import Run, RunSpec, RunState, run_key
from workbench.errors import unknown_name
from workbench.storage.rows import json_text, value_of
from workbench.storage.runs.attempts import Settled
from workbench.storage.runs.plans import add_batches, sample_nos
from workbench.storage.workspace.connections import transaction


def create_run(db: Database, name: str, spec: RunSpec, batches: Sequence[Sequence[str]], at: str) -> Run:
    """Store a new run with its whole plan, or nothing. Raises KeyError for a sample that the data set does not have."""
    with transaction(db):
        run_id = _insert_run(db, name, spec, RunState.PLANNED, at)
        order = [sample_id for batch in batches for sample_id in batch]
        nos = sample_nos(db, run_id, order)
        db.conn.executemany(
            "INSERT INTO prediction (run_id, sample_no, position, gold_label) "
            "SELECT ?1, no, ?3, gold FROM sample WHERE no = ?2",
            ((run_id, nos[sample_id], position) for position, sample_id in enumerate(order)),
        )
        add_batches(db, run_id, batches, nos=nos)
    return load_run(db, spec.dataset, name)


def create_loaded_run(db: Database, name: str, spec: RunSpec, settled: Sequence[Settled], at: str) -> Run:
    """Store a run whose predictions were made elsewhere, in the order of its samples, or nothing: nothing is sent.

    Raises KeyError for a sample that the data set does not have.
    """
    with transaction(db):
        run_id = _insert_run(db, name, spec, RunState.DONE, at)
        nos = sample_nos(db, run_id, [one.sample_id for one in settled])
        db.conn.executemany(
            "INSERT INTO prediction (run_id, sample_no, position, status, ranking, top1, gold_rank, failure, "
            "first_status, note, gold_label) SELECT ?1, no, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, gold "
            "FROM sample WHERE no = ?2",
            (
                (
                    *(run_id, nos[one.sample_id], position, one.prediction.status),
                    *(json_text(one.prediction.ranking), one.prediction.top1, one.gold_rank),
                    *(one.failure, one.prediction.status, one.note),
                )
                for position, one in enumerate(settled)
            ),
        )
    return load_run(db, spec.dataset, name)


def has_run(db: Database, dataset: str, name: str) -> bool:
    """Whether a run of that name exists."""
    return db.table("run").count_where("dataset = ? AND name = ?", [dataset, name]) > 0


def load_run(db: Database, dataset: str, name: str) -> Run:
    """The run of that name. Raises UsageError that names the nearest ones."""
    row = next(db.table("run").rows_where("dataset = ? AND name = ?", [dataset, name]), None)
    if row is None:
        raise unknown_name(f"run of {dataset}", name, [run.name for run in load_runs(db, dataset)])
    return _run(row)


def load_runs(db: Database, dataset: str | None = None) -> list[Run]:
    """All runs, of one data set or of all, the one changed last first."""
    rows = db.table("run").rows_where(
        ":dataset IS NULL OR dataset = :dataset", {"dataset": dataset}, order_by="changed_at DESC, id DESC"
    )
    return [_run(row) for row in rows]


def save_estimate(db: Database, run_id: int, estimate: Mapping[str, Any]) -> None:
    """Keep what a run is expected to take, the first time: what a later session still has to do is something else."""
    _save_first(db, run_id, "estimate", estimate)


def load_estimate(db: Database, run_id: int) -> dict[str, Any] | None:
    """What a run was expected to take; None for one that was never sent."""
    return _load_json(db, run_id, "estimate")


def save_endpoint_record(db: Database, run_id: int, record: Mapping[str, Any]) -> None:
    """Keep what a probe had found out about the endpoint when the run was first sent."""
    _save_first(db, run_id, "endpoint_record", record)


def load_endpoint_record(db: Database, run_id: int) -> dict[str, Any] | None:
    """What a probe had found out about the endpoint when the run was first sent; None where there was none."""
    return _load_json(db, run_id, "endpoint_record")


def load_answerers(db: Database, run_id: int) -> dict[str, int]:
    """The models that answered, by the name that they gave, with how many replies; the one with most first.

    More than one, or another than was asked for, is worth a look: a name can come to mean another model.
    """
    rows = db.conn.execute(
        "SELECT model, COUNT(*) AS n FROM attempt JOIN batch ON batch.id = batch_id "
        "WHERE run_id = ? AND model IS NOT NULL GROUP BY model ORDER BY n DESC, model",
        (run_id,),
    )
    return dict(rows.fetchall())


def spent_usd(db: Database, run_id: int) -> float:
    """What a run has cost as far as is known; a reply of unknown cost counts as what was expected of it."""
    (spent,) = db.conn.execute(
        "SELECT COALESCE(SUM(COALESCE(cost_usd, CASE WHEN outcome IS NULL OR outcome <> 'failed' "
        "THEN estimated_usd END)), 0) FROM attempt JOIN batch ON batch.id = batch_id WHERE run_id = ?",
        (run_id,),
    ).fetchone()
    return float(spent)


def _insert_run(db: Database, name: str, spec: RunSpec, state: RunState, at: str) -> int:
    row = {
        "dataset": spec.dataset,
        "name": name,
        "spec": json_text(spec.as_json()),
        "spec_hash": run_key(spec),
        "state": state,
        "created_at": at,
        "changed_at": at,
    }
    return int(db.table("run").insert(row).last_rowid or 0)


def _save_first(db: Database, run_id: int, column: str, value: Mapping[str, Any]) -> None:
    with transaction(db):
        db.conn.execute(
            f"UPDATE run SET {column} = ? WHERE id = ? AND {column} IS NULL", (json_text(dict(value)), run_id)
        )


def _load_json(db: Database, run_id: int, column: str) -> dict[str, Any] | None:
    text = db.table("run").get(run_id)[column]
    return None if text is None else dict(json.loads(text))


def _run(row: Mapping[str, Any]) -> Run:
    return value_of(Run, row, spec=lambda text: RunSpec.from_json(json.loads(text)), state=RunState)
