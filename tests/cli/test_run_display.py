import asyncio

import pytest

from tests.building import spec_of
from workbench.cli.run_display import EVERY_S, RunDisplay, lane_line, status_lines
from workbench.domain.run_status import GivenLimits, LaneMeter, RunControl, RunMeter, RunSnapshot, RunTotals
from workbench.domain.runs import Run, RunState
from workbench.errors import DatabaseError
from workbench.provider.limits.lane import Lane, Limits

RUN = Run(1, "rafdb", "main", spec_of(), "x", RunState.RUNNING, None, "", "", 0.0)


def snapshot(
    meter: RunMeter | None = None,
    *,
    cost_usd: float | None = 0.61,
    limits: GivenLimits = GivenLimits(),  # noqa: B008 (a frozen value)
    sender: str | None = "process 1 on here",
    **by_status: int,
) -> RunSnapshot:
    totals = RunTotals(
        planned=2_000,
        by_status=by_status or {"ranked": 240, "refused": 3},
        by_state={},
        requests=11,
        unseen=0,
        prompt_tokens=0,
        completion_tokens=0,
        cost_usd=cost_usd,
    )
    control = RunControl(limits=limits)
    return RunSnapshot(run=RUN, sender=sender, control=control, meter=meter, meter_at=None, totals=totals)


def lane(limits: Limits) -> LaneMeter:
    return Lane("openai", limits, 0.0).meter(0.0)


def test_the_lines_say_samples_requests_lanes_and_money() -> None:
    meter = RunMeter(lanes=(lane(Limits(rpm=60, tpm=9_000, rpd=500)),), budget_usd=5.0, samples_per_s=20.3)
    assert status_lines(snapshot(meter)) == [
        "243 of 2,000 samples, about 1 min 27 s left",
        "11 requests, 0 of them to be asked again, refused 3",
        (
            "openai: 0 in flight, 0 requests in the last minute (limit 60), "
            "0 tokens in the last minute (limit 9,000), 0 of 500 requests a day"
        ),
        "cost $0.6100 of $5.00",
    ]


def test_an_unknown_cost_is_said_to_be_unknown() -> None:
    assert status_lines(snapshot(cost_usd=None))[-1] == "cost unknown"


def test_the_last_word_on_a_budget_holds() -> None:
    meter = RunMeter(budget_usd=5.0)
    assert status_lines(snapshot(meter, limits=GivenLimits(budget_usd=9.0)))[-1] == "cost $0.6100 of $9.00"
    assert status_lines(snapshot(meter, limits=GivenLimits(budget_usd=0.0)))[-1] == "cost $0.6100"


def test_samples_that_are_asked_again_count_as_open_though_they_have_a_status() -> None:
    meter = RunMeter(open_samples=150, samples_per_s=2.0)
    again = snapshot(meter, ranked=1_850, refused=150)
    assert status_lines(again)[0] == "1,850 of 2,000 samples, about 1 min 15 s left"
    assert (again.open_samples, again.left_s) == (150, 75.0)


def test_nobody_can_tell_how_long_a_run_takes_that_nobody_sends() -> None:
    left = snapshot(RunMeter(open_samples=150, samples_per_s=2.0), sender=None)
    assert (left.open_samples, left.left_s) == (1_757, None)
    assert snapshot(RunMeter(open_samples=0, samples_per_s=2.0)).left_s == 0


def test_a_lane_that_is_left_out_says_why() -> None:
    closed = Lane("b", Limits(), 0.0)
    closed.closed = "the key is refused"
    assert lane_line(closed.meter(0.0)) == "b: left out (the key is refused)"


@pytest.mark.parametrize("is_locked", [False, True])
def test_where_there_is_no_terminal_a_line_comes_every_ten_seconds(is_locked: bool) -> None:
    slept: list[float] = []
    told: list[str] = []

    def look() -> RunSnapshot:
        if is_locked:
            raise DatabaseError("the workspace is locked")
        return snapshot(ranked=20)

    async def sleep(wait_s: float) -> None:
        slept.append(wait_s)
        if len(slept) == 3:
            raise asyncio.CancelledError

    async def run() -> None:
        try:
            await RunDisplay(look, snapshot(ranked=10)).print_lines(told.append, sleep)
        except asyncio.CancelledError:
            return

    asyncio.run(run())
    assert slept == [EVERY_S] * 3
    assert len(told) == 2
    assert told[0].startswith(f"rafdb / main: {10 if is_locked else 20} of 2,000 samples")
    assert "\n" not in told[0]
