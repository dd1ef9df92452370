"""A workspace that another program holds, or a folder that is closed: the run waits, or says so before it asks."""

import asyncio
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from tests.pipeline.counting_endpoint import CountingEndpoint, at_request
from tests.pipeline.mounting import IS_ROOT, closed_for_writing, may_mount
from tests.pipeline.workplace import OtherProgram, Waiting, Way, in_five_minutes, workplace
from workbench.domain.predictions import PredictionStatus
from workbench.domain.runs import RunState
from workbench.errors import DatabaseError
from workbench.provider.limits.lane import Limits
from workbench.storage.runs.batch_rows import load_totals
from workbench.storage.runs.run_control import LeaseLost
from workbench.storage.workspace.database import open_workspace


@pytest.mark.skipif(IS_ROOT and not may_mount(), reason="nothing is closed to root, and it may not mount either")
def test_a_folder_that_is_closed_for_writing_is_said_before_anything_is_asked(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    with workplace(tmp_path / "open", 8) as place, CountingEndpoint(place.pictures) as endpoint:
        run, way = place.plan(), Way(endpoint.endpoint())
        with closed_for_writing(tmp_path / "open", tmp_path / "closed") as folder:
            sent = place.send(run, way, open_db=lambda: open_workspace(folder / "emowb.db", any_thread=True))
        assert "can be read, but not written" in str(sent.error)
        assert sent.error is not None
        assert sent.error.exit_code == 5
        assert endpoint.asked == []
        assert place.send(run, way).error is None
        assert set(place.statuses(run).values()) == {PredictionStatus.RANKED}


def test_a_run_outlasts_another_programs_lock(tmp_path: Path) -> None:
    with (
        workplace(tmp_path, 40) as place,
        closing(OtherProgram(place.path)) as other,
        CountingEndpoint(place.pictures, at_request(4, other.lock)) as endpoint,
    ):
        run = place.plan()
        sent = place.send(run, Way(endpoint.endpoint()), time=Waiting(9, other.unlock))
        assert sent.error is None
        assert place.now(run).state is RunState.DONE
        assert set(place.statuses(run).values()) == {PredictionStatus.RANKED}
        assert load_totals(place.db, run.id).unseen == 0
        assert len(endpoint.asked) == 10
        assert all("database is locked; another program holds it" in reason for reason in sent.held)
        assert 1 <= len(sent.held) <= 7, "one voice is enough"


def test_a_run_outlasts_a_lock_that_keeps_it_from_reading_on(tmp_path: Path) -> None:
    """The first commit is its hold on the run, what comes next is read from the workspace."""
    commits = count(1)

    def reached(point: str) -> None:
        if point == "after commit" and next(commits) == 1:
            other.lock()

    with (
        workplace(tmp_path, 40) as place,
        closing(OtherProgram(place.path)) as other,
        CountingEndpoint(place.pictures) as endpoint,
    ):
        run = place.plan()
        sent = place.send(run, Way(endpoint.endpoint()), time=Waiting(3, other.unlock), reached=reached)
        assert sent.error is None
        assert set(place.statuses(run).values()) == {PredictionStatus.RANKED}


def test_a_sign_of_life_that_a_lock_holds_up_ends_no_run(tmp_path: Path) -> None:
    with (
        workplace(tmp_path, 40) as place,
        closing(OtherProgram(place.path)) as other,
        CountingEndpoint(place.pictures, at_request(4, other.lock)) as endpoint,
    ):
        run = place.plan()
        sent = place.send(run, Way(endpoint.endpoint()), time=Waiting(9, other.unlock), sign_of_life_s=0.001)
        assert (sent.error, sent.reason) == (None, None)
        assert set(place.statuses(run).values()) == {PredictionStatus.RANKED}


def test_a_run_that_has_come_to_its_end_outlasts_a_lock_before_it_lets_go(tmp_path: Path) -> None:
    """The last reply is stored, then it looks once more whether anything is open: that was the last but one commit."""
    commits_at_the_end = count(1)

    def reached(point: str) -> None:
        if point == "after commit" and other.finds_nothing_open() and next(commits_at_the_end) == 2:
            other.lock()

    with (
        workplace(tmp_path, 40) as place,
        closing(OtherProgram(place.path)) as other,
        CountingEndpoint(place.pictures) as endpoint,
    ):
        run, time = place.plan(), Waiting(3, other.unlock)
        sent = place.send(run, Way(endpoint.endpoint()), time=time, reached=reached)
        assert sent.error is None
        assert len(time.slept_s) == 3
        assert place.now(run).state is RunState.DONE


def test_a_lock_that_stays_ends_the_run_with_the_reason_and_it_goes_on_when_the_lock_is_gone(tmp_path: Path) -> None:
    with (
        workplace(tmp_path, 40) as place,
        closing(OtherProgram(place.path)) as other,
        CountingEndpoint(place.pictures, at_request(6, other.lock)) as endpoint,
    ):
        run, way = place.plan(), Way(endpoint.endpoint())
        sent = place.send(run, way)
        assert isinstance(sent.error, DatabaseError)
        assert sent.reason == str(sent.error)
        assert "database is locked" in sent.reason
        other.unlock()
        before = load_totals(place.db, run.id)
        assert before.unseen <= 4
        assert len(endpoint.asked) <= before.requests
        assert place.send(run, way, now=in_five_minutes).error is None
        assert set(place.statuses(run).values()) == {PredictionStatus.RANKED}
        assert 10 <= len(endpoint.asked) <= 10 + before.unseen


def test_a_runner_that_is_taken_over_while_it_waits_for_tomorrow_says_so(tmp_path: Path) -> None:
    with (
        workplace(tmp_path, 8) as place,
        closing(OtherProgram(place.path)) as other,
        CountingEndpoint(place.pictures) as endpoint,
    ):

        async def sleep(_: float) -> None:
            if load_totals(place.db, run.id).settled:
                other.take_over()
            await asyncio.Event().wait()

        run, way = place.plan(), Way(endpoint.endpoint(), limits=Limits(rpd=1))
        sent = place.send(run, way, sleep=sleep, sign_of_life_s=0.001)
        assert isinstance(sent.error, LeaseLost)
        assert len(endpoint.asked) == 1
