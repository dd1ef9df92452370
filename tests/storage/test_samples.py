from pathlib import Path

import pytest
from sqlite_utils import Database

from tests.building import at, plan, sample, store
from workbench.domain.datasets.cards import CARDS
from workbench.domain.datasets.samples import ClipSpan, MediaKind, Sample
from workbench.errors import DataError
from workbench.storage.samples import (
    ImportedDataset,
    count_samples,
    has_consent,
    load_dataset,
    load_samples,
    load_samples_by_id,
    save_consent,
)

FULL = Sample(
    id="clip 1",
    gold="positive",
    raw_label="0.8",
    media=MediaKind.VIDEO,
    path="Raw/视频/01.mp4",
    span=ClipSpan(3, None, 9),
    text="没事 😀\n'quoted'",
    score=0.8,
    cluster="video_01",
    split="test",
)
BARE = Sample(id="b", gold="negative", raw_label="", media=MediaKind.NONE)


def names(db: Database, key: str = "rafdb") -> list[str]:
    return [one.id for one in load_samples(db, key)]


def test_samples_come_back_as_they_were_in_the_owners_order(db: Database) -> None:
    store(db, [FULL, BARE], key="chsims", notes=["two left out", "ein Übriges"])
    assert load_samples(db, "chsims") == [FULL, BARE]
    assert load_dataset(db, "chsims") == ImportedDataset(
        CARDS["chsims"], Path("/data/chsims"), at(), ("two left out", "ein Übriges")
    )
    assert count_samples(db) == {"chsims": 2}


def test_importing_again_doubles_nothing_and_takes_what_has_changed(db: Database) -> None:
    store(db, [sample("a"), sample("b")])
    numbers = db.conn.execute("SELECT no, id FROM sample ORDER BY id").fetchall()
    assert store(db, [sample("b", "sad"), sample("a", text="new")]) == 0
    assert load_samples(db, "rafdb") == [sample("b", "sad"), sample("a", text="new")]
    assert db.conn.execute("SELECT no, id FROM sample ORDER BY id").fetchall() == numbers


def test_a_sample_that_has_gone_is_removed_unless_a_run_asked_about_it(db: Database) -> None:
    store(db, [sample("a"), sample("b"), sample("c")])
    plan(db, ["b"])
    assert store(db, [sample("a")]) == 1
    assert names(db) == ["a"]
    assert [one.id for one in load_samples_by_id(db, "rafdb", ["b"])] == ["b"]
    assert count_samples(db) == {"rafdb": 1}


def test_a_sample_that_returns_is_the_one_it_was(db: Database) -> None:
    store(db, [sample("a"), sample("b")])
    plan(db, ["b"])
    store(db, [sample("a")])
    assert store(db, [sample("b"), sample("a")]) == 0
    assert names(db) == ["b", "a"]


def test_an_import_touches_no_other_data_set(db: Database) -> None:
    store(db, [sample("a")])
    store(db, [sample("a", "sad")], key="sfew2")
    store(db, [], key="sfew2")
    assert (names(db), names(db, "sfew2")) == (["a"], [])


def test_an_import_that_breaks_off_leaves_the_earlier_one(db: Database) -> None:
    store(db, [sample("a"), sample("b")])
    broken = sample("c", media="no such thing", score=object())
    with pytest.raises(Exception, match="type"):
        store(db, [sample("z"), broken])
    assert names(db) == ["a", "b"]


def test_a_data_set_that_is_not_there_says_how_to_import_it(db: Database) -> None:
    with pytest.raises(DataError, match="rafdb has not been imported; `emowb import rafdb PATH` does it"):
        load_dataset(db, "rafdb")


def test_named_samples_come_in_the_order_asked(db: Database) -> None:
    odd = ["o'hara", "100%", "under_score", "视频😀", 'a"b', "back\\slash"]
    store(db, [sample(name) for name in odd])
    assert [one.id for one in load_samples_by_id(db, "rafdb", odd[::-1])] == odd[::-1]
    assert load_samples_by_id(db, "rafdb", []) == []


def test_consent_holds_for_one_data_set_and_one_host(db: Database) -> None:
    store(db, [sample("a")])
    store(db, [sample("a")], key="sfew2")
    assert not has_consent(db, "rafdb", "api.openai.com")
    for seconds in (1, 2):
        save_consent(db, "rafdb", "api.openai.com", at(seconds))
    assert has_consent(db, "rafdb", "api.openai.com")
    assert not has_consent(db, "rafdb", "openai.com")
    assert not has_consent(db, "sfew2", "api.openai.com")
    store(db, [sample("b")])
    assert has_consent(db, "rafdb", "api.openai.com"), "importing again takes nothing back"
