"""`emowb run --via batch`, as a user types it, against a Batch API on loopback."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import SAMPLES
from tests.provider.jobs.batch_server import MODEL, BatchServer, End, serving_batches
from tests.waiting import PATIENCE_S

EMOWB = (sys.executable, "-c", "from workbench.cli.app import main; main()")
SECRET = "sk-nothing-to-hide-12345"
RUN = ("run", "rafdb", "--endpoint", "here", "--name", "main", "--via", "batch", "--batch-size", "10")

pytestmark = pytest.mark.slow


@pytest.fixture
def server() -> Iterator[BatchServer]:
    with serving_batches() as one:
        yield one


@pytest.fixture
def folder(tmp_path: Path, server: BatchServer) -> Path:
    """A working directory with the sample set and an endpoint that has a Batch API."""
    table = f'[endpoints.here]\nbase_url = "{server.base_url}"\nkey_variable = "HERE_KEY"\nbatch_api = true\n'
    plain = f'[endpoints.plain]\nbase_url = "{server.base_url}"\nkey_variable = "HERE_KEY"\n'
    price = f'[prices."{MODEL}"]\ninput_usd = 2.0\noutput_usd = 10.0\nbatch_factor = 0.5\n'
    (tmp_path / "emowb.toml").write_text(table + plain + price)
    assert emowb(tmp_path, "import", "rafdb", str(SAMPLES / "rafdb")).returncode == 0
    return tmp_path


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("EMOWB_", "OPENAI_"))}
    return {
        **kept,
        "HERE_KEY": SECRET,
        "XDG_CACHE_HOME": str(folder / "cache"),
        "XDG_CONFIG_HOME": str(folder / "none"),
    }


def emowb(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*EMOWB, *words],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )


def test_a_whole_run_by_jobs_at_half_the_price(folder: Path, server: BatchServer) -> None:
    done = emowb(folder, *RUN, "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert (document["state"], document["planned"], document["predicted"]) == ("done", 70, 70)
    assert document["attempts"] == 7
    assert document["cost_usd"] == pytest.approx(7 * (1_000 * 2.0 + 100 * 10.0) / 1e6 / 2)
    assert server.requests.count("POST /v1/batches") == 1
    assert "POST /v1/chat/completions" not in server.requests
    assert "job batch_1: completed, 7 requests, 7 answered" in done.stderr
    assert not list((folder / "cache" / "emowb").glob("jobs/*"))
    assert emowb(folder, *RUN).returncode == 0
    assert len(server.jobs) == 1
    shown = emowb(folder, "show", "rafdb").stdout
    assert "batch_1" in shown
    assert json.loads(emowb(folder, "show", "rafdb", "--json").stdout)["jobs"][0]["state"] == "done"
    for path in folder.rglob("*"):
        if path.is_file():
            assert b"nothing-to-hide" not in path.read_bytes(), path


def test_what_travels_is_not_asked_by_requests_and_the_rest_may_be(folder: Path, server: BatchServer) -> None:
    server.looks_needed = 3
    left = emowb(folder, *RUN, "--no-wait")
    assert left.returncode == 1
    assert "left at 127.0.0.1" in left.stderr
    plain = emowb(folder, "run", "rafdb", "--name", "main")
    assert "7 requests are at here in job batch_1 and are not asked twice" in plain.stderr
    assert "--via batch" in plain.stderr
    assert "POST /v1/chat/completions" not in server.requests
    assert emowb(folder, *RUN, "--no-wait").returncode == 1
    fetched = emowb(folder, *RUN, "--no-wait", "--json")
    assert fetched.returncode == 0, fetched.stderr
    assert json.loads(fetched.stdout)["predicted"] == 70
    assert len(server.jobs) == 1


def test_ctrl_c_leaves_the_job_and_says_how_to_go_on(folder: Path, server: BatchServer) -> None:
    server.looks_needed = 10**6
    runner = subprocess.Popen(
        [*EMOWB, *RUN], cwd=folder, env=environment(folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert server.was_looked_at.wait(timeout=PATIENCE_S)
    os.kill(runner.pid, signal.SIGINT)
    _, told = runner.communicate(timeout=PATIENCE_S)
    assert runner.returncode == 130
    assert "batch_1; the same command fetches it later" in told
    assert "emowb run rafdb --name main --via batch goes on" in told
    server.looks_needed = 1
    assert emowb(folder, *RUN).returncode == 0
    assert len(server.jobs) == 1


def test_a_job_that_is_not_taken_ends_with_the_reason_and_exit_code_4(folder: Path, server: BatchServer) -> None:
    words = "\x1b]52;c;aGk=\x07 key " + SECRET
    server.end = lambda _: End("failed", [{"code": "invalid_json_line", "message": words}])
    done = emowb(folder, *RUN)
    assert done.returncode == 4
    assert "invalid_json_line" in done.stderr
    assert "\x1b" not in done.stderr
    assert "nothing-to-hide" not in done.stderr
    assert "paused" in emowb(folder, "show", "rafdb").stdout


def test_cancelling_gives_requests_back(folder: Path, server: BatchServer) -> None:
    server.looks_needed = 10**6
    emowb(folder, *RUN, "--no-wait")
    server.looks_needed = 1
    done = emowb(folder, *RUN, "--cancel", "--json")
    assert done.returncode == 0, done.stderr  # cancelled when all of it was answered already
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
def test_what_cannot_be_done_by_jobs_says_what_can(folder: Path, words: tuple[str, ...], said: str) -> None:
    done = emowb(folder, *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert json.loads(emowb(folder, "runs", "--json").stdout) == []


def test_a_dry_run_tells_the_price_and_the_window_of_jobs(folder: Path) -> None:
    by_jobs = json.loads(emowb(folder, *RUN, "--dry-run", "--json").stdout)
    plain = json.loads(emowb(folder, "run", "rafdb", "--endpoint", "here", "--dry-run", "--json").stdout)
    assert by_jobs["minutes"] == 24 * 60
    assert by_jobs["cost_usd"] == pytest.approx(plain["cost_usd"] / 2, rel=0.2)
    assert by_jobs["bound_by"] == "the Batch API's window"


def test_a_budget_needs_the_price_of_jobs(folder: Path, server: BatchServer) -> None:
    text = (folder / "emowb.toml").read_text()
    (folder / "emowb.toml").write_text(text.replace("batch_factor = 0.5\n", ""))
    done = emowb(folder, *RUN, "--budget", "1")
    assert done.returncode == 2
    assert "batch_factor" in done.stderr
    assert server.jobs == {}


def test_a_job_is_only_looked_for_with_the_key_that_made_it(folder: Path, server: BatchServer) -> None:
    server.looks_needed = 10**6
    emowb(folder, *RUN, "--no-wait")
    text = (folder / "emowb.toml").read_text()
    (folder / "emowb.toml").write_text(text.replace('"HERE_KEY"', '"OTHER_KEY"'))
    done = subprocess.run(
        [*EMOWB, *RUN],
        cwd=folder,
        env={**environment(folder), "OTHER_KEY": "sk-another-one-12345"},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 4
    assert "made with the key in HERE_KEY" in done.stderr
