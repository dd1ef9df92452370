"""Predictions from files become runs of a real workspace."""

from pathlib import Path

import pytest
from sqlite_utils import Database

from tests.published_predictions import published_predictions
from workbench.domain.datasets.cards import CARDS
from workbench.domain.datasets.samples import MediaKind, Sample
from workbench.domain.runs import RunState
from workbench.domain.scoring.protocols import Protocol
from workbench.errors import DataError, UsageError
from workbench.pipeline.load_predictions import load_predictions
from workbench.pipeline.scoring.run_scores import score_run
from workbench.storage.runs.results import read_results
from workbench.storage.runs.run_records import load_runs
from workbench.storage.samples import ImportedDataset, count_samples, load_samples, save_dataset

RAFDB, MOSI = CARDS["rafdb"], CARDS["cmumosi"]


def written(tmp_path: Path, *rows: str, name: str = "theirs.csv", header: str = "name,gt,gpt4v") -> Path:
    path = tmp_path / name
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


def imported(db: Database, *samples: tuple[str, str]) -> None:
    made = [Sample(id=name, gold=gold, raw_label=gold, media=MediaKind.IMAGE, path=name) for name, gold in samples]
    save_dataset(db, ImportedDataset(RAFDB, Path("/nowhere"), "2026-01-01T00:00:00", ()), made)


def test_names_are_met_whole_by_their_last_part_or_without_their_ending(db: Database, tmp_path: Path) -> None:
    imported(db, ("test/a.jpg", "happy"), ("test/b.jpg", "sad"), ("test/c.jpg", "angry"), ("test/d.jpg", "sad"))
    path = written(
        tmp_path,
        'test/a.jpg,Happiness,"Happiness,Sadness"',
        "B.JPG,Sadness,Anger",
        'c,Anger,"pain,Anger"',
        "e,Fear,Fear",
    )
    report = load_predictions(db, RAFDB, path, "theirs", model="m")
    assert (report.planned, report.answered, report.unknown, report.imported) == (4, 3, ("e",), False)
    found = {one.sample.id: one for one in read_results(db, report.run.id)}
    assert found["test/a.jpg"].prediction is not None
    assert found["test/a.jpg"].prediction.ranking == ("happy", "sad")
    assert found["test/a.jpg"].gold_rank == 1
    statuses = {name: str(one.prediction and one.prediction.status) for name, one in found.items()}
    assert statuses == {
        "test/a.jpg": "ranked",
        "test/b.jpg": "ranked",
        "test/c.jpg": "out of vocabulary",
        "test/d.jpg": "missing",
    }
    assert report.run.state is RunState.DONE


def test_a_last_part_that_two_samples_share_meets_neither(db: Database, tmp_path: Path) -> None:
    imported(db, ("sub1/EP01.jpg", "happy"), ("sub2/EP01.jpg", "sad"), ("sub2/EP02.jpg", "sad"))
    path = written(tmp_path, "EP01,happy,happy", "EP02,sad,sad")
    assert load_predictions(db, RAFDB, path, "theirs", model="m").unknown == ("EP01",)


def test_a_gold_label_that_the_data_set_has_otherwise_is_told(db: Database, tmp_path: Path) -> None:
    imported(db, ("a.jpg", "happy"), ("b.jpg", "sad"))
    report = load_predictions(db, RAFDB, written(tmp_path, "a,Joy,happy", "b,Fear,sad"), "theirs", model="m")
    assert report.other_gold == ("b.jpg",)
    assert score_run(db, RAFDB, report.run).scores.metrics["accuracy"].value == 1.0


