"""Two processes on one run: the second is refused, a dead one is taken over, and one that slept can store nothing."""

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from tests.cli.processes import IN_FLIGHT, N_BATCHES, PlannedRun, said
from tests.pipeline.watching import Watch
from workbench.domain.predictions import PredictionStatus
from workbench.domain.runs import RunState
from workbench.storage.runs.run_control import LEASE_RENEWAL_S

pytestmark = pytest.mark.slow


def test_a_second_runner_is_refused_by_name_and_a_dead_one_is_taken_over(at: PlannedRun) -> None:
    watch = Watch(at.place.path, at.run, at.endpoint, in_flight=IN_FLIGHT)
    at.endpoint.hold()
    first = at.start()
    at.endpoint.wait_for(IN_FLIGHT)
    second = at.start()
    words = said(second)
    assert second.returncode == 5
    assert f"run main is being sent by process {first.pid} on {socket.gethostname()}; wait for it or stop it" in words
    assert len(at.endpoint.asked) == IN_FLIGHT
    first.kill()
    first.wait()
    at.endpoint.release()
    assert watch.look([]).bought == IN_FLIGHT
    third = at.start()
    said(third)
    assert third.returncode == 0
    assert watch.look([]).bought == 0
    assert at.place.now(at.run).state is RunState.DONE
    assert set(at.place.statuses(at.run).values()) == {PredictionStatus.RANKED}
    assert len(at.endpoint.asked) == N_BATCHES + IN_FLIGHT


@contextmanager
def asleep(pid: int) -> Iterator[None]:
    """For the time of the block the process does not get a moment of the machine."""
    os.kill(pid, signal.SIGSTOP)
    os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOWAIT)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_a_runner_that_slept_and_was_taken_for_dead_doubles_nothing(at: PlannedRun) -> None:
    at.endpoint.hold()
    first = at.start()
    at.endpoint.wait_for(IN_FLIGHT)
    with asleep(first.pid):
        at.endpoint.release()
        long_ago = datetime.now(UTC) - timedelta(seconds=5 * LEASE_RENEWAL_S)
        at.place.db.conn.execute("UPDATE run SET held_at = ?", (long_ago.isoformat(timespec="milliseconds"),))
        second = at.start()
        said(second)
        assert second.returncode == 0
        before = rows(at)
    words = said(first)
    assert first.returncode == 5
    assert "another process has taken this run over; this one stops" in words
    assert rows(at) == before
    assert at.place.now(at.run).state is RunState.DONE
    assert set(at.place.statuses(at.run).values()) == {PredictionStatus.RANKED}
    assert len(at.endpoint.asked) == N_BATCHES + IN_FLIGHT


def rows(at: PlannedRun) -> list[object]:
    """Everything that is stored of the run."""
    tables = ("run", "batch", "batch_sample", "attempt", "prediction")
    return [at.place.db.conn.execute(f"SELECT * FROM {table}").fetchall() for table in tables]
