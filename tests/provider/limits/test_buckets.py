import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.provider.limits.buckets import Bucket, bucket_from
from workbench.provider.limits.rate_headers import ReportedLimit, Resource


def told(
    remaining: float | None, *, limit: float | None = 60.0, reset_s: float | None = None, period_s: float | None = None
) -> ReportedLimit:
    return ReportedLimit(
        resource=Resource.REQUESTS, period_s=period_s, limit=limit, remaining=remaining, reset_s=reset_s
    )


def made(one: ReportedLimit, *, uncounted: float = 0.0, now: float = 0.0) -> Bucket:
    bucket = bucket_from(one, uncounted=uncounted, now=now)
    assert bucket is not None
    return bucket


def n_at_once(bucket: Bucket, now: float) -> int:
    """How many may be drawn now, one after the other."""
    n = 0
    while bucket.delay_s(1.0, now) == 0.0:
        bucket.draw(1.0, now)
        n += 1
    return n


def test_headers_that_tell_half_of_a_limit_make_no_bucket() -> None:
    assert bucket_from(told(None), uncounted=0.0, now=0.0) is None
    assert bucket_from(told(5.0, limit=None), uncounted=0.0, now=0.0) is None


def test_what_remains_may_be_drawn_but_for_a_small_reserve() -> None:
    assert n_at_once(made(told(40.0)), 0.0) == 39


def test_what_is_on_its_way_may_not_have_been_counted() -> None:
    assert n_at_once(made(told(40.0), uncounted=10.0), 0.0) == 29


def test_it_fills_at_the_rate_of_its_limit() -> None:
    bucket = made(told(59.0, limit=60.0, reset_s=1.0))
    n_at_once(bucket, 0.0)
    assert n_at_once(bucket, 10.0) in (9, 10)
    assert 0.0 < bucket.delay_s(1.0, 10.0) < 1.1


def test_a_limit_of_a_minute_that_is_enforced_by_the_second_holds_a_seconds_worth() -> None:
    bucket = made(told(19.0, limit=1_200.0, reset_s=0.05))
    assert n_at_once(bucket, 0.0) == 18
    assert n_at_once(bucket, 3_600.0) <= 20


PERIODS = {
    "a minute": (told(4_999.0, limit=5_000.0, reset_s=0.012), 60.0),
    "a minute, half used": (told(2_500.0, limit=5_000.0, reset_s=30.0), 60.0),
    "a day": (told(9_999.0, limit=10_000.0, reset_s=8.64), 86_400.0),
    "a day, some used": (told(9_900.0, limit=10_000.0, reset_s=864.0), 86_400.0),
    "an hour": (told(90.0, limit=100.0, reset_s=360.0), 3_600.0),
    "a second": (told(70.0, limit=100.0, reset_s=0.3), 1.0),
    "rounded down": (told(58.0, limit=60.0, reset_s=1.2), 60.0),
    "the name's word": (told(1.0, limit=100.0, reset_s=8.64, period_s=86_400.0), 86_400.0),
    "a window of a minute": (told(19.0, limit=20.0, reset_s=43.0), 60.0),
    "a window of an hour": (told(19.0, limit=20.0, reset_s=1_700.0), 3_600.0),
    "a window of a day": (told(19.0, limit=20.0, reset_s=40_000.0), 86_400.0),
    "no reset": (told(19.0, limit=20.0), 60.0),
    "a reset of nothing": (told(19.0, limit=20.0, reset_s=0.0), 60.0),
    "a level that may be all it holds": (told(19.0, limit=1_200.0, reset_s=0.05), 60.0),
    "whole seconds": (told(990.0, limit=1_000.0, reset_s=1.0), 60.0),
}


@pytest.mark.parametrize(("one", "period_s"), PERIODS.values(), ids=PERIODS)
def test_the_time_to_fill_tells_the_period(one: ReportedLimit, period_s: float) -> None:
    bucket = made(one)
    assert bucket.period_s == period_s
    assert bucket.per_s == pytest.approx((one.limit or 0.0) / period_s, rel=0.01)


