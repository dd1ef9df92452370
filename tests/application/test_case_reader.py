"""Looking at a run over a connection that only reads."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from tests.building import REFUSED, at, exchange, plan, ranked, received, sample, store
from workbench.application.reviews import CaseReader
from workbench.domain.cases import CaseFilter, CaseKind
from workbench.domain.reviews import ReviewChange, ReviewField
from workbench.domain.runs import Run
from workbench.errors import DatabaseError
from workbench.storage.cases.review_log import save_change
from workbench.storage.runs.plans import open_batches
from workbench.storage.runs.run_control import claim_run

FATES = {"a": ranked("happy"), "b": ranked("sad", "happy"), "c": REFUSED}


@pytest.fixture
def run(db: Database) -> Run:
    """A right answer, a wrong one, a refusal, and one that is still open."""
    store(db, [sample(name) for name in "abcd"])
    run = plan(db, ["a", "b", "c"], ["d"])
    exchange(db, claim_run(db, run, at()), open_batches(db, run.id)[0], received(FATES))
    return run


@pytest.fixture
def reader(path: Path, run: Run) -> Iterator[CaseReader]:
    with closing(CaseReader.open(path, run.id, "ann")) as reader:
        yield reader


def test_what_is_in_a_list_and_where(reader: CaseReader) -> None:
    failures = CaseFilter(CaseKind.FAILURES)
    assert (reader.planned(), reader.count(failures)) == (4, 2)
    assert list(reader.all_of(CaseFilter())) == [0, 1, 2, 3]
    assert list(reader.all_of(failures)) == list(reader.near(failures, 0)) == [1, 2]
    assert [row.sample_id for row in reader.rows([2, 0])] == ["c", "a"]
    assert (reader.position_of("d"), reader.position_of("nobody")) == (3, None)
    assert reader.passing(failures, [0, 2, 3]) == {2}
    assert reader.next_failure(range(4), 1) == 2


def test_those_without_an_answer_are_those_that_ended_without_one(reader: CaseReader) -> None:
    assert reader.unanswered(range(4)) == ["c"]
    assert reader.unanswered([0, 1]) == []


def test_it_sees_what_others_write_and_that_they_did(db: Database, run: Run, reader: CaseReader) -> None:
    before = reader.changes_seen()
    assert reader.changes_seen() == before
    save_change(db, run.id, ReviewChange("b", "ann", ReviewField.VERDICT, "unsure", at()))
    assert reader.changes_seen() != before
    assert [row.verdict for row in reader.rows([1])] == ["unsure"]


def test_it_can_write_nothing(reader: CaseReader) -> None:
    with pytest.raises(DatabaseError, match="readonly"):
        reader.db.conn.execute("UPDATE prediction SET note = 'mine'")
    reader.db.conn.execute("PRAGMA query_only = OFF")
    with pytest.raises(DatabaseError, match="readonly"):
        reader.db.conn.execute("DELETE FROM prediction")


def test_a_statement_is_broken_off_once_nobody_waits_for_it(reader: CaseReader) -> None:
    endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"
    looks = iter([False, False, True])
    reader.break_off_when(lambda: next(looks))
    with pytest.raises(DatabaseError, match="interrupted"):
        reader.db.conn.execute(endless)
    reader.break_off_when(lambda: False)
    assert reader.planned() == 4


def test_no_workspace_is_made_by_looking(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError):
        CaseReader.open(tmp_path / "nothing.db", 1, "ann")
    assert list(tmp_path.iterdir()) == []
