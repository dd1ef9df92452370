import math

import pytest

from workbench.provider.limits.learned_limits import START, InFlight, LearnedPace


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


LATENCY_S = 1.0


def rounds(in_flight: InFlight, n: int, *, latency_s: float = LATENCY_S, now: float = 0.0) -> float:
    """So many round trips in which as many leave as may, and all are answered; returns the time."""
    for _ in range(n):
        while in_flight.has_room:
            in_flight.start()
        now += latency_s
        while in_flight.n:
            in_flight.end(latency_s=latency_s, is_answer=True, is_overloaded=False, now=now)
    return now


def test_a_few_may_leave_before_anything_is_known_and_never_more_than_were_allowed() -> None:
    assert InFlight(1_000).limit == START
    assert InFlight(3).limit == 3
    in_flight = InFlight(3)
    rounds(in_flight, 20)
    assert in_flight.limit == 3


def test_it_doubles_with_every_round_trip_as_long_as_answers_come_as_quickly_as_before() -> None:
    in_flight = InFlight(4_000)
    rounds(in_flight, 4)
    assert in_flight.limit == START * 2**4


def test_it_does_not_grow_while_nobody_needs_more() -> None:
    in_flight = InFlight(4_000)
    for now in range(200):
        in_flight.start()
        in_flight.end(latency_s=LATENCY_S, is_answer=True, is_overloaded=False, now=float(now))
    assert in_flight.limit == START


def test_an_overloaded_endpoint_gets_less_and_then_a_little_more_with_each_round_trip() -> None:
    in_flight = InFlight(4_000)
    now = rounds(in_flight, 2)
    while in_flight.has_room:
        in_flight.start()
    reached = in_flight.limit
    in_flight.end(latency_s=LATENCY_S, is_answer=False, is_overloaded=True, now=now + 1)
    fallen = in_flight.limit
    assert 0.5 * reached < fallen < 0.8 * reached
    while in_flight.n:
        in_flight.end(latency_s=LATENCY_S, is_answer=True, is_overloaded=False, now=now + 1)
    fallen = in_flight.limit
    rounds(in_flight, 3, now=now + 1)
    assert fallen + 2 <= in_flight.limit <= fallen + 4


def test_it_falls_once_for_all_that_were_on_their_way() -> None:
    in_flight = InFlight(4_000)
    while in_flight.has_room:
        in_flight.start()
    for _ in range(START):
        in_flight.end(latency_s=LATENCY_S, is_answer=False, is_overloaded=True, now=1.0)
    assert in_flight.limit > START / 2


def test_one_may_always_leave() -> None:
    in_flight = InFlight(4_000)
    for now in range(100):
        assert in_flight.has_room
        in_flight.start()
        in_flight.end(latency_s=0.01, is_answer=False, is_overloaded=True, now=float(now))
    assert in_flight.limit == 1


def test_answers_that_only_wait_longer_make_it_fall_back() -> None:
    in_flight = InFlight(4_000)
    now = rounds(in_flight, 2)
    reached = in_flight.limit
    rounds(in_flight, 2, latency_s=5 * LATENCY_S, now=now)
    assert in_flight.limit < reached


def test_an_endpoint_that_turns_requests_away_quickly_does_not_make_its_answers_look_slow() -> None:
    in_flight = InFlight(4_000)
    for _ in range(3):
        while in_flight.has_room:
            in_flight.start()
        while in_flight.n:
            in_flight.end(latency_s=0.002, is_answer=False, is_overloaded=False, now=0.0)
    rounds(in_flight, 4)
    assert in_flight.limit > START


def test_where_a_rate_is_known_only_what_was_allowed_holds_back() -> None:
    in_flight = InFlight(500)
    in_flight.free()
    assert in_flight.limit == 500
    now = rounds(in_flight, 1)
    rounds(in_flight, 3, latency_s=30 * LATENCY_S, now=now)
    assert in_flight.limit == 500


def test_a_rate_that_becomes_known_does_not_forgive_an_overload() -> None:
    in_flight = InFlight(500)
    in_flight.start()
    in_flight.end(latency_s=LATENCY_S, is_answer=False, is_overloaded=True, now=1.0)
    fallen = in_flight.limit
    in_flight.free()
    assert in_flight.limit == fallen < START


def test_one_that_was_abandoned_leaves_room_and_tells_nothing() -> None:
    in_flight = InFlight(1)
    in_flight.start()
    assert not in_flight.has_room
    in_flight.abandon()
    assert (in_flight.n, in_flight.limit, in_flight.has_room) == (0, 1.0, True)
