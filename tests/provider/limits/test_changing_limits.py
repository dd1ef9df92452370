"""Limits that change while requests are sent: the new ones hold at once, for what was sent before them as well."""

import math
from collections.abc import Callable

import pytest

from workbench.domain.messages import Outcome, Reply, Usage
from workbench.provider.limits.lane import Lane, Limits
from workbench.provider.limits.own_limits import Budget

ANSWER = Reply(outcome=Outcome.ANSWERED, status_code=200, latency_s=0.5, usage=Usage(900, 100))
LATENCY_S = 0.5


def sent_at(
    lane: Lane, until: float, *, begin: float = 0.0, change: Callable[[float], None] = lambda _: None
) -> list[float]:
    """When requests of 1,000 tokens leave, as many as may, each answered after half a second."""
    now, left, away = begin, list[float](), list[tuple[float, object]]()
    while now < until:
        change(now)
        while away and away[0][0] <= now:
            lane.settle(away.pop(0)[1], ANSWER, now, now)  # type: ignore[arg-type]  # a ticket
        if lane.delay_s(1_000, now) == 0.0:
            left.append(now)
            away.append((now + LATENCY_S, lane.take(1_000, now)))
        else:
            now = round(now + 0.01, 2)
    for _, ticket in away:
        lane.settle(ticket, ANSWER, now, now)  # type: ignore[arg-type]  # a ticket
    return left


def most_in(times: list[float], span_s: float) -> int:
    return max(sum(start <= at < start + span_s for at in times) for start in times)


def at(second: float, lane: Lane, limits: Limits) -> Callable[[float], None]:
    """Change the limits once, at that second."""
    pending = [limits]

    def change(now: float) -> None:
        if now >= second and pending:
            lane.change(pending.pop(), now)

    return change


def test_a_lower_limit_counts_what_was_sent_under_the_higher_one() -> None:
    lane = Lane("x", Limits(rpm=600), 0.0)
    times = sent_at(lane, 200, change=at(30, lane, Limits(rpm=60)))
    before = [time for time in times if time < 30]
    assert len(before) == pytest.approx(300, abs=15)
    assert not [time for time in times if 30 <= time < 84], "the minute before had used up the new limit"
    assert most_in([time for time in times if time >= 30], 60) <= 60


def test_a_higher_limit_is_used_at_once_and_kept() -> None:
    lane = Lane("x", Limits(rpm=60), 0.0)
    times = sent_at(lane, 150, change=at(30, lane, Limits(rpm=600)))
    assert sum(30 <= time < 40 for time in times) >= 90
    assert most_in(times, 60) <= 600
    assert most_in([time for time in times if time >= 30], 60) >= 0.97 * 600 - 40


def test_a_limit_that_is_new_counts_the_minute_before_it() -> None:
    lane = Lane("x", Limits(concurrency=4), 0.0)
    times = sent_at(lane, 180, change=at(20, lane, Limits(concurrency=4, rpm=100)))
    assert sum(time < 20 for time in times) > 100
    assert not [time for time in times if 20 <= time < 68]
    assert most_in([time for time in times if time >= 20], 60) <= 100


def test_a_limit_of_tokens_that_is_new_counts_what_the_minute_before_really_took() -> None:
    lane = Lane("x", Limits(concurrency=1), 0.0)
    times = sent_at(lane, 180, change=at(10, lane, Limits(concurrency=1, tpm=30_000)))
    assert sum(time < 10 for time in times) == pytest.approx(20, abs=1)
    assert most_in(times, 60) <= 30


def test_a_limit_that_is_lifted_holds_nothing_back() -> None:
    lane = Lane("x", Limits(rpm=6, concurrency=2), 0.0)
    times = sent_at(lane, 60, change=at(30, lane, Limits(concurrency=2)))
    assert sum(time < 30 for time in times) <= 6
    assert sum(30 <= time < 40 for time in times) >= 35


def test_a_limit_of_a_day_that_is_new_counts_the_day_before_it() -> None:
    lane = Lane("x", Limits(), 0.0)
    lane.change(Limits(rpd=10), 5.0, sent_last_day=[(3_600.0, 6), (0.0, 1)])
    assert len(sent_at(lane, 100, begin=5.0)) == 3
    lane.change(Limits(rpd=12), 100.0)
    assert len(sent_at(lane, 200, begin=100.0)) == 2
    assert lane.meter(200.0).today == 12


def test_the_number_in_flight_follows_up_and_down() -> None:
    lane = Lane("x", Limits(concurrency=2), 0.0)
    tickets = [lane.take(1_000, 0.0) for _ in range(2)]
    assert lane.delay_s(1_000, 0.0) == math.inf
    lane.change(Limits(concurrency=5), 0.0)
    tickets += [lane.take(1_000, 0.0) for _ in range(3)]
    assert lane.delay_s(1_000, 0.0) == math.inf
    lane.change(Limits(concurrency=1), 0.0)
    for ticket in tickets:
        assert lane.delay_s(1_000, 1.0) == math.inf
        lane.settle(ticket, ANSWER, 1.0, 1.0)
    assert lane.delay_s(1_000, 1.0) == 0.0
    assert lane.limits == Limits(concurrency=1)


def test_a_budget_that_is_raised_has_room_again() -> None:
    budget = Budget(1.0, spent_usd=1.0)
    assert not budget.has_room(0.1)
    budget.limit_usd = 2.0
    assert budget.has_room(0.1)
    budget.limit_usd = math.inf
    assert budget.has_room(1e9)
