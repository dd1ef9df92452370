from workbench.provider.limits.in_flight import START, InFlight

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
