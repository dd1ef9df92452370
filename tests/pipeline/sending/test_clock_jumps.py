"""A wall clock that jumps by an hour while time goes on: what waits, waits by a clock that only goes forward."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests.pipeline.counting_endpoint import Asked, CountingEndpoint, Said, answer, error
from tests.pipeline.workplace import Waiting, Way, Workplace, workplace
from workbench.domain.predictions import PredictionStatus
from workbench.domain.runs import RunState

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
N_BATCHES = 10

JUMPS = {"forward": HOUR, "back": -HOUR}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workplace]:
    with workplace(tmp_path, 4 * N_BATCHES) as made:
        yield made


class WallClock:
    """It can be set."""

    def __init__(self) -> None:
        self.off = timedelta()

    def now(self) -> str:
        return (datetime.now(UTC) + self.off).isoformat(timespec="milliseconds")

    def since_1970_s(self) -> float:
        return (datetime.now(UTC) + self.off).timestamp()


def no_wait() -> Waiting:
    return Waiting(0, lambda: None)


@pytest.mark.parametrize("jump", JUMPS.values(), ids=JUMPS)
def test_a_run_goes_on_when_the_clock_is_set_in_the_middle(place: Workplace, jump: timedelta) -> None:
    clock = WallClock()

    def say(asked: Asked) -> Said:
        if asked.number == 4:
            clock.off = jump
        return error(502) if asked.number in (4, 5) else answer(asked)

    with CountingEndpoint(place.pictures, say) as endpoint:
        run, time = place.plan(), no_wait()
        sent = place.send(run, Way(endpoint.endpoint()), time=time, now=clock.now, wall_s=clock.since_1970_s)
        assert (sent.error, sent.reason) == (None, None)
        assert set(place.statuses(run).values()) == {PredictionStatus.RANKED}
        assert len(endpoint.asked) == N_BATCHES + 2
        assert max(time.slept_s) < 10.0
        done = place.now(run)
        assert done.state is RunState.DONE
        assert 0.0 <= done.elapsed_s < 600.0


@pytest.mark.parametrize("jump", JUMPS.values(), ids=JUMPS)
def test_a_wait_until_a_point_in_time_is_told_by_the_endpoints_own_clock(place: Workplace, jump: timedelta) -> None:
    """Whichever of the two clocks is wrong."""
    there = datetime.now(UTC) + jump

    def limited(asked: Asked) -> Said:
        until = format_datetime(there + 20 * SECOND, usegmt=True)
        dates = {"date": format_datetime(there, usegmt=True), "retry-after": until}
        return replace(error(429), headers=dates) if asked.number == 1 else answer(asked)

    with CountingEndpoint(place.pictures, limited) as endpoint:
        run, time = place.plan(), no_wait()
        sent = place.send(run, Way(endpoint.endpoint()), time=time)
        assert sent.reason is None
        assert 18.0 <= time.slept_s[0] <= 22.0
        assert set(place.statuses(run).values()) == {PredictionStatus.RANKED}
