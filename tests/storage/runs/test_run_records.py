import pytest
from sqlite_utils import Database

from tests.building import REFUSED, at, broken, exchange, plan, ranked, received, sample, spec_of, store
from workbench.domain.batches import Step
from workbench.domain.messages import Usage
from workbench.domain.runs import RunState, run_key
from workbench.errors import DatabaseError, UsageError
from workbench.storage.runs.batch_rows import load_totals
from workbench.storage.runs.plans import open_batches
from workbench.storage.runs.results import read_results
from workbench.storage.runs.run_control import claim_run, release_run
from workbench.storage.runs.run_records import create_run, has_run, load_run, load_runs


@pytest.fixture(autouse=True)
def samples(db: Database) -> None:
    store(db, [sample(name) for name in "abcdef"])


def test_a_run_comes_back_as_it_was_planned(db: Database) -> None:
    run = plan(db, ["c", "a"], ["b"])
    assert load_run(db, "rafdb", "main") == run
    assert (run.dataset, run.name, run.state, run.reason) == ("rafdb", "main", RunState.PLANNED, None)
    assert (run.spec, run.spec_hash) == (spec_of(), run_key(spec_of()))
    assert (run.created_at, run.changed_at, run.elapsed_s) == (at(), at(), 0.0)
    assert [batch.sample_ids for batch in open_batches(db, run.id)] == [("c", "a"), ("b",)]
    assert [(one.sample.id, one.position) for one in read_results(db, run.id)] == [("c", 0), ("a", 1), ("b", 2)]


def test_a_run_is_planned_whole_or_not_at_all(db: Database) -> None:
    with pytest.raises(KeyError):
        plan(db, ["a"], ["nobody"])
    with pytest.raises(DatabaseError, match="UNIQUE"):
        plan(db, ["a"], ["a"])
    assert load_runs(db) == []
    assert db.conn.execute("SELECT COUNT(*) FROM batch").fetchone() == (0,)


def test_a_name_stands_for_one_run_of_a_data_set(db: Database) -> None:
    first = plan(db, ["a"])
    with pytest.raises(DatabaseError, match="UNIQUE"):
        plan(db, ["b"])
    store(db, [sample("a")], key="sfew2")
    plan(db, ["a"], key="sfew2")
    assert load_run(db, "rafdb", "main") == first
    assert has_run(db, "rafdb", "main")
    assert not has_run(db, "rafdb", "Main")


def test_an_unknown_run_is_answered_with_those_there_are(db: Database) -> None:
    with pytest.raises(UsageError, match="unknown run of rafdb 'main'; there are none yet"):
        load_run(db, "rafdb", "main")
    plan(db, ["a"], name="grey frames")
    with pytest.raises(UsageError, match="unknown run of rafdb 'gray frames'; did you mean grey frames"):
        load_run(db, "rafdb", "gray frames")


def test_runs_stand_in_the_order_in_which_they_were_touched(db: Database) -> None:
    store(db, [sample("a")], key="sfew2")
    create_run(db, "old", spec_of(), [["a"]], at(1))
    newer = create_run(db, "new", spec_of(), [["a"]], at(2))
    create_run(db, "other", spec_of("sfew2"), [["a"]], at(3))
    assert [run.name for run in load_runs(db)] == ["other", "new", "old"]
    assert [run.name for run in load_runs(db, "rafdb")] == ["new", "old"]
    old = load_run(db, "rafdb", "old")
    release_run(db, claim_run(db, old, at(9)), reason="x", elapsed_s=1, at=at(10))
    assert [run.name for run in load_runs(db, "rafdb")] == ["old", newer.name]


def test_progress_counts_samples_attempts_tokens_and_money(db: Database) -> None:
    run = plan(db, ["a", "b"], ["c", "d"], ["e"])
    lease = claim_run(db, run, at())
    first, second, _ = open_batches(db, run.id)
    exchange(db, lease, first, broken())
    [first, *_] = open_batches(db, run.id)
    exchange(db, lease, first, received({"a": ranked("sad"), "b": REFUSED}, cost_usd=0.5, usage=Usage(100, 10)))
    exchange(db, lease, second, received({"c": ranked("sad")}, cost_usd=0.25, usage=Usage(50, 5), follow=[["d"]]))
    progress = load_totals(db, run.id)
    assert (progress.planned, progress.settled, progress.unanswered) == (5, 3, 3)
    assert dict(progress.by_status) == {"ranked": 2, "refused": 1}
    assert (progress.requests, progress.unseen) == (3, 0)
    assert (progress.prompt_tokens, progress.completion_tokens, progress.cost_usd) == (150, 15, 0.75)


@pytest.mark.parametrize("usage", [Usage(1, 1), None], ids=["a price that is not known", "usage that is not told"])
def test_money_is_unknown_as_soon_as_one_reply_has_an_unknown_price(db: Database, usage: Usage | None) -> None:
    run = plan(db, ["a"], ["b"])
    lease = claim_run(db, run, at())
    first, second = open_batches(db, run.id)
    exchange(db, lease, first, received({"a": ranked("sad")}, cost_usd=0.5, usage=Usage(100, 10)))
    exchange(db, lease, second, received({"b": ranked("sad")}, cost_usd=None, usage=usage))
    assert load_totals(db, run.id).cost_usd is None


def test_what_never_became_a_reply_costs_nothing(db: Database) -> None:
    run = plan(db, ["a"])
    lease = claim_run(db, run, at())
    [batch] = open_batches(db, run.id)
    exchange(db, lease, batch, broken())
    [batch] = open_batches(db, run.id)
    exchange(db, lease, batch, received({"a": ranked("sad")}, cost_usd=0.5, usage=Usage(100, 10), step=Step.KEEP))
    assert load_totals(db, run.id).cost_usd == 0.5
