"""The list of what changed sides between two runs."""

from sqlite_utils import Database

from tests.building import REFUSED, at, exchange, plan, ranked, received, sample, store
from workbench.domain.cases import CaseFilter, CaseKind
from workbench.domain.predictions import RankedPrediction
from workbench.domain.runs import Run
from workbench.storage.cases.case_positions import list_positions
from workbench.storage.cases.cases import load_names, positions_near
from workbench.storage.runs.leases import claim_run
from workbench.storage.runs.plans import open_batches

GOLD = {"both": "happy", "here": "happy", "there": "sad", "neither": "sad", "refused here": "happy", "zero": "neutral"}
HERE = {
    "both": ranked("happy"),
    "here": ranked("happy"),
    "there": ranked("happy", "sad"),
    "neither": ranked("angry"),
    "refused here": REFUSED,
    "zero": ranked("neutral"),
}
THERE = {
    "both": ranked("happy"),
    "here": ranked("sad"),
    "there": ranked("sad"),
    "neither": REFUSED,
    "refused here": ranked("happy"),
    "zero": ranked("happy"),
}


def runs_of(db: Database) -> Run:
    store(db, [sample(name, gold) for name, gold in (GOLD | {"alone": "happy"}).items()])
    here, there = plan(db, [*GOLD, "alone"], name="here"), plan(db, list(GOLD), name="there")
    for run, fates in ((here, HERE), (there, THERE)):
        answered(db, run, fates)
    return here


def answered(db: Database, run: Run, fates: dict[str, RankedPrediction]) -> None:
    [batch] = open_batches(db, run.id)
    exchange(db, claim_run(db, run, at()), batch, received(fates, gold=GOLD))


def found(db: Database, run: Run, wanted: CaseFilter) -> list[str]:
    positions = list_positions(db, run.id, wanted, "ann")
    assert list(positions_near(db, run.id, wanted, "ann", 0, within=99, most=99)) == list(positions)
    return load_names(db, run.id, positions)


def test_samples_that_exactly_one_of_two_runs_has_right_are_listed_from_either_side(db: Database) -> None:
    here = runs_of(db)
    changed = CaseFilter(changed_from="there")
    assert found(db, here, changed) == ["here", "there", "refused here", "zero"]
    assert str(changed) == "all, changed from there"


def test_gold_labels_that_are_not_scored_change_no_side(db: Database) -> None:
    here = runs_of(db)
    assert found(db, here, CaseFilter(changed_from="there", unscored=("neutral",))) == ["here", "there", "refused here"]


def test_the_filter_holds_together_with_others(db: Database) -> None:
    here = runs_of(db)
    assert found(db, here, CaseFilter(CaseKind.REFUSED, changed_from="there")) == ["refused here"]
    assert found(db, here, CaseFilter(gold="happy", search="HERE", changed_from="there")) == ["here", "refused here"]


def test_a_run_has_not_changed_from_one_that_is_not_there(db: Database) -> None:
    assert found(db, runs_of(db), CaseFilter(changed_from="nowhere")) == []
