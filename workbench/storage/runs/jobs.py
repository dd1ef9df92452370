"""Jobs, and the attempts that travel in them.

A job and all of its attempts are one transaction, before its file leaves. An attempt of a job without `received_at`
is away: its batch is open and is not asked elsewhere. When a job is done, none of its attempts is away any more.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlite_utils import Database

from workbench.domain.batches import Batch
from workbench.domain.jobs import Job, JobState
from workbench.domain.messages import Outcome
from workbench.domain.predictions import PredictionStatus
from workbench.storage.rows import storable
from workbench.storage.runs.attempts import Sending, save_sent
from workbench.storage.runs.plans import sample_nos
from workbench.storage.runs.run_control import Lease, assert_held
from workbench.storage.workspace.database import transaction


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A request as it stands in a job's file."""

    batch: Batch
    asked: Sequence[str]
    prompt: str
    estimated_usd: float | None
    notes: Mapping[str, str] = field(default_factory=dict)
    """What had to be done otherwise than asked to show a sample."""


@dataclass(frozen=True, slots=True)
class Away:
    """An attempt that travels in a job."""

    attempt_id: int
    batch: Batch
    """As it was before this attempt."""
    asked: tuple[str, ...]
    """Sample ids by place in the request."""
    notes: Mapping[str, str]


def save_planned(
    db: Database,
    hold: Lease,
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
    """Record a job whose file is written, with the attempts that it holds, or nothing."""
    with transaction(db):
        assert_held(db, hold, at)
        (part,) = db.conn.execute("SELECT COUNT(*) FROM job WHERE run_id = ?", (hold.run_id,)).fetchone()
        cursor = db.conn.execute(
            "INSERT INTO job (run_id, endpoint, key_name, part, file_hash, n_requests, n_bytes, state, input_file, "
            "created_at, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(hold.run_id, endpoint, key_name, part, file_hash, n_requests, n_bytes),
                *(state, storable(input_file), at, at),
            ),
        )
        job_id = int(cursor.lastrowid or 0)
        for line in lines:
            by = Sending(endpoint, key_name, line.estimated_usd, job_id)
            save_sent(db, hold, line.batch, asked=line.asked, prompt=line.prompt, at=at, by=by)
            _note(db, hold.run_id, line.notes)
        return _job(next(db.query("SELECT * FROM job WHERE id = ?", [job_id])))


def save_job(db: Database, hold: Lease, job: Job, at: str) -> Job:
    """Store how a job stands; returns it as stored."""
    with transaction(db):
        assert_held(db, hold, at)
        db.conn.execute(
            "UPDATE job SET state = ?, input_file = ?, provider_job = ?, output_file = ?, error_file = ?, error = ?, "
            "changed_at = ? WHERE id = ?",
            (
                *(job.state, job.input_file, job.provider_job, job.output_file, job.error_file),
                *(storable(job.error), at, job.id),
            ),
        )
    return replace(job, changed_at=at)


def load_jobs(db: Database, run_id: int, *, unfinished: bool = False) -> list[Job]:
    """The jobs of a run in the order of making; with `unfinished`, those that are not done."""
    rows = db.query(
        "SELECT * FROM job WHERE run_id = ? AND (NOT ? OR state <> ?) ORDER BY id", [run_id, unfinished, JobState.DONE]
    )
    return [_job(row) for row in rows]


def count_away(db: Database, run_id: int) -> dict[int, int]:
    """How many requests of a run travel in each of its jobs; jobs without any are left out."""
    rows = db.conn.execute(f"SELECT job_id, COUNT(*) {_AWAY} GROUP BY job_id", (run_id,))
    return dict(rows.fetchall())


