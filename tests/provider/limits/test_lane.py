"""Lanes in front of simulated endpoints. Times here are simulated: the same on every machine."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.provider.limits.limiters import FixedWindow, Shape, SlidingWindow, TokenBucket, TokensPerMinute, Unlimited
from tests.provider.limits.simulated import WALL_S, Outcomes, Road, World, simulate, simulate_roads
from workbench.domain.messages import Fault, Outcome, Reply, Usage
from workbench.provider.limits.lane import Lane, Limits
from workbench.provider.limits.learned_limits import START

N = 500
ROUND_TRIPS = 3
"""What a lane may take beyond the limit's own time: one until the first headers come, one in which the last answer is
waited for, and, with a window, one until the first answer of a new window shows that it has opened."""

BUCKETS: dict[str, tuple[Callable[[], Shape], float]] = {
    "1,200 a minute, one second's worth": (lambda: TokenBucket(1_200, 20), (N - 20) / 20),
    "the same, rejected ones charged": (lambda: TokenBucket(1_200, 20, charges_rejected=True), (N - 20) / 20),
    "300 a minute, a full bucket": (lambda: TokenBucket(300, 300), (N - 300) / 5),
    "the same, rejected ones charged, too": (lambda: TokenBucket(300, 300, charges_rejected=True), (N - 300) / 5),
}
WINDOWS: dict[str, tuple[Callable[[], Shape], float]] = {
    "300 in any minute": (lambda: SlidingWindow(300), 60.0),
    "300 in each minute": (lambda: FixedWindow(300), 60.0 - 17.0),
    "300 in each minute, the first nearly over": (lambda: FixedWindow(300, phase_s=50.0), 10.0),
}


def assert_nothing_is_lost(seen: Outcomes, wanted: int = N) -> None:
    assert seen.answered == wanted
    assert len(seen.arrivals) == seen.answered + seen.rejected
    assert seen.lane.n_in_flight == 0
    assert seen.lane.limited == seen.rejected


def assert_used_fully(seen: Outcomes, floor_s: float, latency_s: float) -> None:
    assert seen.ended_s <= 1.05 * floor_s + ROUND_TRIPS * 1.05 * latency_s


@pytest.mark.parametrize("tells_late", [False, True], ids=["headers made at arrival", "headers made at the answer"])
@pytest.mark.parametrize("latency_s", [0.2, 2.0])
@pytest.mark.parametrize("shape", BUCKETS)
def test_a_bucket_that_tells_its_level_is_used_fully_and_turns_almost_nothing_away(
    shape: str, latency_s: float, tells_late: bool
) -> None:
    make, floor_s = BUCKETS[shape]
    seen = simulate(make(), N, world=World(latency_s=latency_s, tells_late=tells_late))
    assert_nothing_is_lost(seen)
    assert seen.rejected < N / 100
    assert_used_fully(seen, floor_s, latency_s)


@pytest.mark.parametrize("tells_late", [False, True], ids=["headers made at arrival", "headers made at the answer"])
@pytest.mark.parametrize("latency_s", [0.2, 2.0])
@pytest.mark.parametrize("shape", WINDOWS)
def test_a_window_is_used_fully_and_turns_a_handful_away(shape: str, latency_s: float, tells_late: bool) -> None:
    make, floor_s = WINDOWS[shape]
    seen = simulate(make(), N, world=World(latency_s=latency_s, tells_late=tells_late))
    assert_nothing_is_lost(seen)
    assert seen.rejected <= 5
    assert_used_fully(seen, floor_s, latency_s)


@pytest.mark.parametrize("retry_after", [True, False])
@pytest.mark.parametrize("make", [lambda: TokenBucket(3, 3), lambda: SlidingWindow(3), lambda: FixedWindow(3)])
def test_a_tiny_limit_is_kept_without_going_hungry(make: Callable[[], Shape], retry_after: bool) -> None:
    seen = simulate(make(), 12, world=World(retry_after=retry_after))
    assert_nothing_is_lost(seen, 12)
    assert seen.ended_s <= 2.0 * 180.0


def test_a_bucket_of_one_request_bears_delays_on_the_way() -> None:
    seen = simulate(TokenBucket(60, 1), 300, world=World(way_jitter_s=0.05))
    assert_nothing_is_lost(seen, 300)
    assert seen.rejected <= START + 5  # so many leave before anything is known
    assert seen.ended_s < 1.1 * 299


def test_5000_requests_a_minute_at_20_seconds_each_keep_their_rate() -> None:
    """The lane sees its first headers after 20 seconds; from then on it is to be as fast as the limit."""
    seen = simulate(TokenBucket(5_000, 5_000), 15_000, world=World(latency_s=20.0))
    assert_nothing_is_lost(seen, 15_000)
    assert seen.rejected == 0
    assert seen.ended_s <= 1.05 * (15_000 - 5_000) / 5_000 * 60 + 2 * 21.0


@pytest.mark.parametrize("used", [1.0, 0.4])
def test_tokens_that_the_endpoint_counts_are_used_fully(used: float) -> None:
    seen = simulate(TokensPerMinute(60_000), 240, world=World(tokens=1_000, used=used))
    assert_nothing_is_lost(seen, 240)
    assert seen.rejected <= 12
    assert seen.ended_s <= 1.05 * 180.0 + 5.0


# ── limits that we were given ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("latency_s", [0.2, 2.0, 20.0])
@pytest.mark.parametrize("rpm", [600, 5_000])
def test_a_rate_that_we_were_given_is_never_exceeded_and_used_to_97_per_cent(rpm: int, latency_s: float) -> None:
    n = 3 * rpm
    seen = simulate(Unlimited(), n, Limits(rpm=rpm), World(latency_s=latency_s, tells=False))
    assert_nothing_is_lost(seen, n)
    assert seen.most_in(60.0) <= rpm
    steady = [at for at in seen.arrivals if 30.0 <= at < 150.0]
    assert len(steady) / 2 >= 0.97 * rpm


@pytest.mark.parametrize("used", [1.0, 0.5, 1.5])
def test_tokens_that_we_were_given_are_kept_by_what_requests_really_take(used: float) -> None:
    world = World(tokens=1_000, used=used, tells=False, latency_s=1.0)
    rpm = 60.0 / used
    seen = simulate(Unlimited(), round(6 * rpm), Limits(tpm=60_000), world)
    learned = [at for at in seen.arrivals if at >= 120.0]
    per_minute = Outcomes(seen.lane, arrivals=learned).most_in(60.0)
    assert per_minute * 1_000 * used <= 60_000
    assert per_minute >= 0.97 * rpm - 1


def test_the_smaller_of_the_endpoints_limit_and_ours_holds() -> None:
    seen = simulate(TokenBucket(600, 600), 900, Limits(rpm=300))
    assert seen.rejected == 0
    assert seen.most_in(60.0) <= 300
    assert seen.ended_s >= 120.0
    seen = simulate(TokenBucket(300, 300), 900, Limits(rpm=600))
    assert seen.rejected < 9
    assert seen.ended_s <= 1.05 * 120.0 + 3.0


def test_requests_of_the_day_are_counted_over_restarts() -> None:
    hour_s = 3_600.0
    before = [(23 * hour_s, 60), (2 * hour_s, 20)]
    seen = simulate(Unlimited(), 70, Limits(rpd=100), sent_last_day=before)
    assert_nothing_is_lost(seen, 70)
    soon = [at for at in seen.arrivals if at < 60.0]
    assert len(soon) == 20
    assert seen.arrivals[20] >= 1.0 * hour_s  # when the sixty of yesterday are a day old
    assert seen.ended_s < 1.5 * hour_s
    all_day = Outcomes(seen.lane, arrivals=[-ago_s for ago_s, n in before for _ in range(n)] + seen.arrivals)
    assert all_day.most_in(24 * hour_s) <= 100


def test_so_many_in_flight_as_we_were_given_and_no_more() -> None:
    seen = simulate(Unlimited(), N, Limits(concurrency=3))
    assert seen.most_in_flight == 3
    assert seen.ended_s <= 1.05 * N / 3 * 0.21


# ── endpoints that tell nothing ──────────────────────────────────────────────────────────────────────────────────────

SILENT: dict[str, tuple[Callable[[], Shape], float]] = BUCKETS | {
    "60 a minute, one by one": (lambda: TokenBucket(60, 1), N - 1.0),
    "300 in any minute": (lambda: SlidingWindow(300), 60.0),
}


@pytest.mark.parametrize("retry_after", [True, False], ids=["retry-after", "no retry-after"])
@pytest.mark.parametrize("shape", SILENT)
def test_a_limit_that_is_not_told_is_learned_by_backing_off(shape: str, retry_after: bool) -> None:
    make, floor_s = SILENT[shape]
    seen = simulate(make(), N, world=World(tells=False, retry_after=retry_after))
    assert_nothing_is_lost(seen)
    assert seen.ended_s <= 1.25 * floor_s + 10.0


def test_without_any_limit_it_doubles_up() -> None:
    seen = simulate(Unlimited(), N, world=World(latency_s=1.0))
    assert_nothing_is_lost(seen)
    assert seen.most_in_flight >= 128
    assert seen.ended_s <= 1.05 * math.ceil(math.log2(N / START + 1))


@pytest.mark.parametrize(("slots", "most_in_flight"), [(1, 64), (4, 80), (64, 512)])
def test_a_server_that_works_on_a_few_at_a_time_is_kept_busy_and_not_buried(slots: int, most_in_flight: int) -> None:
    seen = simulate(Unlimited(), 2_000, world=World(slots=slots))
    assert_nothing_is_lost(seen, 2_000)
    assert seen.most_in_flight <= most_in_flight
    assert seen.ended_s <= 1.1 * 2_000 / slots * 0.205


# ── several lanes ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_two_endpoints_are_used_side_by_side_each_by_its_own_limit() -> None:
    roads = [Road(TokenBucket(600, 10)), Road(TokenBucket(300, 300), world=World(latency_s=2.0, tells_late=True))]
    first, second = simulate_roads(roads, 1_200)
    assert first.answered + second.answered == 1_200
    assert first.rejected + second.rejected <= 12
    floor_s = (1_200 - 300 - 10) / (10 + 5)
    assert first.ended_s <= 1.05 * floor_s + ROUND_TRIPS * 2.1
    assert first.answered > 500
    assert second.answered > 500


def test_two_keys_with_limits_that_we_were_given_share_the_work() -> None:
    silent = World(tells=False)
    roads = [Road(Unlimited(), Limits(rpm=600), silent), Road(Unlimited(), Limits(rpm=1_200), silent)]
    first, second = simulate_roads(roads, 5_400)
    assert (first.most_in(60.0), second.most_in(60.0)) <= (600, 1_200)
    assert second.answered == pytest.approx(2 * first.answered, rel=0.05)
    assert first.ended_s <= 180.0 / 0.97


def test_a_lane_that_is_turned_away_leaves_the_work_to_the_other() -> None:
    exhausted = FixedWindow(1)
    first, second = simulate_roads([Road(exhausted, world=World(tells=False)), Road(Unlimited())], N)
    assert first.answered == 1
    assert second.answered == N - 1
    assert first.ended_s < 5.0


# ── replies, one by one ──────────────────────────────────────────────────────────────────────────────────────────────


def answered(**more: str) -> Reply:
    headers = {name.replace("_", "-"): value for name, value in more.items()}
    return Reply(outcome=Outcome.ANSWERED, text="{}", status_code=200, headers=headers, latency_s=0.2)


def rejected(retry_after_s: float | None = None, **more: str) -> Reply:
    headers = {name.replace("_", "-"): value for name, value in more.items()}
    return Reply(
        outcome=Outcome.FAILED,
        fault=Fault.RATE_LIMITED,
        status_code=429,
        retry_after_s=retry_after_s,
        headers=headers,
        latency_s=0.01,
    )


def broken(status_code: int | None, retry_after_s: float | None = None) -> Reply:
    return Reply(
        outcome=Outcome.FAILED,
        fault=Fault.TRANSIENT,
        status_code=status_code,
        retry_after_s=retry_after_s,
        latency_s=0.1,
    )


def lane_with_one_answer(*, remaining: int, limit: int = 60, now: float = 0.2) -> Lane:
    lane = Lane("x", Limits(), 0.0)
    headers = {"x_ratelimit_limit_requests": str(limit), "x_ratelimit_remaining_requests": str(remaining)}
    lane.settle(lane.take(100, 0.0), answered(**headers), now, WALL_S)
    return lane


def test_one_rejected_request_holds_back_the_whole_lane() -> None:
    lane = Lane("x", Limits(), 0.0)
    tickets = [lane.take(100, 0.0) for _ in range(3)]
    assert lane.delay_s(100, 0.1) == 0.0
    lane.settle(tickets[0], rejected(30.0), 0.1, WALL_S)
    assert lane.delay_s(100, 0.1) >= 30.0
    assert lane.paused_s(0.1) == pytest.approx(30.0)
    lane.settle(tickets[1], answered(), 0.2, WALL_S)
    assert lane.delay_s(100, 0.2) >= 29.9
    lane.settle(tickets[2], rejected(5.0), 0.3, WALL_S)
    assert lane.paused_s(0.3) == pytest.approx(29.8)


def test_an_answer_whose_headers_say_that_nothing_remains_is_an_answer_and_makes_the_lane_wait() -> None:
    lane = lane_with_one_answer(remaining=0)
    assert lane.limited == lane.limited_in_row == 0
    assert lane.n_in_flight == 0
    assert 0.5 < lane.delay_s(100, 0.2) < 3.0
    assert lane.paused_s(0.2) == 0.0
    assert lane.delay_s(100, 5.0) == 0.0


def test_without_a_word_on_how_long_the_waits_double_once_for_all_that_left_together() -> None:
    lane, now, waits = Lane("x", Limits(), 0.0), 0.0, []
    for _ in range(9):
        tickets = [lane.take(100, now) for _ in range(5)]
        for ticket in tickets:
            lane.settle(ticket, rejected(), now + 0.1, WALL_S)
        waits.append(round(lane.paused_s(now + 0.1)))
        now += 0.1 + lane.paused_s(now + 0.1) + 1.0
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert lane.limited == 45


def test_a_lane_is_shut_out_after_a_quarter_of_an_hour_without_an_answer() -> None:
    lane, now = Lane("x", Limits(), 0.0), 0.0
    while not lane.is_shut_out(now):
        now += max(lane.delay_s(100, now), 0.1)
        lane.settle(lane.take(100, now), rejected(60.0), now, WALL_S)
        assert now < 3_600.0
    assert now > 900.0
    lane.settle(lane.take(100, now), answered(), now, WALL_S)
    assert not lane.is_shut_out(now)


def test_many_rejected_at_once_do_not_shut_a_lane_out() -> None:
    lane = Lane("x", Limits(), 0.0)
    for ticket in [lane.take(100, 0.0) for _ in range(50)]:
        lane.settle(ticket, rejected(600.0), 1.0, WALL_S)
    lane.settle(lane.take(100, 1_000.0), rejected(600.0), 1_000.0, WALL_S)
    assert not lane.is_shut_out(1_000.0)


@pytest.mark.parametrize("reply", [broken(503), broken(529), broken(None)])
def test_an_overloaded_endpoint_gets_fewer_at_a_time(reply: Reply) -> None:
    lane = Lane("x", Limits(), 0.0)
    before = lane.meter(0.0).most_in_flight
    lane.settle(lane.take(100, 0.0), reply, 1.0, WALL_S)
    assert lane.meter(1.0).most_in_flight < before
    assert lane.limited == 0


def test_an_overloaded_endpoint_that_says_how_long_is_left_alone_so_long() -> None:
    lane = Lane("x", Limits(), 0.0)
    lane.settle(lane.take(100, 0.0), broken(503, 20.0), 1.0, WALL_S)
    assert lane.delay_s(100, 1.0) == pytest.approx(20.0)


def test_turned_away_with_plenty_left_an_endpoint_means_the_number_in_flight() -> None:
    lane = lane_with_one_answer(remaining=50)
    tickets = [lane.take(100, 0.3) for _ in range(10)]
    lane.settle(tickets[0], rejected(1.0), 0.4, WALL_S)
    assert lane.meter(0.4).most_in_flight < 10
    for ticket in tickets[1:]:
        lane.settle(ticket, answered(), 0.6, WALL_S)
    assert lane.delay_s(100, 1.5) == 0.0


def test_a_closed_lane_lets_nothing_through() -> None:
    lane = Lane("x", Limits(), 0.0)
    lane.closed = "the key is not valid"
    assert lane.delay_s(1, 0.0) == math.inf
    assert lane.meter(0.0).closed == "the key is not valid"


def test_a_request_that_was_not_sent_after_all_leaves_its_place_and_keeps_what_it_took() -> None:
    lane = Lane("x", Limits(rpm=60, concurrency=1), 0.0)
    ticket = lane.take(100, 0.0)
    assert lane.delay_s(100, 0.5) == math.inf
    lane.abandon(ticket)
    assert lane.n_in_flight == 0
    assert 0.0 < lane.delay_s(100, 0.5) < 1.1


def test_the_state_tells_people_how_the_lane_stands() -> None:
    lane = Lane("openai", Limits(rpm=120, rpd=1_000), 0.0, sent_last_day=[(3_600.0, 7)])
    headers = {"x_ratelimit_limit_requests": "60", "x_ratelimit_remaining_requests": "59"}
    headers |= {"x_ratelimit_limit_tokens": "30000", "x_ratelimit_remaining_tokens": "29900"}
    lane.settle(lane.take(100, 0.0), answered(**headers), 0.2, WALL_S)
    lane.take(100, 30.0)
    meter = lane.meter(30.0)
    assert (meter.name, meter.in_flight, meter.rpm, meter.tpm) == ("openai", 1, 60.0, 30_000.0)
    assert (meter.today, meter.rpd, meter.limited, lane.paused_s(30.0)) == (9, 1_000, 0, 0.0)
    assert (meter.last_minute, meter.tokens_last_minute) == (2, 200.0)
    assert lane.meter(60.0).last_minute == 1


def test_expected_tokens_are_corrected_by_what_replies_say_they_took() -> None:
    lane = Lane("x", Limits(tpm=1_000), 0.0)
    now = 0.0
    for _ in range(60):
        now += lane.delay_s(100, now)
        reply = Reply(outcome=Outcome.ANSWERED, text="{}", status_code=200, usage=Usage(20, 5), latency_s=0.2)
        lane.settle(lane.take(100, now), reply, now, WALL_S)
    assert lane.meter(now).tokens_last_minute < 60 * 100
    assert lane.delay_s(100, now) < 60.0 * 30 / 1_000


HEADERS = st.dictionaries(
    st.sampled_from([f"x-ratelimit-{a}-{b}" for a in ("limit", "remaining", "reset") for b in ("requests", "tokens")]),
    st.one_of(st.integers(0, 10**9).map(str), st.floats(0, 1e300).map(str), st.sampled_from(["1s", "6m0s", "-1", "x"])),
)
REPLIES = st.one_of(
    st.builds(rejected, st.one_of(st.none(), st.floats(0.0, 600.0))),
    st.builds(broken, st.sampled_from([None, 500, 503])),
    st.builds(lambda headers: answered(**headers), HEADERS),
    st.builds(lambda headers: rejected(None, **headers), HEADERS),
    st.builds(
        lambda prompt, headers: Reply(
            outcome=Outcome.ANSWERED, status_code=200, usage=Usage(prompt, 0), headers=headers, latency_s=1.0
        ),
        st.integers(0, 10**12),
        HEADERS,
    ),
)
LIMITS = st.builds(
    Limits,
    rpm=st.sampled_from([None, 1, 600]),
    tpm=st.sampled_from([None, 10, 100_000]),
    rpd=st.sampled_from([None, 1, 100]),
    concurrency=st.sampled_from([None, 1, 4]),
)


@given(LIMITS, st.lists(st.tuples(st.floats(0.0, 90.0), REPLIES), max_size=40))
def test_whatever_comes_back_a_lane_with_nothing_on_its_way_lets_another_through_in_time(
    limits: Limits, replies: list[tuple[float, Reply]]
) -> None:
    lane, now = Lane("x", limits, 0.0), 0.0
    for passed_s, reply in replies:
        now += lane.delay_s(100, now)
        ticket = lane.take(100, now)
        now += passed_s
        lane.settle(ticket, reply, now, WALL_S + now)
        assert lane.n_in_flight == 0
        assert 0.0 <= lane.delay_s(100, now) < math.inf
        assert lane.meter(now).most_in_flight >= 1
