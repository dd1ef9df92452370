"""Jobs and the attempts that travel in them."""

import pytest
from sqlite_utils import Database

from tests.building import REFUSED, at, broken, exchange, plan, ranked, received, sample, store
from workbench.domain.batches import Batch, Step
from workbench.domain.jobs import Job, JobState
from workbench.domain.predictions import PredictionStatus
from workbench.domain.runs import Run
from workbench.errors import DatabaseError
from workbench.storage.runs.attempts import save_received, save_unsent
from workbench.storage.runs.batch_rows import load_totals
from workbench.storage.runs.jobs import (
    PlannedLine,
    count_unanswered,
    find_unanswered,
    load_job_attempts,
    load_jobs,
    save_job,
    save_planned,
)
from workbench.storage.runs.plans import OpenPlan, count_open_samples, open_batches
from workbench.storage.runs.results import read_results
from workbench.storage.runs.run_control import Lease, LeaseLost, claim_run


@pytest.fixture
def run(db: Database) -> Run:
    store(db, [sample(name) for name in "abcdef"])
    return plan(db, ("a", "b"), ("c", "d"), ("e", "f"))


@pytest.fixture
def lease(db: Database, run: Run) -> Lease:
    return claim_run(db, run, at())


def job_of(db: Database, lease: Lease, *batches: Batch, notes: dict[str, str] | None = None, **changed: object) -> Job:
    lines = [PlannedLine(batch, batch.sample_ids, "What do they feel?", 0.01, notes or {}) for batch in batches]
    given = {
        "endpoint": "openai",
        "key_name": "OPENAI_API_KEY",
        "file_hash": "f1",
        "n_requests": len(lines),
        "n_bytes": 100,
        "state": JobState.PLANNED,
        "input_file": None,
        "at": at(1),
    }
    return save_planned(db, lease, lines, **(given | changed))  # type: ignore[arg-type]  # a test names what it changes


def test_a_job_and_its_attempts_are_stored_together(db: Database, run: Run, lease: Lease) -> None:
    job = job_of(db, lease, *open_batches(db, run.id)[:2])
    assert load_jobs(db, run.id) == [job]
    assert (job.part, job.state, job.n_requests) == (0, JobState.PLANNED, 2)
    rows = db.conn.execute("SELECT number, endpoint, key_name, estimated_usd, job_id, received_at FROM attempt")
    assert [tuple(row) for row in rows] == [(1, "openai", "OPENAI_API_KEY", 0.01, job.id, None)] * 2


def test_a_job_that_cannot_be_stored_leaves_no_attempt(db: Database, run: Run, lease: Lease) -> None:
    first, second, _ = open_batches(db, run.id)
    job_of(db, lease, first)
    with pytest.raises(DatabaseError):
        job_of(db, lease, second)  # the same file again
    assert db.conn.execute("SELECT COUNT(*) FROM attempt").fetchone()[0] == 1
    with pytest.raises(LeaseLost):
        job_of(db, Lease(run.id, "somebody:1:else"), second, file_hash="f2")
    assert len(load_jobs(db, run.id)) == 1


def test_what_travels_is_open_but_not_to_be_asked(db: Database, run: Run, lease: Lease) -> None:
    first, second, third = open_batches(db, run.id)
    job = job_of(db, lease, first, third)
    assert [batch.id for batch in open_batches(db, run.id)] == [second.id]
    assert [batch.id for batch in open_batches(db, run.id, in_jobs=True)] == [first.id, second.id, third.id]
    assert list(OpenPlan(db, run.id)) == [("c", "d")]
    assert (count_open_samples(db, run.id), count_open_samples(db, run.id, in_jobs=True)) == (2, 6)
    assert count_unanswered(db, run.id) == {job.id: 2}
    assert load_totals(db, run.id).unseen == 0