def test_a_period_found_on_little_is_replaced_by_one_found_on_more_and_not_the_other_way_round() -> None:
    bucket = made(told(59.0, limit=60.0, reset_s=60.0))
    assert bucket.period_s == 3_600.0
    bucket.correct(told(50.0, limit=60.0, reset_s=59.0), uncounted=0.0, sent_at=1.0, now=1.0)
    assert bucket.period_s == 60.0
    bucket.correct(told(59.0, limit=60.0, reset_s=60.0), uncounted=0.0, sent_at=70.0, now=70.0)
    assert bucket.period_s == 60.0


def test_a_window_about_to_open_does_not_look_like_a_bucket_that_fills_in_a_second() -> None:
    bucket = made(told(32.0, limit=60.0, reset_s=50.0))
    bucket.correct(told(31.0, limit=60.0, reset_s=0.45), uncounted=0.0, sent_at=49.0, now=49.5)
    assert bucket.period_s == 60.0


def test_another_limit_begins_anew() -> None:
    bucket = made(told(30.0, limit=60.0, reset_s=30.0))
    bucket.correct(told(99.0, limit=100.0, reset_s=36.0), uncounted=0.0, sent_at=5.0, now=5.0)
    assert (bucket.limit, bucket.period_s) == (100.0, 3_600.0)


def test_another_rate_holds_from_now_on() -> None:
    bucket = made(told(299.0, limit=300.0, reset_s=12.0))
    bucket.draw(299.0, 0.0)
    assert bucket.period_s == 3_600.0
    bucket.correct(told(160.0, limit=300.0, reset_s=30.0), uncounted=300.0, sent_at=0.0, now=100.0)
    assert bucket.period_s == 60.0
    assert n_at_once(bucket, 100.0) < 20


def test_a_reply_that_others_overtook_changes_nothing_that_is_known_better() -> None:
    bucket = made(told(40.0))
    bucket.draw(10.0, 0.0)
    bucket.correct(told(39.0), uncounted=15.0, sent_at=0.0, now=0.1)
    assert 29 <= n_at_once(bucket, 0.1) <= 30


def test_a_level_below_our_books_is_believed_and_one_above_them_too() -> None:
    bucket = made(told(40.0))
    bucket.correct(told(10.0), uncounted=0.0, sent_at=1.0, now=1.0)
    assert n_at_once(bucket, 1.0) == 10
    bucket.correct(told(50.0), uncounted=0.0, sent_at=2.0, now=2.0)
    assert n_at_once(bucket, 2.0) == 49


def test_an_answer_that_took_long_allows_for_what_has_flowed_in_since() -> None:
    bucket = made(told(59.0, reset_s=1.0))
    bucket.correct(told(10.0, reset_s=50.0), uncounted=0.0, sent_at=10.0, now=30.0)
    assert 25 <= n_at_once(bucket, 30.0) <= 30


def test_an_endpoint_that_says_it_is_empty_is_believed_until_it_says_when() -> None:
    bucket = made(told(59.0, reset_s=1.0))
    bucket.empty(0.5, 0.5, 1.5)
    assert bucket.delay_s(1.0, 0.5) == pytest.approx(2.0, abs=0.1)  # one, and one that stays in it
    bucket.correct(told(58.0), uncounted=0.0, sent_at=0.2, now=0.7)
    assert n_at_once(bucket, 0.7) == 0


def test_those_that_were_turned_away_are_not_owed() -> None:
    bucket = made(told(0.0, limit=3.0))
    bucket.draw(9.0, 0.0)
    bucket.empty(0.0, 0.1, 20.1)
    assert bucket.delay_s(1.0, 20.2) < 1.0


