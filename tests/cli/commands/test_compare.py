"""`emowb compare`, as a user runs it."""

import json
from typing import Any

import pytest

from tests.cli.conftest import After, Emowb, importing


@pytest.fixture
def ravdess(after: After) -> Emowb:
    """Runs with three frames and with one, and one of a few samples."""
    run = ("run", "ravdess", "--endpoint", "embedded", "--name")
    return after(
        importing("ravdess"),
        (*run, "three"),
        (*run, "one", "--frames", "uniform(1)"),
        (*run, "few", "--limit", "8", "--seed", "3"),
    )


def compared(emowb: Emowb, *words: str) -> dict[str, Any]:
    result = emowb("compare", "ravdess", *words, "--json")
    assert result.exit_code == 0, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def test_two_runs_are_compared_and_what_changed_sides_is_listed_and_can_be_opened(ravdess: Emowb) -> None:
    shown = ravdess("compare", "ravdess", "three", "one")
    assert shown.exit_code == 0, shown.output
    assert "frames: uniform(3) -> uniform(1)" in shown.stdout
    assert "exact McNemar" in shown.stdout
    assert "permutation of 5 whole clusters" in shown.stdout
    assert "changed sides" in shown.stdout
    assert "next: emowb open ravdess --run three --changed-from one" in shown.stderr


def test_the_json_has_the_promised_shape_and_adds_up(ravdess: Emowb) -> None:
    found = compared(ravdess, "three", "one")
    assert (found["dataset"], found["runs"], found["n"]) == ("ravdess", ["three", "one"], 40)
    assert found["difference"]["metric"] == "accuracy"
    b, c = found["mcnemar"]["b"], found["mcnemar"]["c"]
    assert found["difference"]["value"] == pytest.approx((b - c) / 40)
    assert len(found["changed"]) == b + c
    assert {one["right"] for one in found["changed"]} <= {"a", "b"}
    three, one = (
        json.loads(ravdess("metrics", "ravdess", "--run", name, "--json").stdout)["metrics"]
        for name in ("three", "one")
    )
    assert [(one["metric"], one["a"], one["b"]) for one in found["differences"]] == [
        (name, pytest.approx(three[name]["value"]), pytest.approx(one[name]["value"])) for name in ("accuracy", "uar")
    ]


def test_only_so_many_changed_samples_are_listed(ravdess: Emowb) -> None:
    assert len(compared(ravdess, "three", "one", "--changed", "2")["changed"]) == 2
    assert compared(ravdess, "three", "one", "--changed", "0")["changed"] == []


def test_several_runs_are_compared_two_by_two(ravdess: Emowb) -> None:
    found = compared(ravdess, "three", "one", "few")
    assert [pair["runs"] for pair in found["pairs"]] == [["three", "one"], ["three", "few"], ["one", "few"]]
    assert [pair["n"] for pair in found["pairs"]] == [40, 8, 8]
    assert all(pair["p_holm"] >= pair["mcnemar"]["p"] for pair in found["pairs"])
    shown = ravdess("compare", "ravdess", "three", "one", "few")
    assert "by Holm" in shown.stdout
    assert "limit: None -> 8" in shown.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("three",), "name two runs"),
        (("three", "three"), "name two runs"),
        (("three", "tree"), "did you mean three"),
        (("three", "--repeats"), "has no repeat"),
    ],
)
def test_what_cannot_be_compared_is_said_in_a_line(ravdess: Emowb, words: tuple[str, ...], says: str) -> None:
    result = ravdess("compare", "ravdess", *words)
    assert result.exit_code == 2
    assert says in result.stderr


@pytest.mark.parametrize("form", ["csv", "md", "latex"])
def test_a_comparison_is_printed_as_a_document_with_its_tests(ravdess: Emowb, form: str) -> None:
    shown = ravdess("compare", "ravdess", "three", "one", "--format", form)
    assert shown.exit_code == 0, shown.output
    assert "jackknife over 5 clusters by actor" in shown.stdout
    assert "few clusters (5)" in shown.stdout
    assert "cNemar" in shown.stdout.replace("mcnemar", "McNemar")


def test_a_comparison_has_no_other_format(ravdess: Emowb) -> None:
    result = ravdess("compare", "ravdess", "three", "one", "--format", "html")
    assert result.exit_code == 2
    assert "csv, md or latex" in result.stderr


def test_a_rule_for_neutral_answers_needs_a_set_that_is_scored_by_sign(ravdess: Emowb) -> None:
    result = ravdess("compare", "ravdess", "three", "one", "--neutral", "drop")
    assert result.exit_code == 2
    assert "scored by sign" in result.stderr
