"""An endpoint and a network that break: whatever comes in the place of an answer, the run ends whole."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests.pipeline.counting_endpoint import Asked, CountingEndpoint, Said, answer, error
from tests.pipeline.workplace import Waiting, Way, Workplace, workplace
from workbench.domain.messages import Fault, Outcome
from workbench.domain.predictions import PredictionStatus
from workbench.domain.runs import RunState
from workbench.storage.runs.attempts import read_attempts

HTML = {"content-type": "text/html"}
N_BATCHES = 10


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workplace]:
    with workplace(tmp_path, 4 * N_BATCHES) as made:
        yield made


def at_first(n: int, said: Callable[[Asked], Said]) -> Callable[[Asked], Said]:
    """An endpoint that says something else to the first `n` requests."""
    return lambda asked: said(asked) if asked.number <= n else answer(asked)


BROKEN: dict[str, Callable[[Asked], Said]] = {
    "dropped in the middle of the body": lambda asked: replace(answer(asked), cut_after=30),
    "dropped before the body": lambda asked: replace(answer(asked), cut_after=0),
    "502 in HTML": lambda asked: Said(502, b"<html>Bad Gateway</html>", HTML),
    "500 and not a word": lambda asked: Said(500),
    "503 overloaded": lambda asked: error(503, code="server_is_overloaded"),
    "200 in HTML": lambda asked: Said(200, b"<html>Please sign in</html>", HTML),
    "200 with an error": lambda asked: replace(error(503), status=200),
    "200 with nothing": lambda asked: Said(200, b"{}"),
    "broken JSON": lambda asked: Said(200, answer(asked).body[:-20]),
    "no UTF-8": lambda asked: Said(200, b'{"choices": "\xff\xfe"}'),
    "408": lambda asked: error(408),
    "never an end": lambda asked: Said(drips=True),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_run_ends_whole_whatever_comes_in_the_place_of_an_answer(
    place: Workplace, broken: Callable[[Asked], Said]
) -> None:
    with CountingEndpoint(place.pictures, at_first(3, broken)) as endpoint:
        run = place.plan()
        sent = place.send(run, Way(endpoint.endpoint(), timeout_s=0.3))
        assert (sent.error, sent.reason) == (None, None)
        assert place.now(run).state is RunState.DONE
        assert set(place.statuses(run).values()) == {PredictionStatus.RANKED}
        attempts = list(read_attempts(place.db, run.id))
        assert len(attempts) == len(endpoint.asked) == N_BATCHES + 3
        failed = [one for one in attempts if one.outcome is Outcome.FAILED]
        assert [one.fault for one in failed] == [Fault.TRANSIENT] * 3
        assert all(one.error and one.step == "repeat" for one in failed)
        assert max(Counter(one.batch_id for one in attempts).values()) <= 4


PACE_S = 1.1
"""Where nothing was ever answered, one request a second is tried after that."""
HOW_LONG: dict[str, tuple[dict[str, str], float, float]] = {
    "seconds": ({"retry-after": "7"}, 7.0, 7.0),
    "more than the openai client would wait": ({"retry-after": "121"}, 121.0, 121.0),
    "half a day": ({"retry-after": "43200"}, 600.0, 600.0),
    "milliseconds": ({"retry-after-ms": "1500"}, 1.5, 1.5),
    "both": ({"retry-after-ms": "2500", "retry-after": "9"}, 2.5, 2.5),
    "fractions": ({"retry-after": "0.5"}, 0.5, 0.5),
    "a date": ({"retry-after": "in 40 s"}, 38.0, 40.0),
    "a date that is over": ({"retry-after": "in -40 s"}, 1.0, 1.0),
    "less than nothing": ({"retry-after": "-5"}, 1.0, 1.0),
    "no time": ({"retry-after": "0"}, 1.0, 1.0),
    "rubbish": ({"retry-after": "abc"}, 1.0, 1.0),
    "an empty word": ({"retry-after": ""}, 1.0, 1.0),
    "nothing": ({}, 1.0, 1.0),
    "not a number": ({"retry-after": "nan"}, 1.0, 1.0),
    "for ever": ({"retry-after": "inf"}, 600.0, 600.0),
}


@pytest.mark.parametrize(("headers", "at_least_s", "at_most_s"), HOW_LONG.values(), ids=HOW_LONG)
def test_a_rate_limit_is_waited_out_as_long_as_the_endpoint_says_and_costs_nothing(
    place: Workplace, headers: dict[str, str], at_least_s: float, at_most_s: float
) -> None:
    def limited(_: Asked) -> Said:
        said = {name: _dated(value) if value.startswith("in ") else value for name, value in headers.items()}
        return replace(error(429, code="rate_limit_exceeded"), headers=said)

    with CountingEndpoint(place.pictures, at_first(1, limited)) as endpoint:
        run = place.plan()
        time = Waiting(0, lambda: None)
        sent = place.send(run, Way(endpoint.endpoint()), time=time)
        assert (sent.error, sent.reason) == (None, None)
        assert set(place.statuses(run).values()) == {PredictionStatus.RANKED}
        assert len(endpoint.asked) == N_BATCHES + 1
        assert at_least_s <= time.slept_s[0] <= at_most_s + PACE_S


def _dated(text: str) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=float(text.split()[1])), usegmt=True)


STORM = 12


@pytest.mark.parametrize("reset", ["6m0s", "41ms", "-1", "", "1", "2s81ms", "rubbish"])
def test_a_storm_of_rate_limits_loses_nothing(place: Workplace, reset: str) -> None:
    told = {
        "x-ratelimit-limit-requests": "500",
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-reset-requests": reset,
    }

    def limited(_: Asked) -> Said:
        return replace(error(429, code="rate_limit_exceeded"), headers=told)

    with CountingEndpoint(place.pictures, at_first(STORM, limited)) as endpoint:
        run = place.plan()
        sent = place.send(run, Way(endpoint.endpoint()))
        assert (sent.error, sent.reason) == (None, None)
        assert set(place.statuses(run).values()) == {PredictionStatus.RANKED}
        assert len(endpoint.asked) == N_BATCHES + STORM


def test_an_endpoint_that_lets_nothing_through_for_a_quarter_of_an_hour_pauses_the_run(place: Workplace) -> None:
    with CountingEndpoint(place.pictures, lambda _: error(429, "come back tomorrow")) as endpoint:
        run = place.plan()
        sent = place.send(run, Way(endpoint.endpoint()))
        assert "lets nothing through" in str(sent.reason)
        assert place.now(run).state is RunState.PAUSED
        assert set(place.statuses(run).values()) == {None}
        assert len(endpoint.asked) < 100
        endpoint.begin(answer)
        assert place.send(run, Way(endpoint.endpoint())).reason is None
        assert set(place.statuses(run).values()) == {PredictionStatus.RANKED}


def test_an_endpoint_that_breaks_every_request_pauses_the_run_and_fails_no_sample(place: Workplace) -> None:
    with CountingEndpoint(place.pictures, lambda asked: replace(answer(asked), cut_after=30)) as endpoint:
        run = place.plan()
        sent = place.send(run, Way(endpoint.endpoint()))
        assert "does not answer" in str(sent.reason)
        assert set(place.statuses(run).values()) == {None}
        endpoint.begin(answer)
        assert place.send(run, Way(endpoint.endpoint())).reason is None
        assert set(place.statuses(run).values()) == {PredictionStatus.RANKED}
