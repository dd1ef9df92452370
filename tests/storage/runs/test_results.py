from sqlite_utils import Database

from tests.building import (
    CARD,
    REFUSED,
    at,
    exchange,
    plan,
    ranked,
    received,
    sample,
    store,
)
from workbench.domain.batches import Step
from workbench.domain.datasets.samples import Sample
from workbench.domain.predictions import PredictionStatus, RankedPrediction, judge
from workbench.domain.runs import Run
from workbench.storage.runs.attempts import load_sample_attempts, read_attempts
from workbench.storage.runs.plans import add_batches, open_batches
from workbench.storage.runs.results import judge_again, load_result, read_results
from workbench.storage.runs.run_control import claim_run
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