def load_away(db: Database, run_id: int, job_ids: Collection[int]) -> dict[tuple[int, int], int]:
    """The attempts that travel in these jobs: from batch and number to the attempt's row number."""
    rows = db.conn.execute(
        f"SELECT batch_id, number, attempt.id {_AWAY} AND job_id IN (SELECT value FROM json_each(?)) ORDER BY 3",
        (run_id, json.dumps(list(job_ids))),
    )
    return {(batch_id, number): attempt_id for batch_id, number, attempt_id in rows.fetchall()}


def load_attempts_away(db: Database, run_id: int, attempt_ids: Collection[int]) -> dict[int, Away]:
    """What is known of attempts that travel, by row number."""
    rows = list(
        db.query(
            "SELECT attempt.id, attempt.batch_id, depth, number, asked, "
            "(SELECT json_group_array(id) FROM (SELECT sample.id FROM batch_sample "
            "JOIN sample ON sample.no = batch_sample.sample_no "
            "WHERE batch_sample.batch_id = batch.id ORDER BY place)) AS sample_ids, "
            "(SELECT COALESCE(SUM(outcome IS NOT NULL AND outcome <> :failed), 0) FROM attempt AS before "
            "WHERE before.batch_id = batch.id AND before.number < attempt.number) AS answers, "
            "(SELECT COALESCE(SUM(outcome = :failed AND fault NOT IN ('stop', 'rate limited')), 0) "
            "FROM attempt AS before "
            "WHERE before.batch_id = batch.id AND before.number < attempt.number) AS faults "
            "FROM attempt JOIN batch ON batch.id = attempt.batch_id "
            "WHERE attempt.id IN (SELECT value FROM json_each(:ids)) AND run_id = :run",
            {"failed": Outcome.FAILED, "ids": json.dumps(list(attempt_ids)), "run": run_id},
        )
    )
    notes = _notes(db, run_id, {sample_id for row in rows for sample_id in json.loads(row["asked"])})
    return {row["id"]: _away(row, notes) for row in rows}


_AWAY: Final = (  # from the open batches, by their index: a run has many more attempts than those that travel
    "FROM batch JOIN attempt ON batch_id = batch.id "
    "WHERE run_id = ? AND batch.step IS NULL AND job_id IS NOT NULL AND received_at IS NULL"
)


def _away(row: Mapping[str, Any], notes: Mapping[str, str]) -> Away:
    asked = tuple(json.loads(row["asked"]))
    batch = Batch(
        id=row["batch_id"],
        sample_ids=tuple(json.loads(row["sample_ids"])),
        attempts=row["number"] - 1,
        answers_tried=row["answers"],
        faults=row["faults"],
        depth=row["depth"],
    )
    return Away(row["id"], batch, asked, {sample_id: notes[sample_id] for sample_id in asked if sample_id in notes})


_ANSWERS: Final = (PredictionStatus.RANKED, PredictionStatus.OUT_OF_VOCABULARY)


def _note(db: Database, run_id: int, notes: Mapping[str, str]) -> None:
    """Kept with the prediction until the answer is there, and then for good."""
    if notes:
        nos = sample_nos(db, run_id, notes)
        db.conn.executemany(
            "UPDATE prediction SET note = ? WHERE run_id = ? AND sample_no = ? "
            "AND (status IS NULL OR status NOT IN (?, ?))",
            ((note, run_id, nos[sample_id], *_ANSWERS) for sample_id, note in notes.items()),
        )


def _notes(db: Database, run_id: int, sample_ids: Collection[str]) -> dict[str, str]:
    """The notes of samples; what is noted of bad media is why they were not sent before."""
    rows = db.conn.execute(
        "SELECT sample.id, note FROM prediction JOIN sample ON sample.no = sample_no WHERE run_id = ? "
        "AND note IS NOT NULL AND status IS NOT ? AND sample.id IN (SELECT value FROM json_each(?))",
        (run_id, PredictionStatus.BAD_MEDIA, json.dumps(list(sample_ids))),
    )
    return dict(rows.fetchall())


def _job(row: Mapping[str, Any]) -> Job:
    return Job(**{**row, "state": JobState(row["state"])})
