import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.provider.limits.own_limits import Budget, EvenPace, Window

STEPS = st.lists(st.tuples(st.floats(0.0, 40.0), st.floats(0.0, 12.0)), max_size=60)
"""Seconds that pass, and the amount that is wanted then."""


def most_in(taken: list[tuple[float, float]], span_s: float) -> float:
    """The most taken in any window of that length that ends with one of them."""
    return max((sum(n for at, n in taken if last - span_s < at <= last) for last, _ in taken), default=0.0)


@given(STEPS, st.booleans())
def test_what_is_taken_when_nothing_delays_it_never_exceeds_the_limit_in_any_window(
    steps: list[tuple[float, float]], patient: bool
) -> None:
    window, now, taken = Window(10.0, 60.0), 0.0, list[tuple[float, float]]()
    for passed_s, amount in steps:
        now += passed_s
        if amount > 10.0:
            continue
        if patient:
            now += window.delay_s(amount, now) + 1e-9
        if window.delay_s(amount, now) == 0.0:
            window.take(amount, now)
            taken.append((now, amount))
        assert most_in(taken, 60.0) <= 10.0 + 1e-6


@given(STEPS)
def test_whoever_waits_as_long_as_told_may_take(steps: list[tuple[float, float]]) -> None:
    window, now = Window(10.0, 60.0), 0.0
    for passed_s, amount in steps:
        now += passed_s
        now += window.delay_s(amount, now)
        assert window.delay_s(amount, now) < 1e-6
        window.take(amount, now)


def test_a_window_is_taken_a_little_longer_than_it_is() -> None:
    window = Window(2.0, 60.0)
    window.take(2.0, 100.0)
    assert 0.0 < window.delay_s(1.0, 160.0) < 1.0


def test_the_oldest_amounts_are_waited_for_and_no_more() -> None:
    window = Window(10.0, 100.0)
    for at in (0.0, 10.0, 20.0):
        window.take(3.0, at)
    assert window.delay_s(1.0, 20.0) == 0.0
    assert window.delay_s(4.0, 20.0) == pytest.approx(101.0 - 20.0)
    assert window.delay_s(5.0, 20.0) == pytest.approx(111.0 - 20.0)


def test_an_amount_larger_than_the_window_goes_when_the_window_is_empty() -> None:
    window = Window(10.0, 60.0)
    assert window.delay_s(25.0, 0.0) == 0.0
    window.take(25.0, 0.0)
    assert window.delay_s(25.0, 30.0) == pytest.approx(60.6 - 30.0)
    assert window.delay_s(1.0, 30.0) == pytest.approx(60.6 - 30.0)
    assert window.delay_s(25.0, 60.6) == 0.0


def test_an_amount_that_turned_out_smaller_leaves_room_and_one_that_turned_out_larger_takes_it() -> None:
    window = Window(10.0, 60.0)
    smaller, larger = window.take(5.0, 0.0), window.take(5.0, 1.0)
    window.settle(smaller, 2.0)
    assert window.used(2.0) == 7.0
    assert window.delay_s(3.0, 2.0) == 0.0
    window.settle(larger, 9.0)
    assert window.used(2.0) == 11.0
    assert window.delay_s(1.0, 2.0) == pytest.approx(60.6 - 2.0)
    assert window.used(60.7) == 9.0


def test_an_amount_that_is_settled_after_its_window_changes_nothing() -> None:
    window = Window(10.0, 60.0)
    late = window.take(5.0, 0.0)
    window.take(1.0, 70.0)
    window.settle(late, 100.0)
    assert window.used(70.0) == 1.0


@given(st.lists(st.tuples(st.floats(0.0, 30.0), st.floats(0.0, 5.0), st.floats(0.0, 5.0)), max_size=40))
def test_the_books_say_what_was_settled_however_it_was_settled(steps: list[tuple[float, float, float]]) -> None:
    window, now, taken = Window(1e9, 60.0), 0.0, list[tuple[float, float]]()
    for passed_s, expected, used in steps:
        now += passed_s
        window.settle(window.take(expected, now), used)
        taken.append((now, used))
        still = sum(amount for at, amount in taken if at > now - 60.6)
        assert window.used(now) == pytest.approx(still, abs=1e-6)


def test_what_was_taken_before_still_counts() -> None:
    window = Window(10.0, 86_400.0, taken=[(-80_000.0, 6.0), (-10.0, 3.0)])
    assert window.used(0.0) == 9.0
    assert window.delay_s(2.0, 0.0) == pytest.approx(86_400 * 1.01 - 80_000)


