"""The plan of a run: its batches, and which of them are still to be sent."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, overload

from sqlite_utils import Database

from workbench.domain.batches import Batch
from workbench.domain.messages import BUSY_STATUSES, Fault, Outcome
from workbench.domain.predictions import PredictionStatus
from workbench.storage.rows import json_text, value_of, words

_IN_JOB: Final = (
    "EXISTS (SELECT 1 FROM attempt AS sent "
    "WHERE sent.batch_id = batch.id AND sent.job_id IS NOT NULL AND sent.received_at IS NULL)"
)
"""Whether a batch is sent in a job, and its answer not there yet."""


def count_planned(db: Database, run_id: int) -> int:
    """How many samples a run planned: its positions go from 0 without a gap."""
    sql = "SELECT COALESCE(MAX(position) + 1, 0) FROM prediction WHERE run_id = ?"
    return int(db.conn.execute(sql, (run_id,)).fetchone()[0])


def newest_batch(db: Database, run_id: int) -> int:
    """The highest row number among a run's batches; 0: it has none."""
    return int(db.conn.execute("SELECT COALESCE(MAX(id), 0) FROM batch WHERE run_id = ?", (run_id,)).fetchone()[0])


class OpenPlan(Sequence[tuple[str, ...]]):
    """The sample ids of a run's open batches, each batch read when it is looked at: a plan can be long.

    Batches that are sent in a job are left out.
    """

    def __init__(self, db: Database, run_id: int) -> None:
        self._db = db
        rows = db.conn.execute(
            f"SELECT id FROM batch WHERE run_id = ? AND step IS NULL AND NOT {_IN_JOB} ORDER BY id", (run_id,)
        )
        self._batch_ids = [batch_id for (batch_id,) in rows]

    def __len__(self) -> int:
        return len(self._batch_ids)

    @overload
    def __getitem__(self, place: int) -> tuple[str, ...]: ...

    @overload
    def __getitem__(self, place: slice) -> "list[tuple[str, ...]]": ...

    def __getitem__(self, place: int | slice) -> "tuple[str, ...] | list[tuple[str, ...]]":
        if isinstance(place, slice):
            return [self[number] for number in range(len(self))[place]]
        rows = self._db.conn.execute(
            "SELECT sample.id FROM batch_sample JOIN sample ON sample.no = sample_no WHERE batch_id = ? ORDER BY place",
            (self._batch_ids[place],),
        )
        return tuple(sample_id for (sample_id,) in rows)


def count_open_samples(db: Database, run_id: int, *, in_jobs: bool = False) -> int:
    """How many samples are still to be sent; with `in_jobs`, also those that are sent in a job and not answered."""
    (count,) = db.conn.execute(
        "SELECT COUNT(DISTINCT sample_no) FROM batch JOIN batch_sample ON batch_id = batch.id "
        f"WHERE run_id = ? AND step IS NULL AND (? OR NOT {_IN_JOB})",
        (run_id, in_jobs),
    ).fetchone()
    return int(count)


def has_answers(db: Database, run_id: int) -> bool:
    """Whether an answer about any sample of the run could be read."""
    names = [f"samples {status}" for status in (PredictionStatus.RANKED, PredictionStatus.OUT_OF_VOCABULARY)]
    rows = db.conn.execute("SELECT amount FROM run_sum WHERE run_id = ? AND what IN (?, ?)", (run_id, *names))
    return any(amount > 0 for (amount,) in rows)


def open_batches(
    db: Database, run_id: int, *, after: int = 0, until: int | None = None, most: int = -1, in_jobs: bool = False
) -> list[Batch]:
    """At most `most` open batches (-1: all), in planned order, with what has been tried.

    Only those with row numbers above `after` and up to `until`, so that a long plan can be read page by page. Batches
    that are sent in a job are left out unless `in_jobs`.
    """
    rows = db.query(
        f"SELECT {BATCH_COLUMNS} FROM batch LEFT JOIN attempt ON attempt.batch_id = batch.id "
        "WHERE run_id = :run AND batch.step IS NULL AND batch.id > :after AND batch.id <= :until "
        f"AND (:in_jobs OR NOT {_IN_JOB}) GROUP BY batch.id ORDER BY batch.id LIMIT :most",
        {"run": run_id, "after": after, "until": until or 2**62, "most": most, "in_jobs": in_jobs},
    )
    return [batch_of(row) for row in rows]


BATCH_COLUMNS: Final = (
    "batch.id, depth, (SELECT json_group_array(id) FROM (SELECT sample.id FROM batch_sample "
    "JOIN sample ON sample.no = batch_sample.sample_no WHERE batch_id = batch.id ORDER BY place)) AS sample_ids, "
    "COUNT(attempt.id) AS attempts, "
    f"COALESCE(SUM(attempt.outcome <> '{Outcome.FAILED}'), 0) AS answers_tried, "
    f"COALESCE(SUM(attempt.outcome = '{Outcome.FAILED}' "
    f"AND COALESCE(attempt.status_code, 0) NOT IN {BUSY_STATUSES} "
    f"AND attempt.fault NOT IN ('{Fault.STOP}', '{Fault.RATE_LIMITED}', '{Fault.DIALECT}')), 0) AS faults"
)
"""What `batch_of` reads, from table `batch` joined with its attempts so far, grouped by batch."""


def batch_of(row: Mapping[str, Any]) -> Batch:
    """A batch with what has been tried, from a row of `BATCH_COLUMNS`."""
    return value_of(Batch, row, sample_ids=words)


def add_batches(
    db: Database,
    run_id: int,
    batches: Sequence[Sequence[str]],
    *,
    parent_id: int | None = None,
    depth: int = 0,
    nos: Mapping[str, int] | None = None,
) -> list[Batch]:
    """Plan requests for samples of the run, inside the caller's transaction. Their predictions stay as they are.

    `nos` are the samples' row numbers by id, where they are known already. Raises KeyError for a sample that the run's
    data set does not have.
    """
    if not batches:
        return []
    if nos is None:
        nos = sample_nos(db, run_id, (sample_id for batch in batches for sample_id in batch))
    (first,) = db.conn.execute("SELECT COALESCE(MAX(id), 0) + 1 FROM batch").fetchone()
    added = [Batch(first + place, tuple(sample_ids), depth=depth) for place, sample_ids in enumerate(batches)]
    db.conn.executemany(
        "INSERT INTO batch (id, run_id, parent_id, depth, activity) VALUES (?, ?, ?, ?, ?)",
        ((batch.id, run_id, parent_id, depth, -batch.id) for batch in added),
    )
    db.conn.executemany(
        "INSERT INTO batch_sample (batch_id, place, sample_no) VALUES (?, ?, ?)",
        [(batch.id, place, nos[sample_id]) for batch in added for place, sample_id in enumerate(batch.sample_ids)],
    )
    return added


def sample_nos(db: Database, run_id: int, sample_ids: Iterable[str]) -> dict[str, int]:
    """The row numbers of samples of the run's data set, by id. Ids that it does not have are left out."""
    rows = db.conn.execute(
        "SELECT id, no FROM sample WHERE dataset = (SELECT dataset FROM run WHERE id = ?) "
        "AND id IN (SELECT value FROM json_each(?))",
        (run_id, json_text(list(sample_ids))),
    )
    return dict(rows.fetchall())
