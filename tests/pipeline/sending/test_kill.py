"""A run is killed for real and started again: nothing that was received is lost, nothing is bought twice but what was
in flight."""

import json
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.conftest import emowb_command, importing, working_in
from tests.cli.processes import EMOWB
from tests.waiting import PATIENCE_S
from workbench.embedded.fault_injection import FaultRates
from workbench.embedded.server import EndpointServer, Served
from workbench.storage.workspace.database import open_workspace

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
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with working_in(tmp_path_factory.mktemp("killed")) as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_API_KEY", "sk-nothing-to-hide-12345")
        patch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
        emowb(*importing("rafdb"))
        yield folder


def emowb(*words: str | Path) -> str:
    done = emowb_command(*words)
    assert done.exit_code in (0, 1), done.stderr
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
    with (
        EndpointServer(faults=FaultRates(latency_s=0.02), observer=witness) as server,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("OPENAI_BASE_URL", server.base_url)
        runner = subprocess.Popen([*EMOWB, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert witness.reached.wait(timeout=PATIENCE_S)
        os.kill(runner.pid, signal.SIGKILL)
        runner.wait(timeout=PATIENCE_S)
        before = rows(place, RECEIVED)
        unseen = rows(place, "SELECT batch_id FROM attempt WHERE received_at IS NULL")
        summary = json.loads(emowb("run", "rafdb", "--name", "main", "--json"))
        served = len(witness.served)
        emowb("run", "rafdb", "--name", "calm", "--batch-size", "2")
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
    scores = [json.loads(emowb("metrics", "rafdb", "--run", name, "--json")) for name in ("main", "calm")]
    killed_scores, calm_scores = ({word: one[word] for word in kept} for one in scores)
    assert killed_scores == calm_scores


def test_the_key_is_nowhere_in_the_workspace_or_the_exports(story: Story) -> None:
    emowb("export", "rafdb")
    for path in story.place.rglob("*"):
        if path.is_file():
            assert b"nothing-to-hide" not in path.read_bytes(), path
