"""A disk that fills up while replies come in: they wait for space, and nothing more is bought meanwhile."""

import resource
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import pytest

from tests.pipeline.counting_endpoint import Asked, CountingEndpoint, Said, answer, at_request
from tests.pipeline.mounting import may_mount, mounted
from tests.pipeline.workplace import Waiting, Way, in_five_minutes, workplace
from workbench.domain.predictions import PredictionStatus
from workbench.domain.runs import RunState
from workbench.provider.limits.lane import Limits
from workbench.storage.runs.batch_rows import load_totals
from workbench.storage.workspace.connections import pragma
from workbench.storage.workspace.database import Database, open_workspace


class Disk(Protocol):
    """A place that can be full."""

    folder: Path

    def fill(self) -> None: ...

    def clear(self) -> None: ...


class ShortFiles:
    """The system refuses to write into a file beyond its first byte."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1, self._before[1]))

    def clear(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, self._before)


class SmallDisk:
    """A disk in memory, and a file on it that takes what is left."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self) -> None:
        with suppress(OSError), (self.folder / "ballast").open("ab", buffering=0) as ballast:
            while ballast.write(b"x" * 4096):
                pass

    def clear(self) -> None:
        (self.folder / "ballast").unlink(missing_ok=True)


@pytest.fixture(
    params=[
        "short files",
        pytest.param("small disk", marks=pytest.mark.skipif(not may_mount(), reason="only root can mount a disk")),
    ]
)
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    if request.param == "small disk":
        with mounted(tmp_path / "disk", "2m") as folder:
            yield SmallDisk(folder)
    else:
        short = ShortFiles(tmp_path)
        yield short
        short.clear()


def test_replies_wait_for_space_on_a_full_disk_and_are_stored_when_it_comes_back(disk: Disk) -> None:
    with workplace(disk.folder, 40) as place, CountingEndpoint(place.pictures, at_request(4, disk.fill)) as endpoint:
        run = place.plan()
        time = Waiting(9, disk.clear)
        sent = place.send(run, Way(endpoint.endpoint()), time=time)
        assert sent.error is None
        assert place.now(run).state is RunState.DONE
        assert set(place.statuses(run).values()) == {PredictionStatus.RANKED}
        assert load_totals(place.db, run.id).unseen == 0
        assert len(endpoint.asked) == 10, "an answer was bought twice"
        assert len(time.slept_s) < 20, "it was tried again and again"
        assert any("free some space" in reason or "look at the disk" in reason for reason in sent.held)


def test_a_disk_that_stays_full_ends_the_run_with_the_reason_and_it_goes_on_when_there_is_space(disk: Disk) -> None:
    with workplace(disk.folder, 40) as place, CountingEndpoint(place.pictures, at_request(6, disk.fill)) as endpoint:
        run = place.plan()
        time = Waiting(0, disk.clear)
        sent = place.send(run, Way(endpoint.endpoint()), time=time)
        assert "free some space" in str(sent.error) or "look at the disk" in str(sent.error)
        assert len(time.slept_s) <= 2 * 4 * 7, "it was tried again and again"  # those in flight, and their successors
        disk.clear()
        before = load_totals(place.db, run.id)
        n_asked = len(endpoint.asked)
        assert before.unseen <= 4
        assert before.requests == n_asked, "something was asked that is not on record"
        assert place.send(run, Way(endpoint.endpoint()), now=in_five_minutes).error is None
        assert set(place.statuses(run).values()) == {PredictionStatus.RANKED}
        assert 10 <= len(endpoint.asked) <= 10 + before.unseen
        assert load_totals(place.db, run.id).unseen == before.unseen


def test_a_reply_for_which_there_is_no_room_pauses_the_run_with_the_reason(tmp_path: Path) -> None:
    def long_winded(asked: Asked) -> Said:
        return answer(asked, blanks=200_000 if asked.number >= 4 else 0)

    def nearly_full() -> Database:
        db = open_workspace(place.path, any_thread=True)
        db.conn.execute(f"PRAGMA max_page_count = {pragma(db, 'page_count') + 20}")
        return db

    with workplace(tmp_path, 40) as place, CountingEndpoint(place.pictures, long_winded) as endpoint:
        run, way = place.plan(), Way(endpoint.endpoint(), limits=Limits(concurrency=1))
        sent = place.send(run, way, open_db=nearly_full)
        paused = place.now(run)
        assert paused.state is RunState.PAUSED
        assert paused.reason == sent.reason == str(sent.error)
        assert "database or disk is full; free some space" in str(sent.error)
        before = load_totals(place.db, run.id)
        assert before.settled == 12
        assert before.unseen <= 2, "answers were bought that could not be stored"
        assert place.send(run, way).error is None
        assert set(place.statuses(run).values()) == {PredictionStatus.RANKED}
        assert 10 <= len(endpoint.asked) <= 10 + before.unseen
