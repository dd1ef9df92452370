import math

import pytest

from workbench.provider.limits.learned_pace import LearnedPace


def taken(pace: LearnedPace, per_s: float, seconds: float, *, start: float = 0.0) -> float:
    """The endpoint takes so many a second for so long; returns the time."""
    now = start
    for n in range(round(per_s * seconds)):
        now = start + n / per_s
        pace.delay_s(now)
        pace.take(now)
        pace.accepted(now, now)
    return start + seconds


def per_s(pace: LearnedPace) -> float:
    assert pace.pace is not None
    return pace.pace.per_s


def test_there_is_no_pace_until_a_request_is_turned_away() -> None:
    pace = LearnedPace()
    now = taken(pace, 100.0, 5.0)
    assert pace.pace is None
    assert pace.delay_s(now) == 0.0


def test_the_first_pace_is_a_little_less_than_what_was_taken_lately() -> None:
    pace = LearnedPace()
    now = taken(pace, 20.0, 10.0)
    pace.rejected(now, now, now + 1.0)
    assert 0.9 * 20 < per_s(pace) < 20


def test_turned_away_at_once_it_begins_slowly() -> None:
    pace = LearnedPace()
    pace.rejected(0.0, 0.1, 1.0)
    assert per_s(pace) == pytest.approx(0.95)
    assert pace.delay_s(1.0) == pytest.approx(1 / 0.95)


def test_all_that_were_sent_under_one_pace_let_it_fall_once() -> None:
    pace = LearnedPace()
    now = taken(pace, 20.0, 10.0)
    for n in range(10):
        pace.rejected(now, now + n / 100, now + 1.0)
    assert per_s(pace) == pytest.approx(0.95 * 20, rel=0.02)


def test_turned_away_again_after_something_has_passed_it_falls_and_where_nothing_has_it_only_waits() -> None:
    pace = LearnedPace()
    now = taken(pace, 20.0, 10.0)
    pace.rejected(now, now, now + 1.0)
    first = per_s(pace)
    pace.rejected(now + 1.0, now + 1.0, now + 40.0)
    assert per_s(pace) == first
    assert pace.delay_s(now + 40.0) > 0.0
    pace.accepted(now + 40.1, now + 40.1)
    pace.rejected(now + 40.2, now + 40.2, now + 41.0)
    assert per_s(pace) == pytest.approx(0.9 * first, rel=0.02)


def test_it_rises_little_by_little_while_it_is_what_holds_requests_back() -> None:
    pace = LearnedPace()
    now = taken(pace, 20.0, 10.0)
    pace.rejected(now, now, now)
    first = per_s(pace)
    taken(pace, 60.0, 5.0, start=now)
    assert first * 1.3 < per_s(pace) < first * 2.0


def test_it_rises_more_carefully_once_it_has_fallen() -> None:
    pace = LearnedPace()
    now = taken(pace, 20.0, 10.0)
    pace.rejected(now, now, now)
    now = taken(pace, 20.0, 1.0, start=now + 0.1)
    pace.rejected(now, now, now)
    fallen = per_s(pace)
    taken(pace, 60.0, 5.0, start=now)
    assert fallen < per_s(pace) < fallen * 1.1


def test_a_pace_that_nobody_waits_for_does_not_rise() -> None:
    pace = LearnedPace()
    now = taken(pace, 20.0, 10.0)
    pace.rejected(now, now, now)
    first = per_s(pace)
    for _ in range(1_000):
        now += 1_000.0
        assert pace.delay_s(now) == 0.0
        pace.take(now)
        pace.accepted(now, now)
    assert per_s(pace) == first


@pytest.mark.parametrize("silence_s", [600.0, 1e6])
def test_one_answer_after_a_long_silence_proves_little(silence_s: float) -> None:
    pace = LearnedPace()
    now = taken(pace, 20.0, 10.0)
    pace.rejected(now, now, now)
    first = per_s(pace)
    assert pace.delay_s(now) > 0.0
    pace.accepted(now, now + silence_s)
    assert first < per_s(pace) < 2 * first


def test_a_long_wait_that_the_endpoint_asks_for_is_no_proof_of_anything() -> None:
    pace = LearnedPace()
    now = taken(pace, 20.0, 10.0)
    pace.rejected(now, now, now + 1.0)
    first = per_s(pace)
    pace.rejected(now, now + 0.1, now + 3_600.0)
    assert pace.delay_s(now + 3_600.0) > 0.0
    pace.accepted(now + 3_600.0, now + 3_600.2)
    assert first <= per_s(pace) < 1.1 * first


def test_an_answer_during_a_wait_does_not_lower_the_pace() -> None:
    pace = LearnedPace()
    now = taken(pace, 20.0, 10.0)
    pace.rejected(now, now, now + 1.0)
    first = per_s(pace)
    pace.rejected(now, now + 0.1, now + 60.0)
    assert pace.delay_s(now + 2.0) > 0.0
    pace.accepted(now + 1.5, now + 2.0)
    assert per_s(pace) == first


def test_there_is_a_least_pace() -> None:
    pace, now = LearnedPace(), 0.0
    for _ in range(500):
        now += 100.0
        pace.accepted(now, now)
        pace.rejected(now, now, now)
    assert per_s(pace) == pytest.approx(1 / 60)
    assert math.isfinite(pace.delay_s(now))
