import asyncio

from workbench.cli.progress import EVERY_S, Watched, lane_line, status_lines, tick
from workbench.domain.batches import Step
from workbench.domain.events import AttemptSaved
from workbench.domain.messages import Outcome
from workbench.domain.predictions import PredictionStatus
from workbench.pipeline.sending.tally import Tally
from workbench.provider.limits.lane import Lane, LaneState, Limits


def saved(status: PredictionStatus, count: int, cost_usd: float | None = 0.01) -> AttemptSaved:
    settled = tuple((f"{status}-{place}", status) for place in range(count))
    return AttemptSaved(
        batch_id=1,
        number=1,
        samples=count,
        outcome=Outcome.ANSWERED,
        step=Step.KEEP,
        settled=settled,
        cost_usd=cost_usd,
    )


def watched(tally: Tally, *states: LaneState, budget_usd: float | None = None, now: float = 100.0) -> Watched:
    return Watched(
        title="rafdb / main",
        tally=tally,
        states=lambda: states,
        settled_before=40,
        budget_usd=budget_usd,
        spent_before_usd=0.5,
        clock=lambda: now,
    )


def state(limits: Limits, now: float = 0.0) -> LaneState:
    return Lane("openai", limits, now).state(now)


def test_the_lines_say_samples_requests_lanes_and_money() -> None:
    tally = Tally(1_960)
    for second in range(10):
        tally.add(saved(PredictionStatus.RANKED, 20), 90.0 + second)
    tally.add(saved(PredictionStatus.REFUSED, 3), 100.0)
    lines = status_lines(watched(tally, state(Limits(rpm=60, tpm=9_000, rpd=500)), budget_usd=5.0))
    assert lines == [
        "243 of 2,000 samples, about 1 min 27 s left",
        "11 requests, 0 of them to be asked again, refused 3",
        (
            "openai: 0 in flight, 0 requests in the last minute (limit 60), "
            "0 tokens in the last minute (limit 9,000), 0 of 500 requests a day"
        ),
        "cost $0.6100 of $5.00",
    ]


def test_an_unknown_cost_is_said_to_be_unknown() -> None:
    tally = Tally(10)
    tally.add(saved(PredictionStatus.RANKED, 1, cost_usd=None), 0.0)
    assert status_lines(watched(tally))[-1] == "cost unknown"


def test_a_lane_that_is_left_out_says_why() -> None:
    lane = Lane("b", Limits(), 0.0)
    lane.closed = "the key is refused"
    assert lane_line(lane.state(0.0)) == "b: left out (the key is refused)"


def test_where_there_is_no_terminal_a_line_comes_every_ten_seconds() -> None:
    slept: list[float] = []
    told: list[str] = []

    async def sleep(wait_s: float) -> None:
        slept.append(wait_s)
        if len(slept) == 3:
            raise asyncio.CancelledError

    async def run() -> None:
        try:
            await tick(watched(Tally(5)), told.append, sleep)
        except asyncio.CancelledError:
            return

    asyncio.run(run())
    assert slept == [EVERY_S] * 3
    assert len(told) == 2
    assert told[0].startswith("rafdb / main: 40 of 45 samples")
    assert "\n" not in told[0]
