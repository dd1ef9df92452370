from pathlib import Path

import pytest

from tests.pipeline.reproducing.results_tree import write_set
from workbench.pipeline.reproducing.published_cells import Reproduction, reproduce
from workbench.pipeline.reproducing.sensitivity import CellSensitivity, Sensitivity, sensitivity_json, vary


def varied(folder: Path) -> Sensitivity:
    return vary(reproduce(folder))


@pytest.fixture(scope="module")
def sensitivity(published: Reproduction) -> Sensitivity:
    return vary(published)


def under(one: CellSensitivity) -> dict[str, tuple[float | None, int]]:
    return {each.rule: (None if each.value is None else round(each.value, 2), each.n) for each in one.variations}


def test_each_rule_moves_a_figure_as_a_pencil_finds(tmp_path: Path) -> None:
    rows = [("a", "Sad", "Sad,Happy"), ("b", "Happy", "Pain,Happy"), ("c", "Sad", "Pain,Awe")]
    write_set(tmp_path / "dfew", rows, missing=[("d", "Fear")])
    war = varied(tmp_path).cells[0]
    assert under(war) == {
        "paper": (100.0, 1),
        "strict": (25.0, 4),
        "answered": (33.33, 3),
        "missing as wrong": (50.0, 2),
        "outside wrong": (33.33, 3),
        "outside dropped": (100.0, 1),
        "next in rank": (66.67, 3),
        "by meaning": (100.0, 1),
    }
    assert war.majority == 100.0
    assert war.uniform == pytest.approx(100 / 7)


def test_a_missing_zero_of_a_sentiment_set_stays_out_of_every_score(tmp_path: Path) -> None:
    rows = [("v_1", "0.5", "positive"), ("v_2", "-0.4", "negative"), ("v_3", "0.0", "neutral")]
    write_set(tmp_path / "sims", rows, missing=[("v_4", "0.0"), ("v_5", "-1.0")], file="label-gpt4v-multi.csv")
    [cell, *_] = varied(tmp_path).cells
    assert {each.rule: each.n for each in cell.variations if each.rule in ("strict", "missing as wrong", "paper")} == {
        "paper": 2,
        "strict": 3,
        "missing as wrong": 3,
    }


def test_the_published_files_move_as_is_known_of_them(sensitivity: Sensitivity) -> None:
    cells = {
        (one.cell.figure.table, one.cell.figure.dataset, one.cell.figure.variant): one for one in sensitivity.cells
    }
    mosi = under(cells[7, "cmumosi", "multi"])
    assert mosi["neutral drop"][1] == 426
    assert under(cells[7, "mer2023", "multi"])["surprise = surprised"] == (64.96, 411)
    assert under(cells[4, "twitter1", "agree5"])["missing as wrong"] == (96.26, 882)
    assert under(cells[6, "enterface05", ""])["strict"] == (32.50, 1287)  # the UAR, which comes after the WAR
    assert cells[5, "casme2", ""].majority == pytest.approx(40.17, abs=0.005)


def test_text_above_multi_of_cmu_mosi_is_a_conclusion_that_hangs_on_the_neutral_rule(
    sensitivity: Sensitivity,
) -> None:
    fallen = {(one.table, one.first, one.second): one.otherwise for one in sensitivity.conclusions if not one.stands}
    assert fallen[10, "text", "multi"] == ("neutral first-non-neutral", "neutral drop")


def test_an_order_that_every_rule_gives_stands(tmp_path: Path) -> None:
    write_set(tmp_path / "rafdb", [("a", "Fear", "Fear"), ("b", "Anger", "Anger")], file="label-gpt4v-rgb.csv")
    write_set(tmp_path / "rafdb", [("a", "Fear", "Fear"), ("b", "Anger", "Fear")], file="label-gpt4v-grey.csv")
    between = [
        one for one in varied(tmp_path).conclusions if one.table == 8 and {one.first, one.second} == {"grey", "rgb"}
    ]
    assert [(one.holds, one.stands) for one in between] == [(False, True)]


def test_the_json_holds_every_rule_with_its_words(tmp_path: Path) -> None:
    write_set(tmp_path / "sims", [("a", "0.5", "neutral,positive")], file="label-gpt4v-multi.csv")
    document = sensitivity_json(varied(tmp_path))
    rules = {each["rule"]: each["value"] for each in document["cells"][0]["under"]}
    assert rules["neutral positive"] == 100.0
    assert rules["paper"] == 0.0
    assert all(each["words"].endswith(".") for each in document["cells"][0]["under"])
    assert {one["second"] for one in document["conclusions"]} >= {"MulT"}
