"""A run in the paper's table: which columns it fills, what it is set beside, what it differs by."""

from pathlib import Path

import pytest
from sqlite_utils import Database

from tests.building import at, ranked, sample, spec_of
from tests.export.worked_run import answer, plan_run
from workbench.domain.datasets.cards import CARDS
from workbench.domain.predictions import RankedPrediction
from workbench.domain.runs import Run
from workbench.domain.scoring.protocols import Protocol
from workbench.export.published_comparison import compare_published, comparison_grid
from workbench.export.run_grids import Grid
from workbench.export.source import read_source
from workbench.storage.runs.run_records import create_run
from workbench.storage.samples import ImportedDataset, save_dataset

HALF = {"a": ranked("happy"), "b": ranked("happy"), "c": ranked("sad"), "d": ranked("sad")}
GOLD = {"a": "happy", "b": "sad", "c": "sad", "d": "happy"}


def grid_of(db: Database, run: Run, protocol: Protocol = Protocol.STRICT) -> Grid:
    source = read_source(db, CARDS[run.dataset], run, protocol)
    return comparison_grid(source, compare_published(source))


def half_right(db: Database, key: str, *, name: str = "main", model: str = "m", **changed: str) -> Run:
    """A run of that name that gets two of four samples right."""
    card = CARDS[key]
    happy, sad = card.gold_labels[0], card.gold_labels[1]
    words = {"happy": happy, "sad": sad}
    samples = [sample(one, words[label]) for one, label in GOLD.items()]
    save_dataset(db, ImportedDataset(card, Path("/nowhere"), at(), ()), samples)
    run = create_run(db, name, spec_of(key, model=model, endpoint="e", **changed), [tuple(GOLD)], at())
    said: dict[str, RankedPrediction] = {one: ranked(words[said.ranking[0]]) for one, said in HALF.items()}
    return answer(db, card, run, said)


def lines_of(grid: Grid) -> dict[str, tuple[str, ...]]:
    return {line.head: tuple(cell.text for cell in line.cells) for line in grid.lines}


def test_methods_go_down_and_data_sets_across_as_in_the_paper(db: Database) -> None:
    grid = grid_of(db, half_right(db, "rafdb"))
    assert grid.heads == ("CK+", "SFEW 2.0", "RAF-DB (basic)", "FERPlus", "AffectNet")
    assert "Table 3 of arXiv 2312.04293 v1" in grid.caption
    lines = lines_of(grid)
    assert lines["Cross-VAE [31]"] == ("94.96", "–", "84.81", "–", "–")
    assert lines["GPT-4V (as published)"] == ("69.72", "57.24", "75.81", "64.25", "42.77")
    assert lines["main (m)"] == ("–", "–", "50.00", "–", "–")
    assert lines["this run − best published"] == ("–", "–", "−38.89", "–", "–")
    assert lines["this run − GPT-4V"] == ("–", "–", "−25.81", "–", "–")
    assert [len(section) for section in grid.sections][1:] == [1, 1, 2]


def test_the_best_of_each_column_stands_out(db: Database) -> None:
    grid = grid_of(db, half_right(db, "rafdb"))
    best = {(line.head, place) for line in grid.sections[0] for place, cell in enumerate(line.cells) if cell.strong}
    assert best == {("IPD-FER [26]", place) for place in range(5)}


def test_two_metrics_stand_under_the_head_of_their_data_set(db: Database) -> None:
    grid = grid_of(db, half_right(db, "ravdess"))
    assert [(span.text, span.columns) for span in grid.spans] == [
        *(("DFEW (fold 1)", 2), ("FERV39k", 2), ("RAVDESS", 2), ("eNTERFACE'05", 2)),
    ]
    assert grid.heads == ("WAR", "UAR") * 4
    assert lines_of(grid)["main (m)"][4:6] == ("50.00", "50.00")
    assert lines_of(grid)["this run − GPT-4V"][4:6] == ("+15.69", "+13.02")


def test_a_run_of_the_same_name_and_model_fills_its_column(db: Database) -> None:
    run = half_right(db, "rafdb")
    half_right(db, "sfew2")
    half_right(db, "ferplus", model="another")
    half_right(db, "ckplus", name="other")
    grid = grid_of(db, run)
    assert lines_of(grid)["main (m)"] == ("–", "50.00", "50.00", "–", "–")
    (note,) = (note for note in grid.notes if note.startswith("SFEW 2.0"))
    assert "planned 4, answered 4, coverage 100.00 %" in note
    assert "95 % interval" in note


def test_the_note_says_by_which_rule_and_of_how_many(db: Database) -> None:
    run = half_right(db, "rafdb")
    notes = " ".join(grid_of(db, run, Protocol.ANSWERED).notes)
    assert "Protocol answered: " in notes
    assert run.spec_hash in notes


@pytest.mark.parametrize(("modality", "gpt4v"), [("text", "82.32"), ("video", "51.17"), ("multi", "80.43")])
def test_a_run_on_one_modality_is_set_beside_the_same_modality(db: Database, modality: str, gpt4v: str) -> None:
    grid = grid_of(db, half_right(db, "cmumosi", modality=modality))
    assert lines_of(grid)["GPT-4V (as published)"][0] == gpt4v
    assert ("Table 7" in grid.caption) == (modality == "multi")
    assert ("this run − best published" in lines_of(grid)) == (modality == "multi")
    assert grid.heads == ("Weighted F1", "Weighted F1", "Accuracy")


@pytest.mark.parametrize(
    ("notes", "place"), [((), 4), (("chosen: --agreement 5",), 2), (("chosen: --agreement 4",), 3)]
)
def test_twitter_1_fills_the_column_of_its_agreement(db: Database, notes: tuple[str, ...], place: int) -> None:
    card = CARDS["twitter1"]
    samples = [sample("a", "positive"), sample("b", "negative")]
    save_dataset(db, ImportedDataset(card, Path("/nowhere"), at(), notes), samples)
    run = create_run(db, "main", spec_of("twitter1", model="m"), [("a", "b")], at())
    run = answer(db, card, run, {"a": ranked("positive"), "b": ranked("positive")})
    grid = grid_of(db, run)
    assert grid.heads[2] == "Twitter I, 5 of 5 agree"
    assert [at for at, cell in enumerate(lines_of(grid)["main (m)"]) if cell == "50.00"] == [place]


def test_a_set_that_nothing_is_published_for_stands_beside_the_baselines(db: Database) -> None:
    from dataclasses import replace

    own = replace(CARDS["rafdb"], key="mine", title="Mine")
    run = answer(db, own, plan_run(db, own, {"a": "happy", "b": "sad", "c": "happy"}), {"a": ranked("happy")})
    source = read_source(db, own, run, Protocol.STRICT)
    grid = comparison_grid(source, compare_published(source))
    assert lines_of(grid) == {
        "always the most frequent class": ("66.67",),
        "guessing": ("14.29",),
        "first (schematic-baseline)": ("33.33",),
        "this run − the most frequent class": ("−33.33",),
    }
