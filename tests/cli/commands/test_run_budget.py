import json
from pathlib import Path

from tests.cli.conftest import Emowb

PRICED = '[prices."schematic-baseline"]\ninput_usd = 1000\noutput_usd = 1000\n'


def test_a_budget_that_is_used_up_pauses_the_run_and_a_larger_one_goes_on(imported: Emowb, place: Path) -> None:
    (place / "emowb.toml").write_text(PRICED)
    run = ("run", "rafdb", "--endpoint", "embedded", "--batch-size", "5", "--concurrency", "2")
    paused = imported(*run, "--budget", "1.2")
    assert paused.exit_code == 1
    assert "the budget of $1.20 is used up" in paused.stderr
    assert "cost $1.0530" in paused.stdout
    done = imported(*run, "--budget", "100")
    assert done.exit_code == 0
    assert "ranked 70" in done.stdout
    shown = json.loads(imported("show", "rafdb", "--json").stdout)
    assert shown["answered_by"] == {"schematic-baseline": 14}
    assert shown["estimate"]["requests"] == 14
    assert shown["endpoint_record"] is None


def test_a_budget_without_a_price_is_refused_before_anything_is_sent(imported: Emowb, place: Path) -> None:
    (place / "emowb.toml").write_text('[endpoints.lab]\nbase_url = "http://127.0.0.1:9/v1"\n')
    refused = imported("run", "rafdb", "--endpoint", "lab", "--model", "nobodys-model", "--budget", "1")
    assert refused.exit_code in (2, 4)
    assert "no server answers" in refused.stderr
