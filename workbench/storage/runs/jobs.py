"""Jobs, and the attempts that are sent in them.

A job and all of its attempts are stored in one transaction, before its file is uploaded. An attempt of a job without
`received_at` waits for its answer: its batch is open and is not sent in another way. When a job is done, none of its
attempts waits any more.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlite_utils import Database

from workbench.domain.batches import Batch
from workbench.domain.jobs import Job, JobState
from workbench.domain.predictions import PredictionStatus
from workbench.storage.rows import json_text, storable, value_of, words
from workbench.storage.runs.attempts import Sending, save_sent
from workbench.storage.runs.plans import BATCH_COLUMNS, batch_of, sample_nos
from workbench.storage.runs.run_control import Lease, assert_held
from workbench.storage.workspace.connections import transaction


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A request as it stands in a job's file."""

    batch: Batch
    asked: Sequence[str]
    """Sample ids by place in the request."""
    prompt: str
    estimated_usd: float | None
    notes: Mapping[str, str] = field(default_factory=dict)
    """What had to be done otherwise than asked to show a sample."""


@dataclass(frozen=True, slots=True)
class JobAttempt:
    """An attempt that is sent in a job, and not answered yet."""

    attempt_id: int
    batch: Batch
    """As it was before this attempt."""
    asked: tuple[str, ...]
    """Sample ids by place in the request."""
    notes: Mapping[str, str]


def save_planned(
    db: Database,
    lease: Lease,
    lines: Iterable[PlannedLine],
    *,
    endpoint: str,
    key_name: str | None,
    file_hash: str,
    n_requests: int,
    n_bytes: int,
    state: JobState,
    input_file: str | None,
    at: str,
) -> Job:
    """Store a job whose file is written, with the attempts that it holds, or nothing."""
    with transaction(db):
        assert_held(db, lease, at)
        jobs = db.table("job")
        job_id = jobs.insert(
            {
                "run_id": lease.run_id,
                "endpoint": endpoint,
                "key_name": key_name,
                "part": jobs.count_where("run_id = ?", [lease.run_id]),
                "file_hash": file_hash,
                "n_requests": n_requests,
                "n_bytes": n_bytes,
                "state": state,
                "input_file": storable(input_file),
                "created_at": at,
                "changed_at": at,
            }
        ).last_rowid
        for line in lines:
            by = Sending(endpoint, key_name, line.estimated_usd, job_id)
            save_sent(db, lease, line.batch, asked=line.asked, prompt=line.prompt, at=at, by=by)
            _save_notes(db, lease.run_id, line.notes)
        return _job(next(jobs.rows_where("id = ?", [job_id])))


def save_job(db: Database, lease: Lease, job: Job, at: str) -> Job:
    """Store how a job stands; returns it as stored."""
    columns = ("state", "input_file", "provider_job", "output_file", "error_file")
    with transaction(db):
        assert_held(db, lease, at)
        values = {column: getattr(job, column) for column in columns}
        db.table("job").update(job.id, {**values, "error": storable(job.error), "changed_at": at})
    return replace(job, changed_at=at)


def load_jobs(db: Database, run_id: int, *, unfinished: bool = False) -> list[Job]:
    """The jobs of a run in the order in which they were made; with `unfinished`, those that are not done."""
    where = "run_id = ? AND (NOT ? OR state <> ?)"
    return [_job(row) for row in db.table("job").rows_where(where, [run_id, unfinished, JobState.DONE], order_by="id")]


def count_unanswered(db: Database, run_id: int) -> dict[int, int]:
    """How many requests in each of a run's jobs wait for an answer; jobs without any are left out."""
    rows = db.conn.execute(f"SELECT job_id, COUNT(*) {_UNANSWERED} GROUP BY job_id", (run_id,))
    return dict(rows.fetchall())


def find_unanswered(db: Database, run_id: int, job_ids: Collection[int]) -> dict[tuple[int, int], int]:
    """The attempts in these jobs that wait for an answer: from batch and number to the attempt's row number."""
    rows = db.conn.execute(
        f"SELECT batch_id, number, attempt.id {_UNANSWERED} AND job_id IN (SELECT value FROM json_each(?)) ORDER BY 3",
        (run_id, json_text(list(job_ids))),
    )
    return {(batch_id, number): attempt_id for batch_id, number, attempt_id in rows.fetchall()}


def load_job_attempts(db: Database, run_id: int, attempt_ids: Collection[int]) -> dict[int, JobAttempt]:
    """What is needed to read the answers to these attempts, by row number."""
    rows = list(
        db.query(
            f"SELECT sent.id AS attempt_id, sent.asked, {BATCH_COLUMNS} FROM attempt AS sent "
            "JOIN batch ON batch.id = sent.batch_id "
            "LEFT JOIN attempt ON attempt.batch_id = batch.id AND attempt.number < sent.number "
            "WHERE sent.id IN (SELECT value FROM json_each(:ids)) AND run_id = :run GROUP BY sent.id",
            {"ids": json_text(list(attempt_ids)), "run": run_id},
        )
    )
    notes = _load_notes(db, run_id, {sample_id for row in rows for sample_id in words(row["asked"])})
    found: dict[int, JobAttempt] = {}
    for row in rows:
        asked = words(row["asked"])
        of_asked = {sample_id: notes[sample_id] for sample_id in asked if sample_id in notes}
        found[row["attempt_id"]] = JobAttempt(row["attempt_id"], batch_of(row), asked, of_asked)
    return found


_UNANSWERED: Final = (  # from the open batches, by their index: a run has many more attempts than those in jobs
    "FROM batch JOIN attempt ON batch_id = batch.id "
    "WHERE run_id = ? AND batch.step IS NULL AND job_id IS NOT NULL AND received_at IS NULL"
)


def _save_notes(db: Database, run_id: int, notes: Mapping[str, str]) -> None:
    """Kept with the prediction, unless it is an answer already."""
    if notes:
        nos = sample_nos(db, run_id, notes)
        db.conn.executemany(
            "UPDATE prediction SET note = ? WHERE run_id = ? AND sample_no = ? "
            "AND (status IS NULL OR status NOT IN (?, ?))",
            (
                (note, run_id, nos[sample_id], PredictionStatus.RANKED, PredictionStatus.OUT_OF_VOCABULARY)
                for sample_id, note in notes.items()
            ),
        )


def _load_notes(db: Database, run_id: int, sample_ids: Collection[str]) -> dict[str, str]:
    """The notes of samples; what is noted of bad media is why they were not sent before."""
    rows = db.conn.execute(
        "SELECT sample.id, note FROM prediction JOIN sample ON sample.no = sample_no WHERE run_id = ? "
        "AND note IS NOT NULL AND status IS NOT ? AND sample.id IN (SELECT value FROM json_each(?))",
        (run_id, PredictionStatus.BAD_MEDIA, json_text(list(sample_ids))),
    )
    return dict(rows.fetchall())


def _job(row: Mapping[str, Any]) -> Job:
    return value_of(Job, row, state=JobState)
