import json
from pathlib import Path

from tests.cli.conftest import Emowb


def test_predictions_made_elsewhere_are_scored_like_ones_own(emowb: Emowb, place: Path) -> None:
    (place / "theirs.csv").write_text('name,gt,gpt4v\na.jpg,Fear,"Fear,Anger"\nb.jpg,Anger,Fear\n', encoding="utf-8")
    loaded = emowb("load-predictions", "rafdb", "theirs.csv", "--name", "theirs")
    assert loaded.exit_code == 0
    assert "2 of 2 samples have a prediction" in loaded.stdout
    assert "without pictures" in loaded.stderr
    scores = json.loads(emowb("metrics", "rafdb", "--run", "theirs", "--json").stdout)
    assert scores["metrics"]["accuracy"]["value"] == 0.5


def test_its_json_says_what_met_no_sample(emowb: Emowb, place: Path) -> None:
    (place / "a.csv").write_text("name,gt,gpt4v\na.jpg,Fear,Fear\n", encoding="utf-8")
    (place / "b.csv").write_text("sample,ranking\na.jpg,fearful|sad\nz.jpg,sad\n", encoding="utf-8")
    emowb("load-predictions", "rafdb", "a.csv", "--name", "one")
    document = json.loads(emowb("load-predictions", "rafdb", "b.csv", "--name", "two", "--json").stdout)
    assert document == {
        "run": "two",
        "dataset": "rafdb",
        "planned": 1,
        "predicted": 1,
        "missing": 0,
        "unknown": ["z.jpg"],
        "other_gold": [],
        "ambiguous": {},
        "repeated": [],
        "outside": 0,
        "doubt": "",
        "notes": [],
        "imported": False,
    }


def test_a_wrong_path_or_key_makes_no_workspace(emowb: Emowb, place: Path) -> None:
    (place / "a.csv").write_text("name,gt,gpt4v\na.jpg,Fear,Fear\n", encoding="utf-8")
    assert emowb("load-predictions", "rafdb", "nowhere.csv", "--name", "x").exit_code == 3
    assert emowb("load-predictions", "rafbd", "a.csv", "--name", "x").exit_code == 2
    assert not (place / "emowb.db").exists()


def test_a_loaded_run_says_that_nobody_can_be_asked_again(emowb: Emowb, place: Path) -> None:
    (place / "a.csv").write_text("name,gt,gpt4v\na.jpg,Fear,Fear\nb.jpg,Fear,\n", encoding="utf-8")
    emowb("load-predictions", "rafdb", "a.csv", "--name", "theirs")
    again = emowb("retry", "rafdb", "--run", "theirs", "--missing")
    assert again.exit_code == 2
    assert "cannot be asked for again" in again.stderr
    shown = emowb("show", "rafdb", "theirs").stdout
    assert "how they were asked for is not known" in shown
    assert "temperature" not in shown


def test_what_a_model_was_shown_is_kept_where_it_is_said(emowb: Emowb, place: Path) -> None:
    (place / "a.csv").write_text("name,gt,gpt4v\na,0.5,positive\n", encoding="utf-8")
    assert emowb("load-predictions", "chsims", "a.csv", "--name", "t", "--modality", "text").exit_code == 0
    assert json.loads(emowb("show", "chsims", "t", "--json").stdout)["spec"]["modality"] == "text"
    wrong = emowb("load-predictions", "rafdb", "a.csv", "--name", "t", "--modality", "text")
    assert wrong.exit_code == 2
