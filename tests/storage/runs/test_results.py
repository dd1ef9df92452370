import pytest
from sqlite_utils import Database

from tests.building import (
    CARD,
    REFUSED,
    at,
    broken,
    exchange,
    plan,
    ranked,
    received,
    sample,
    store,
)
from workbench.domain.batches import Step
from workbench.domain.datasets.samples import Sample
from workbench.domain.messages import Usage
from workbench.domain.predictions import PredictionStatus, RankedPrediction, judge
from workbench.domain.runs import Run
from workbench.storage.runs.attempts import load_sample_attempts, read_attempts
from workbench.storage.runs.plans import add_batches, open_batches
from workbench.storage.runs.results import count_failures, first_failures, judge_again, load_result, read_results
from workbench.storage.runs.run_control import claim_run
from workbench.storage.samples import load_samples
from workbench.storage.workspace.database import transaction


def judged(one: Sample, prediction: RankedPrediction) -> tuple[int | None, str | None]:
    judgement = judge(CARD, one.gold, prediction)
    return judgement.gold_rank, judgement.failure


def answered(db: Database) -> Run:
    """A run in which a and b were answered, c refused in a request of its own after a common one, d not asked yet."""
    store(db, [sample("a"), sample("b", "sad"), sample("c"), sample("d")])
    run = plan(db, ["b", "a", "c"], ["d"])
    lease = claim_run(db, run, at())
    first = open_batches(db, run.id)[0]
    said = received(
        {"b": ranked("happy", "sad"), "a": ranked("happy")},
        gold={"b": "sad"},
        step=Step.REPEAT,
        said={"c": PredictionStatus.REFUSED},
        follow=[["c"]],
        text="some",
    )
    [rest] = exchange(db, lease, first, said)
    exchange(db, lease, rest, received({"c": REFUSED}, step=Step.GIVE_UP, text="no"), seconds=5)
    return run


def test_results_stand_in_planned_order_with_what_became_of_them(db: Database) -> None:
    run = answered(db)
    rows = list(read_results(db, run.id))
    assert [(one.sample.id, one.position) for one in rows] == [("b", 0), ("a", 1), ("c", 2), ("d", 3)]
    assert [one.prediction for one in rows] == [ranked("happy", "sad"), ranked("happy"), REFUSED, None]
    assert [(one.gold_rank, one.failure) for one in rows] == [(2, "wrong"), (1, None), (None, "refused"), (None, None)]
    ranked_status, refused_status = PredictionStatus.RANKED, PredictionStatus.REFUSED
    assert [one.first_status for one in rows] == [ranked_status, ranked_status, refused_status, None]
    assert [(one.attempts, one.place) for one in rows] == [(1, 0), (1, 1), (2, 0), (0, None)]


def test_one_result_is_the_one_in_the_list(db: Database) -> None:
    run = answered(db)
    results = list(read_results(db, run.id))
    assert [load_result(db, run.id, one.sample.id) for one in results] == results
    assert load_result(db, run.id, "nobody") is None
    assert load_result(db, run.id + 1, "a") is None


def test_attempts_of_a_sample_are_those_that_asked_about_it_in_order(db: Database) -> None:
    run = answered(db)
    assert [attempt.reply for attempt in read_attempts(db, run.id)] == ["some", "no"]
    assert [attempt.reply for attempt in load_sample_attempts(db, run.id, "a")] == ["some"]
    assert [attempt.asked for attempt in load_sample_attempts(db, run.id, "c")] == [("b", "a", "c"), ("c",)]
    assert load_sample_attempts(db, run.id, "d") == []
    assert load_sample_attempts(db, run.id, "nobody") == []


def test_a_later_request_counts_as_well(db: Database) -> None:
    run = answered(db)
    lease = claim_run(db, run, at(9999))
    with transaction(db):
        [again] = add_batches(db, run.id, [["c"]])
    exchange(db, lease, again, received({"c": ranked("happy")}), seconds=9999)
    found = load_result(db, run.id, "c")
    assert found is not None
    assert (found.attempts, found.prediction) == (3, ranked("happy"))


def test_a_changed_gold_label_is_judged_again_in_every_run(db: Database) -> None:
    run = answered(db)
    store(db, [sample("a", "sad"), sample("b", "happy"), sample("c"), sample("d")])
    judge_again(db, "rafdb", judged)
    by_name = {one.sample.id: (one.gold_rank, one.failure) for one in read_results(db, run.id)}
    assert by_name == {"a": (None, "wrong"), "b": (1, None), "c": (None, "refused"), "d": (None, None)}


def test_judging_again_changes_nothing_where_nothing_changed(db: Database) -> None:
    run = answered(db)
    before = list(read_results(db, run.id))
    judge_again(db, "rafdb", judged)
    judge_again(db, "sfew2", judged)
    assert list(read_results(db, run.id)) == before


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
