"""How two processes speak about one run: what is wanted of it, and how it stands."""

import multiprocessing
import os
import socket
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from tests.building import at, plan, ranked, received, sample, settled, store
from workbench.domain.predictions import PredictionStatus, RankedPrediction
from workbench.domain.run_status import GivenLimits, LaneMeter, RunCommand, RunControl, RunMeter
from workbench.domain.runs import Run, RunState
from workbench.errors import DatabaseError
from workbench.storage.runs.attempts import read_attempts, save_received, save_sent, save_unsent
from workbench.storage.runs.plans import open_batches
from workbench.storage.runs.results import read_results
from workbench.storage.runs.run_control import (
    LEASE_RENEWAL_S,
    LeaseLost,
    claim_run,
    forget_limits,
    load_control,
    load_meter,
    load_sender,
    release_run,
    renew_lease,
    save_limits,
    save_meter,
    save_wanted,
)
from workbench.storage.runs.run_records import load_run
from workbench.storage.workspace.database import open_workspace

HOST = socket.gethostname()
ALIVE_S = 4 * LEASE_RENEWAL_S


@pytest.fixture
def run(db: Database) -> Run:
    store(db, [sample("a"), sample("b")])
    return plan(db, ["a"], ["b"])


def held_by(db: Database, run: Run, holder: str, *, since: str) -> None:
    db.conn.execute("UPDATE run SET holder = ?, held_at = ? WHERE id = ?", (holder, since, run.id))


def state(db: Database) -> tuple[RunState, str | None, float]:
    run = load_run(db, "rafdb", "main")
    return run.state, run.reason, run.elapsed_s


def dead_pid() -> int:
    """The number of a process that has been and is no more."""
    process = multiprocessing.get_context("spawn").Process(target=int)
    process.start()
    process.join()
    pid = process.pid
    process.close()
    assert pid is not None
    return pid


def test_a_claimed_run_is_being_sent_and_a_released_one_is_not(db: Database, run: Run) -> None:
    lease = claim_run(db, run, at(1))
    assert state(db) == (RunState.RUNNING, None, 0.0)
    assert release_run(db, lease, reason="quota", elapsed_s=2.5, at=at(3)) is RunState.PAUSED
    assert state(db) == (RunState.PAUSED, "quota", 2.5)
    again = claim_run(db, run, at(4))
    assert state(db) == (RunState.RUNNING, None, 2.5)
    assert again.holder != lease.holder


def test_a_run_is_done_when_nothing_is_open_whatever_stopped_it(db: Database, run: Run) -> None:
    db.conn.execute("UPDATE batch SET step = 'keep'")
    assert release_run(db, claim_run(db, run, at()), reason="interrupted", elapsed_s=1, at=at()) is RunState.DONE
    assert state(db) == (RunState.DONE, None, 1.0)


def test_a_second_runner_is_refused_and_told_who_is_at_it(db: Database, run: Run, path: Path) -> None:
    claim_run(db, run, at())
    words = f"run main is being sent by process {os.getpid()} on {HOST}; wait for it or stop it"
    with closing(open_workspace(path)) as other, pytest.raises(DatabaseError, match=words):
        claim_run(other, run, at(60))


def test_two_runs_can_be_sent_side_by_side(db: Database, run: Run) -> None:
    claim_run(db, run, at())
    claim_run(db, plan(db, ["a"], name="other"), at())


def test_a_dead_runner_hinders_nobody(db: Database, run: Run) -> None:
    held_by(db, run, f"{HOST}:{dead_pid()}:aa", since=at())
    claim_run(db, run, at(1))


HOLDERS = {
    "a process of mine": f"{HOST}:{os.getpid()}:aa",
    "a process of somebody else": f"{HOST}:1:aa",
    "a process on another host": "gpu-07.lab.example.com:4242:aa",
    "a host with colons": "fe80::1:4242:aa",
}


@pytest.mark.parametrize("holder", HOLDERS.values(), ids=HOLDERS)
def test_a_runner_lives_as_long_as_it_gives_signs_of_life(db: Database, run: Run, holder: str) -> None:
    held_by(db, run, holder, since=at())
    with pytest.raises(DatabaseError, match="is being sent by process"):
        claim_run(db, run, at(ALIVE_S))
    claim_run(db, run, at(ALIVE_S + 1))


def test_a_clock_that_was_set_back_takes_no_run_from_a_living_runner(db: Database, run: Run) -> None:
    held_by(db, run, HOLDERS["a process of mine"], since=at(3600))
    with pytest.raises(DatabaseError, match="is being sent by process"):
        claim_run(db, run, at())


def test_a_sign_of_life_and_every_save_renew_the_hold(db: Database, run: Run) -> None:
    lease = claim_run(db, run, at())
    renew_lease(db, lease, at(100))
    with pytest.raises(DatabaseError, match="is being sent"):
        claim_run(db, run, at(200))
    save_sent(db, lease, open_batches(db, run.id)[0], asked=["a"], prompt="", at=at(200))
    with pytest.raises(DatabaseError, match="is being sent"):
        claim_run(db, run, at(310))


