import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.provider.limits.budget import Budget

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
