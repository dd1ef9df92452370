import math
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workbench.provider.limits.rate_headers import ReportedLimit, Resource, reported_limits, reset_after_s

NOW_S = 1_800_000_000.0
AT = datetime.fromtimestamp(NOW_S, UTC)

RESETS = {
    "1s": 1.0,
    "6m0s": 360.0,
    "12ms": 0.012,
    "41ms": 0.041,
    "2s81ms": 2.081,
    "1m30.5s": 90.5,
    "0.25s": 0.25,
    "5h50m30ms": 5 * 3_600 + 50 * 60 + 0.03,
    "24h0m0s": 86_400.0,
    "350us": 350e-6,
    "350µs": 350e-6,
    "17ns": 17e-9,
    "0s": 0.0,
    " 3s ": 3.0,
    "0": 0.0,
    "30": 30.0,
    "59.5": 59.5,
    f"{NOW_S + 20:.0f}": 20.0,
    f"{1_000 * (NOW_S + 20):.0f}": 20.0,
    f"{NOW_S + 0.5}": 0.5,
    (AT.replace(tzinfo=None).isoformat() + "Z"): 0.0,
    "2027-01-15T08:01:00Z": 60.0,
    "2027-01-15T09:01:00+01:00": 60.0,
    "2027-01-15T08:01:00": 60.0,
    "2027-01-15T08:00:00.250Z": 0.25,
    "9999h": 7 * 86_400.0,
    "9999-12-31T23:59:59-23:59": 7 * 86_400.0,
}
RUBBISH = ["", " ", "-1", "-1s", "-0.5", "soon", "1 minute", "1x", "ms", "1s 2", "1h-2m", "nan", "inf", "-inf", "12:30"]
RUBBISH += ["2027-01-15T07:59:00Z", f"{NOW_S - 1}", "0001-01-01", "9" * 400, "s1", "1s1", "\x00", "1s,"]


@pytest.mark.parametrize(("text", "seconds"), RESETS.items())
def test_a_reset_is_read_in_every_form_in_which_endpoints_write_it(text: str, seconds: float) -> None:
    assert reset_after_s(text, NOW_S) == pytest.approx(seconds, abs=1e-6)


@pytest.mark.parametrize("text", RUBBISH)
def test_a_reset_that_cannot_be_read_or_is_over_is_not_told(text: str) -> None:
    assert reset_after_s(text, NOW_S) is None


def only(headers: dict[str, str]) -> ReportedLimit:
    (told,) = reported_limits(headers, NOW_S)
    return told


def test_the_six_headers_of_openai_tell_two_limits() -> None:
    told = reported_limits(
        {
            "x-ratelimit-limit-requests": "5000",
            "x-ratelimit-remaining-requests": "4999",
            "x-ratelimit-reset-requests": "12ms",
            "x-ratelimit-limit-tokens": "160000",
            "x-ratelimit-remaining-tokens": "159976",
            "x-ratelimit-reset-tokens": "2s",
            "x-request-id": "req_1",
        },
        NOW_S,
    )
    assert told == (
        ReportedLimit(resource=Resource.REQUESTS, period_s=None, limit=5000, remaining=4999, reset_s=0.012),
        ReportedLimit(resource=Resource.TOKENS, period_s=None, limit=160_000, remaining=159_976, reset_s=2.0),
    )


@pytest.mark.parametrize(
    ("name", "resource", "period_s"),
    [
        ("x-ratelimit-remaining-requests", Resource.REQUESTS, None),
        ("x-ratelimit-remaining-tokens", Resource.TOKENS, None),
        ("x-ratelimit-remaining", Resource.REQUESTS, None),
        ("ratelimit-remaining", Resource.REQUESTS, None),
        ("x-ratelimit-remaining-requests-second", Resource.REQUESTS, 1.0),
        ("x-ratelimit-remaining-requests-minute", Resource.REQUESTS, 60.0),
        ("x-ratelimit-remaining-tokens-hour", Resource.TOKENS, 3_600.0),
        ("x-ratelimit-remaining-tokens-day", Resource.TOKENS, 86_400.0),
        ("x-ratelimit-remaining-minute", Resource.REQUESTS, 60.0),
    ],
)
def test_a_headers_name_says_what_is_limited_and_for_how_long(
    name: str, resource: Resource, period_s: float | None
) -> None:
    told = only({name: "7"})
    assert (told.resource, told.period_s, told.remaining) == (resource, period_s, 7)


