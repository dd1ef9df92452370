"""A limiter in a simulated time: the clock stands still except where somebody sleeps."""

import asyncio
import heapq
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.provider.limits import Limiter


class Time:
    """Sleepers wake in the order of their times; nothing passes while anybody can run."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._ticket = itertools.count()

    def clock(self) -> float:
        return self.now_s

    async def sleep(self, wait_s: float) -> None:
        assert wait_s > 0
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.now_s + wait_s, next(self._ticket), future))
        await future

    async def run(self, *work: asyncio.Task[None]) -> None:
        """Let time pass until all work is done."""
        while not all(task.done() for task in work):
            for _ in range(20):
                await asyncio.sleep(0)
            while self._sleepers and self._sleepers[0][2].done():
                heapq.heappop(self._sleepers)
            if self._sleepers:
                self.now_s, _, future = heapq.heappop(self._sleepers)
                future.set_result(None)
        for task in work:
            task.result()


def departures(
    rpm: int | None, asking_at_s: list[float], pauses: list[tuple[float, float]] | None = None
) -> list[float]:
    """When the requests leave that ask at these times; a pause is when it is asked for and how long it lasts."""
    time = Time()
    left: list[float] = []

    async def scenario() -> None:
        limiter = Limiter(rpm, clock=time.clock, sleep=time.sleep)

        async def request(at_s: float) -> None:
            if at_s:
                await time.sleep(at_s)
            await limiter.wait()
            left.append(time.now_s)

        async def pause(at_s: float, wait_s: float) -> None:
            if at_s:
                await time.sleep(at_s)
            limiter.pause(wait_s)

        pausing = [asyncio.create_task(pause(*one)) for one in pauses or []]
        await time.run(*pausing, *(asyncio.create_task(request(at_s)) for at_s in asking_at_s))

    asyncio.run(scenario())
    return left


def most_in_a_minute(left: list[float]) -> int:
    """The most departures in any 60 seconds, the end not included."""
    return max(sum(start <= one < start + 60 for one in left) for start in left)


seconds = st.integers(0, 200).map(float)


@given(rpm=st.integers(1, 6), asking_at_s=st.lists(seconds, min_size=1, max_size=25))
def test_no_minute_sees_more_than_the_limit_and_all_of_it_is_used(rpm: int, asking_at_s: list[float]) -> None:
    left = departures(rpm, asking_at_s)
    assert len(left) == len(asking_at_s)
    assert left == sorted(left)
    assert most_in_a_minute(left) <= rpm
    # Each leaves as soon as it may: at once, or a minute after the one that is `rpm` before it.
    for place, (asked, went) in enumerate(zip(sorted(asking_at_s), left, strict=True)):
        assert went == max(asked, left[place - rpm] + 60 if place >= rpm else 0.0)


def test_an_hour_of_requests_leaves_in_an_hour() -> None:
    left = departures(10, [0.0] * 600)
    assert left[-1] == 59 * 60.0


def test_without_a_limit_nothing_waits() -> None:
    assert departures(None, [0.0] * 50) == [0.0] * 50


@pytest.mark.parametrize("rpm", [None, 100])
def test_a_pause_holds_everybody_who_has_not_left(rpm: int | None) -> None:
    assert departures(rpm, [0.0, 5.0, 5.0, 12.0, 40.0], [(1.0, 30.0)]) == [0.0, 31.0, 31.0, 31.0, 40.0]


def test_a_pause_holds_those_too_who_were_waiting_for_their_turn() -> None:
    assert departures(1, [0.0, 0.0], [(10.0, 100.0)]) == [0.0, 110.0]


def test_a_shorter_pause_does_not_end_a_longer_one() -> None:
    assert departures(None, [3.0], [(1.0, 30.0), (2.0, 1.0)]) == [31.0]


def test_a_longer_pause_lengthens_a_shorter_one() -> None:
    assert departures(None, [3.0], [(1.0, 5.0), (4.0, 30.0)]) == [34.0]


@pytest.mark.asyncio
async def test_who_gives_up_waiting_takes_no_turn_and_blocks_nobody() -> None:
    time = Time()
    limiter = Limiter(1, clock=time.clock, sleep=time.sleep)
    await limiter.wait()
    impatient = asyncio.create_task(limiter.wait())
    patient = asyncio.create_task(limiter.wait())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    impatient.cancel()
    await time.run(patient)
    assert impatient.cancelled()
    assert time.now_s == 60.0
