from pathlib import Path

import pytest

from workbench.errors import DataError
from workbench.importers.prediction_files import PredictedRow, find_prediction_files, read_predictions


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def test_the_ancestors_columns_and_ours_are_both_read(tmp_path: Path) -> None:
    theirs = written(tmp_path / "a.csv", 'name,gt,gpt4v\na.jpg,Happy,"Happy, Sad,Fear"\n')
    ours = written(tmp_path / "b.csv", "sample,gold,status,ranking\na.jpg,Happy,ranked,Happy|Sad|Fear\n")
    row = PredictedRow("a.jpg", "Happy", ("Happy", "Sad", "Fear"))
    assert list(read_predictions(theirs)) == list(read_predictions(ours)) == [row]


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffname,gt,gpt4v\r\na,sad,sad\r\n",
        "name;gt;gpt4v\na;sad;sad\n",
        "GPT4V,Name,GT\nsad,a,sad\n",
        "name,gt,gpt4v\n\n,sad,sad\na,sad,sad\n",
    ],
)
def test_marks_separators_orders_and_blank_rows_of_all_kinds_are_read(tmp_path: Path, text: str) -> None:
    assert list(read_predictions(written(tmp_path / "a.csv", text))) == [PredictedRow("a", "sad", ("sad",))]


def test_an_empty_cell_is_no_answer_and_a_word_counts_once(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", 'name,gt,gpt4v\na,sad,\nb,sad,"sad,sad,happy,"\n')
    assert [row.ranking for row in read_predictions(path)] == [(), ("sad", "happy")]


def test_a_bar_inside_a_label_of_our_own_export_is_no_separator(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "sample,ranking\na,so\\|so|sad\n")
    assert next(iter(read_predictions(path))).ranking == ("so|so", "sad")


def test_a_file_without_the_columns_says_which_it_has(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "picture,gt\na,sad\n")
    with pytest.raises(DataError, match="no column name or sample or id; it has: picture, gt"):
        list(read_predictions(path))
    with pytest.raises(DataError, match="no column gpt4v"):
        list(read_predictions(written(tmp_path / "b.csv", "name,gt\na,sad\n")))
    with pytest.raises(DataError, match="empty"):
        list(read_predictions(written(tmp_path / "c.csv", "\n")))


def test_gold_alone_will_do_where_no_ranking_is_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "name,gt\na,sad\n")
    assert list(read_predictions(path, needs_ranking=False)) == [PredictedRow("a", "sad", ())]


HEAD = "name,gt,gpt4v\n"


def test_folders_are_known_by_all_their_names_and_files_by_their_condition(tmp_path: Path) -> None:
    for name in (
        *("casme1/label-gpt4v.csv", "enterface/label-gpt4v-2.csv", "sims/label-gpt4v-multi.csv"),
        *("rafdb/label-gpt4v-GREY.csv", "twitter1/label-five-gpt4v.csv", "FER2013/label-gpt4v.csv"),
        *("rafdb/label.csv", "twitter1/label_five_agree.csv", "notes/label-gpt4v.csv", "rafdb/readme.txt"),
    ):
        written(tmp_path / "results" / name, HEAD)
    found = {(one.dataset, one.condition): one.gold_path for one in find_prediction_files(tmp_path)}
    assert found == {
        ("casme", ""): None,
        ("enterface05", "frames=2"): None,
        ("chsims", "multi"): None,
        ("rafdb", "grey"): tmp_path / "results/rafdb/label.csv",
        ("twitter1", "agree5"): tmp_path / "results/twitter1/label_five_agree.csv",
        ("ferplus", ""): None,
    }
    assert len(find_prediction_files(tmp_path / "results")) == 6
    assert [one.dataset for one in find_prediction_files(tmp_path / "results" / "casme1")] == ["casme"]


def test_a_folder_without_any_says_what_it_should_look_like(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no file <set>/label-gpt4v"):
        find_prediction_files(tmp_path)
    with pytest.raises(DataError, match="is no folder"):
        find_prediction_files(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "text",
    [
        "image,true_label,predicted_label\na,sad,happy\n",
        "filename,label,top1\na,sad,happy\n",
        "Image Path,Ground Truth,Prediction\na,sad,happy\n",
        '{"file_name": "a", "target": "sad", "pred": "happy"}\n',
        '[{"id": "a", "gold": "sad",\n "ranking": ["happy"]}]',
    ],
)
def test_usual_headings_and_json_are_read(tmp_path: Path, text: str) -> None:
    assert list(read_predictions(written(tmp_path / "a.txt", text))) == [PredictedRow("a", "sad", ("happy",))]


def test_json_that_is_none_says_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="begins like JSON and is none"):
        list(read_predictions(written(tmp_path / "a.json", '[{"id": "a",')))
    with pytest.raises(DataError, match="no list of objects"):
        list(read_predictions(written(tmp_path / "b.json", "[1, 2]")))
