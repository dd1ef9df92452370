import json
from pathlib import Path

from tests.cli.conftest import Emowb
from tests.pipeline.reproducing.results_tree import write_set
from tests.published_predictions import published_predictions


def test_reproduce_ends_well_only_if_all_figures_match(emowb: Emowb, tmp_path: Path) -> None:
    good = emowb("reproduce", published_predictions())
    assert good.exit_code == 0
    assert "27 of 27 figures match" in good.stdout
    write_set(tmp_path / "results" / "samm", [("a", "Anger", "Anger")])
    bad = emowb("reproduce", tmp_path / "results")
    assert bad.exit_code == 1
    assert "DIFFERS" in bad.stdout


def test_its_json_is_one_document_with_the_sensitivity_where_that_was_asked_for(emowb: Emowb, tmp_path: Path) -> None:
    write_set(tmp_path / "dfew", [("a", "Sad", "Pain,Sad"), ("b", "Fear", "Fear")])
    document = json.loads(emowb("reproduce", tmp_path, "--sensitivity", "--json").stdout)
    assert (document["matched"], document["total"]) == (0, 2)
    assert {each["rule"] for each in document["cells"][0]["under"]} >= {"strict", "next in rank"}
    assert "under" not in json.loads(emowb("reproduce", tmp_path, "--json").stdout)["cells"][0]


def test_its_sensitivity_shows_what_moves_a_figure_and_which_orders_stand(emowb: Emowb, tmp_path: Path) -> None:
    write_set(tmp_path / "dfew", [("a", "Sad", "Pain,Sad"), ("b", "Fear", "Fear")])
    text = emowb("reproduce", tmp_path, "--sensitivity").stdout
    assert "50.00 (2) strict, answered, outside wrong" in " ".join(text.split())
    assert "orders of two methods hold under every rule" in text


def test_a_folder_of_something_else_is_an_error_in_one_line(emowb: Emowb, tmp_path: Path) -> None:
    result = emowb("reproduce", tmp_path)
    assert (result.exit_code, result.stdout) == (3, "")
    assert "label-gpt4v.csv" in result.stderr
