"""A person, a system or a lost line ends a run: what is on its way comes in first, unless somebody insists."""

import signal

import pytest

from tests.cli.processes import IN_FLIGHT, N_BATCHES, PlannedRun, read_until, said
from tests.waiting import PATIENCE_S
from workbench.domain.predictions import PredictionStatus
from workbench.domain.runs import RunState
from workbench.storage.runs.batch_rows import load_totals

pytestmark = pytest.mark.slow

LAST = "face_026.png"
"""In one of the last batches."""
RANKED = {PredictionStatus.RANKED}


def assert_paused_with_all_that_was_asked(at: PlannedRun) -> None:
    paused, progress = at.place.now(at.run), load_totals(at.place.db, at.run.id)
    assert (paused.state, paused.reason) == (RunState.PAUSED, "interrupted")
    assert (progress.requests, progress.unseen) == (IN_FLIGHT, 0)
    assert progress.settled == 4 * IN_FLIGHT
    assert len(at.endpoint.asked) == IN_FLIGHT


def assert_goes_on(at: PlannedRun, bought_twice: int = 0) -> None:
    again = at.start()
    said(again)
    assert again.returncode == 0
    assert set(at.place.statuses(at.run).values()) == RANKED
    assert len(at.endpoint.asked) == N_BATCHES + bought_twice


@pytest.mark.parametrize(
    "number",
    [signal.SIGINT, signal.SIGTERM, signal.SIGHUP],
    ids=lambda number: number.name,
)
def test_what_is_on_its_way_comes_in_before_a_run_that_was_interrupted_ends(
    at: PlannedRun, number: signal.Signals
) -> None:
    at.endpoint.hold()
    runner = at.start()
    at.endpoint.wait_for(IN_FLIGHT)
    runner.send_signal(number)
    read_until(runner, "what is in flight comes in first")
    at.endpoint.release()
    words = said(runner)
    assert runner.returncode == 130
    assert "goes on" in words
    assert_paused_with_all_that_was_asked(at)
    assert_goes_on(at)


def test_a_second_interrupt_does_not_wait(at: PlannedRun) -> None:
    at.endpoint.hold()
    runner = at.start()
    at.endpoint.wait_for(IN_FLIGHT)
    runner.send_signal(signal.SIGINT)
    read_until(runner, "what is in flight comes in first")
    runner.send_signal(signal.SIGINT)
    said(runner)
    assert runner.returncode == 130
    paused, progress = at.place.now(at.run), load_totals(at.place.db, at.run.id)
    assert (paused.state, paused.reason) == (RunState.PAUSED, "interrupted")
    assert (progress.requests, progress.unseen) == (IN_FLIGHT, IN_FLIGHT)
    at.endpoint.release()
    assert_goes_on(at, bought_twice=IN_FLIGHT)


def test_a_line_that_is_lost_loses_no_reply(at: PlannedRun) -> None:
    """The terminal is gone: nothing can be printed any more, and what is on its way comes in all the same."""
    at.endpoint.hold()
    with at.at_a_terminal() as (runner, hang_up):
        at.endpoint.wait_for(IN_FLIGHT)
        hang_up()
        at.endpoint.release()
        runner.wait(PATIENCE_S)
    assert_paused_with_all_that_was_asked(at)
    assert_goes_on(at)


def test_a_reader_of_the_narration_that_goes_away_ends_no_run(at: PlannedRun) -> None:
    """`emowb run ... 2>&1 | head -1`, and something to tell that nobody hears: one picture cannot be read."""
    (at.place.root / LAST).write_bytes(b"")
    at.endpoint.hold()
    runner = at.start()
    at.endpoint.wait_for(IN_FLIGHT)
    assert runner.stderr is not None
    assert runner.stdout is not None
    runner.stderr.close()
    runner.stdout.close()
    at.endpoint.release()
    runner.wait(PATIENCE_S)
    assert load_totals(at.place.db, at.run.id).unseen == 0
    found = at.place.statuses(at.run)
    assert found.pop(LAST.removesuffix(".png")) is PredictionStatus.BAD_MEDIA
    assert set(found.values()) == RANKED
