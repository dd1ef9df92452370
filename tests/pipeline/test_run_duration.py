import pytest

from workbench.pipeline.run_duration import (
    ASSUMED_IN_FLIGHT,
    ASSUMED_LATENCY_S,
    Bound,
    RunPace,
    pace_notes,
    run_duration,
)


@pytest.mark.parametrize(
    ("pace", "minutes", "bound"),
    [
        (RunPace(rpm=10), 10.0, Bound.RPM),
        (RunPace(tpm=1_000), 50.0, Bound.TPM),
        (RunPace(rpm=10, tpm=1_000), 50.0, Bound.TPM),
        (RunPace(rpm=1, tpm=1_000), 100.0, Bound.RPM),
        (RunPace(rpd=40), 2 * 24 * 60.0, Bound.RPD),
        (RunPace(rpd=100, latency_s=6.0, in_flight=1), 10.0, Bound.LATENCY),
        (RunPace(latency_s=6.0, in_flight=30), 0.4, Bound.LATENCY),
        (RunPace(rpm=1_000_000, latency_s=60.0), 1.0, Bound.LATENCY),
        (RunPace(rpm=60, latency_s=6.0, in_flight=2), 5.0, Bound.LATENCY),
        (RunPace(rpm=1, batch_api=True), 24 * 60.0, Bound.WINDOW),
    ],
)
def test_the_slowest_limit_decides_how_long_100_requests_take(pace: RunPace, minutes: float, bound: Bound) -> None:
    found = run_duration(100, 50_000, pace)
    assert found.minutes == pytest.approx(minutes)
    assert found.bound_by is bound


def test_where_nothing_is_known_latency_and_requests_in_flight_are_assumed() -> None:
    rounds = 100 / ASSUMED_IN_FLIGHT
    assert run_duration(100, 50_000, RunPace()).minutes == pytest.approx(rounds * ASSUMED_LATENCY_S / 60)


def test_a_days_requests_go_on_the_first_day() -> None:
    assert run_duration(40, 0, RunPace(rpd=40, latency_s=1.0)).bound_by is Bound.LATENCY
    assert run_duration(41, 0, RunPace(rpd=40, latency_s=1.0)).minutes == 24 * 60


@pytest.mark.parametrize("pace", [RunPace(), RunPace(rpm=1, rpd=1), RunPace(batch_api=True)])
def test_nothing_takes_no_time(pace: RunPace) -> None:
    assert run_duration(0, 0, pace).minutes == 0
    assert run_duration(0, 0, pace).bound_by is Bound.NOTHING


def test_what_is_assumed_is_told_where_it_matters() -> None:
    assert pace_notes(100, Bound.RPM, RunPace(rpm=1)) == []
    guess = pace_notes(100, Bound.LATENCY, RunPace())
    assert [note.split(" ")[0] for note in guess] == ["a", "20"]
    assert "guess" in guess[0]
    known = pace_notes(100, Bound.LATENCY, RunPace(latency_s=0.25, in_flight=4))
    assert known == ["a reply takes 0.25 s, as the last ones here did"]


def test_how_many_are_in_flight_is_no_matter_for_fewer_requests_than_that() -> None:
    assert len(pace_notes(ASSUMED_IN_FLIGHT, Bound.LATENCY, RunPace())) == 1
