"""The thread that looks things up: the last question first, one answer to a subject, nothing outdated."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path

import pytest

from tests.building import plan, sample, store
from tests.waiting import PATIENCE_S
from workbench.application.case_reader import CaseReader, CaseReading
from workbench.errors import DatabaseError
from workbench.storage.workspace.database import open_workspace
from workbench.tui.review.reader_thread import Outdated, ReaderThread

"""How long a busy machine may take before the test gives up."""
ENDLESS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"


@pytest.fixture
def reading(tmp_path: Path) -> CaseReading:
    path = tmp_path / "emowb.db"
    with closing(open_workspace(path, create=True)) as db:
        store(db, [sample(name) for name in "abc"])
        return CaseReading(path, plan(db, ["a", "b", "c"]).id, "ann")


@pytest.fixture
def thread(reading: CaseReading) -> Iterator[ReaderThread]:
    thread = ReaderThread(reading.open, "reader")
    yield thread
    thread.close()
    thread.join()


class Held:
    """Work that begins and then waits until the test lets it go on."""

    def __init__(self) -> None:
        self.has_begun = threading.Event()
        self.may_go_on = threading.Event()

    def __call__(self, reader: CaseReader) -> int:
        self.has_begun.set()
        assert self.may_go_on.wait(PATIENCE_S)
        return reader.planned()


def held(thread: ReaderThread, subject: str = "") -> tuple[Held, "Future[int]"]:
    """Work that the thread has begun with."""
    work = Held()
    answer = thread.ask(work, subject=subject)
    assert work.has_begun.wait(PATIENCE_S)
    return work, answer


def test_what_is_asked_is_answered(thread: ReaderThread) -> None:
    assert thread.ask(lambda reader: reader.planned()).result(PATIENCE_S) == 3


def test_the_last_question_is_answered_first(thread: ReaderThread) -> None:
    work, _ = held(thread)
    order: list[str] = []
    answers = [thread.ask(lambda _, name=name: order.append(name)) for name in "abc"]  # type: ignore[misc]
    work.may_go_on.set()
    for answer in answers:
        answer.result(PATIENCE_S)
    assert order == ["c", "b", "a"]


def test_a_question_that_waits_is_taken_back_by_the_next_of_its_subject(thread: ReaderThread) -> None:
    work, first = held(thread)
    old = thread.ask(lambda _: "old", subject="list")
    other = thread.ask(lambda _: "other", subject="count")
    new = thread.ask(lambda _: "new", subject="list")
    with pytest.raises(Outdated):
        old.result(0)
    work.may_go_on.set()
    assert [one.result(PATIENCE_S) for one in (new, other)] == ["new", "other"]
    assert first.result(PATIENCE_S) == 3


def test_an_answer_that_comes_too_late_is_none(thread: ReaderThread) -> None:
    work, late = held(thread, "list")
    new = thread.ask(lambda reader: reader.planned() + 1, subject="list")
    work.may_go_on.set()
    assert new.result(PATIENCE_S) == 4
    with pytest.raises(Outdated):
        late.result(PATIENCE_S)


def test_a_statement_that_runs_is_broken_off_by_the_next_question_of_its_subject(thread: ReaderThread) -> None:
    has_begun = threading.Event()

    def endless(reader: CaseReader) -> None:
        has_begun.set()
        reader.db.conn.execute(ENDLESS).fetchone()

    old = thread.ask(endless, subject="list")
    assert has_begun.wait(PATIENCE_S)
    assert thread.ask(lambda reader: reader.planned(), subject="list").result(PATIENCE_S) == 3
    with pytest.raises(Outdated):
        old.result(PATIENCE_S)


def test_closing_breaks_off_what_runs_and_takes_back_what_waits(thread: ReaderThread) -> None:
    has_begun = threading.Event()

    def endless(reader: CaseReader) -> None:
        has_begun.set()
        reader.db.conn.execute(ENDLESS).fetchone()

    running = thread.ask(endless)
    assert has_begun.wait(PATIENCE_S)
    waiting = thread.ask(lambda reader: reader.planned())
    thread.close()
    thread.join()
    for answer in (running, waiting):
        with pytest.raises(Outdated):
            answer.result(PATIENCE_S)


def test_what_goes_wrong_is_raised_where_it_is_awaited_and_the_next_question_is_answered(thread: ReaderThread) -> None:
    def torn(_: CaseReader) -> int:
        raise DatabaseError("the disk is gone")

    with pytest.raises(DatabaseError, match="the disk is gone"):
        thread.ask(torn).result(PATIENCE_S)
    assert thread.ask(lambda reader: reader.planned()).result(PATIENCE_S) == 3


def test_a_workspace_that_cannot_be_opened_is_tried_again_with_the_next_question(reading: CaseReading) -> None:
    tries = iter([DatabaseError("locked"), None])

    def opened() -> CaseReader:
        if (error := next(tries)) is not None:
            raise error
        return reading.open()

    thread = ReaderThread(opened, "reader")
    with pytest.raises(DatabaseError, match="locked"):
        thread.ask(lambda reader: reader.planned()).result(PATIENCE_S)
    assert thread.ask(lambda reader: reader.planned()).result(PATIENCE_S) == 3
    thread.close()
    thread.join()


def test_whoever_has_gone_is_not_answered(thread: ReaderThread) -> None:
    work, _ = held(thread)
    done: list[str] = []
    gone = thread.ask(lambda _: done.append("gone"))
    assert gone.cancel()
    stays = thread.ask(lambda _: done.append("stays"))
    work.may_go_on.set()
    stays.result(PATIENCE_S)
    thread.ask(lambda reader: reader.planned()).result(PATIENCE_S)
    assert done == ["stays"]