def test_an_attempt_that_came_home_does_not_travel_any_more(db: Database, run: Run, lease: Lease) -> None:
    first, second, _ = open_batches(db, run.id)
    job = job_of(db, lease, first, second)
    away = find_unanswered(db, run.id, [job.id])
    assert set(away) == {(first.id, 1), (second.id, 1)}
    save_received(db, lease, first, away[first.id, 1], received({"a": ranked("happy"), "b": ranked("happy")}), at(9))
    save_received(db, lease, second, away[second.id, 1], broken(), at(9))
    assert find_unanswered(db, run.id, [job.id]) == {}
    assert count_unanswered(db, run.id) == {}
    again = {batch.id: batch for batch in open_batches(db, run.id)}
    assert first.id not in again
    assert (again[second.id].attempts, again[second.id].faults) == (1, 1)


def test_jobs_of_other_runs_are_not_looked_at(db: Database, run: Run, lease: Lease) -> None:
    other = plan(db, ("a",), name="other")
    job = job_of(db, claim_run(db, other, at()), *open_batches(db, other.id))
    assert load_jobs(db, run.id) == []
    assert find_unanswered(db, run.id, [job.id]) == {}
    assert count_unanswered(db, run.id) == {}
    assert len(open_batches(db, run.id)) == 3


def test_a_batch_is_known_as_it_was_before_the_attempt_that_travels(db: Database, run: Run, lease: Lease) -> None:
    (batch, *_) = open_batches(db, run.id)
    exchange(db, lease, batch, broken())
    exchange(db, lease, open_batches(db, run.id)[0], received(step=Step.REPEAT))
    (batch, *_) = open_batches(db, run.id)
    job = job_of(db, lease, batch)
    away = find_unanswered(db, run.id, [job.id])
    known = load_job_attempts(db, run.id, away.values())[away[batch.id, 3]]
    assert known.batch == batch
    assert (batch.attempts, batch.answers_tried, batch.faults) == (2, 1, 1)
    assert known.asked == ("a", "b")


def test_a_note_on_how_a_sample_was_shown_is_kept_until_its_answer(db: Database, run: Run, lease: Lease) -> None:
    (batch, *_) = open_batches(db, run.id)
    job = job_of(db, lease, batch, notes={"b": "no apex is known; the middle of the clip is sent"})
    away = find_unanswered(db, run.id, [job.id])
    known = load_job_attempts(db, run.id, away.values())[away[batch.id, 1]]
    assert known.notes == {"b": "no apex is known; the middle of the clip is sent"}


def test_why_media_were_bad_is_no_note_on_how_they_are_shown_now(db: Database, run: Run, lease: Lease) -> None:
    (batch, *_) = open_batches(db, run.id)
    bad = received({"a": ranked("happy")}).settled[0]
    gone = type(bad)(
        sample_id="a",
        prediction=type(REFUSED)(PredictionStatus.BAD_MEDIA),
        gold_rank=None,
        failure="bad media",
        note="cannot be read",
    )
    save_unsent(db, lease, batch, [gone], whole=False, at=at(1))
    job = job_of(db, lease, batch)
    away = find_unanswered(db, run.id, [job.id])
    assert load_job_attempts(db, run.id, away.values())[away[batch.id, 1]].notes == {}
    assert {one.sample.id: one.note for one in read_results(db, run.id)}["a"] == "cannot be read"


def test_a_job_moves_on_and_is_done(db: Database, run: Run, lease: Lease) -> None:
    from dataclasses import replace

    job = job_of(db, lease, *open_batches(db, run.id))
    job = save_job(db, lease, replace(job, state=JobState.CREATED, input_file="file-1", provider_job="batch_1"), at(5))
    assert load_jobs(db, run.id, unfinished=True) == [job]
    assert job.changed_at == at(5)
    save_job(db, lease, replace(job, state=JobState.DONE, error="half a pair \ud83d"), at(6))
    assert load_jobs(db, run.id, unfinished=True) == []
    assert load_jobs(db, run.id)[0].error == "half a pair \\ud83d"
    with pytest.raises(LeaseLost):
        save_job(db, Lease(run.id, "somebody:1:else"), job, at(7))


def test_parts_are_counted(db: Database, run: Run, lease: Lease) -> None:
    for number, batch in enumerate(open_batches(db, run.id)):
        assert job_of(db, lease, batch, file_hash=f"f{number}").part == number
