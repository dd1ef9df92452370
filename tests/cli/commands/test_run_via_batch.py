"""`emowb run --via batch`, as a user types it, against a Batch API on loopback."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Emowb
from tests.cli.processes import EMOWB
from tests.provider.jobs.batch_server import MODEL, BatchServer, End, serving_batches
from tests.waiting import PATIENCE_S

SECRET = "sk-nothing-to-hide-12345"
RUN = ("run", "rafdb", "--endpoint", "here", "--name", "main", "--via", "batch", "--batch-size", "10")


@pytest.fixture
def server() -> Iterator[BatchServer]:
    with serving_batches() as one:
        yield one


@pytest.fixture
def emowb(imported: Emowb, place: Path, server: BatchServer, monkeypatch: pytest.MonkeyPatch) -> Emowb:
    """`emowb` in a working directory with the sample set and an endpoint that has a Batch API."""
    monkeypatch.setenv("HERE_KEY", SECRET)
    table = f'[endpoints.here]\nbase_url = "{server.base_url}"\nkey_variable = "HERE_KEY"\nbatch_api = true\n'
    plain = f'[endpoints.plain]\nbase_url = "{server.base_url}"\nkey_variable = "HERE_KEY"\n'
    price = f'[prices."{MODEL}"]\ninput_usd = 2.0\noutput_usd = 10.0\nbatch_factor = 0.5\n'
    (place / "emowb.toml").write_text(table + plain + price)
    return imported


def test_a_whole_run_by_jobs_at_half_the_price(emowb: Emowb, place: Path, server: BatchServer) -> None:
    done = emowb(*RUN, "--json")
    assert done.exit_code == 0, done.stderr
    document = json.loads(done.stdout)
    assert (document["state"], document["planned"], document["predicted"]) == ("done", 70, 70)
    assert document["attempts"] == 7
    assert document["cost_usd"] == pytest.approx(7 * (1_000 * 2.0 + 100 * 10.0) / 1e6 / 2)
    assert server.requests.count("POST /v1/batches") == 1
    assert "POST /v1/chat/completions" not in server.requests
    assert "job batch_1: completed, 7 requests, 7 answered" in done.stderr
    assert not list((place.parent / "cache" / "emowb").glob("jobs/*"))
    assert emowb(*RUN).exit_code == 0
    assert len(server.jobs) == 1
    shown = emowb("show", "rafdb").stdout
    assert "batch_1" in shown
    assert json.loads(emowb("show", "rafdb", "--json").stdout)["jobs"][0]["state"] == "done"
    for path in place.parent.rglob("*"):
        if path.is_file():
            assert b"nothing-to-hide" not in path.read_bytes(), path


def test_what_travels_is_not_asked_by_requests_and_the_rest_may_be(emowb: Emowb, server: BatchServer) -> None:
    server.looks_needed = 3
    left = emowb(*RUN, "--no-wait")
    assert left.exit_code == 1
    assert "left at 127.0.0.1" in left.stderr
    plain = emowb("run", "rafdb", "--name", "main")
    assert "7 requests are at here in job batch_1 and are not asked twice" in plain.stderr
    assert "--via batch" in plain.stderr
    assert "POST /v1/chat/completions" not in server.requests
    assert emowb(*RUN, "--no-wait").exit_code == 1
    fetched = emowb(*RUN, "--no-wait", "--json")
    assert fetched.exit_code == 0, fetched.stderr
    assert json.loads(fetched.stdout)["predicted"] == 70
    assert len(server.jobs) == 1


@pytest.mark.slow
def test_ctrl_c_leaves_the_job_and_says_how_to_go_on(emowb: Emowb, server: BatchServer) -> None:
    server.looks_needed = 10**6
    runner = subprocess.Popen([*EMOWB, *RUN], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert server.was_looked_at.wait(timeout=PATIENCE_S)
    os.kill(runner.pid, signal.SIGINT)
    _, told = runner.communicate(timeout=PATIENCE_S)
    assert runner.returncode == 130
    assert "batch_1; the same command fetches it later" in told
    assert "emowb run rafdb --name main --via batch goes on" in told
    server.looks_needed = 1
    assert emowb(*RUN).exit_code == 0
    assert len(server.jobs) == 1


def test_a_job_that_is_not_taken_ends_with_the_reason_and_exit_code_4(emowb: Emowb, server: BatchServer) -> None:
    words = "\x1b]52;c;aGk=\x07 key " + SECRET
    server.end = lambda _: End("failed", [{"code": "invalid_json_line", "message": words}])
    done = emowb(*RUN)
    assert done.exit_code == 4
    assert "invalid_json_line" in done.stderr
    assert "\x1b" not in done.stderr
    assert "nothing-to-hide" not in done.stderr
    assert "paused" in emowb("show", "rafdb").stdout


def test_cancelling_gives_requests_back(emowb: Emowb, server: BatchServer) -> None:
    server.looks_needed = 10**6
    emowb(*RUN, "--no-wait")
    server.looks_needed = 1
    done = emowb(*RUN, "--cancel", "--json")
    assert done.exit_code == 0, done.stderr  # cancelled when all of it was answered already
    assert server.jobs["batch_1"]["status"] == "cancelled"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "rafdb", "--endpoint", "plain", "--via", "batch"), "has no Batch API"),
        (("run", "rafdb", "--endpoint", "plain", "--via", "batch"), "batch_api = true under [endpoints.plain]"),
        (("run", "rafdb", "--endpoint", "embedded", "--via", "batch"), "emowb batch-file write rafdb"),
        (("run", "rafdb", "--endpoint", "here", "--no-wait"), "add --via batch"),
        (("run", "rafdb", "--endpoint", "here", "--cancel"), "add --via batch"),
        (("run", "rafdb", "--endpoint", "here", "--via", "post"), "--via"),
    ],
)
def test_what_cannot_be_done_by_jobs_says_what_can(emowb: Emowb, words: tuple[str, ...], said: str) -> None:
    done = emowb(*words)
    assert done.exit_code == 2
    assert said in done.stderr
    assert json.loads(emowb("runs", "--json").stdout) == []


def test_a_dry_run_tells_the_price_and_the_window_of_jobs(emowb: Emowb) -> None:
    by_jobs = json.loads(emowb(*RUN, "--dry-run", "--json").stdout)
    plain = json.loads(emowb("run", "rafdb", "--endpoint", "here", "--dry-run", "--json").stdout)
    assert by_jobs["minutes"] == 24 * 60
    assert by_jobs["cost_usd"] == pytest.approx(plain["cost_usd"] / 2, rel=0.2)
    assert by_jobs["bound_by"] == "the Batch API's window"


def test_a_budget_needs_the_price_of_jobs(emowb: Emowb, place: Path, server: BatchServer) -> None:
    text = (place / "emowb.toml").read_text()
    (place / "emowb.toml").write_text(text.replace("batch_factor = 0.5\n", ""))
    done = emowb(*RUN, "--budget", "1")
    assert done.exit_code == 2
    assert "batch_factor" in done.stderr
    assert server.jobs == {}


def test_a_job_is_only_looked_for_with_the_key_that_made_it(
    emowb: Emowb, place: Path, server: BatchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.looks_needed = 10**6
    emowb(*RUN, "--no-wait")
    text = (place / "emowb.toml").read_text()
    (place / "emowb.toml").write_text(text.replace('"HERE_KEY"', '"OTHER_KEY"'))
    monkeypatch.setenv("OTHER_KEY", "sk-another-one-12345")
    done = emowb(*RUN)
    assert done.exit_code == 4
    assert "made with the key in HERE_KEY" in done.stderr
