"""A workspace that another program holds while a run is answered by jobs: as with requests, the run waits."""

from collections.abc import Callable
from contextlib import closing
from itertools import count
from threading import Event

import pytest

from tests.pipeline.job_place import JobPlace, told
from tests.pipeline.workplace import OtherProgram, Waiting
from workbench.domain.runs import RunState
from workbench.errors import DatabaseError
from workbench.pipeline.sending.run_parts import Stop
from workbench.storage.runs.run_control import LeaseLost
from workbench.storage.workspace.database import Database, open_workspace

COMMITS_AFTER_JOINING = 5
"""It looks whether anything is left and plans another round, then it releases the run."""


def locking(other: OtherProgram, point: str, *, commits: int) -> Callable[[str], None]:
    """Locks the workspace after so many commits behind a named point."""
    passed, counts = Event(), count(1)

    def reached(now: str) -> None:
        if now == point:
            passed.set()
        elif now == "after commit" and passed.is_set() and next(counts) == commits:
            other.lock()

    return reached


def impatient(place: JobPlace) -> Callable[[], Database]:
    """Opens a connection that does not wait for another program's lock by itself."""
    return lambda: open_workspace(place.path, lock_timeout_s=0.02, any_thread=True)


@pytest.mark.parametrize("point", ["planned", "after upload", "created", "fetched"])
def test_a_run_by_jobs_outlasts_another_programs_lock(place: JobPlace, point: str) -> None:
    with closing(OtherProgram(place.path)) as other:

        def reached(now: str) -> None:
            if now == point:
                other.lock()

        time, stop = Waiting(3, other.unlock), Stop()
        events = place.send(stop, open_db=impatient(place), sleep=time.sleep, reached=reached)
    assert stop.reason is None
    assert place.now().state is RunState.DONE
    place.assert_each_sample_has_one_answer()
    assert told(events, "database is locked; another program holds it")


def test_a_sign_of_life_that_a_lock_holds_up_ends_no_run_by_jobs(place: JobPlace) -> None:
    with closing(OtherProgram(place.path)) as other:
        time, stop, reached = Waiting(6, other.unlock), Stop(), locking(other, "after create", commits=1)
        place.send(stop, open_db=impatient(place), sleep=time.sleep, reached=reached, sign_of_life_s=0.001)
    assert stop.reason is None
    assert len(time.slept_s) >= 6
    place.assert_each_sample_has_one_answer()


def test_a_run_by_jobs_that_is_done_outlasts_a_lock_before_it_is_released(place: JobPlace) -> None:
    with closing(OtherProgram(place.path)) as other:
        time, reached = Waiting(3, other.unlock), locking(other, "joined", commits=COMMITS_AFTER_JOINING)
        place.send(open_db=impatient(place), sleep=time.sleep, reached=reached)
    assert len(time.slept_s) == 3
    assert place.now().state is RunState.DONE


def test_a_lock_that_stays_ends_a_run_by_jobs_with_the_reason(place: JobPlace) -> None:
    stop = Stop()
    with closing(OtherProgram(place.path)) as other:

        def reached(now: str) -> None:
            if now == "uploaded":
                other.lock()

        with pytest.raises(DatabaseError, match="database is locked"):
            place.send(stop, open_db=impatient(place), reached=reached)
        other.unlock()
    assert stop.reason is not None
    assert "database is locked" in stop.reason


def test_a_run_by_jobs_that_is_taken_over_says_so(place: JobPlace) -> None:
    with closing(OtherProgram(place.path)) as other:

        def reached(now: str) -> None:
            if now == "created":
                other.take_over()

        with pytest.raises(LeaseLost):
            place.send(open_db=impatient(place), reached=reached)
