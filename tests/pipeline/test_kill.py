"""A run is killed for real and started again: nothing that was received is lost, nothing is bought twice but what was
in flight."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench.embedded.server import EndpointServer, Served
from workbench.embedded.trouble import Trouble
from workbench.storage.database import open_workspace

SAMPLES = Path(__file__).parents[2] / "samples"
EMOWB = (sys.executable, "-c", "from workbench.cli.app import main; main()")
IN_FLIGHT = 3


class Witness:
    """An endpoint that counts what it answers and tells when it has answered so many requests."""

    def __init__(self, wanted: int) -> None:
        self.served: list[Served] = []
        self.reached = threading.Event()
        self._wanted = wanted

    def __call__(self, served: Served) -> None:
        self.served.append(served)
        if len(self.served) >= self._wanted:
            self.reached.set()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    emowb(tmp_path, "import", "rafdb", str(SAMPLES / "rafdb"))
    return tmp_path


def environment(base_url: str = "http://127.0.0.1:9/v1") -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("EMOWB_", "OPENAI_"))}
    return {**kept, "OPENAI_BASE_URL": base_url, "OPENAI_API_KEY": "sk-nothing-to-hide-12345"}


def emowb(place: Path, *words: str, base_url: str = "http://127.0.0.1:9/v1") -> str:
    done = subprocess.run(
        [*EMOWB, *words], cwd=place, env=environment(base_url), capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def rows(place: Path, sql: str) -> list[tuple[object, ...]]:
    db = open_workspace(place / "emowb.db")
    try:
        return [tuple(row) for row in db.conn.execute(sql)]
    finally:
        db.close()


@pytest.fixture
def killed(place: Path) -> Iterator[tuple[Path, Witness, EndpointServer]]:
    """A run of 35 batches of two, killed with SIGKILL after the endpoint has answered nine requests."""
    witness = Witness(9)
    with EndpointServer(trouble=Trouble(latency_s=0.02), observer=witness) as server:
        runner = subprocess.Popen(
            [*EMOWB, "run", "rafdb", "--name", "main", "--batch-size", "2", "--concurrency", str(IN_FLIGHT)],
            cwd=place,
            env=environment(server.base_url),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        assert witness.reached.wait(timeout=60)
        os.kill(runner.pid, signal.SIGKILL)
        runner.wait(timeout=30)
        yield place, witness, server


@pytest.mark.slow
def test_a_killed_run_loses_no_reply_and_asks_again_only_for_what_was_in_flight(
    killed: tuple[Path, Witness, EndpointServer],
) -> None:
    place, witness, server = killed
    received = "SELECT id, batch_id, number, received_at, reply, step FROM attempt WHERE received_at IS NOT NULL"
    before = rows(place, received)
    unseen = rows(place, "SELECT batch_id FROM attempt WHERE received_at IS NULL")
    assert 0 < len(before) < 35, "the kill must come in the middle"
    assert len(unseen) <= IN_FLIGHT

    summary = json.loads(emowb(place, "run", "rafdb", "--name", "main", "--json", base_url=server.base_url))

    assert summary["state"] == "done"
    assert summary["planned"] == summary["predicted"] == 70
    assert summary["unseen"] == len(unseen)
    after = {row[0]: row for row in rows(place, received)}
    assert all(after[row[0]] == row for row in before), "a stored reply has changed"
    assert rows(place, "SELECT COUNT(*), COUNT(DISTINCT sample_id) FROM prediction") == [(70, 70)]
    asked_again = rows(place, "SELECT batch_id FROM attempt WHERE number > 1")
    assert set(asked_again) <= set(unseen)
    assert len(witness.served) <= 35 + len(unseen)
    assert rows(place, "PRAGMA integrity_check") == [("ok",)]


@pytest.mark.slow
def test_the_scores_after_a_kill_are_those_of_a_run_that_was_left_alone(
    killed: tuple[Path, Witness, EndpointServer],
) -> None:
    place, _, server = killed
    emowb(place, "run", "rafdb", "--name", "main", base_url=server.base_url)
    emowb(place, "run", "rafdb", "--name", "calm", "--batch-size", "2", base_url=server.base_url)
    kept = ("metrics", "per_class", "confusion", "planned", "answered")
    scores = [json.loads(emowb(place, "metrics", "rafdb", "--run", name, "--json")) for name in ("main", "calm")]
    killed_scores, calm_scores = ({word: one[word] for word in kept} for one in scores)
    assert killed_scores == calm_scores


@pytest.mark.slow
def test_the_key_is_nowhere_in_the_workspace_or_the_exports(killed: tuple[Path, Witness, EndpointServer]) -> None:
    place, _, server = killed
    emowb(place, "run", "rafdb", "--name", "main", base_url=server.base_url)
    emowb(place, "export", "rafdb")
    for path in place.rglob("*"):
        if path.is_file():
            assert b"nothing-to-hide" not in path.read_bytes(), path
