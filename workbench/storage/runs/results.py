"""Predictions as scoring and exports read them, and what stands behind one of them."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from sqlite_utils import Database

from workbench.domain.cases import Result
from workbench.domain.datasets.samples import Sample
from workbench.domain.messages import Attempt, Fault, Outcome
from workbench.domain.predictions import PredictionStatus, RankedPrediction
from workbench.storage.samples import sample_from_row
from workbench.storage.workspace.database import transaction

NUMBER_OF_SAMPLE = "(SELECT id FROM sample WHERE name = :name AND dataset = (SELECT dataset FROM run WHERE id = :run))"
"""A sample of a run's data set by its name: found in the index, where a join would look at every sample of the run."""
_RESULTS = (
    "SELECT sample.*, prediction.position AS planned, status, ranking, gold_rank, failure, first_status, "
    "prediction.place AS place, note, (SELECT COUNT(*) FROM batch_sample AS asked "
    "JOIN batch ON batch.id = asked.batch_id JOIN attempt ON attempt.batch_id = batch.id "
    "WHERE asked.sample_id = sample.id AND batch.run_id = prediction.run_id "
    "AND sample.name IN (SELECT value FROM json_each(attempt.asked))) AS attempts "
    "FROM prediction JOIN sample ON sample.id = prediction.sample_id "
)


def load_results(db: Database, run_id: int) -> list[Result]:
    """All planned samples of a run in planned order."""
    rows = db.query(f"{_RESULTS} WHERE run_id = ? ORDER BY prediction.position", [run_id])
    return [_result(row) for row in rows]


def load_result(db: Database, run_id: int, sample_id: str) -> Result | None:
    """One planned sample of a run."""
    one = f"{_RESULTS} WHERE run_id = :run AND sample_id = {NUMBER_OF_SAMPLE}"
    row = next(db.query(one, {"run": run_id, "name": sample_id}), None)
    return None if row is None else _result(row)


def count_fates(db: Database, run_id: int) -> dict[tuple[PredictionStatus | None, PredictionStatus | None], int]:
    """How many planned samples have each pair of a first and a final status."""
    rows = db.conn.execute(
        "SELECT first_status, status, COUNT(*) FROM prediction WHERE run_id = ? GROUP BY first_status, status",
        (run_id,),
    )
    return {(_read_status(first), _read_status(final)): count for first, final, count in rows.fetchall()}


def load_attempts(db: Database, run_id: int, sample_id: str | None = None) -> list[Attempt]:
    """Every attempt of a run, or those that asked about one sample, in the order of sending."""
    if sample_id is None:
        where, values = "batch.run_id = :run", dict[str, int | str](run=run_id)
    else:  # by index from the sample: a run has as many attempts as it likes
        where = (
            "batch.run_id = :run AND batch.id IN "
            "(SELECT batch_id FROM batch_sample JOIN sample ON sample.id = sample_id "
            "WHERE name = :name AND dataset = (SELECT dataset FROM run WHERE id = :run)) "
            "AND EXISTS (SELECT 1 FROM json_each(attempt.asked) WHERE value = :name)"  # bad media are never sent
        )
        values = {"run": run_id, "name": sample_id}
    sql = f"SELECT attempt.* FROM batch JOIN attempt ON batch_id = batch.id WHERE {where} ORDER BY attempt.id"
    return [_attempt(row) for row in db.query(sql, values)]


def load_batch_attempts(db: Database, batch_id: int) -> list[Attempt]:
    """Every sending of a batch, in order."""
    rows = db.query("SELECT * FROM attempt WHERE batch_id = ? ORDER BY number", [batch_id])
    return [_attempt(row) for row in rows]


def judge_again(
    db: Database, dataset: str, judge: Callable[[Sample, RankedPrediction], tuple[int | None, str | None]]
) -> None:
    """Renew the gold rank and failure kind of every prediction of a data set, whose gold labels may have changed."""
    with transaction(db):
        rows = db.conn.execute(
            "SELECT run_id, sample_id FROM prediction JOIN sample ON sample.id = sample_id "
            "WHERE dataset = ? AND status IS NOT NULL",
            (dataset,),
        ).fetchall()
        for run_id, number in rows:
            query = f"{_RESULTS} WHERE run_id = ? AND sample_id = ?"
            result = _result(next(db.query(query, [run_id, number])))
            if result.prediction is not None:
                rank, failure = judge(result.sample, result.prediction)
                db.conn.execute(
                    "UPDATE prediction SET gold_rank = ?, failure = ? WHERE run_id = ? AND sample_id = ?",
                    (rank, failure, run_id, number),
                )


def _result(row: dict[str, Any]) -> Result:
    return Result(
        sample=sample_from_row(row),
        position=row["planned"],
        prediction=None
        if row["status"] is None
        else RankedPrediction(PredictionStatus(row["status"]), tuple(json.loads(row["ranking"]))),
        gold_rank=row["gold_rank"],
        failure=row["failure"],
        first_status=_read_status(row["first_status"]),
        attempts=row["attempts"],
        place=row["place"],
        note=row["note"],
    )


def _read_status(text: str | None) -> PredictionStatus | None:
    return None if text is None else PredictionStatus(text)


def _attempt(row: Mapping[str, Any]) -> Attempt:
    return Attempt(
        id=row["id"],
        batch_id=row["batch_id"],
        number=row["number"],
        asked=tuple(json.loads(row["asked"])),
        prompt=row["prompt"],
        sent_at=row["sent_at"],
        received_at=row["received_at"],
        outcome=None if row["outcome"] is None else Outcome(row["outcome"]),
        fault=None if row["fault"] is None else Fault(row["fault"]),
        status_code=row["status_code"],
        finish_reason=row["finish_reason"],
        reply=row["reply"],
        refusal=row["refusal"],
        model=row["model"],
        cost_usd=row["cost_usd"],
        latency_s=row["latency_s"],
        error=row["error"],
        step=row["step"],
    )
