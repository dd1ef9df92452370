"""`emowb run --repeat` and `--option-order`, and what `emowb compare` makes of them."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Emowb

RUN = ("run", "rafdb", "--endpoint", "embedded")


def names(emowb: Emowb) -> list[str]:
    return sorted(run["run"] for run in json.loads(emowb("runs", "rafdb", "--json").stdout))


def test_repeats_are_runs_of_their_own_that_ask_the_same(imported: Emowb) -> None:
    sent = imported(*RUN, "--name", "main", "--limit", "10", "--repeat", "3", "--json")
    assert sent.exit_code == 0, sent.output
    assert "emowb compare rafdb main --repeats" in sent.stderr
    document = json.loads(sent.stdout)
    assert [run["run"] for run in document["runs"]] == ["main", "main.repeat=2", "main.repeat=3"]
    assert [run["predicted"] for run in document["runs"]] == [10, 10, 10]
    shown = [json.loads(imported("show", "rafdb", name, "--json").stdout) for name in names(imported)]
    assert [one["spec"]["repeat"] for one in shown] == [1, 2, 3]
    assert len({one["spec"]["seed"] for one in shown}) == 1


def test_a_run_that_is_there_is_repeated_without_being_asked_again(imported: Emowb) -> None:
    imported(*RUN, "--name", "main", "--limit", "10")
    again = imported("run", "rafdb", "--name", "main", "--repeat", "2")
    assert again.exit_code == 0, again.output
    assert "run main is done already" in again.stderr
    assert names(imported) == ["main", "main.repeat=2"]
    plan = imported("run", "rafdb", "--name", "main", "--repeat", "3", "--dry-run", "--json")
    assert [one["requests"] for one in json.loads(plan.stdout)["runs"]] == [0, 0, 1]
    refused = imported("run", "rafdb", "--name", "main.repeat=2", "--repeat", "2")
    assert refused.exit_code == 2
    assert "is a repeat itself" in refused.stderr


def test_a_name_that_is_taken_is_refused_before_the_first_request(imported: Emowb) -> None:
    imported(*RUN, "--name", "main.repeat=2", "--limit", "5")
    refused = imported(*RUN, "--name", "main", "--limit", "10", "--repeat", "2")
    assert refused.exit_code == 2
    assert "was planned otherwise" in refused.stderr
    assert names(imported) == ["main.repeat=2"]


def test_repeats_share_one_budget(imported: Emowb, place: Path) -> None:
    (place / "emowb.toml").write_text('[prices."schematic-baseline"]\ninput_usd = 1000\noutput_usd = 1000\n')
    words = (*RUN, "--name", "main", "--limit", "10", "--batch-size", "5", "--repeat", "2")
    first = imported(*words[:-2], "--json")
    cost_usd = json.loads(first.stdout)["cost_usd"]
    paused = imported(*words, "--budget", f"{1.6 * cost_usd:.4f}")
    assert paused.exit_code == 1
    assert "run main.repeat=2 is paused: the budget" in paused.stderr
    assert imported(*words, "--budget", f"{3 * cost_usd:.4f}").exit_code == 0


def test_repeats_are_compared_with_their_agreement_and_ensembles(imported: Emowb) -> None:
    imported(*RUN, "--name", "main", "--limit", "12", "--repeat", "3")
    document = json.loads(imported("compare", "rafdb", "main", "--repeats", "--json").stdout)
    assert document["runs"] == ["main", "main.repeat=2", "main.repeat=3"]
    steady = document["steadiness"]
    assert (steady["agreement"]["runs"], steady["agreement"]["pairwise"], steady["orders"]) == (3, 1.0, 1)
    alone = json.loads(imported("metrics", "rafdb", "--run", "main", "--json").stdout)["metrics"]["accuracy"]["value"]
    assert steady["ensembles"]["majority"]["metrics"]["accuracy"]["value"] == pytest.approx(alone)
    shown = imported("compare", "rafdb", "main", "--repeats").stdout
    assert "3 repeats, 12 samples answered in all: two of them agree on 100.00 %" in shown
    assert "majority" in shown


def test_labels_are_offered_in_another_order_and_nothing_else_changes(imported: Emowb) -> None:
    imported(*RUN, "--name", "main", "--limit", "12", "--repeat", "2")
    imported(*RUN, "--name", "turned", "--limit", "12", "--option-order", "reversed")
    document = json.loads(imported("compare", "rafdb", "main", "turned", "--json").stdout)
    assert [line.split(":")[0] for line in document["spec_difference"]] == ["labels"]
    assert document["same_order_control"]["runs"] == ["main", "main.repeat=2"]
    assert document["same_order_control"]["flip_rate"]["value"] == 0.0
    assert document["steadiness"]["orders"] == 2
    shown = imported("compare", "rafdb", "main", "turned").stdout
    assert "under the same order, main and main.repeat=2 differ in 0.00 %" in shown
    prompt = json.loads(imported("show", "rafdb", "turned", "--json").stdout)["spec"]["labels"]
    assert prompt[0] == "neutral"


def test_an_order_that_is_none_is_refused_with_those_there_are(imported: Emowb) -> None:
    refused = imported(*RUN, "--option-order", "backwards")
    assert refused.exit_code == 2
    assert "card, reversed or shuffled:SEED" in refused.stderr
