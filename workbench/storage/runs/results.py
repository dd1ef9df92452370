"""Predictions as scoring and exports read them, and what stands behind one of them.

Every planned sample of a run with what has become of it, one after the other: a run can have a million.

The failures of a run by what they have in common: kind, gold label, answer.
"""

import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from sqlite_utils import Database

from workbench.domain.cases import Result
from workbench.domain.datasets.samples import Sample
from workbench.domain.predictions import PredictionStatus, RankedPrediction
from workbench.storage.samples import sample_from_row
from workbench.storage.workspace.database import transaction

SAMPLE_NO = "(SELECT no FROM sample WHERE sample.id = :sample AND dataset = (SELECT dataset FROM run WHERE id = :run))"
"""The row number of a sample, by its id, from the index: a join would look at every sample of the run."""
_RESULTS = (
    "SELECT sample.*, prediction.position AS planned, status, ranking, gold_rank, failure, first_status, "
    "prediction.place AS place, note, (SELECT COUNT(*) FROM batch_sample AS asked "
    "JOIN batch ON batch.id = asked.batch_id JOIN attempt ON attempt.batch_id = batch.id "
    "WHERE asked.sample_no = sample.no AND batch.run_id = prediction.run_id "
    "AND sample.id IN (SELECT value FROM json_each(attempt.asked))) AS attempts "
    "FROM prediction JOIN sample ON sample.no = prediction.sample_no "
)


def load_results(db: Database, run_id: int) -> list[Result]:
    """All planned samples of a run in planned order."""
    rows = db.query(f"{_RESULTS} WHERE run_id = ? ORDER BY prediction.position", [run_id])
    return [_result(row) for row in rows]


def load_result(db: Database, run_id: int, sample_id: str) -> Result | None:
    """One planned sample of a run."""
    one = f"{_RESULTS} WHERE run_id = :run AND sample_no = {SAMPLE_NO}"
    row = next(db.query(one, {"run": run_id, "sample": sample_id}), None)
    return None if row is None else _result(row)


def count_fates(db: Database, run_id: int) -> dict[tuple[PredictionStatus | None, PredictionStatus | None], int]:
    """How many planned samples have each pair of a first and a final status."""
    rows = db.conn.execute(
        "SELECT first_status, status, COUNT(*) FROM prediction WHERE run_id = ? GROUP BY first_status, status",
        (run_id,),
    )
    return {(_read_status(first), _read_status(final)): count for first, final, count in rows.fetchall()}


def judge_again(
    db: Database, dataset: str, judge: Callable[[Sample, RankedPrediction], tuple[int | None, str | None]]
) -> None:
    """Renew the gold rank and failure kind of every prediction of a data set, whose gold labels may have changed."""
    with transaction(db):
        rows = db.conn.execute(
            "SELECT run_id, sample_no FROM prediction JOIN sample ON sample.no = sample_no "
            "WHERE dataset = ? AND status IS NOT NULL",
            (dataset,),
        ).fetchall()
        for run_id, sample_no in rows:
            query = f"{_RESULTS} WHERE run_id = ? AND sample_no = ?"
            result = _result(next(db.query(query, [run_id, sample_no])))
            if result.prediction is not None:
                rank, failure = judge(result.sample, result.prediction)
                db.conn.execute(
                    "UPDATE prediction SET gold_rank = ?, failure = ? WHERE run_id = ? AND sample_no = ?",
                    (rank, failure, run_id, sample_no),
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


@dataclass(frozen=True, slots=True)
class LoggedResult:
    """One planned sample of a run."""

    sample: str
    """Its id."""
    gold: str
    raw_label: str
    cluster: str | None
    status: str | None
    """None: no final status yet."""
    ranking: tuple[str, ...] | None
    """Best first; None: no final status yet."""
    gold_rank: int | None
    failure: str | None
    first_status: str | None
    place: int | None
    """Its place in the deciding request, from 0."""
    note: str | None
    attempts: int
    """Requests that asked about it."""

    @property
    def top1(self) -> str | None:
        """The answer."""
        return self.ranking[0] if self.ranking else None


_SELECT: Final = (
    "SELECT sample.id, gold, raw_label, cluster, status, ranking, gold_rank, failure, first_status, prediction.place, "
    "note, (SELECT COUNT(*) FROM batch_sample AS asked "
    "JOIN batch ON batch.id = asked.batch_id JOIN attempt ON attempt.batch_id = batch.id "
    "WHERE asked.sample_no = sample.no AND batch.run_id = prediction.run_id "
    "AND sample.id IN (SELECT value FROM json_each(attempt.asked))) "  # bad media are never sent
    "FROM prediction JOIN sample ON sample.no = prediction.sample_no WHERE run_id = :run "
)


def read_results(db: Database, run_id: int, only: Collection[str] | None = None) -> Iterator[LoggedResult]:
    """All planned samples of a run, or those of these ids, in planned order, each read when it is asked for."""
    which = "" if only is None else "AND sample.id IN (SELECT value FROM json_each(:only)) "
    values = {"run": run_id, "only": json.dumps(sorted(only or ()))}
    for row in db.conn.execute(f"{_SELECT} {which} ORDER BY prediction.position", values):
        sample, gold, raw, cluster, status, ranking, rank, failure, first, place, note, attempts = row
        yield LoggedResult(
            *(sample, gold, raw, cluster, status, _ranking(ranking), rank, failure, first, place, note, attempts)
        )


@lru_cache(maxsize=4_096)
def _ranking(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(json.loads(text))


def count_failures(db: Database, run_id: int) -> dict[tuple[str, str, str | None], int]:
    """How many samples of each failure kind, gold label and top-1 (None: no answer)."""
    rows = db.conn.execute(
        "SELECT failure, gold, top1, COUNT(*) FROM prediction JOIN sample ON sample.no = sample_no "
        "WHERE run_id = ? AND failure IS NOT NULL GROUP BY 1, 2, 3",
        (run_id,),
    ).fetchall()
    return {(failure, gold, top1): count for failure, gold, top1, count in rows}


def first_failures(db: Database, run_id: int, failure: str, gold: str, top1: str | None, most: int) -> list[str]:
    """The ids of the first so many samples of one of these groups, in planned order."""
    rows = db.conn.execute(
        "SELECT sample.id FROM prediction JOIN sample ON sample.no = sample_no "
        "WHERE run_id = ? AND failure = ? AND gold = ? AND top1 IS ? ORDER BY prediction.position LIMIT ?",
        (run_id, failure, gold, top1, most),
    ).fetchall()
    return [sample_id for (sample_id,) in rows]
