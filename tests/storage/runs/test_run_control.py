"""How two processes speak about one run: what is wanted of it, and how it stands."""

import pytest
from sqlite_utils import Database

from tests.building import at, plan, sample, store
from workbench.domain.run_status import GivenLimits, LaneMeter, RunCommand, RunControl, RunMeter
from workbench.domain.runs import Run
from workbench.storage.runs.leases import LeaseLost, claim_run, load_sender, release_run
from workbench.storage.runs.run_control import (
    forget_limits,
    load_control,
    load_meter,
    save_limits,
    save_meter,
    save_wanted,
)

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


@pytest.fixture
def run(db: Database) -> Run:
    store(db, [sample("a")])
    return plan(db, ["a"])


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
    hold = claim_run(db, run, at())
    meter = RunMeter(lanes=(LANE,), given=GivenLimits(rpm=60), budget_usd=5.0, spent_usd=1.5, samples_per_s=2.0)
    save_meter(db, hold, meter, at(7))
    assert load_meter(db, run.id) == (meter, at(7))
    assert db.conn.execute("SELECT held_at FROM run").fetchone() == (at(7),)


def test_a_meter_of_a_later_emowb_is_read_as_far_as_it_is_known() -> None:
    values = RunMeter(lanes=(LANE,)).as_json()
    values["weather"] = "fine"
    values["lanes"][0]["colour"] = "blue"
    assert RunMeter.from_json(values) == RunMeter(lanes=(LANE,))


def test_who_lost_the_run_says_nothing_more_of_it(db: Database, run: Run) -> None:
    hold = claim_run(db, run, at())
    db.conn.execute("UPDATE run SET holder = 'elsewhere:1:x'")
    with pytest.raises(LeaseLost):
        save_meter(db, hold, RunMeter(), at())
    assert load_meter(db, run.id) is None


def test_a_run_has_a_sender_while_one_holds_it_and_lives(db: Database, run: Run) -> None:
    assert load_sender(db, run.id, at()) is None
    hold = claim_run(db, run, at())
    sender = load_sender(db, run.id, at())
    assert sender is not None
    assert sender.startswith("process ")
    release_run(db, hold, reason="x", elapsed_s=0, at=at())
    assert load_sender(db, run.id, at()) is None
