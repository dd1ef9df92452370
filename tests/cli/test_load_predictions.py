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
        "imported": False,
    }


def test_a_wrong_path_or_key_makes_no_workspace(emowb: Emowb, place: Path) -> None:
    (place / "a.csv").write_text("name,gt,gpt4v\na.jpg,Fear,Fear\n", encoding="utf-8")
    assert emowb("load-predictions", "rafdb", "nowhere.csv", "--name", "x").exit_code == 3
    assert emowb("load-predictions", "rafbd", "a.csv", "--name", "x").exit_code == 2
    assert not (place / "emowb.db").exists()
