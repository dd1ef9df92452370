"""`emowb table`, as a user runs it."""

import csv

import pytest

from tests.cli.conftest import After, Emowb, importing


@pytest.fixture
def two(after: After) -> Emowb:
    run = ("run", "ravdess", "--endpoint", "embedded", "--name")
    return after(importing("ravdess"), (*run, "three"), (*run, "one", "--frames", "uniform(1)"))


@pytest.mark.parametrize("form", ["md", "latex"])
def test_runs_stand_beside_each_other_with_intervals_and_a_row_of_differences(two: Emowb, form: str) -> None:
    shown = two("table", "--runs", "three,one", "--datasets", "ravdess", "--format", form)
    assert shown.exit_code == 0, shown.output
    assert "three" in shown.stdout
    assert "first" in shown.stdout
    assert "few clusters (5)" in shown.stdout
    assert "by Holm over all tests" in shown.stdout


def test_the_csv_has_a_row_for_each_run_and_data_set(two: Emowb) -> None:
    shown = two("table", "--format", "csv")
    assert shown.exit_code == 0, shown.output
    rows = list(csv.DictReader(shown.stdout.splitlines()))
    assert [(row["run"], row["dataset"]) for row in rows] == [("three", "ravdess"), ("one", "ravdess")]
    assert rows[0]["p"] == ""
    assert float(rows[1]["p_holm"]) >= 0.0625
    assert rows[1]["against_run"] == "three"


def test_an_unknown_run_is_said(two: Emowb) -> None:
    result = two("table", "--runs", "nobody")
    assert result.exit_code == 2
    assert "no run is called nobody" in result.stderr
