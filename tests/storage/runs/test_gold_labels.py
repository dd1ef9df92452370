"""A prediction holds its sample's gold label, whichever way it came to be and whatever is imported later."""

from sqlite_utils import Database

from tests.building import plan, ranked, sample, settled, spec_of, store
from workbench.storage.runs.run_records import create_loaded_run


def gold_labels(db: Database) -> list[tuple[str, str, str]]:
    """Of every prediction: its run, its sample and its gold label."""
    return db.conn.execute(
        "SELECT run.name, sample.id, gold_label FROM prediction JOIN sample ON sample.no = sample_no "
        "JOIN run ON run.id = run_id ORDER BY run.name, prediction.position"
    ).fetchall()


def test_a_planned_run_holds_them(db: Database) -> None:
    store(db, [sample("a", "sad"), sample("b", "happy")])
    plan(db, ["b"], ["a"])
    assert gold_labels(db) == [("main", "b", "happy"), ("main", "a", "sad")]


def test_a_loaded_run_holds_them(db: Database) -> None:
    store(db, [sample("a", "sad"), sample("b", "happy")])
    create_loaded_run(db, "loaded", spec_of(), [settled("b", ranked("sad")), settled("a", ranked("sad"))], "2026")
    assert gold_labels(db) == [("loaded", "b", "happy"), ("loaded", "a", "sad")]


def test_an_import_renews_them_in_every_run_of_its_data_set_and_in_no_other(db: Database) -> None:
    for key in ("rafdb", "sfew2"):
        store(db, [sample("a", "sad"), sample("b", "happy")], key=key)
    plan(db, ["a", "b"], name="one")
    plan(db, ["a"], name="two")
    plan(db, ["a"], name="three", key="sfew2")
    store(db, [sample("a", "angry"), sample("b", "happy")])
    assert gold_labels(db) == [
        *(("one", "a", "angry"), ("one", "b", "happy")),
        *(("three", "a", "sad"), ("two", "a", "angry")),
    ]


def test_a_sample_that_an_import_leaves_out_keeps_its_own(db: Database) -> None:
    store(db, [sample("a", "sad"), sample("b")])
    plan(db, ["a"])
    store(db, [sample("b")])
    assert gold_labels(db) == [("main", "a", "sad")]