def test_a_set_that_is_not_imported_is_made_of_the_file_and_all_gold(db: Database, tmp_path: Path) -> None:
    gold = written(tmp_path, "a.mp4,1.2,", "b.mp4,-0.4,", "c.mp4,0.0,", name="label.csv")
    path = written(tmp_path, 'a,1.2,"weakly positive,neutral"', "c,0.0,neutral")
    report = load_predictions(db, MOSI, path, "theirs", model="m", gold_path=gold)
    assert report.imported
    assert [(one.id, one.gold, one.score, one.media) for one in load_samples(db, "cmumosi")] == [
        ("a.mp4", "positive", 1.2, MediaKind.NONE),
        ("b.mp4", "negative", -0.4, MediaKind.NONE),
        ("c.mp4", "neutral", 0.0, MediaKind.NONE),
    ]
    scored = score_run(db, MOSI, report.run)
    assert (scored.scores.planned, scored.scores.answered, scored.unscored) == (2, 1, 1)
    assert scored.intensity["mae"].value == pytest.approx((0.3 + 0) / 2)


def test_a_second_file_of_the_same_set_becomes_another_run_of_it(db: Database, tmp_path: Path) -> None:
    first, second = written(tmp_path, "a,Fear,Fear"), written(tmp_path, "a,Fear,Anger", name="other.csv")
    load_predictions(db, RAFDB, first, "one", model="m")
    assert not load_predictions(db, RAFDB, second, "two", model="m").imported
    hashes = {run.spec_hash for run in load_runs(db, "rafdb")}
    assert (len(load_runs(db, "rafdb")), len(hashes), count_samples(db)["rafdb"]) == (2, 2, 1)


@pytest.mark.parametrize(
    ("rows", "header", "words"),
    [
        (("a,Fear,",), "name,gt,gpt4v", "holds no prediction"),
        (("a,Fear",), "name,gpt4v", "rows without gold labels"),
        (("a,cheese,Fear",), "name,gt,gpt4v", "none of rafdb: cheese"),
    ],
)
def test_a_file_that_cannot_be_meant_leaves_the_workspace_as_it_was(
    db: Database, tmp_path: Path, rows: tuple[str, ...], header: str, words: str
) -> None:
    with pytest.raises(DataError, match=words):
        load_predictions(db, RAFDB, written(tmp_path, *rows, header=header), "theirs", model="m")
    assert (count_samples(db), load_runs(db)) == ({}, [])


def test_a_file_of_another_set_and_a_name_that_is_taken_are_refused(db: Database, tmp_path: Path) -> None:
    imported(db, ("a.jpg", "happy"))
    with pytest.raises(DataError, match="one of the 1 samples of rafdb: z"):
        load_predictions(db, RAFDB, written(tmp_path, "z,happy,happy"), "theirs", model="m")
    path = written(tmp_path, "a,happy,happy")
    load_predictions(db, RAFDB, path, "theirs", model="m")
    with pytest.raises(UsageError, match="choose another --name"):
        load_predictions(db, RAFDB, path, "theirs", model="m")


@pytest.mark.parametrize(
    ("key", "folder", "file", "metric", "per_cent"),
    [
        ("rafdb", "rafdb", "label-gpt4v-rgb.csv", "accuracy", 75.81),
        ("ravdess", "ravdess", "label-gpt4v-3.csv", "uar", 36.98),
        ("enterface05", "enterface", "label-gpt4v-3.csv", "uar", 33.11),
        ("mer2023", "mer2023", "label-gpt4v-multi.csv", "accuracy", 63.50),
        ("cmumosi", "cmumosi", "label-gpt4v-multi.csv", "weighted_f1", 80.43),
        ("abstract", "abstract", "label-gpt4v.csv", "accuracy", 71.81),
        ("casme2", "casme2", "label-gpt4v.csv", "accuracy", 14.64),
    ],
)
def test_a_run_loaded_from_a_published_file_scores_its_published_figure_under_the_papers_protocol(
    db: Database, key: str, folder: str, file: str, metric: str, per_cent: float
) -> None:
    card = CARDS[key]
    path, gold = published_predictions(folder, file), published_predictions(folder, "label.csv")
    report = load_predictions(db, card, path, "theirs", model="GPT-4V", gold_path=gold)
    value = score_run(db, card, report.run, Protocol.PAPER).scores.metrics[metric].value
    assert value is not None
    assert round(100 * value, 2) == per_cent
