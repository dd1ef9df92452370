"""The main job by hand, as the README tells it."""

import csv
import json
from pathlib import Path

import pytest

from tests.cli.conftest import SAMPLES, Emowb


@pytest.mark.parametrize("key", ["casme2", "rafdb", "ravdess", "chsims", "abstract"])
def test_the_main_job_works_by_hand_and_every_command_says_what_to_do_next(emowb: Emowb, key: str) -> None:
    imported = emowb("import", key, SAMPLES / key)
    assert imported.exit_code == 0, imported.output
    assert f"next: emowb run {key}" in imported.stderr
    run = emowb("run", key, "--endpoint", "embedded")
    assert run.exit_code == 0, run.output
    assert f"emowb metrics {key}" in run.stderr
    metrics = emowb("metrics", key, "--json")
    assert metrics.exit_code == 0
    scores = json.loads(metrics.stdout)
    assert scores["answered"] == scores["planned"] > 20
    assert scores["coverage"] == 1
    assert scores["metrics"]["uar"]["value"] > 1.3 / len(scores["per_class"])
    exported = emowb("export", key)
    paths = [Path(line) for line in exported.stdout.split()]
    files = ("metrics", "predictions", "confusion", "reviews", "refusals", "attempts")
    assert [path.name for path in paths] == [f"{name}.csv" for name in files]
    with paths[1].open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["status"] for row in rows} == {"ranked"}
    assert all(row["ranking"].split("|")[0] == row["top1"] for row in rows)


def test_a_prediction_does_not_depend_on_who_shares_its_request(rafdb: Emowb) -> None:
    rafdb("run", "rafdb", "--endpoint", "embedded", "--name", "single", "--batch-size", "1", "--seed", "7")
    rafdb("run", "rafdb", "--endpoint", "embedded", "--name", "paper", "--prompt", "paper")
    main, single, paper = (
        json.loads(rafdb("metrics", "rafdb", "--run", name, "--json").stdout) for name in ("main", "single", "paper")
    )
    assert main["confusion"] == single["confusion"] == paper["confusion"]


def test_only_text_or_only_frames_of_a_multimodal_set_can_be_asked(emowb: Emowb) -> None:
    emowb("import", "chsims", SAMPLES / "chsims")
    for modality in ("text", "video", "multi"):
        run = emowb("run", "chsims", "--endpoint", "embedded", "--modality", modality, "--name", modality, "--json")
        assert json.loads(run.stdout)["predicted"] == 30


def test_the_run_of_a_name_goes_on_without_its_options_and_refuses_others(rafdb: Emowb) -> None:
    done = rafdb("run", "rafdb", "--name", "main")
    assert done.exit_code == 0
    assert "done already" in done.stderr
    changed = rafdb("run", "rafdb", "--name", "main", "--batch-size", "5")
    assert changed.exit_code == 2
    assert "batch_size: 20 -> 5" in changed.stderr


def test_a_dry_run_asks_nothing(imported: Emowb) -> None:
    plan = json.loads(imported("run", "rafdb", "--endpoint", "embedded", "--dry-run", "--json").stdout)
    assert (plan["planned"], plan["requests"], plan["host"]) == (70, 4, "127.0.0.1")
    assert json.loads(imported("runs", "--json").stdout) == []


def test_a_limit_takes_the_first_of_the_planned_order(imported: Emowb) -> None:
    run = json.loads(imported("run", "rafdb", "--endpoint", "embedded", "--limit", "7", "--json").stdout)
    assert (run["planned"], run["predicted"], run["attempts"]) == (7, 7, 1)


def test_show_and_runs_tell_the_spec_and_the_state(rafdb: Emowb) -> None:
    shown = json.loads(rafdb("show", "rafdb", "--json").stdout)
    assert shown["spec"]["prompt"] == "named/1"
    assert shown["state"] == "done"
    assert [run["run"] for run in json.loads(rafdb("runs", "rafdb", "--json").stdout)] == ["main"]
    assert "named/1" in rafdb("show", "rafdb").stdout
    assert "main" in rafdb("runs").stdout


def test_importing_again_changes_nothing(rafdb: Emowb) -> None:
    before = rafdb("metrics", "rafdb", "--json").stdout
    again = json.loads(rafdb("import", "rafdb", SAMPLES / "rafdb", "--json").stdout)
    assert again["imported"] == 70
    assert again["skipped"] == []
    assert rafdb("metrics", "rafdb", "--json").stdout == before


def test_the_table_of_metrics_shows_what_it_is_computed_over(rafdb: Emowb) -> None:
    table = rafdb("metrics", "rafdb", "--protocol", "answered").stdout
    assert "protocol answered" in table
    assert "coverage 100.00 %" in table
    assert "75.81" in table, "the paper's figure stands beside"