def test_limits_of_a_minute_and_of_a_day_are_two_limits() -> None:
    told = reported_limits({"x-ratelimit-limit-requests-minute": "30", "x-ratelimit-limit-requests-day": "900"}, NOW_S)
    assert {one.period_s: one.limit for one in told} == {60.0: 30, 86_400.0: 900}


@pytest.mark.parametrize(("remaining", "reset", "expected"), [("-1", "-1", (None, None)), ("0", "0", (0, 0.0))])
def test_azures_whole_numbers_are_seconds_and_those_below_zero_say_nothing(
    remaining: str, reset: str, expected: tuple[float | None, float | None]
) -> None:
    headers = {
        "x-ratelimit-limit-requests": "10",
        "x-ratelimit-remaining-requests": remaining,
        "x-ratelimit-reset-requests": reset,
    }
    told = only(headers)
    assert (told.remaining, told.reset_s) == expected
    assert told.limit == 10


def test_a_limit_with_its_policy_behind_it_is_read() -> None:
    assert only({"ratelimit-limit": "10;w=60", "ratelimit-remaining": "3"}).limit == 10


@pytest.mark.parametrize("limit", ["0", "", "-1", "many", "nan", "inf", "0.5"])
def test_a_limit_of_nothing_is_no_limit(limit: str) -> None:
    headers = {"x-ratelimit-limit-requests": limit}
    assert reported_limits(headers, NOW_S) == ()
    assert only(headers | {"x-ratelimit-remaining-requests": "0"}).limit is None


@pytest.mark.parametrize(
    "name",
    [
        "x-ratelimit-reset-requests",
        "x-ratelimit-remaining-images",
        "x-ratelimit-remaining-requests-year",
        "my-x-ratelimit-remaining",
        "retry-after",
        "",
    ],
)
def test_what_tells_no_amount_tells_no_limit(name: str) -> None:
    assert reported_limits({name: "1"}, NOW_S) == ()


NAMES = st.one_of(
    st.text(max_size=30),
    st.builds(
        "{}ratelimit-{}{}{}".format,
        st.sampled_from(["x-", "", "X-"]),
        st.sampled_from(["limit", "remaining", "reset"]),
        st.sampled_from(["", "-requests", "-tokens", "-images"]),
        st.sampled_from(["", "-second", "-minute", "-hour", "-day", "-week"]),
    ),
)
VALUES = st.one_of(
    st.text(max_size=40),
    st.text("0123456789.hmsunµ+-:TZ;", max_size=40),
    st.integers().map(str),
    st.floats().map(str),
    st.datetimes().map(str),
    st.sampled_from([*RESETS, *RUBBISH]),
)


@given(st.dictionaries(NAMES, VALUES, max_size=8), st.floats(0, 1e11))
@example({"x-ratelimit-remaining": "1", "x-ratelimit-reset": "0001-01-01T00:00:00"}, NOW_S)
@example({"x-ratelimit-remaining": "1", "x-ratelimit-reset": "9999-12-31T23:59:59.999999"}, NOW_S)
@example({"x-ratelimit-remaining": "1", "x-ratelimit-reset": "9" * 5_000 + "h"}, NOW_S)
def test_nothing_that_headers_hold_raises_or_tells_a_number_that_is_none(headers: dict[str, str], now_s: float) -> None:
    for told in reported_limits(headers, now_s):
        for number in (told.limit, told.remaining, told.reset_s):
            assert number is None or (math.isfinite(number) and number >= 0)
