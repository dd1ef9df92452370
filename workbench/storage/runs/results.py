"""What a run has found out about each of its samples."""

from collections.abc import Callable, Collection, Iterator
from typing import Any, Final

from sqlite_utils import Database

from workbench.domain.cases import Result
from workbench.domain.datasets.samples import Sample
from workbench.domain.predictions import PredictionStatus, RankedPrediction
from workbench.storage.rows import json_text, ranking_of, status_of
from workbench.storage.samples import SAMPLE_COLUMNS, sample_of
from workbench.storage.workspace.connections import transaction

SAMPLE_NO: Final = (
    "(SELECT no FROM sample WHERE sample.id = :sample AND dataset = (SELECT dataset FROM run WHERE id = :run))"
)
"""The row number of a sample, by its id, from the index: a join would look at every sample of the run."""
_RESULTS: Final = (
    "SELECT prediction.position, status, ranking, gold_rank, failure, first_status, prediction.place, note, "
    "(SELECT COUNT(*) FROM batch_sample AS asked "
    "JOIN batch ON batch.id = asked.batch_id JOIN attempt ON attempt.batch_id = batch.id "
    "WHERE asked.sample_no = sample.no AND batch.run_id = prediction.run_id "
    "AND sample.id IN (SELECT value FROM json_each(attempt.asked))), "  # bad media are never sent
    + ", ".join(f"sample.{column}" for column in SAMPLE_COLUMNS)
    + " FROM prediction JOIN sample ON sample.no = prediction.sample_no WHERE prediction.run_id = :run "
)


def read_results(db: Database, run_id: int, *, only: Collection[str] | None = None) -> Iterator[Result]:
    """All planned samples of a run, or those of these ids, in planned order, each read when it is asked for."""
    which = "" if only is None else "AND sample.id IN (SELECT value FROM json_each(:only)) "
    values = {"run": run_id, "only": json_text(sorted(only or ()))}
    rows = db.conn.execute(f"{_RESULTS} {which} ORDER BY prediction.position", values)
    return (_result(*row) for row in rows)


def load_result(db: Database, run_id: int, sample_id: str) -> Result | None:
    """One planned sample of a run."""
    values = {"run": run_id, "sample": sample_id}
    row = db.conn.execute(f"{_RESULTS} AND sample_no = {SAMPLE_NO}", values).fetchone()
    return None if row is None else _result(*row)


def count_statuses(db: Database, run_id: int) -> dict[tuple[PredictionStatus | None, PredictionStatus | None], int]:
    """How many planned samples have each pair of a first and a final status."""
    rows = db.conn.execute(
        "SELECT first_status, status, COUNT(*) FROM prediction WHERE run_id = ? GROUP BY first_status, status",
        (run_id,),
    )
    return {(status_of(first), status_of(final)): count for first, final, count in rows.fetchall()}


def count_failures(db: Database, run_id: int) -> dict[tuple[str, str, str | None], int]:
    """How many samples of each failure kind, gold label and top-1 (None: no answer)."""
    rows = db.conn.execute(
        "SELECT failure, gold_label, top1, COUNT(*) FROM prediction "
        "WHERE run_id = ? AND failure IS NOT NULL GROUP BY 1, 2, 3",
        (run_id,),
    )
    return {(failure, gold, top1): count for failure, gold, top1, count in rows.fetchall()}


def first_failures(db: Database, run_id: int, failure: str, gold: str, top1: str | None, most: int) -> list[str]:
    """The ids of the first `most` samples of one of these groups, in planned order."""
    rows = db.conn.execute(
        "SELECT sample.id FROM prediction JOIN sample ON sample.no = sample_no WHERE run_id = ? AND failure = ? "
        "AND gold_label = ? AND top1 IS ? ORDER BY prediction.position LIMIT ?",
        (run_id, failure, gold, top1, most),
    )
    return [sample_id for (sample_id,) in rows]


def judge_again(
    db: Database, dataset: str, judge: Callable[[Sample, RankedPrediction], tuple[int | None, str | None]]
) -> None:
    """Renew the gold rank and the failure kind of every prediction of a data set whose gold labels may have changed."""
    with transaction(db):
        for run in list(db.table("run").rows_where("dataset = ?", [dataset], select="id")):
            changed = [
                (*judged, run["id"], one.position)
                for one in read_results(db, run["id"])
                if one.prediction is not None
                and (judged := judge(one.sample, one.prediction)) != (one.gold_rank, one.failure)
            ]
            db.conn.executemany(
                "UPDATE prediction SET gold_rank = ?, failure = ? WHERE run_id = ? AND position = ?", changed
            )


def _result(
    position: int,
    status_text: str | None,
    ranking: str,
    gold_rank: int | None,
    failure: str | None,
    first_status: str | None,
    place: int | None,
    note: str | None,
    attempts: int,
    *sample: Any,
) -> Result:
    status = status_of(status_text)
    return Result(
        sample=sample_of(*sample),
        position=position,
        prediction=None if status is None else RankedPrediction(status, ranking_of(ranking)),
        gold_rank=gold_rank,
        failure=failure,
        first_status=status_of(first_status),
        attempts=attempts,
        place=place,
        note=note,
    )
