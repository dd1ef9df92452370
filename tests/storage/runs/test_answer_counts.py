"""Answers are counted as they are read."""

import pytest
from sqlite_utils import Database

from tests.export.worked_run import REFUSED, answer, outside, plan_run, ranked
from workbench.domain.datasets.cards import CARDS
from workbench.domain.predictions import PredictionStatus
from workbench.domain.runs import Run
from workbench.domain.scoring.protocols import Answer
from workbench.storage.runs.answer_counts import count_by_place, count_intensities, load_answers

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
