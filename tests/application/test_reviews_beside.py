"""A case with what another run says of it."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from tests.building import CARD, at, exchange, plan, ranked, received, sample, store
from workbench.application.reviews import ReviewSession
from workbench.storage.runs.plans import open_batches
from workbench.storage.runs.run_control import claim_run
from workbench.storage.workspace.database import open_workspace


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with closing(open_workspace(tmp_path / "emowb.db", create=True)) as workspace:
        store(workspace, [sample("a"), sample("b")])
        yield workspace


def test_another_runs_answer_stands_beside_where_it_planned_the_sample(db: Database) -> None:
    here, there = plan(db, ["a", "b"], name="here"), plan(db, ["a"], name="there")
    exchange(db, claim_run(db, there, at()), open_batches(db, there.id)[0], received({"a": ranked("sad", "happy")}))
    session = ReviewSession(db, here, CARD, "ann", at, there)
    beside = session.case("a").beside
    assert beside is not None
    assert beside.run == "there"
    assert beside.result is not None
    assert beside.result.prediction == ranked("sad", "happy")
    not_planned = session.case("b").beside
    assert not_planned is not None
    assert not_planned.result is None


def test_a_run_that_is_looked_at_by_itself_has_nothing_beside(db: Database) -> None:
    run = plan(db, ["a"])
    assert ReviewSession(db, run, CARD, "ann", at).case("a").beside is None
