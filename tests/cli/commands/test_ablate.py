"""`emowb ablate` against the embedded endpoint."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import After, Emowb, importing

AT = ("--endpoint", "embedded", "--limit", "12")


@pytest.fixture
def imported(after: After) -> Emowb:
    return after(*(importing(key) for key in ("rafdb", "ravdess", "chsims")))


def ablated(emowb: Emowb, *words: str) -> dict[str, Any]:
    result = emowb("ablate", *words, *AT, "--json")
    assert result.exit_code == 0, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def names(emowb: Emowb, key: str) -> list[str]:
    return sorted(run["run"] for run in json.loads(emowb("runs", key, "--json").stdout))


def attempts(emowb: Emowb, key: str) -> int:
    return sum(run["attempts"] for run in json.loads(emowb("runs", key, "--json").stdout))


def test_an_ablation_prints_a_row_for_each_arm_and_its_difference_to_the_first(imported: Emowb) -> None:
    shown = imported("ablate", "rafdb", "--colour", "rgb,grey", *AT)
    assert shown.exit_code == 0, shown.output
    assert "rafdb by colour, protocol strict" in shown.stdout
    assert "75.81" in shown.stdout
    assert "74.28" in shown.stdout
    assert "minus rgb" in shown.stdout
    assert "McNemar p" in shown.stdout
    assert names(imported, "rafdb") == ["schematic-baseline.colour=grey", "schematic-baseline.colour=rgb"]


def test_an_arm_that_was_asked_before_is_not_asked_again(imported: Emowb) -> None:
    imported("run", "rafdb", "--name", "main", *AT)
    before = attempts(imported, "rafdb")
    found = ablated(imported, "rafdb", "--colour", "rgb,grey")
    assert [(arm["run"], arm["reused"]) for arm in found["arms"]] == [
        ("main", True),
        ("schematic-baseline.colour=grey", False),
    ]
    assert attempts(imported, "rafdb") == before + 1
    ablated(imported, "rafdb", "--colour", "rgb,grey")
    assert attempts(imported, "rafdb") == before + 1


def test_a_dry_run_says_what_each_arm_takes_and_sends_nothing(imported: Emowb) -> None:
    imported("run", "rafdb", "--name", "main", *AT)
    words = ("ablate", "rafdb", "--batch-size", "20,5", *AT, "--dry-run")
    plan = json.loads(imported(*words, "--json").stdout)
    assert [(arm["arm"], arm["run"], arm["reused"], arm["requests"]) for arm in plan["arms"]] == [
        ("20", "main", True, 0),
        ("5", "schematic-baseline.batch-size=5", False, 3),
    ]
    assert all(arm["planned"] == 12 for arm in plan["arms"])
    shown = imported(*words)
    assert "asked already" in shown.stdout
    assert "new" in shown.stdout
    assert names(imported, "rafdb") == ["main"]


def test_all_arms_ask_about_the_same_samples_in_the_same_order(imported: Emowb) -> None:
    found = ablated(imported, "rafdb", "--batch-size", "1,5,20", "--seed", "4")
    assert [arm["against_first"] and arm["against_first"]["n"] for arm in found["arms"]] == [None, 12, 12]
    assert all(arm["planned"] == 12 for arm in found["arms"])


@pytest.mark.parametrize(
    ("key", "words", "arms"),
    [
        ("ravdess", ("--frames", "3,1,last(2)"), ["uniform(3)", "uniform(1)", "last(2)"]),
        ("chsims", ("--modality", "text,video,multi"), ["text", "video", "multi"]),
        ("rafdb", ("--option-order", "--colour", "grey"), ["card", "reversed", "shuffled:1", "shuffled:2"]),
    ],
)
def test_every_axis_runs_end_to_end(imported: Emowb, key: str, words: tuple[str, ...], arms: list[str]) -> None:
    found = ablated(imported, key, *words)
    assert [arm["arm"] for arm in found["arms"]] == arms
    assert all(arm["coverage"] == 1.0 for arm in found["arms"])
    assert all(arm["against_first"]["p_holm"] <= 1 for arm in found["arms"][1:])
    specs = [json.loads(imported("show", key, arm["run"], "--json").stdout)["spec"] for arm in found["arms"]]
    differing = {name for spec in specs for name in spec if spec[name] != specs[0][name]}
    assert len(differing) == 1


def test_an_arm_goes_on_from_the_run_that_name_stands_for(imported: Emowb) -> None:
    imported("run", "rafdb", "--name", "mine", "--batch-size", "6", "--prompt", "paper", *AT)
    found = ablated(imported, "rafdb", "--name", "mine", "--colour", "rgb,grey")
    assert [arm["run"] for arm in found["arms"]] == ["mine", "mine.colour=grey"]
    spec = json.loads(imported("show", "rafdb", "mine.colour=grey", "--json").stdout)["spec"]
    assert (spec["batch_size"], spec["prompt"], spec["colour"]) == (6, "paper/1", "grey")


def test_a_budget_stops_an_ablation_in_an_arm_and_the_same_command_goes_on(imported: Emowb, place: Path) -> None:
    (place / "emowb.toml").write_text('[prices."schematic-baseline"]\ninput_usd = 1000\noutput_usd = 1000\n')
    words = ("ablate", "rafdb", "--colour", "rgb,grey", "--batch-size", "4", *AT)
    paused = imported(*words, "--budget", "1.5")
    assert paused.exit_code == 1, paused.output
    assert "is paused: the budget" in paused.stderr
    assert "minus rgb" not in paused.stdout
    before = attempts(imported, "rafdb")
    done = imported(*words, "--budget", "100")
    assert done.exit_code == 0, done.output
    assert attempts(imported, "rafdb") == 6 > before
    assert "minus rgb" in done.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "exactly one of"),
        (("--colour", "rgb"), "exactly one of"),
        (("--colour", "rgb,grey", "--batch-size", "1,5"), "--colour and --batch-size have"),
        (("--colour", "rgb,grey", "--option-order"), "--colour and --option-order have"),
        (("--colour", "rgb,red"), "'red' is no colour"),
        (("--colour", "rgb,rgb"), "twice"),
        (("--colour", "gray", "--batch-size", "1,5"), "did you mean grey"),
        (("--batch-size", "x", "--colour", "rgb,grey"), "whole numbers"),
        (("--modality", "text,video"), "cannot be asked as"),
        (("--modality", "sound,video"), "unknown modality"),
        (("--frames", "1,many"), "no frame policy"),
    ],
)
def test_what_cannot_be_ablated_is_said_before_anything_is_sent(
    imported: Emowb, words: tuple[str, ...], says: str
) -> None:
    result = imported("ablate", "rafdb", *words, *AT)
    assert result.exit_code == 2, result.output
    assert says in result.stderr
    assert names(imported, "rafdb") == []


def test_frames_of_texts_are_no_ablation(imported: Emowb) -> None:
    result = imported("ablate", "chsims", "--frames", "1,2", "--modality", "text", *AT)
    assert result.exit_code == 2
    assert "changes nothing" in result.stderr


def test_a_name_that_is_taken_is_refused_before_anything_is_sent(imported: Emowb) -> None:
    imported("run", "rafdb", "--name", "m.colour=grey", "--batch-size", "3", *AT)
    result = imported("ablate", "rafdb", "--name", "m", "--colour", "rgb,grey", *AT)
    assert result.exit_code == 2
    assert "was planned otherwise" in result.stderr
    assert names(imported, "rafdb") == ["m.colour=grey"]
