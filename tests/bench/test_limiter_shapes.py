"""Limits in a simulated time."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.limiter_shapes import Bucket, FixedWindow, Kind, Limits, Shape, SlidingWindow, limits_of
from bench.server_counts import most_within


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


PER_SECOND = Shape(kind=Kind.BUCKET, per_minute=1200, capacity=20)
FULL_MINUTE = Shape(kind=Kind.BUCKET, per_minute=300)
SLIDING = Shape(kind=Kind.SLIDING, per_minute=12)
FIXED = Shape(kind=Kind.FIXED, per_minute=12)
ALL = (PER_SECOND, FULL_MINUTE, SLIDING, FIXED)


def admitted_now(limits: Limits, tries: int) -> int:
    return sum(limits.admit(1) == 0.0 for _ in range(tries))


def requests_of(limits: Limits) -> Bucket | SlidingWindow | FixedWindow:
    assert isinstance(limits.requests, Bucket | SlidingWindow | FixedWindow)
    return limits.requests


def test_a_bucket_of_a_second_gives_its_capacity_and_then_its_rate() -> None:
    clock = Clock()
    limits = limits_of(PER_SECOND, clock)
    assert admitted_now(limits, 25) == 20
    clock.now_s += 0.5
    assert admitted_now(limits, 25) == 10
    clock.now_s += 3600
    assert admitted_now(limits, 25) == 20


def test_a_bucket_of_a_minute_starts_full() -> None:
    clock = Clock()
    limits = limits_of(FULL_MINUTE, clock)
    assert admitted_now(limits, 400) == 300
    clock.now_s += 1.0
    assert admitted_now(limits, 400) == 5


def test_a_sliding_window_frees_each_place_a_minute_after_it_was_taken() -> None:
    clock = Clock()
    limits = limits_of(SLIDING, clock)
    assert admitted_now(limits, 4) == 4
    clock.now_s += 30.0
    assert admitted_now(limits, 20) == 8
    clock.now_s += 29.9
    assert admitted_now(limits, 20) == 0
    clock.now_s += 0.1
    assert admitted_now(limits, 20) == 4


def test_a_fixed_window_forgets_all_at_the_minute() -> None:
    clock = Clock()
    limits = limits_of(FIXED, clock)
    clock.now_s += 59.0
    assert admitted_now(limits, 20) == 12
    assert requests_of(limits).full_in_s() == pytest.approx(1.0)
    clock.now_s += 1.0
    assert admitted_now(limits, 20) == 12
    clock.now_s += 150.0
    assert admitted_now(limits, 20) == 12
    assert requests_of(limits).full_in_s() == pytest.approx(30.0)


@pytest.mark.parametrize("shape", ALL)
@pytest.mark.parametrize("charge_rejected", [False, True])
@given(gaps_s=st.lists(st.floats(0.0, 30.0), max_size=80))
def test_who_waits_as_long_as_told_is_let_in(shape: Shape, charge_rejected: bool, gaps_s: list[float]) -> None:
    clock = Clock()
    limits = limits_of(replace(shape, charge_rejected=charge_rejected), clock)
    for gap_s in gaps_s:
        clock.now_s += gap_s
        if wait_s := limits.admit(1):
            clock.now_s += wait_s
            assert limits.admit(1) == pytest.approx(0.0, abs=1e-6)


@given(gaps_s=st.lists(st.floats(0.0, 20.0), min_size=1, max_size=80))
def test_no_minute_holds_more_than_a_sliding_window_allows(gaps_s: list[float]) -> None:
    clock = Clock()
    limits = limits_of(SLIDING, clock)
    let_in = []
    for gap_s in gaps_s:
        clock.now_s += gap_s
        if limits.admit(1) == 0.0:
            let_in.append(clock.now_s)
    assert most_within(let_in, 60.0) <= SLIDING.per_minute


@given(gaps_s=st.lists(st.floats(0.0, 1.0), min_size=1, max_size=80))
def test_no_second_holds_more_than_a_full_bucket_and_its_refill(gaps_s: list[float]) -> None:
    clock = Clock()
    limits = limits_of(PER_SECOND, clock)
    let_in = []
    for gap_s in gaps_s:
        clock.now_s += gap_s
        if limits.admit(1) == 0.0:
            let_in.append(clock.now_s)
    assert most_within(let_in, 1.0) <= 20 + 20


@pytest.mark.parametrize("shape", [SLIDING, FIXED])
def test_a_charged_rejection_takes_a_place_in_a_window(shape: Shape) -> None:
    clock = Clock()
    free, charged = (limits_of(replace(shape, charge_rejected=on), clock) for on in (False, True))
    for limits in (free, charged):
        admitted_now(limits, 12)
    clock.now_s += 30.0
    for limits in (free, charged):
        assert admitted_now(limits, 12) == 0
    clock.now_s += 30.0
    assert admitted_now(free, 20) == 12
    assert admitted_now(charged, 20) == (0 if shape is SLIDING else 12)


def test_who_knocks_faster_than_a_charging_bucket_fills_never_gets_in() -> None:
    clock = Clock()
    limits = limits_of(replace(PER_SECOND, charge_rejected=True), clock)
    assert admitted_now(limits, 20) == 20
    for _ in range(500):
        clock.now_s += 0.04
        assert limits.admit(1) > 0.0
    clock.now_s += 0.05
    assert limits.admit(1) == 0.0


def test_tokens_bind_where_requests_do_not_and_take_no_request() -> None:
    clock = Clock()
    limits = limits_of(replace(FULL_MINUTE, tokens_per_minute=6000), clock)
    assert limits.admit(5000) == 0.0
    assert limits.admit(2000) == pytest.approx(10.0)
    assert requests_of(limits).remaining() == 299
    assert limits.admit(1000) == 0.0


def test_what_exceeds_a_whole_limit_is_never_let_in() -> None:
    limits = limits_of(replace(FULL_MINUTE, tokens_per_minute=6000), Clock())
    assert limits.admit(6001) == float("inf")


@pytest.mark.parametrize("shape", ALL)
def test_remaining_is_what_would_be_let_in_now(shape: Shape) -> None:
    clock = Clock()
    limits = limits_of(shape, clock)
    admitted_now(limits, 7)
    clock.now_s += 0.12
    remaining = requests_of(limits).remaining()
    assert admitted_now(limits, 1000) == remaining
    assert requests_of(limits).remaining() == 0


@pytest.mark.parametrize("shape", ALL)
def test_full_in_is_when_nothing_of_the_limit_is_used(shape: Shape) -> None:
    clock = Clock()
    limits, fresh = limits_of(shape, clock), limits_of(shape, clock)
    assert requests_of(limits).full_in_s() == 0.0
    admitted_now(limits, 7)
    clock.now_s += requests_of(limits).full_in_s()
    assert requests_of(limits).remaining() == requests_of(fresh).remaining()


def test_no_limit_admits_all() -> None:
    assert admitted_now(limits_of(Shape(), Clock()), 10_000) == 10_000
