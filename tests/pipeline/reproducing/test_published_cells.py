"""Every rule of the paper's figures on small folders of every kind of set, and the published files where they are."""

from pathlib import Path

import pytest

from tests.pipeline.reproducing.results_tree import write_rows, write_set
from tests.published_predictions import published_predictions
from workbench.domain.datasets.cards import CARDS
from workbench.domain.datasets.published_folders import ANCESTOR, set_of_folder
from workbench.errors import DataError
from workbench.pipeline.reproducing.published_cells import PublishedCell, Reproduction, reproduce, reproduction_json
from workbench.pipeline.scoring.published_figures import load_published


def only_cell(folder: Path, metric: str | None = None) -> PublishedCell:
    """The cell of the only file; of the first table where it stands in two."""
    cells = [cell for cell in reproduce(folder).cells if metric in (None, cell.figure.metric)]
    assert len({cell.predictions.file.path for cell in cells}) == 1
    return cells[0]


def test_all_published_figures_come_out_of_the_published_files(published: Reproduction) -> None:
    wrong = [(cell.figure, cell.computed) for cell in published.cells if not cell.match]
    assert wrong == []
    assert len(published.cells) == 27
    assert published.without_figure == ()
    assert {cell.predictions.file.condition for cell in published.cells} >= {"grey", "agree5", "frames=2"}


@pytest.mark.parametrize(
    ("place", "metric", "n", "planned"),
    [
        (("enterface", "label-gpt4v-3.csv"), "uar", 1253, 1287),
        (("twitter1", "label-three-gpt4v.csv"), "accuracy", 1249, 1269),
        (("cmumosi", "label-gpt4v-multi.csv"), "weighted_f1", 652, 656),
    ],
)
def test_each_figure_says_over_how_many_samples_it_is(
    published: Reproduction, place: tuple[str, str], metric: str, n: int, planned: int
) -> None:
    path = published_predictions(*place)
    cell = next(one for one in published.cells if one.predictions.file.path == path and one.figure.metric == metric)
    assert (cell.scores.counted, cell.scores.planned) == (n, planned)


def test_in_sets_of_images_a_word_outside_the_labels_is_wrong_and_a_missing_sample_is_left_out(tmp_path: Path) -> None:
    rows = [("a", "Anger", "Anger,Other"), ("b", "Other", "Sadness,Other"), ("c", "Happiness", "Happiness,Other")]
    write_set(tmp_path / "samm", rows, missing=[("d", "Anger")])
    cell = only_cell(tmp_path)
    assert cell.computed == pytest.approx(200 / 3)
    assert (cell.scores.counted, cell.scores.planned, cell.scores.coverage) == (3, 4, 0.75)


@pytest.mark.parametrize("folder", ["dfew", "ferv39k", "ravdess", "enterface"])
def test_in_sets_with_war_and_uar_a_word_outside_the_labels_is_dropped(tmp_path: Path, folder: str) -> None:
    first, second = ANCESTOR[set_of_folder(folder) or ""].labels[:2]
    rows = [("a", first, f"{first},{second}"), ("b", second, f"Pain,{second}"), ("c", second, f"{first},{second}")]
    write_set(tmp_path / folder, [*rows, ("d", first, first)])
    war, uar = (only_cell(tmp_path, metric) for metric in ("accuracy", "uar"))
    assert war.computed == pytest.approx(200 / 3)
    assert war.scores.counted == 3
    assert uar.computed == pytest.approx(50.0)
    assert war.figure.printed_metric == "war"


@pytest.mark.parametrize("folder", ["sims", "cmumosi"])
def test_in_sets_of_intensities_zeros_leave_and_neutral_is_negative_and_the_figure_is_weighted_f1(
    tmp_path: Path, folder: str
) -> None:
    rows = [
        ("a", "0.8", "positive,neutral"),
        ("b", "-0.2", "neutral,positive"),
        ("c", "0.4", "neutral,positive"),
        ("d", "0.0", "positive,neutral"),
        ("e", "-1.0", "weakly positive,negative"),
    ]
    write_set(tmp_path / folder, rows, file="label-gpt4v-video.csv")
    cell = only_cell(tmp_path)
    # positive: 1 of 2 right, said twice; negative: 1 of 2 right, said twice: both F1 = 1/2
    assert (cell.figure.metric, cell.scores.counted) == ("weighted_f1", 4)
    assert cell.computed == pytest.approx(50.0)


@pytest.mark.parametrize("folder", ["abstract", "artphoto"])
@pytest.mark.parametrize("gold", ["positive", "awe"])
def test_feelings_are_compared_as_polarities_of_the_first_choice(tmp_path: Path, folder: str, gold: str) -> None:
    words = {word.casefold(): word for word in ANCESTOR[CARDS[folder].key].labels}
    content = words.get("content", words.get("contentment", ""))
    write_set(
        tmp_path / folder,
        [("a", words.get(gold, gold), f"{content},{words['fear']}"), ("b", "negative", f"{content},{words['sad']}")],
    )
    assert only_cell(tmp_path).computed == pytest.approx(50.0)


