"""The forms that cannot come over a wire at a known time; the others are in test_client."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.messages import Fault, Outcome
from workbench.provider.error_bodies import ErrorBody, read_error
from workbench.provider.faults import classify_error, retry_after_s

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

WAITS = {
    "a date soon": ("Mon, 23 Nov 2026 12:00:30 GMT", 30.0),
    "a date in another zone": ("Mon, 23 Nov 2026 13:01:00 +0100", 60.0),
    "a date without a zone": ("Mon, 23 Nov 2026 12:00:30 -0000", None),
    "a fraction": ("0.5", 0.5),
    "blanks around": ("  7 ", 7.0),
    "not a number": ("nan", None),
    "for ever": ("inf", 600.0),
    "for ever backwards": ("-inf", 0.0),
    "a unit": ("6m0s", None),
    "a year that is none": ("Mon, 23 Nov 99999 12:00:30 GMT", None),
    "blanks alone": ("   ", None),
}


@pytest.mark.parametrize(("value", "wait_s"), WAITS.values(), ids=WAITS)
def test_a_wait_is_read_or_ignored(value: str, wait_s: float | None) -> None:
    assert retry_after_s({"retry-after": value}, NOW) == wait_s


@given(value=st.text(max_size=40) | st.from_regex(r"\w{3}, \d+ \w{3} \d+ \d+:\d+:\d+ [+-]\d+", fullmatch=True))
def test_no_header_breaks_the_reader_or_stops_a_run_for_long(value: str) -> None:
    for name in ("retry-after", "retry-after-ms"):
        wait_s = retry_after_s({name: value}, NOW)
        assert wait_s is None or 0.0 <= wait_s <= 600.0


CODES = {
    "OpenAI's form": ({"error": {"code": "slow_down"}}, "slow_down"),
    "its inside": ({"code": "slow_down"}, "slow_down"),
    "a number": ({"error": {"code": 400}}, "400"),
    "no code": ({"error": {"message": "x"}}, ""),
    "a code of nothing": ({"error": {"code": None}}, ""),
    "an error in a word": ({"error": "out of memory"}, ""),
    "a text": ("<html>", ""),
    "a list, as Gemini sends": ([{"code": "x"}], "x"),
    "nothing": (None, ""),
}


@pytest.mark.parametrize(("body", "code"), CODES.values(), ids=CODES)
def test_the_code_of_an_error_is_found_where_there_is_one(body: object, code: str) -> None:
    assert read_error(body).code == code


@pytest.mark.parametrize("status", [429, 400, 403, 500])
def test_an_exhausted_quota_stops_whatever_its_status(status: int) -> None:
    assert classify_error(status, ErrorBody(code="insufficient_quota")) == (Outcome.FAILED, Fault.STOP)


@given(status=st.integers(300, 599), code=st.text(max_size=5), message=st.text(max_size=20))
def test_every_error_status_has_a_meaning(status: int, code: str, message: str) -> None:
    outcome, fault = classify_error(status, ErrorBody(message, code))
    assert (outcome, fault is None) == (Outcome.FAILED, False)
