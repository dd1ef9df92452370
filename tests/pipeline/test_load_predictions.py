"""Predictions from files become runs of a real workspace."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database

from tests.published_predictions import published_predictions
from workbench.domain.datasets.cards import CARDS
from workbench.domain.datasets.sample_names import name_parts
from workbench.domain.datasets.samples import ClipSpan, MediaKind, Sample
from workbench.domain.runs import RunState
from workbench.domain.scoring.protocols import Protocol
from workbench.errors import DataError, UsageError
from workbench.importers.prediction_files import read_predictions
from workbench.pipeline.load_predictions import AnswerWords, load_predictions
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
    path = written(tmp_path, "EP01,,happy", "EP02,sad,sad")
    report = load_predictions(db, RAFDB, path, "theirs", model="m")
    assert (report.unknown, report.answered) == ((), 1)
    assert report.ambiguous == {"EP01": ("sub1/EP01.jpg", "sub2/EP01.jpg")}


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


def test_one_file_name_in_two_class_folders_is_told_apart_by_the_gold_label(db: Database, tmp_path: Path) -> None:
    imported(db, ("happy/21.jpg", "happy"), ("sad/21.jpg", "sad"))
    report = load_predictions(db, RAFDB, written(tmp_path, "21.jpg,Sadness,Anger"), "theirs", model="m")
    assert (report.ambiguous, report.answered, report.other_gold) == ({}, 1, ())


def test_a_name_that_fits_two_samples_and_no_other_row_is_an_error_with_both(db: Database, tmp_path: Path) -> None:
    imported(db, ("sub1/EP01.jpg", "happy"), ("sub2/EP01.jpg", "sad"))
    with pytest.raises(DataError, match=r"EP01 in .* fits several samples of rafdb: sub1/EP01\.jpg, sub2/EP01\.jpg"):
        load_predictions(db, RAFDB, written(tmp_path, "EP01,,happy"), "theirs", model="m")


def test_rows_that_answer_one_sample_differently_are_told(db: Database, tmp_path: Path) -> None:
    imported(db, ("a.jpg", "happy"))
    path = written(tmp_path, "a.jpg,happy,happy", "x/a.jpg,happy,sad", "a.jpg,happy,happy")
    assert load_predictions(db, RAFDB, path, "theirs", model="m").repeated == ("x/a.jpg",)


def test_samples_of_one_name_in_several_folders_stay_several_when_a_set_is_made_of_the_file(
    db: Database, tmp_path: Path
) -> None:
    path = written(tmp_path, "happy/21.jpg,happy,sad", "sad/21.jpg,sad,sad")
    assert load_predictions(db, RAFDB, path, "theirs", model="m").planned == 2


def test_answers_that_are_no_labels_are_doubted_and_can_be_given_words(db: Database, tmp_path: Path) -> None:
    imported(db, ("a.jpg", "surprised"), ("b.jpg", "neutral"))
    path = written(tmp_path, "a.jpg,1,1.0", "b.jpg,7,07")
    doubted = load_predictions(db, RAFDB, path, "numbers", model="m")
    assert doubted.doubt.startswith("none of the 2 answers is one of the labels (happy, sad,")
    assert "they are: 1.0, 07" in doubted.doubt
    words = AnswerWords(labels=("Surprise", "Fear", "Disgust", "Happiness", "Sadness", "Anger", "Neutral"))
    report = load_predictions(db, RAFDB, path, "words", model="m", words=words)
    assert (report.doubt, report.other_gold, report.outside) == ("", (), 0)
    assert score_run(db, RAFDB, report.run).scores.metrics["accuracy"].value == 1.0
    coded = load_predictions(db, RAFDB, path, "codes", model="m", words=AnswerWords({"1": "fear", "7": "sad"}))
    assert coded.other_gold == ("a.jpg", "b.jpg")


def test_labels_whose_numbers_may_begin_with_0_or_1_are_not_guessed(db: Database, tmp_path: Path) -> None:
    imported(db, ("a.jpg", "surprised"))
    with pytest.raises(DataError, match="neither 0 nor 2"):
        words = AnswerWords(labels=("happy", "sad"))
        load_predictions(db, RAFDB, written(tmp_path, "a.jpg,,1"), "theirs", model="m", words=words)
    with pytest.raises(UsageError, match="cheese"):
        words = AnswerWords({"1": "cheese"})
        load_predictions(db, RAFDB, written(tmp_path, "a.jpg,,1"), "theirs", model="m", words=words)


IMPORTED_FORMS: dict[str, tuple[str, Callable[[str, str], Sample]]] = {
    "rafdb": ("rafdb/label-gpt4v-rgb.csv", lambda stem, _: picture(stem, f"aligned/{stem}_aligned.jpg")),
    "sfew2": ("sfew2/label-gpt4v.csv", lambda stem, gold: picture(f"{gold}/{stem}", f"Val/{gold}/{stem}.png")),
    "ravdess": ("ravdess/label-gpt4v-3.csv", lambda stem, _: picture(f"Actor_{stem[-2:]}/{stem}", f"{stem}.mp4")),
    "mer2023": ("mer2023/label-gpt4v-multi.csv", lambda stem, _: picture(stem, f"test1/{stem}.avi")),
    "cmumosi": (
        "cmumosi/label-gpt4v-multi.csv",
        lambda stem, _: picture(stem[::-1].replace("_", "/", 1)[::-1], f"Raw/{stem}.mp4"),
    ),
    "casme2": ("casme2/label-gpt4v.csv", lambda stem, _: clip(*stem.rsplit("-", 1))),
    "abstract": ("abstract/label-gpt4v.csv", lambda stem, _: picture(stem, f"testImages_abstract/{stem}.jpg")),
}


def picture(name: str, path: str) -> Sample:
    return Sample(id=name, gold="", raw_label="", media=MediaKind.IMAGE, path=path)


def clip(name: str, apex: str) -> Sample:
    span = ClipSpan(1, int(apex), 999)
    path = f"CASME2_RAW/sub{apex}/{name}"
    return Sample(id=f"sub{apex}/{name}", gold="", raw_label="", media=MediaKind.FRAMES, path=path, span=span)


@pytest.mark.parametrize("key", IMPORTED_FORMS)
def test_the_authors_published_answers_meet_samples_as_the_importers_name_them(
    db: Database, tmp_path: Path, key: str
) -> None:
    card = CARDS[key]
    file, sample_of = IMPORTED_FORMS[key]
    path = published_predictions(*file.split("/"))
    samples = []
    for row in read_predictions(published_predictions(file.split("/")[0], "label.csv"), needs_ranking=False):
        made = sample_of(name_parts(row.name)[-1], row.gold)
        gold = card.labels.resolve(row.gold) or row.gold
        if card.folds and key == "cmumosi":
            gold = "positive" if float(row.gold) > 0 else "negative" if float(row.gold) < 0 else "neutral"
        samples.append(replace(made, gold=gold, raw_label=row.gold))
    save_dataset(db, ImportedDataset(card, tmp_path, "2026-01-01T00:00:00", ()), samples)
    report = load_predictions(db, card, path, "theirs", model="GPT-4V")
    n_rows = sum(1 for _ in read_predictions(path))
    assert (report.unknown, report.ambiguous, report.repeated, report.other_gold) == ((), {}, (), ())
    assert len(samples) - n_rows <= report.planned - report.answered <= len(samples) - n_rows + 1
