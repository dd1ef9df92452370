"""A run is steered from elsewhere while it is sent: the real runner and client, a server on loopback, and somebody at
another connection to the workspace."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.pipeline.counting_endpoint import Asked, CountingEndpoint, Said, answer, error
from tests.pipeline.faces_set import Passing
from tests.pipeline.watching import assert_summed_up
from tests.pipeline.workplace import Way, Workplace, workplace
from workbench.domain.run_status import GivenLimits, RunCommand, RunMeter
from workbench.domain.runs import Run, RunState
from workbench.pipeline.planning import utc_now
from workbench.provider.limits.lane import Limits
from workbench.provider.limits.own_limits import Budget
from workbench.storage.runs.batch_rows import load_totals
from workbench.storage.runs.run_control import load_control, load_meter, save_limits, save_wanted
from workbench.storage.workspace.database import Database, open_workspace

QUICK = 0.005
PATIENCE = 4_000
"""Looks at the workspace before a test gives up; each takes the time that a look takes."""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workplace]:
    with workplace(tmp_path, 40) as made:
        yield made


def looked_at(path: Path, run: Run, fits: Callable[[RunMeter], bool]) -> RunMeter:
    """The first meter that fits, read by somebody else; SQLite is asked again and again, which paces the loop."""
    with closing(open_workspace(path)) as db:
        for _ in range(PATIENCE):
            told = load_meter(db, run.id)
            if told is not None and fits(told[0]):
                return told[0]
    raise AssertionError(f"never told: {told}")


class Elsewhere:
    """Somebody at another connection, who acts while the endpoint is being asked."""

    def __init__(self, place: Workplace, run: Run) -> None:
        self._path = place.path
        self._run = run

    def does(self, what: Callable[[Database], None]) -> None:
        with closing(open_workspace(self._path)) as db:
            what(db)

    def wants(self, wanted: RunCommand) -> None:
        self.does(lambda db: save_wanted(db, self._run.id, wanted, at=utc_now(), by="ana@lab3"))

    def limits(self, **limits: float) -> None:
        """Change limits, and see that they hold."""
        given = GivenLimits(**limits)  # type: ignore[arg-type]  # by name
        self.does(lambda db: save_limits(db, self._run.id, given, at=utc_now(), by="ana@lab3"))
        looked_at(self._path, self._run, lambda meter: given.over(meter.given) == meter.given)


def at_request(number: int, then: Callable[[], None]) -> Callable[[Asked], Said]:
    def say(asked: Asked) -> Said:
        if asked.number == number:
            then()
        return answer(asked)

    return say


def test_a_run_that_is_paused_from_elsewhere_takes_in_what_is_in_flight(place: Workplace) -> None:
    run = place.plan()
    elsewhere = Elsewhere(place, run)
    with CountingEndpoint(place.pictures) as endpoint:

        def pause() -> None:
            endpoint.hold()
            elsewhere.wants(RunCommand.PAUSE)

        endpoint.begin(at_request(3, pause))

        def told(reason: str) -> None:
            if "what is in flight comes in first" in reason:
                endpoint.release()

        sent = place.send(run, Way(endpoint.endpoint(), limits=Limits(concurrency=3)), look_s=QUICK, hears=told)
        n_asked = len(endpoint.asked)
    paused, progress = place.now(run), load_totals(place.db, run.id)
    assert (paused.state, paused.reason) == (RunState.PAUSED, "paused from ana@lab3")
    assert (sent.error, sent.reason) == (None, "paused from ana@lab3")
    assert 3 <= n_asked < 10
    assert (progress.requests, progress.unseen) == (n_asked, 0)
    assert_summed_up(place.db, run)


def test_a_run_that_is_cancelled_from_elsewhere_waits_for_nothing_and_goes_on_later(place: Workplace) -> None:
    run = place.plan()
    elsewhere = Elsewhere(place, run)
    with CountingEndpoint(place.pictures) as endpoint:

        def cancel() -> None:
            endpoint.hold()
            elsewhere.wants(RunCommand.CANCEL)

        endpoint.begin(at_request(3, cancel))
        sent = place.send(run, Way(endpoint.endpoint(), limits=Limits(concurrency=1)), look_s=QUICK)
        assert (sent.error, sent.reason) == (None, "cancelled from ana@lab3")
        assert (load_totals(place.db, run.id).requests, load_totals(place.db, run.id).unseen) == (3, 1)
        endpoint.release()
        endpoint.begin(answer)
        again = place.send(run, Way(endpoint.endpoint()), look_s=QUICK)
    assert again.reason is None
    assert place.now(run).state is RunState.DONE
    assert load_control(place.db, run.id).wanted is RunCommand.GO_ON
    assert_summed_up(place.db, run)


def test_limits_that_change_up_and_down_hold_at_once_in_every_minute(tmp_path: Path) -> None:
    """At the server: 40 requests under a limit of 12 a minute, from the 6th on of 30, from the 30th on of 4."""
    with workplace(tmp_path, 40) as place:
        run = place.plan(batch_size=1)
        elsewhere, time = Elsewhere(place, run), Passing()
        came: list[float] = []

        def say(asked: Asked) -> Said:
            came.append(time.now_s)
            if asked.number in changes:
                elsewhere.limits(rpm=changes[asked.number])
            return answer(asked)

        changes = {6: 30, 30: 4}
        with CountingEndpoint(place.pictures, say) as endpoint:
            way = Way(endpoint.endpoint(), limits=Limits(rpm=12, concurrency=1))
            sent = place.send(run, way, time=time, look_s=QUICK, meter_s=0.0)
        assert sent.reason is None
        assert any("limits changed from ana@lab3: 4 requests a minute" in reason for reason in sent.held)
        assert most_in_a_minute(came[:6]) <= 12
        assert most_in_a_minute(came[:30]) <= 30
        assert came[29] - came[6] < 60, "the higher limit was not used"
        assert most_in_a_minute(came[30:]) <= 4
        assert came[30] - came[26] >= 60, "the lower limit holds for what was sent before it"


def most_in_a_minute(times: list[float]) -> int:
    return max(sum(start <= at < start + 60 for at in times) for start in times)


def test_a_lane_that_waits_for_its_limit_goes_on_as_soon_as_it_is_raised(place: Workplace) -> None:
    run = place.plan(batch_size=1)
    elsewhere, time = Elsewhere(place, run), Passing()
    with CountingEndpoint(place.pictures, at_request(2, lambda: elsewhere.limits(rpm=0))) as endpoint:
        way = Way(endpoint.endpoint(), limits=Limits(rpm=2, concurrency=1))
        sent = place.send(run, way, time=time, look_s=QUICK, meter_s=0.0)
    assert sent.reason is None
    assert time.now_s < 60, "forty requests at two a minute would have taken twenty minutes"


def test_a_budget_that_is_raised_while_the_last_reply_is_awaited_lets_the_run_go_on(place: Workplace) -> None:
    run = place.plan()
    elsewhere = Elsewhere(place, run)
    with CountingEndpoint(place.pictures, at_request(2, lambda: elsewhere.limits(budget_usd=1.0))) as endpoint:
        budget = Budget(0.02, 0.0)
        way = Way(endpoint.endpoint(), limits=Limits(concurrency=2))
        sent = place.send(run, way, budget=budget, look_s=QUICK, meter_s=0.0)
    assert sent.reason is None
    assert place.now(run).state is RunState.DONE
    assert budget.spent_usd == pytest.approx(0.1)


def test_a_budget_that_is_lowered_ends_the_run_with_no_more_than_what_was_in_flight(place: Workplace) -> None:
    run = place.plan()
    elsewhere = Elsewhere(place, run)
    with CountingEndpoint(place.pictures, at_request(3, lambda: elsewhere.limits(budget_usd=0.03))) as endpoint:
        way = Way(endpoint.endpoint(), limits=Limits(concurrency=1))
        sent = place.send(run, way, budget=Budget(5.0, 0.0), look_s=QUICK, meter_s=0.0)
        assert len(endpoint.asked) == 3
    assert sent.reason == "the budget of $0.03 is used up ($0.0300 spent)"


def test_limits_that_were_changed_while_nobody_sent_hold_from_the_first_request_on(place: Workplace) -> None:
    run = place.plan(batch_size=1)
    save_limits(place.db, run.id, GivenLimits(rpm=5), at=utc_now(), by="ana@lab3")
    time, came = Passing(), list[float]()

    def say(asked: Asked) -> Said:
        came.append(time.now_s)
        return answer(asked)

    with CountingEndpoint(place.pictures, say) as endpoint:
        place.send(run, Way(endpoint.endpoint(), limits=Limits(concurrency=1)), time=time, look_s=QUICK)
    assert len(came) == 40
    assert most_in_a_minute(came) <= 5


def test_how_a_run_stands_is_told_to_whoever_looks(place: Workplace) -> None:
    run = place.plan()
    seen: list[RunMeter] = []

    def look() -> None:
        seen.append(looked_at(place.path, run, lambda meter: meter.in_flight == 1 and meter.lanes[0].last_minute > 3))

    with CountingEndpoint(place.pictures, at_request(6, look)) as endpoint:
        way = Way(endpoint.endpoint(), limits=Limits(concurrency=1, tpm=500_000))
        given = GivenLimits(tpm=500_000, budget_usd=2.0)
        place.send(run, way, look_s=QUICK, meter_s=0.0, given=given, budget=Budget(2.0, 0.5))
    (meter,) = seen
    assert (meter.given, meter.budget_usd, meter.is_by_jobs) == (given, 2.0, False)
    assert meter.spent_usd >= 0.5 + 3 * 0.01
    (lane,) = meter.lanes
    assert (lane.name, lane.in_flight, lane.most_in_flight, lane.tpm) == ("counting", 1, 1, 500_000)
    assert 4 <= lane.last_minute <= 6
    assert meter.open_samples in (40 - 4 * (lane.last_minute - 1), 40 - 4 * (lane.last_minute - 2))
    assert (meter.asked_again, meter.last_error) == (0, None)
    assert (lane.closed, lane.waits_until, lane.limited) == (None, None, 0)


def test_requests_that_are_asked_again_and_the_last_error_are_reported(place: Workplace) -> None:
    run = place.plan()
    seen: list[RunMeter] = []

    def say(asked: Asked) -> Said:
        if asked.number == 2:
            return error(500, message="out of order")
        if asked.number == 5:
            seen.append(looked_at(place.path, run, lambda meter: meter.last_error is not None))
        return answer(asked)

    with CountingEndpoint(place.pictures, say) as endpoint:
        way = Way(endpoint.endpoint(), limits=Limits(concurrency=1))
        place.send(run, way, look_s=QUICK, meter_s=0.0)
    (meter,) = seen
    assert meter.asked_again == 1
    assert "out of order" in str(meter.last_error)
