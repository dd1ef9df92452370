"""A run is killed for real and started again: nothing that was received is lost, nothing is bought twice but what was
in flight."""

import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.waiting import PATIENCE_S
from workbench.embedded.fault_injection import FaultRates
from workbench.embedded.server import EndpointServer, Served
from workbench.storage.workspace.database import open_workspace

SAMPLES = Path(__file__).parents[3] / "samples"
EMOWB = (sys.executable, "-c", "from workbench.cli.app import main; main()")
IN_FLIGHT = 3
RECEIVED = "SELECT id, batch_id, number, received_at, reply, step FROM attempt WHERE received_at IS NOT NULL"

pytestmark = pytest.mark.slow


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


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("place")
    emowb(folder, "import", "rafdb", str(SAMPLES / "rafdb"))
    return folder


def environment(base_url: str = "http://127.0.0.1:9/v1") -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("EMOWB_", "OPENAI_"))}
    return {**kept, "OPENAI_BASE_URL": base_url, "OPENAI_API_KEY": "sk-nothing-to-hide-12345"}


def emowb(place: Path, *words: str, base_url: str = "http://127.0.0.1:9/v1") -> str:
    done = subprocess.run(
        [*EMOWB, *words],
        cwd=place,
        env=environment(base_url),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def rows(place: Path, sql: str) -> list[tuple[object, ...]]:
    db = open_workspace(place / "emowb.db")
    try:
        return [tuple(row) for row in db.conn.execute(sql)]
    finally:
        db.close()


@dataclass(frozen=True)
class Story:
    """A run that was killed, and what became of it when it was started again."""

    place: Path
    before: list[tuple[object, ...]]
    """The attempts whose replies were stored when the kill came."""
    unseen: list[tuple[object, ...]]
    """The batches that were in flight."""
    summary: dict[str, object]
    served: int


@pytest.fixture(scope="module")
def story(place: Path) -> Story:
    """35 batches of two, killed with SIGKILL after the endpoint has answered nine requests, and resumed."""
    witness = Witness(9)
    words = ("run", "rafdb", "--name", "main", "--batch-size", "2", "--concurrency", str(IN_FLIGHT))
    with EndpointServer(faults=FaultRates(latency_s=0.02), observer=witness) as server:
        runner = subprocess.Popen(
            [*EMOWB, *words],
            cwd=place,
            env=environment(server.base_url),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        assert witness.reached.wait(timeout=PATIENCE_S)
        os.kill(runner.pid, signal.SIGKILL)
        runner.wait(timeout=PATIENCE_S)
        before = rows(place, RECEIVED)
        unseen = rows(place, "SELECT batch_id FROM attempt WHERE received_at IS NULL")
        summary = json.loads(emowb(place, "run", "rafdb", "--name", "main", "--json", base_url=server.base_url))
        served = len(witness.served)
        emowb(place, "run", "rafdb", "--name", "calm", "--batch-size", "2", base_url=server.base_url)
    return Story(place, before, unseen, summary, served)


def test_a_killed_run_loses_no_reply_and_asks_again_only_for_what_was_in_flight(story: Story) -> None:
    assert 0 < len(story.before) < 35, "the kill must come in the middle"
    assert len(story.unseen) <= IN_FLIGHT
    assert story.summary["state"] == "done"
    assert story.summary["planned"] == story.summary["predicted"] == 70
    assert story.summary["unseen"] == len(story.unseen)
    after = {row[0]: row for row in rows(story.place, RECEIVED)}
    assert all(after[row[0]] == row for row in story.before), "a stored reply has changed"
    main = "(SELECT id FROM run WHERE name = 'main')"
    counted = rows(story.place, f"SELECT COUNT(*), COUNT(DISTINCT sample_no) FROM prediction WHERE run_id = {main}")
    assert counted == [(70, 70)]
    asked_again = rows(story.place, "SELECT batch_id FROM attempt WHERE number > 1")
    assert set(asked_again) <= set(story.unseen)
    assert story.served <= 35 + len(story.unseen)
    assert rows(story.place, "PRAGMA integrity_check") == [("ok",)]


def test_the_scores_after_a_kill_are_those_of_a_run_that_was_left_alone(story: Story) -> None:
    kept = ("metrics", "per_class", "confusion", "planned", "answered")
    scores = [json.loads(emowb(story.place, "metrics", "rafdb", "--run", name, "--json")) for name in ("main", "calm")]
    killed_scores, calm_scores = ({word: one[word] for word in kept} for one in scores)
    assert killed_scores == calm_scores


def test_the_key_is_nowhere_in_the_workspace_or_the_exports(story: Story) -> None:
    emowb(story.place, "export", "rafdb")
    for path in story.place.rglob("*"):
        if path.is_file():
            assert b"nothing-to-hide" not in path.read_bytes(), path
