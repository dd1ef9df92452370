"""The logs that exports read: results, attempts, failures, and several reads of one moment."""

from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlite_utils import Database

from tests.building import REFUSED, at, broken, exchange, plan, ranked, received, sample, store
from workbench.domain.batches import Step
from workbench.domain.messages import Usage
from workbench.domain.predictions import PredictionStatus
from workbench.domain.runs import Run
from workbench.errors import DatabaseError
from workbench.storage.runs.attempts import read_attempts
from workbench.storage.runs.plans import open_batches
from workbench.storage.runs.results import count_failures, first_failures, read_results
from workbench.storage.runs.run_control import claim_run
from workbench.storage.samples import load_samples
from workbench.storage.workspace.connections import read_snapshot
from workbench.storage.workspace.database import open_workspace


@pytest.fixture
def run(db: Database) -> Run:
    """A fault, then a refusal of `c` that is split off, then its refusal alone; `d` and `e` are still to come."""
    store(db, [sample(name, cluster="s1") for name in "abcde"])
    run = plan(db, "abc", "de")
    lease = claim_run(db, run, at())
    first = open_batches(db, run.id)[0]
    exchange(db, lease, first, broken(error="no route"), seconds=1)
    again = open_batches(db, run.id)[0]
    said = received(
        {"a": ranked("happy", "sad"), "b": ranked("sad")},
        step=Step.SPLIT,
        follow=[("c",)],
        said={"c": PredictionStatus.REFUSED},
        text="as asked",
        usage=Usage(120, 30, cached_tokens=20),
        cost_usd=0.25,
        latency_s=1.5,
    )
    (alone,) = exchange(db, lease, again, said, seconds=2)
    exchange(db, lease, alone, received({"c": REFUSED}, refusal="I cannot"), seconds=3)
    return run


def test_results_come_in_planned_order_with_what_was_asked_and_said(db: Database, run: Run) -> None:
    results = list(read_results(db, run.id))
    assert [one.sample for one in results] == load_samples(db, "rafdb")
    assert [one.prediction for one in results] == [ranked("happy", "sad"), ranked("sad"), REFUSED, None, None]
    assert [(one.status, one.top1) for one in results[:3]] == [
        (PredictionStatus.RANKED, "happy"),
        (PredictionStatus.RANKED, "sad"),
        (PredictionStatus.REFUSED, None),
    ]
    assert (results[4].status, results[4].top1) == (None, None)
    assert [one.attempts for one in results] == [2, 2, 3, 0, 0]


def test_results_of_some_samples_keep_the_order_too(db: Database, run: Run) -> None:
    assert [one.sample.id for one in read_results(db, run.id, only=["c", "a", "nobody"])] == ["a", "c"]
    assert list(read_results(db, run.id, only=[])) == []


def test_attempts_come_in_the_order_of_sending_with_all_that_is_known(db: Database, run: Run) -> None:
    fault, answered, refused = read_attempts(db, run.id)
    assert (fault.number, fault.outcome, fault.fault, fault.status_code) == (1, "failed", "transient", 500)
    assert (fault.error, fault.reply) == ("no route", None)
    assert (answered.batch_id, answered.number, answered.asked) == (fault.batch_id, 2, ("a", "b", "c"))
    assert (answered.prompt_tokens, answered.completion_tokens, answered.cached_tokens) == (120, 30, 20)
    assert (answered.cost_usd, answered.latency_s, answered.step) == (0.25, 1.5, "split")
    assert (refused.parent_batch_id, refused.depth, refused.asked) == (answered.batch_id, 1, ("c",))
    assert refused.refusal == "I cannot"


def test_attempts_of_other_runs_are_not_read(db: Database, run: Run) -> None:
    other = plan(db, "ab", name="other")
    lease = claim_run(db, other, at())
    exchange(db, lease, open_batches(db, other.id)[0], received({"a": ranked("sad")}), seconds=9)
    assert len(list(read_attempts(db, run.id))) == 3
    assert len(list(read_attempts(db, other.id))) == 1


def test_failures_are_counted_by_what_they_have_in_common(db: Database, run: Run) -> None:
    assert count_failures(db, run.id) == {("wrong", "happy", "sad"): 1, ("refused", "happy", None): 1}
    assert first_failures(db, run.id, "wrong", "happy", "sad", 5) == ["b"]
    assert first_failures(db, run.id, "refused", "happy", None, 5) == ["c"]
    assert first_failures(db, run.id, "refused", "happy", None, 0) == []


def test_what_is_read_of_one_moment_does_not_change(db: Database, run: Run, path: Path) -> None:
    def changed() -> None:
        with closing(open_workspace(path, lock_timeout_s=0.05)) as other, suppress(DatabaseError):
            other.conn.execute("UPDATE prediction SET status = NULL")

    with read_snapshot(db), read_snapshot(db):
        before = [one.status for one in read_results(db, run.id)]
        changed()
        assert [one.status for one in read_results(db, run.id)] == before
    changed()
    assert [one.status for one in read_results(db, run.id)] == [None] * 5


def test_a_moment_ends_with_an_error_too(db: Database) -> None:
    with pytest.raises(RuntimeError), read_snapshot(db):
        raise RuntimeError
    assert not db.conn.in_transaction
