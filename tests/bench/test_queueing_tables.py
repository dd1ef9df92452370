"""What the benchmark of the queue makes of its figures."""

from typing import Any

import pytest

from bench.measured import Took
from bench.queueing_cases import CASES, Case
from bench.queueing_tables import BARE, EMOWB, Measured, StartUp, figures_table, targets_table

BY_KEY = {case.key: case for case in CASES}
START = StartUp(wall_s=1.0, cpu_s=0.9, peak_mb=70)


def measured(case: Case, client: str = EMOWB, *, wall_s: float, exit_code: int = 0, **stats: Any) -> Measured:
    """A run that went well, but for what is said."""
    n = case.requests
    seen: dict[str, Any] = {"requests": n, "answered": n, "rejected": 0, "bought_twice": 0, "span_s": wall_s}
    seen |= {"most_in_flight": 9, "most_admitted": {"60s": n}, "admitted_by_second": [83] * 180}
    took = Took(wall_s=wall_s, cpu_s=2.4, peak_mb=90, exit_code=exit_code, said="", complained="")
    return Measured(case, client, took, seen | stats, planned=10_000, predicted=10_000)


def verdicts(table: str) -> list[str]:
    """The last cell of each row."""
    return [line.split(" | ")[-1].removesuffix(" |") for line in table.splitlines()[2:]]


@pytest.mark.parametrize(
    ("key", "floor_s"), [("a", 0.2), ("b", 24.2), ("c", 40.2), ("d", 24.2), ("e", 199.0), ("h", 60.2), ("i", 29.0)]
)
def test_a_limit_allows_its_burst_and_then_its_rate(key: str, floor_s: float) -> None:
    assert BY_KEY[key].floor_s == pytest.approx(floor_s, abs=0.01)


def test_all_targets_are_met_by_who_meets_them() -> None:
    seen: list[Measured | StartUp] = [START, measured(BY_KEY["a"], BARE, wall_s=1.3), measured(BY_KEY["a"], wall_s=2.9)]
    seen += [measured(BY_KEY[key], wall_s=BY_KEY[key].floor_s * 1.04) for key in "bcde"]
    assert set(verdicts(targets_table(seen))) == {"met"}


def test_what_is_over_a_target_is_missed() -> None:
    seen: list[Measured | StartUp] = [START, measured(BY_KEY["a"], BARE, wall_s=1.3), measured(BY_KEY["a"], wall_s=3.0)]
    assert verdicts(targets_table(seen)) == ["missed", "met", "met", "met", "met"]
    slow = [measured(BY_KEY["b"], wall_s=26.0, rejected=5, bought_twice=1)]
    assert verdicts(targets_table(slow)) == ["missed", "missed", "met", "missed", "met"]


def test_who_stops_early_has_not_been_fast() -> None:
    for early in (
        measured(BY_KEY["b"], wall_s=5.0, exit_code=4),
        measured(BY_KEY["b"], wall_s=5.0, answered=499),
    ):
        assert verdicts(targets_table([early]))[0] == "missed"


def test_a_rate_counts_from_when_it_can_be_known() -> None:
    climbing = measured(BY_KEY["e"], wall_s=199.0, admitted_by_second=[1] * 60 + [83] * 100 + [4])
    assert climbing.steady_per_minute == 60 * 83
    assert verdicts(targets_table([climbing]))[0] == "met"
    late = measured(BY_KEY["e"], wall_s=199.0, admitted_by_second=[1] * 90 + [83] * 70 + [4])
    assert verdicts(targets_table([late]))[0] == "missed"
    assert measured(BY_KEY["e"], wall_s=30.0, admitted_by_second=[500] * 30).steady_per_minute is None


def test_repeats_are_shown_by_median_and_range() -> None:
    seen = [measured(BY_KEY["b"], wall_s=wall_s) for wall_s in (25.0, 24.5, 27.0)]
    assert "25.00 (24.50–27.00)" in figures_table(seen)
    assert len(figures_table(seen).splitlines()) == 3
