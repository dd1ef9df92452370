"""Arms of an ablation: their specs and names, which runs they use, and what the table is made of."""

import json
from dataclasses import replace

import pytest
from sqlite_utils import Database

from tests.building import ranked, spec_of
from tests.pipeline.scoring.compared_runs import answered_run
from workbench.domain.datasets.cards import CARDS
from workbench.domain.runs import Colour
from workbench.errors import UsageError
from workbench.pipeline.ablation import ORDERS, Axis, as_json, plan_arms, score_arms

RAFDB = CARDS["rafdb"]
BASE = spec_of("rafdb")
GOLD = {"w": "happy", "x": "sad", "y": "angry", "z": "happy"}
FIRST = {name: ranked(label) for name, label in GOLD.items()}
SECOND = FIRST | {"x": ranked("happy"), "y": ranked("sad")}


@pytest.mark.parametrize(
    ("axis", "values", "field", "wanted", "names"),
    [
        (Axis.COLOUR, ["rgb", "GREY"], "colour", [Colour.RGB, Colour.GREY], ["rgb", "grey"]),
        (Axis.FRAMES, ["1", "last(2)", "apex"], "frames", ["uniform(1)", "last(2)", "apex"], ["1", "last2", "apex"]),
        (Axis.MODALITY, ["text", "video"], "modality", ["text", "video"], ["text", "video"]),
        (Axis.BATCH_SIZE, ["1", "20"], "batch_size", [1, 20], ["1", "20"]),
    ],
)
def test_arms_differ_in_one_field_and_are_named_after_it(
    db: Database, axis: Axis, values: list[str], field: str, wanted: list[object], names: list[str]
) -> None:
    arms = plan_arms(db, RAFDB, BASE, "m", axis, values)
    assert [getattr(arm.spec, field) for arm in arms] == wanted
    assert [arm.name for arm in arms] == [f"m.{axis}={name}" for name in names]
    assert all(replace(arm.spec, **{field: getattr(BASE, field)}) == BASE for arm in arms)
    assert not any(arm.run or arm.is_reused for arm in arms)


def test_the_orders_of_labels_are_the_cards_its_reverse_and_two_shuffles(db: Database) -> None:
    arms = plan_arms(db, RAFDB, BASE, "m", Axis.OPTION_ORDER, ORDERS)
    assert arms[0].spec == BASE
    assert arms[1].spec.labels == RAFDB.labels.names[::-1]
    assert len({arm.spec.labels for arm in arms}) == 4


@pytest.mark.parametrize(
    ("axis", "values", "says"),
    [
        (Axis.COLOUR, ["rgb"], "two or more"),
        (Axis.COLOUR, ["rgb", "red"], "'red' is no colour"),
        (Axis.FRAMES, ["3", "uniform(3)"], "twice"),
        (Axis.FRAMES, ["3", "some"], "no frame policy"),
        (Axis.FRAMES, ["3", "0"], "no frame policy"),
        (Axis.BATCH_SIZE, ["0", "5"], "whole numbers"),
    ],
)
def test_values_that_the_axis_does_not_have_are_refused(db: Database, axis: Axis, values: list[str], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        plan_arms(db, RAFDB, BASE, "m", axis, values)


def test_a_run_of_the_same_spec_is_used_whatever_its_name(db: Database) -> None:
    before = answered_run(db, RAFDB, GOLD, FIRST, name="main")
    [rgb, grey] = plan_arms(db, RAFDB, BASE, "m", Axis.COLOUR, ["rgb", "grey"])
    assert (rgb.name, rgb.is_reused) == ("main", True)
    assert rgb.run is not None
    assert rgb.run.id == before.id
    assert (grey.name, grey.run, grey.is_reused) == ("m.colour=grey", None, False)


def test_of_several_runs_of_one_spec_one_that_is_done_is_used(db: Database) -> None:
    answered_run(db, RAFDB, GOLD, {"w": FIRST["w"]}, name="m.colour=rgb")
    answered_run(db, RAFDB, GOLD, FIRST, name="done")
    [rgb, _] = plan_arms(db, RAFDB, BASE, "m", Axis.COLOUR, ["rgb", "grey"])
    assert rgb.name == "done"


def test_each_arm_is_compared_with_the_first(db: Database) -> None:
    rgb = answered_run(db, RAFDB, GOLD, FIRST, name="a")
    grey = answered_run(db, RAFDB, GOLD, SECOND, name="b", colour="grey")
    arms = plan_arms(db, RAFDB, BASE, "m", Axis.COLOUR, ["rgb", "grey"])
    found = score_arms(db, RAFDB, Axis.COLOUR, list(zip(arms, (rgb, grey), strict=True)))
    first, second = found.arms
    assert first.pair is None
    assert second.pair is not None
    assert second.pair.comparison.headline.value == -0.5
    assert (second.pair.comparison.mcnemar.b, second.pair.comparison.mcnemar.c) == (0, 2)
    assert second.pair.p_holm == second.pair.comparison.mcnemar.p == 0.5
    assert (dict(first.published), dict(second.published)) == ({"accuracy": 0.7581}, {"accuracy": 0.7428})
    document = json.loads(json.dumps(as_json(found), allow_nan=False))
    assert [arm["arm"] for arm in document["arms"]] == ["rgb", "grey"]
    assert document["arms"][1]["against_first"]["difference"]["value"] == -0.5


def test_the_papers_figures_stand_beside_the_arms_that_it_has(db: Database) -> None:
    card, gold = CARDS["ravdess"], {"w": "happy", "x": "sad"}
    fates = {name: ranked(label) for name, label in gold.items()}
    runs = [answered_run(db, card, gold, fates, name=f"f{n}", frames=f"uniform({n})") for n in (1, 2, 3)]
    arms = plan_arms(db, card, spec_of("ravdess"), "m", Axis.FRAMES, ["1", "2", "3"])
    found = score_arms(db, card, Axis.FRAMES, list(zip(arms, runs, strict=True)))
    assert [dict(one.published) for one in found.arms] == [
        {},
        {"accuracy": 0.2229, "uar": 0.2533},
        {"accuracy": 0.3431, "uar": 0.3698},
    ]


def test_flips_of_an_order_stand_beside_those_of_a_repeat(db: Database) -> None:
    turned = RAFDB.labels.names[::-1]
    runs = [
        answered_run(db, RAFDB, GOLD, FIRST, name="a"),
        answered_run(db, RAFDB, GOLD, SECOND, name="b", labels=turned),
    ]
    answered_run(db, RAFDB, GOLD, FIRST | {"w": ranked("sad")}, name="again", repeat=2)
    arms = plan_arms(db, RAFDB, BASE, "m", Axis.OPTION_ORDER, ["card", "reversed"])
    found = score_arms(db, RAFDB, Axis.OPTION_ORDER, list(zip(arms, runs, strict=True)))
    assert found.arms[1].pair is not None
    assert found.arms[1].pair.answers.flip_rate.value == 0.5
    assert found.control is not None
    assert (found.control.b, found.control.answers.flip_rate.value) == ("again", 0.25)