def test_who_slept_and_was_taken_for_dead_can_save_nothing(db: Database, run: Run) -> None:
    loser = claim_run(db, run, at())
    batch = open_batches(db, run.id)[0]
    number = save_sent(db, loser, batch, asked=["a"], prompt="", at=at(1))
    winner = claim_run(db, run, at(ALIVE_S + 2))
    lost = "another process has taken this run over; this one stops"
    bad = settled("a", RankedPrediction(PredictionStatus.BAD_MEDIA))
    with pytest.raises(DatabaseError, match=lost):
        renew_lease(db, loser, at(ALIVE_S + 3))
    with pytest.raises(DatabaseError, match=lost):
        save_sent(db, loser, batch, asked=["a"], prompt="", at=at(ALIVE_S + 3))
    with pytest.raises(DatabaseError, match=lost):
        save_received(db, loser, batch, number, received({"a": ranked("sad")}), at(ALIVE_S + 3))
    with pytest.raises(DatabaseError, match=lost):
        save_unsent(db, loser, batch, [bad], whole=True, at=at(ALIVE_S + 3))
    release_run(db, loser, reason="x", elapsed_s=99, at=at(ALIVE_S + 3))
    assert all(one.prediction is None for one in read_results(db, run.id))
    assert [attempt.received_at for attempt in read_attempts(db, run.id)] == [None]
    assert len(open_batches(db, run.id)) == 2
    assert state(db) == (RunState.RUNNING, None, 0.0)
    renew_lease(db, winner, at(ALIVE_S + 4))


LANE = LaneMeter(
    name="openai",
    in_flight=3,
    most_in_flight=20,
    last_minute=58,
    rpm=60.0,
    tokens_last_minute=1234.5,
    tpm=None,
    today=None,
    rpd=None,
    waits_until=None,
    limited=0,
    closed=None,
)


def test_of_a_run_of_which_nobody_said_anything_nothing_is_wanted(db: Database, run: Run) -> None:
    assert load_control(db, run.id) == RunControl()


def test_what_is_wanted_is_wanted_of_whoever_sends_now_and_of_nobody_later(db: Database, run: Run) -> None:
    save_limits(db, run.id, GivenLimits(rpm=60), at=at(), by="ana")
    save_wanted(db, run.id, RunCommand.PAUSE, at=at(2), by="ben")
    control = load_control(db, run.id)
    assert (control.wanted, control.limits, control.changed_by) == (RunCommand.PAUSE, GivenLimits(rpm=60), "ben")
    claim_run(db, run, at(3))
    assert load_control(db, run.id).wanted is RunCommand.GO_ON
    assert load_control(db, run.id).limits == GivenLimits(rpm=60)


def test_limits_are_changed_one_by_one_and_forgotten_when_they_are_said_anew(db: Database, run: Run) -> None:
    save_limits(db, run.id, GivenLimits(rpm=60, budget_usd=2.5), at=at(), by="ana")
    save_limits(db, run.id, GivenLimits(rpm=0, concurrency=4), at=at(), by="ana")
    assert load_control(db, run.id).limits == GivenLimits(rpm=0, concurrency=4, budget_usd=2.5)
    forget_limits(db, run.id, GivenLimits(rpm=10, budget_usd=1.0))
    assert load_control(db, run.id).limits == GivenLimits(concurrency=4)


def test_a_meter_comes_back_as_it_was_and_renews_the_hold(db: Database, run: Run) -> None:
    assert load_meter(db, run.id) is None
    lease = claim_run(db, run, at())
    meter = RunMeter(lanes=(LANE,), given=GivenLimits(rpm=60), budget_usd=5.0, spent_usd=1.5, samples_per_s=2.0)
    save_meter(db, lease, meter, at(7))
    assert load_meter(db, run.id) == (meter, at(7))
    assert db.conn.execute("SELECT held_at FROM run").fetchone() == (at(7),)


def test_a_meter_of_a_later_emowb_is_read_as_far_as_it_is_known() -> None:
    values = RunMeter(lanes=(LANE,)).as_json()
    values["weather"] = "fine"
    values["lanes"][0]["colour"] = "blue"
    assert RunMeter.from_json(values) == RunMeter(lanes=(LANE,))


def test_who_lost_the_run_says_nothing_more_of_it(db: Database, run: Run) -> None:
    lease = claim_run(db, run, at())
    db.conn.execute("UPDATE run SET holder = 'elsewhere:1:x'")
    with pytest.raises(LeaseLost):
        save_meter(db, lease, RunMeter(), at())
    assert load_meter(db, run.id) is None


def test_a_run_has_a_sender_while_one_holds_it_and_lives(db: Database, run: Run) -> None:
    assert load_sender(db, run.id, at()) is None
    lease = claim_run(db, run, at())
    sender = load_sender(db, run.id, at())
    assert sender is not None
    assert sender.startswith("process ")
    release_run(db, lease, reason="x", elapsed_s=0, at=at())
    assert load_sender(db, run.id, at()) is None
