"""Answers are counted as they are read."""

import pytest
from sqlite_utils import Database

from tests.building import REFUSED, at, exchange, plan, ranked, received, sample, store
from tests.export.worked_run import answer, outside, plan_run
from workbench.domain.datasets.cards import CARDS
from workbench.domain.predictions import PredictionStatus, RankedPrediction
from workbench.domain.runs import Run
from workbench.domain.scoring.protocols import Answer
from workbench.storage.runs.plans import count_planned, open_batches
from workbench.storage.runs.run_answers import count_by_place, count_intensities, load_answers, read_shared
from workbench.storage.runs.run_control import claim_run

RAFDB = CARDS["rafdb"]


@pytest.fixture
def run(db: Database) -> Run:
    planned = plan_run(db, RAFDB, dict.fromkeys(("a", "b", "c", "d", "e"), "happy"), clusters={})
    said = {
        "a": ranked("happy", "sad"),
        "b": ranked("happy", "angry"),
        "c": outside("pain", "happy"),
        "d": REFUSED,
    }
    return answer(db, RAFDB, planned, said)


def kinds(answers: list[Answer]) -> dict[tuple[str | None, str | None, int | None], int]:
    return {(one.status, one.top1, one.gold_rank): one.count for one in answers}


def test_samples_that_scoring_cannot_tell_apart_are_one_line(db: Database, run: Run) -> None:
    assert kinds(load_answers(db, run.id)) == {
        (PredictionStatus.RANKED, "happy", 1): 2,
        (PredictionStatus.OUT_OF_VOCABULARY, "pain", 2): 1,
        (PredictionStatus.REFUSED, None, None): 1,
        (None, None, None): 1,
    }


def test_rankings_tell_them_apart_where_they_are_asked_for(db: Database, run: Run) -> None:
    whole = load_answers(db, run.id, whole_rankings=True)
    assert {one.ranking for one in whole if one.top1 == "happy"} == {("happy", "sad"), ("happy", "angry")}
    assert sum(one.count for one in whole) == 5


def test_samples_can_be_left_out_by_name(db: Database, run: Run) -> None:
    assert sum(one.count for one in load_answers(db, run.id, without=["a", "d"])) == 3


def test_places_count_what_was_answered_of_the_gold_labels_that_are_scored(db: Database, run: Run) -> None:
    by_place = count_by_place(db, run.id)
    assert sum(count for _, count, _ in by_place) == 3
    assert sum(right for _, _, right in by_place) == 2
    assert count_by_place(db, run.id, unscored=["happy"]) == []


def test_only_samples_with_an_intensity_are_read_for_it(db: Database, run: Run) -> None:
    assert count_intensities(db, run.id) == []


def answered(db: Database, run: Run, **fates: RankedPrediction) -> None:
    [batch] = open_batches(db, run.id)
    exchange(db, claim_run(db, run, at()), batch, received(fates, gold={"b": "sad"}))


def two_runs(db: Database) -> tuple[Run, Run]:
    store(db, [sample("a"), sample("b", "sad", cluster="s1"), sample("c"), sample("d")])
    first, second = plan(db, ["c", "b", "a"], name="first"), plan(db, ["a", "b", "d"], name="second")
    answered(db, first, b=ranked("sad", "happy"), a=ranked("happy"))
    answered(db, second, a=REFUSED, b=ranked("happy", "sad"), d=ranked("happy"))
    return first, second


def test_shared_samples_come_in_the_planned_order_of_the_first_run(db: Database) -> None:
    first, second = two_runs(db)
    assert [one.sample_id for one in read_shared(db, (first.id, second.id), in_order=True)] == ["b", "a"]
    assert [one.sample_id for one in read_shared(db, (second.id, first.id), in_order=True)] == ["a", "b"]
    assert [one.sample_id for one in read_shared(db, (first.id,), in_order=True)] == ["c", "b", "a"]
    assert (count_planned(db, first.id), count_planned(db, second.id)) == (3, 3)


def test_each_run_says_its_own_beside_the_same_gold_and_cluster(db: Database) -> None:
    first, second = two_runs(db)
    [b, a] = read_shared(db, (first.id, second.id), whole_rankings=True, in_order=True)
    assert [(one.gold, one.cluster) for one in (*b.answers, *a.answers)] == [("sad", "s1")] * 2 + [("happy", None)] * 2
    assert [(one.top1, one.gold_rank, one.ranking) for one in b.answers] == [
        ("sad", 1, ("sad", "happy")),
        ("happy", 2, ("happy", "sad")),
    ]
    assert a.answers[1].status is PredictionStatus.REFUSED
    assert a.answers[1].top1 is None


def test_rankings_are_left_out_unless_asked_for(db: Database) -> None:
    first, second = two_runs(db)
    assert all(one.ranking == () for row in read_shared(db, (first.id, second.id)) for one in row.answers)


def test_a_sample_without_a_final_status_has_none(db: Database) -> None:
    first, _ = two_runs(db)
    [c, *_] = read_shared(db, (first.id, first.id), in_order=True)
    assert [one.status for one in c.answers] == [None, None]


def test_three_runs_share_what_all_of_them_planned(db: Database) -> None:
    first, second = two_runs(db)
    third = plan(db, ["d", "a"], name="third")
    [shared] = read_shared(db, (first.id, second.id, third.id))
    assert shared.sample_id == "a"
    assert [one.status for one in shared.answers] == [PredictionStatus.RANKED, PredictionStatus.REFUSED, None]
