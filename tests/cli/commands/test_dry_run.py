"""`emowb run --dry-run`: what a run would take, and that it takes about that."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Emowb
from workbench.cli.tables.estimate_tables import estimate_lines
from workbench.domain.run_status import RunTotals
from workbench.pipeline.run_estimates import Bound, Estimate

EMBEDDED = ("--endpoint", "embedded")


def planned(emowb: Emowb, *words: str) -> dict[str, Any]:
    plan: dict[str, Any] = json.loads(emowb("run", "rafdb", "--dry-run", "--json", *words).stdout)
    return plan


def test_it_tells_requests_tokens_cost_and_time_and_sends_nothing(imported: Emowb) -> None:
    told = imported("run", "rafdb", *EMBEDDED, "--dry-run")
    assert told.exit_code == 0
    lines = told.stdout.splitlines()
    assert lines[0].endswith("70 samples in 4 requests of up to 20")
    assert "to schematic-baseline at 127.0.0.1, prompt named/1" in lines[1]
    assert [line.split()[0] for line in lines[2:]] == ["tokens", "cost", "time"]
    assert "$0.0000 (the embedded endpoint, which runs on this machine" in lines[3]
    assert "assumed: a reply takes 10 s, which is a guess" in told.stderr
    assert json.loads(imported("runs", "--json").stdout) == []


def test_the_run_then_takes_what_was_estimated(imported: Emowb) -> None:
    plan = planned(imported, *EMBEDDED)
    assert imported("run", "rafdb", *EMBEDDED, "--name", "main").exit_code == 0
    shown = json.loads(imported("show", "rafdb", "--json").stdout)
    assert plan["requests"] == shown["attempts"] == 4
    assert plan["cost_usd"] == shown["cost_usd"] == 0.0
    from workbench.storage.workspace.database import open_workspace

    db = open_workspace(Path("emowb.db"))
    used = next(db.query("SELECT SUM(prompt_tokens) AS prompt, SUM(completion_tokens) AS completion FROM attempt"))
    db.close()
    assert plan["prompt_tokens"] == used["prompt"]
    assert plan["completion_tokens"] == pytest.approx(used["completion"], rel=0.02)
    assert plan["tokens"] == plan["prompt_tokens"] + plan["completion_tokens"]


def test_its_json_holds_the_plan_and_everything_assumed(imported: Emowb) -> None:
    plan = planned(imported, *EMBEDDED, "--rpm", "2", "--frames", "all")
    assert {name: plan[name] for name in ("dataset", "endpoint", "host", "model", "prompt", "frames")} == {
        "dataset": "rafdb",
        "endpoint": "embedded",
        "host": "127.0.0.1",
        "model": "schematic-baseline",
        "prompt": "named/1",
        "frames": "all",
    }
    assert (plan["planned"], plan["open"], plan["requests"], plan["looked_at"]) == (70, 70, 4, 4)
    assert (plan["minutes"], plan["bound_by"], plan["assumed"]) == (2.0, "requests per minute", [])


def test_of_a_run_that_was_begun_only_the_rest_is_estimated(imported: Emowb) -> None:
    imported("run", "rafdb", *EMBEDDED, "--name", "main")
    plan = planned(imported, "--name", "main")
    assert (plan["planned"], plan["open"], plan["requests"], plan["tokens"]) == (70, 0, 0, 0)
    told = imported("run", "rafdb", "--name", "main", "--dry-run")
    assert "run main has asked about all of its 70 samples" in told.stdout


def test_after_a_run_the_next_one_is_timed_by_its_replies(imported: Emowb) -> None:
    imported("run", "rafdb", *EMBEDDED, "--name", "main")
    (note,) = planned(imported, *EMBEDDED, "--name", "next")["assumed"]
    assert note.endswith("s, as the latest ones here did")


def test_another_plan_under_a_name_that_is_taken_is_estimated_with_a_warning(imported: Emowb) -> None:
    imported("run", "rafdb", *EMBEDDED, "--name", "main")
    told = imported("run", "rafdb", *EMBEDDED, "--name", "main", "--batch-size", "7", "--dry-run", "--json")
    assert json.loads(told.stdout)["requests"] == 10
    assert "warning: run 'main' was planned otherwise (batch_size: 20 -> 7); choose another --name" in told.stderr


# ── models that cost ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def nobody(imported: Emowb, place: Path) -> Emowb:
    """The same, and an endpoint `shop` at which nobody answers and whose key is not set."""
    shop = '[endpoints.shop]\nbase_url = "http://127.0.0.1:9/v1"\nkey_variable = "EMOWB_TEST_SHOP_KEY"\n'
    own = '[prices."our-vlm"]\ninput_usd = 100\noutput_usd = 0\nsource = "our contract"\n'
    (place / "emowb.toml").write_text(shop + own, encoding="utf-8")
    return imported


def test_what_a_named_model_costs_can_be_asked_before_there_is_a_key(nobody: Emowb) -> None:
    told = nobody("run", "rafdb", "--endpoint", "shop", "--model", "gpt-4o", "--dry-run")
    assert told.exit_code == 0
    assert "(17,850 of them pictures)" in told.stdout, "70 pictures of one tile each: 255 tokens"
    assert "at $2.50 in and $10.00 out for a million tokens (OpenAI's price page, 2026-11)" in told.stdout
    assert "whether there is a model gpt-4o was not found out" in told.stderr
    assert nobody("run", "rafdb", "--endpoint", "shop", "--model", "gpt-4o", "--yes").exit_code == 4


def test_an_unknown_price_is_unknown_and_says_where_to_put_it(nobody: Emowb) -> None:
    told = nobody("run", "rafdb", "--endpoint", "shop", "--model", "their-vlm", "--dry-run")
    assert "cost    unknown" in told.stdout
    assert '[prices."their-vlm"] in emowb.toml' in told.stderr
    assert planned(nobody, "--endpoint", "shop", "--model", "their-vlm")["cost_usd"] is None


def test_ones_own_price_is_used_and_shown(nobody: Emowb) -> None:
    plan = planned(nobody, "--endpoint", "shop", "--model", "our-vlm")
    assert plan["cost_usd"] == pytest.approx(plan["prompt_tokens"] / 10_000)
    told = nobody("run", "rafdb", "--endpoint", "shop", "--model", "our-vlm", "--dry-run")
    assert "at $100.00 in and $0.00 out for a million tokens (our contract)" in told.stdout
    config = {one["name"]: one for one in json.loads(nobody("config", "--json").stdout)}
    assert config["prices.our-vlm"]["value"] == "$100 in, $0 out"


def test_a_budget_that_will_not_do_is_told_beforehand(nobody: Emowb) -> None:
    words = ("run", "rafdb", "--endpoint", "shop", "--model", "our-vlm", "--dry-run", "--budget")
    assert "more than the $0.0100 that the budget leaves" in nobody(*words, "0.01").stdout
    assert "budget" not in nobody(*words, "100").stdout


# ── afterwards ───────────────────────────────────────────────────────────────────────────────────────────────────


def estimate(**changed: Any) -> Estimate:
    given: dict[str, Any] = {
        "samples": 70,
        "requests": 4,
        "looked_at": 4,
        "prompt_tokens": 2_000,
        "image_tokens": 1_000,
        "completion_tokens": 500,
        "cost_usd": 0.01,
        "minutes": 2.0,
        "bound_by": Bound.RPM,
        "assumed": (),
    }
    return Estimate(**(given | changed))


def progress(**changed: Any) -> RunTotals:
    given: dict[str, Any] = {
        "planned": 70,
        "by_status": {"ranked": 70},
        "by_state": {},
        "requests": 5,
        "unseen": 0,
        "prompt_tokens": 2_200,
        "completion_tokens": 450,
        "cost_usd": 0.0095,
    }
    return RunTotals(**(given | changed))


def test_actual_stands_beside_estimated() -> None:
    assert estimate_lines(estimate(), progress(), elapsed_s=150.0) == [
        "              estimated       actual",
        "requests              4            5     +25 %",
        "tokens in         2,000        2,200     +10 %",
        "tokens out          500          450     -10 %",
        "cost            $0.0100      $0.0095      -5 %",
        "time              2 min      2.5 min     +25 %",
    ]


def test_what_a_resumed_run_spent_before_is_not_held_against_the_estimate() -> None:
    before = progress(by_status={"ranked": 50}, requests=3, prompt_tokens=1_000, completion_tokens=250, cost_usd=0.005)
    after = progress(requests=5, prompt_tokens=1_500, completion_tokens=350, cost_usd=0.008)
    lines = estimate_lines(estimate(samples=20, requests=2), after, before=before)
    assert [line.split()[:4] for line in (lines[1], *lines[4:5])] == [
        ["requests", "2", "2", "+0"],
        ["cost", "$0.0100", "$0.0030", "-70"],
    ]
    assert lines[2].split()[:4] == ["tokens", "in", "2,000", "500"]


def test_what_nobody_told_is_not_nothing() -> None:
    unknown = progress(prompt_tokens=0, completion_tokens=0, cost_usd=None)
    lines = estimate_lines(estimate(cost_usd=None), unknown)
    assert lines[2].split() == ["tokens", "in", "2,000", "not", "told"]
    assert lines[4].split() == ["cost", "unknown", "unknown"]
    assert lines[5].split() == ["time", "2", "min", "not", "told"]


def test_a_run_that_was_stopped_says_how_far_it_came() -> None:
    lines = estimate_lines(estimate(), progress(by_status={"ranked": 30}))
    assert lines[-1] == "30 of the 70 samples that were estimated are settled"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0.2, "12 s"), (1.4, "84 s"), (1.5, "1.5 min"), (89.0, "89 min"), (120.0, "2 h"), (3000.0, "2.08 days")],
)
def test_time_is_told_in_the_unit_that_people_would_use(minutes: float, words: str) -> None:
    (line,) = [line for line in estimate_lines(estimate(minutes=minutes), progress()) if line.startswith("time")]
    assert line.removeprefix("time").removesuffix("not told").strip() == words