def test_a_pace_lets_through_what_is_saved_up_and_then_evenly() -> None:
    pace = EvenPace(2.0, 3.0, 0.0)
    for _ in range(3):
        assert pace.delay_s(1.0, 0.0) == 0.0
        pace.take(1.0, 0.0)
    assert pace.delay_s(1.0, 0.0) == pytest.approx(0.5)
    assert pace.delay_s(1.0, 0.4) == pytest.approx(0.1)
    assert pace.delay_s(1.0, 0.5) == 0.0
    assert pace.delay_s(3.0, 1_000.0) == 0.0
    pace.take(3.0, 1_000.0)
    assert pace.delay_s(1.0, 1_000.0) == pytest.approx(0.5)


def test_an_amount_larger_than_the_burst_goes_when_all_is_saved_up_and_is_owed_afterwards() -> None:
    pace = EvenPace(2.0, 3.0, 0.0)
    assert pace.delay_s(9.0, 0.0) == 0.0
    pace.take(9.0, 0.0)
    assert pace.delay_s(1.0, 0.0) == pytest.approx(3.5)


def test_another_pace_holds_from_now_on() -> None:
    pace = EvenPace(1.0, 1.0, 0.0)
    pace.take(1.0, 0.0)
    pace.change(10.0, 0.5)
    assert pace.delay_s(1.0, 0.5) == pytest.approx(0.05)


def test_an_emptied_pace_has_nothing_saved_up_and_keeps_its_debts() -> None:
    pace = EvenPace(1.0, 5.0, 0.0)
    pace.empty(10.0)
    assert pace.delay_s(1.0, 10.0) == pytest.approx(1.0)
    pace.take(4.0, 10.0)
    pace.empty(10.0)
    assert pace.delay_s(1.0, 10.0) == pytest.approx(5.0)


@given(st.floats(0.01, 100.0), st.lists(st.floats(0.0, 5.0), max_size=50))
def test_no_more_leaves_at_a_pace_than_it_and_its_burst_allow(per_s: float, gaps_s: list[float]) -> None:
    burst = max(per_s, 1.0)
    pace, now, n = EvenPace(per_s, burst, 0.0), 0.0, 0
    for gap_s in gaps_s:
        now += gap_s
        if pace.delay_s(1.0, now) == 0.0:
            pace.take(1.0, now)
            n += 1
        assert n <= burst + now * per_s + 1e-6
        assert math.isfinite(pace.delay_s(1.0, now))


COSTS = st.floats(0.0, 2.0)


def test_what_is_on_its_way_counts_as_spent() -> None:
    budget = Budget(1.0, 0.25)
    assert budget.has_room(0.75)
    budget.reserve(0.5)
    assert budget.has_room(0.25)
    assert not budget.has_room(0.26)


def test_a_reply_gives_back_what_it_did_not_cost() -> None:
    budget = Budget(1.0, 0.0)
    budget.reserve(0.9)
    budget.settle(0.9, 0.1)
    assert (budget.reserved_usd, budget.spent_usd) == (0.0, 0.1)
    assert budget.has_room(0.9)


def test_a_reply_that_cost_more_than_expected_is_counted_in_full() -> None:
    budget = Budget(1.0, 0.0)
    budget.reserve(0.1)
    budget.settle(0.1, 1.5)
    assert budget.spent_usd == 1.5
    assert not budget.has_room(0.0)


def test_a_cost_that_nobody_reported_is_what_was_expected_and_one_that_came_to_nothing_is_nothing() -> None:
    budget = Budget(1.0, 0.0)
    for _ in range(2):
        budget.reserve(0.25)
    budget.settle(0.25, None)
    budget.settle(0.25, 0.0)
    assert (budget.reserved_usd, budget.spent_usd) == (0.0, 0.25)


def test_what_a_run_spent_before_is_spent() -> None:
    assert not Budget(1.0, 1.0).has_room(0.01)
    assert Budget(1.0, 1.0).has_room(0.0)


@given(st.lists(st.tuples(COSTS, st.one_of(st.none(), COSTS)), max_size=40), st.integers(1, 8))
def test_a_budget_is_never_passed_by_more_than_what_was_in_flight_cost_beyond_its_estimate(
    requests: list[tuple[float, float | None]], at_once: int
) -> None:
    budget, away, beyond_usd = Budget(5.0, 0.0), list[tuple[float, float | None]](), 0.0
    for expected_usd, cost_usd in requests:
        if budget.has_room(expected_usd):
            budget.reserve(expected_usd)
            away.append((expected_usd, cost_usd))
        if len(away) >= at_once:
            expected, cost = away.pop(0)
            budget.settle(expected, cost)
            beyond_usd += max((cost or 0.0) - expected, 0.0)
        assert budget.spent_usd + budget.reserved_usd <= 5.0 + beyond_usd + 1e-9
    for expected, cost in away:
        budget.settle(expected, cost)
    assert budget.reserved_usd == pytest.approx(0.0, abs=1e-9)
