"""Repeats, other orders of labels and ensembles, in a real workspace."""

import pytest
from sqlite_utils import Database

from tests.building import REFUSED, ranked
from tests.export.worked_run import outside
from tests.pipeline.scoring.compared_runs import answered_run
from workbench.domain.datasets.cards import CARDS
from workbench.domain.runs import Run
from workbench.pipeline.scoring.repeats import (
    are_steady,
    control_json,
    differ_in_order,
    measure_steadiness,
    order_control,
    repeats_of,
    steadiness_json,
)

CARD = CARDS["rafdb"]
GOLD = {"w": "happy", "x": "sad", "y": "angry", "z": "happy"}
FIRST = {"w": ranked("happy"), "x": ranked("sad", "angry"), "y": REFUSED, "z": REFUSED}
SECOND = {"w": ranked("happy"), "x": ranked("angry", "sad"), "y": ranked("angry"), "z": REFUSED}
THIRD = {"w": outside("glad", "happy"), "x": ranked("happy", "sad"), "y": ranked("happy", "angry"), "z": REFUSED}


@pytest.fixture
def runs(db: Database) -> list[Run]:
    fates = (FIRST, SECOND, THIRD)
    return [
        answered_run(db, CARD, GOLD, one, name=f"r{number}", model="m", repeat=number)
        for number, one in enumerate(fates, start=1)
    ]


def test_the_repeats_of_a_run_are_those_that_ask_the_same(db: Database, runs: list[Run]) -> None:
    answered_run(db, CARD, GOLD, FIRST, name="another", model="m", batch_size=1)
    assert [run.name for run in repeats_of(db, runs[1])] == ["r1", "r2", "r3"]
    assert are_steady(runs)
    assert not are_steady(runs[:1])


def test_agreement_is_over_what_all_of_them_answered(db: Database, runs: list[Run]) -> None:
    found = measure_steadiness(db, CARD, runs)
    assert (found.shared, found.orders, found.agreement.n) == (4, 1, 2)
    assert found.agreement.pairwise == pytest.approx((1 / 3 + 0) / 2)
    assert found.agreement.unanimous.value == 0.0


def test_the_majority_is_scored_as_if_it_were_a_run(db: Database, runs: list[Run]) -> None:
    scores = measure_steadiness(db, CARD, runs).ensembles["majority"]
    assert (scores.planned, scores.answered) == (4, 3)
    # w happy; x one vote each: happy stands before sad and angry in the card; y happy before angry; z refused by all
    assert scores.metrics["accuracy"].value == 1 / 4
    assert scores.metrics["top_2"].value == 3 / 4


def test_borda_weighs_every_place(db: Database, runs: list[Run]) -> None:
    scores = measure_steadiness(db, CARD, runs).ensembles["borda"]
    # x: sad 6 + 5 + 5 beats angry 5 + 6 and happy 6; y: angry 6 + 5 beats happy 6
    assert scores.metrics["accuracy"].value == 3 / 4
    assert scores.metrics["mrr"].value == 3 / 4


def test_two_orders_of_labels_are_told_from_anything_else(db: Database, runs: list[Run]) -> None:
    turned = answered_run(db, CARD, GOLD, SECOND, name="turned", model="m", labels=CARD.labels.names[::-1])
    assert differ_in_order(runs[0].spec, turned.spec)
    assert differ_in_order(runs[1].spec, turned.spec)
    assert not differ_in_order(runs[0].spec, runs[1].spec)
    assert are_steady([*runs, turned])
    assert measure_steadiness(db, CARD, [runs[0], turned]).orders == 2


def test_the_control_of_a_flip_rate_is_a_repeat_of_either_run(db: Database, runs: list[Run]) -> None:
    turned = answered_run(db, CARD, GOLD, SECOND, name="turned", model="m", labels=CARD.labels.names[::-1])
    control = order_control(db, CARD, turned, runs[0])
    assert control is not None
    assert (control.a, control.b) == ("r1", "r2")
    assert (control.answers.n, control.answers.flip_rate.value) == (2, 0.5)
    document = control_json(control)
    assert document is not None
    assert document["runs"] == ["r1", "r2"]


def test_without_a_repeat_there_is_no_control(db: Database) -> None:
    a = answered_run(db, CARD, GOLD, FIRST, name="a")
    b = answered_run(db, CARD, GOLD, SECOND, name="b", labels=CARD.labels.names[::-1])
    assert order_control(db, CARD, a, b) is None
    assert control_json(None) is None


def test_the_json_of_repeats_holds_their_agreement_and_both_ensembles(db: Database, runs: list[Run]) -> None:
    document = steadiness_json(measure_steadiness(db, CARD, runs))
    assert document["runs"] == ["r1", "r2", "r3"]
    assert set(document["ensembles"]) == {"majority", "borda"}
    assert document["ensembles"]["borda"]["metrics"]["accuracy"]["value"] == 0.75
    assert document["agreement"]["n"] == 2