def test_a_wait_far_longer_than_one_request_takes_means_a_window_that_opens_with_one() -> None:
    bucket = made(told(299.0, limit=300.0, reset_s=0.2))
    bucket.empty(1.0, 1.0, 43.0)
    assert bucket.delay_s(1.0, 42.0) > 0.0
    assert n_at_once(bucket, 43.3) <= 1
    bucket.correct(told(299.0, limit=300.0), uncounted=0.0, sent_at=43.3, now=43.5)
    assert n_at_once(bucket, 43.5) > 250


def test_turned_away_against_its_word_it_is_counted_on_a_little_less_and_slowly_more_again() -> None:
    bucket = made(told(1.0, limit=60.0))
    at_first = bucket.per_s
    bucket.empty(10.0, 10.0, 10.1)
    bucket.correct(told(1.0, limit=60.0), uncounted=0.0, sent_at=11.0, now=11.0)
    doubted = bucket.per_s
    assert 0.95 * at_first < doubted < at_first
    for now in range(12, 300):
        bucket.correct(told(1.0, limit=60.0), uncounted=0.0, sent_at=float(now), now=float(now))
    assert doubted < bucket.per_s <= at_first


def test_those_that_left_before_it_was_known_cast_no_doubt_on_it() -> None:
    bucket = made(told(0.0, limit=60.0), now=0.2)
    for _ in range(10):
        bucket.empty(0.0, 0.3, 1.3)
    bucket.correct(told(1.0, limit=60.0), uncounted=0.0, sent_at=2.0, now=2.0)
    assert bucket.per_s == pytest.approx(0.995)


def test_an_amount_larger_than_it_holds_goes_when_it_is_full() -> None:
    bucket = made(told(19.0, limit=60.0))
    assert bucket.delay_s(500.0, 0.0) == pytest.approx(1.0, abs=0.01)
    assert bucket.delay_s(500.0, 2.0) == 0.0
    bucket.draw(500.0, 2.0)
    assert 400 < bucket.delay_s(1.0, 2.0) < 500


def test_how_full_it_is_is_a_share() -> None:
    bucket = made(told(29.0, limit=60.0))
    assert bucket.share_left(0.0) == pytest.approx(29 / 30)
    bucket.draw(100.0, 0.0)
    assert bucket.share_left(0.0) == 0.0


NUMBERS = st.one_of(st.none(), st.just(0.0), st.floats(0.0, 1e9), st.floats(0.0, 1e300))
TOLD = st.builds(
    ReportedLimit,
    resource=st.just(Resource.REQUESTS),
    period_s=st.sampled_from([None, 1.0, 60.0, 86_400.0]),
    limit=st.one_of(st.none(), st.floats(1.0, 1e9), st.floats(1.0, 1e300)),
    remaining=NUMBERS,
    reset_s=st.one_of(st.none(), st.floats(0.0, 604_800.0)),
)
HAPPENINGS = st.lists(st.tuples(st.floats(0.0, 100.0), st.sampled_from("dce"), st.floats(0.0, 50.0), TOLD), max_size=30)


@given(TOLD, HAPPENINGS)
def test_whatever_an_endpoint_tells_a_wait_is_a_number_and_comes_to_an_end(
    first: ReportedLimit, happenings: list[tuple[float, str, float, ReportedLimit]]
) -> None:
    bucket, now = bucket_from(first, uncounted=0.0, now=0.0), 0.0
    if bucket is None:
        return
    for passed_s, what, amount, one in happenings:
        now += passed_s
        if what == "d":
            bucket.draw(amount, now)
        elif what == "c":
            bucket.correct(one, uncounted=amount, sent_at=max(now - amount, 0.0), now=now)
        else:
            bucket.empty(max(now - amount, 0.0), now, now + amount)
        delay_s = bucket.delay_s(1.0, now)
        assert 0.0 <= delay_s < math.inf
        assert 0.0 <= bucket.share_left(now) <= 1.0
    delay_s = bucket.delay_s(1.0, now)
    assert bucket.delay_s(1.0, now + delay_s) <= 1e-6 * (1.0 + now + delay_s)
