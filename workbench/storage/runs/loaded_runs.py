"""Runs whose predictions were made elsewhere: they have a plan and results, and nothing was ever sent."""

import json
from collections.abc import Sequence

from sqlite_utils import Database

from workbench.domain.runs import Run, RunSpec, RunState, run_key
from workbench.storage.runs.attempts import Settled
from workbench.storage.runs.plans import sample_numbers
from workbench.storage.runs.runs import load_run
from workbench.storage.workspace.database import transaction


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
        numbers = sample_numbers(db, run_id, [one.sample_id for one in settled])
        db.conn.executemany(
            "INSERT INTO prediction (run_id, sample_id, position, status, ranking, top1, gold_rank, failure, "
            "first_status, note, gold_label) SELECT ?1, id, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, gold "
            "FROM sample WHERE id = ?2",
            (
                (
                    *(run_id, numbers[one.sample_id], position, one.prediction.status),
                    *(json.dumps(one.prediction.ranking, ensure_ascii=False), one.prediction.top1, one.gold_rank),
                    *(one.failure, one.prediction.status, one.note),
                )
                for position, one in enumerate(settled)
            ),
        )
    return load_run(db, spec.dataset, name)
