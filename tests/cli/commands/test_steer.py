"""Two processes and one run: one sends it, the other sees and steers it."""

import json
from collections.abc import Callable
from contextlib import closing

import pytest

from tests.cli.conftest import Emowb
from tests.cli.processes import IN_FLIGHT, N_BATCHES, PlannedRun, read_until, said
from tests.pipeline.watching import Watch
from tests.waiting import looks
from workbench.domain.predictions import PredictionStatus
from workbench.domain.run_status import GivenLimits, RunMeter
from workbench.domain.runs import RunState
from workbench.storage.runs.batch_rows import load_totals
from workbench.storage.runs.run_control import load_control, load_meter
from workbench.storage.workspace.database import open_workspace

pytestmark = pytest.mark.slow


def wait_for_meter(at: PlannedRun, fits: Callable[[RunMeter], bool]) -> RunMeter:
    """Looked at as another process would; each look takes the time that it takes."""
    with closing(open_workspace(at.place.path)) as db:
        for _ in looks("the meter never came to that"):
            told = load_meter(db, at.run.id)
            if told is not None and fits(told[0]):
                return told[0]
    raise AssertionError


def test_a_run_is_paused_from_another_process_and_the_same_command_goes_on(at: PlannedRun, emowb: Emowb) -> None:
    at.endpoint.hold()
    runner = at.start()
    at.endpoint.wait_for(IN_FLIGHT)
    asked = emowb("pause", "rafdb")
    assert (asked.exit_code, f"process {runner.pid} on " in asked.stdout) == (0, True)
    read_until(runner, "what is in flight comes in first")
    at.endpoint.release()
    words = said(runner)
    assert runner.returncode == 130
    assert "is paused from " in words
    assert "goes on" in words
    paused, progress = at.place.now(at.run), load_totals(at.place.db, at.run.id)
    assert paused.state is RunState.PAUSED
    assert (paused.reason or "").startswith("paused from ")
    assert (progress.requests, progress.unseen, len(at.endpoint.asked)) == (IN_FLIGHT, 0, IN_FLIGHT)
    nothing = emowb("pause", "rafdb", "main")
    assert (nothing.exit_code, "nobody sends it" in nothing.stdout) == (0, True)
    again = at.start()
    said(again)
    assert again.returncode == 0
    assert set(at.place.statuses(at.run).values()) == {PredictionStatus.RANKED}
    assert len(at.endpoint.asked) == N_BATCHES


def test_a_run_is_cancelled_from_another_process_without_waiting(at: PlannedRun, emowb: Emowb) -> None:
    at.endpoint.hold()
    runner = at.start()
    at.endpoint.wait_for(IN_FLIGHT)
    assert emowb("cancel", "rafdb", "main").exit_code == 0
    said(runner)
    assert runner.returncode == 130
    progress = load_totals(at.place.db, at.run.id)
    assert (progress.requests, progress.unseen) == (IN_FLIGHT, IN_FLIGHT)
    assert (at.place.now(at.run).reason or "").startswith("cancelled from ")


def test_the_number_in_flight_is_changed_from_another_process_up_and_down(at: PlannedRun, emowb: Emowb) -> None:
    at.endpoint.hold()
    runner = at.start()
    at.endpoint.wait_for(IN_FLIGHT)
    told = emowb("limit", "rafdb", "--concurrency", str(IN_FLIGHT + 3))
    assert "7 requests in flight, at once: process" in told.stdout
    at.endpoint.wait_for(IN_FLIGHT + 3)
    assert emowb("limit", "rafdb", "--concurrency", "1").exit_code == 0
    wait_for_meter(at, lambda meter: meter.given.concurrency == 1)
    assert len(at.endpoint.asked) == IN_FLIGHT + 3
    at.endpoint.release()
    said(runner)
    assert runner.returncode == 0
    assert len(at.endpoint.asked) == N_BATCHES
    assert load_control(at.place.db, at.run.id).limits == GivenLimits(concurrency=1)


def test_a_flag_of_the_next_session_wins_over_what_was_changed_before(at: PlannedRun, emowb: Emowb) -> None:
    at.endpoint.hold()
    assert "nobody sends it now" in emowb("limit", "rafdb", "--rpm", "600", "--concurrency", "1").stdout
    runner = at.start()
    at.endpoint.wait_for(IN_FLIGHT)
    meter = wait_for_meter(at, lambda meter: meter.in_flight == IN_FLIGHT)
    assert meter.given == GivenLimits(rpm=600, concurrency=IN_FLIGHT)
    at.endpoint.release()
    said(runner)
    assert load_control(at.place.db, at.run.id).limits == GivenLimits(rpm=600)


def test_a_sender_that_is_killed_is_nobodys_sender_and_the_run_goes_on(at: PlannedRun, emowb: Emowb) -> None:
    watch = Watch(at.place.path, at.run, at.endpoint, in_flight=IN_FLIGHT)
    at.endpoint.hold()
    runner = at.start()
    at.endpoint.wait_for(IN_FLIGHT)
    wait_for_meter(at, lambda meter: meter.in_flight == IN_FLIGHT)
    runner.kill()
    runner.wait()
    at.endpoint.release()
    assert watch.look([]).in_flight == IN_FLIGHT
    nothing = emowb("cancel", "rafdb")
    assert (nothing.exit_code, "nobody sends it" in nothing.stdout) == (0, True)
    again = at.start()
    said(again)
    assert again.returncode == 0
    assert watch.look([]).bought == 0
    assert at.place.now(at.run).state is RunState.DONE
    assert json.loads(emowb("show", "rafdb", "--json").stdout)["unseen"] == IN_FLIGHT


@pytest.mark.parametrize("words", [("limit", "rafdb"), ("limit", "rafdb", "--budget", "-1")])
def test_a_limit_that_says_nothing_is_refused(at: PlannedRun, emowb: Emowb, words: tuple[str, ...]) -> None:
    assert emowb(*words).exit_code == 2


def test_a_budget_needs_a_price(at: PlannedRun, emowb: Emowb) -> None:
    refused = emowb("limit", "rafdb", "--budget", "3")
    assert (refused.exit_code, "needs the price of scripted" in refused.stderr) == (2, True)
    assert emowb("limit", "rafdb", "--budget", "0").exit_code == 0