def test_gold_and_answers_are_compared_letter_by_letter(tmp_path: Path) -> None:
    rows = [("a", "surprise", "surprised,sad"), ("b", "sad", "sad,happy")]
    write_set(tmp_path / "mer2023", rows, file="label-gpt4v-text.csv")
    cell = only_cell(tmp_path)
    assert cell.computed == pytest.approx(50.0)
    assert "surprise" in cell.predictions.notes[0]


@pytest.mark.parametrize("key", [key for key in ANCESTOR if not (CARDS[key].folds or key == "mer2023")])
def test_every_set_is_found_by_its_folder_and_right_answers_in_its_own_words_are_right(
    tmp_path: Path, key: str
) -> None:
    labels = ANCESTOR[key].labels
    ours = CARDS[key].labels
    assert all(ours.resolve(word) is not None for word in labels)
    write_set(tmp_path / (ANCESTOR[key].folders or (key,))[0], [(word, word, word) for word in labels])
    cells = reproduce(tmp_path).cells
    if key == "twitter1":
        assert cells == ()  # its figures are of three agreements, and the file names none
        return
    assert cells
    assert {cell.computed for cell in cells} == {100.0}


def test_a_file_of_the_usual_condition_stands_in_both_tables_and_one_without_a_figure_is_told(tmp_path: Path) -> None:
    rows = [("a", "Anger", "Anger"), ("b", "Fear", "Anger")]
    write_set(tmp_path / "rafdb", rows, file="label-gpt4v-rgb.csv")
    write_set(tmp_path / "ravdess", [("a", "calm", "calm")], file="label-gpt4v-6.csv")
    found = reproduce(tmp_path)
    assert [(cell.figure.table, cell.figure.variant) for cell in found.cells] == [(3, ""), (8, "rgb")]
    assert [one.file.condition for one in found.without_figure] == ["frames=6"]


def test_where_the_paper_used_two_frames_a_file_of_three_is_not_laid_beside_its_figure(tmp_path: Path) -> None:
    write_set(tmp_path / "dfew", [("a", "Sad", "Sad")], file="label-gpt4v-3.csv")
    assert reproduce(tmp_path).cells == ()
    write_set(tmp_path / "dfew", [("a", "Sad", "Sad")], file="label-gpt4v-2.csv")
    assert {cell.figure.table for cell in reproduce(tmp_path).cells} == {6}


def test_without_a_file_of_gold_the_plan_is_what_was_answered_and_that_is_said(tmp_path: Path) -> None:
    write_rows(tmp_path / "samm" / "label-gpt4v.csv", [("a", "Anger", "Anger")])
    cell = only_cell(tmp_path)
    assert cell.scores.coverage == 1.0
    assert "no file of gold labels" in cell.predictions.notes[0]


def test_an_empty_answer_and_a_name_that_stands_twice_are_seen(tmp_path: Path) -> None:
    write_set(tmp_path / "samm", [("a", "Anger", "Anger"), ("a", "Anger", ""), ("b", "Other", "Anger")])
    cell = only_cell(tmp_path)
    assert cell.scores.counted == 2
    assert cell.computed == pytest.approx(50.0)
    assert any("more than once" in note for note in cell.predictions.notes)


def test_predictions_without_gold_labels_are_an_error_that_names_the_columns(tmp_path: Path) -> None:
    path = tmp_path / "samm" / "label-gpt4v.csv"
    path.parent.mkdir()
    path.write_text("name,gpt4v\na,Anger\n", encoding="utf-8")
    with pytest.raises(DataError, match="name,gt,gpt4v"):
        reproduce(tmp_path)


def test_the_json_is_in_per_cent_and_says_the_rule_in_words(tmp_path: Path) -> None:
    write_set(tmp_path / "dfew", [("a", "Sad", "Sad"), ("b", "Fear", "Sad")])
    document = reproduction_json(reproduce(tmp_path))
    war = document["cells"][0]
    assert {"table", "dataset", "variant", "metric", "published", "computed", "n", "coverage", "rule", "match"} <= set(
        war
    )
    assert (war["table"], war["dataset"], war["metric"], war["published"], war["computed"]) == (
        *(6, "dfew", "war", 43.8),
        50.0,
    )
    assert "dropped" in war["rule"]
    assert (document["matched"], document["total"]) == (0, 2)
    assert len(document["without_file"]) == sum(one.method == "GPT-4V" for one in load_published()) - 2
