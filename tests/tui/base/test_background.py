"""Threads that own something: tasks in their order, or lookups with the last one first and nothing outdated."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from tests.building import plan, sample, store
from tests.waiting import PATIENCE_S
from workbench.application.reviews import CaseReader
from workbench.errors import DatabaseError
from workbench.storage.workspace.database import open_workspace
from workbench.tui.base.background import Outdated, OwnedThread, run_blocking

Lookups = OwnedThread[CaseReader]
Opener = Callable[[], CaseReader]
ENDLESS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"


@pytest.fixture
def open_reader(tmp_path: Path) -> Opener:
    path = tmp_path / "emowb.db"
    with closing(open_workspace(path, create=True)) as db:
        store(db, [sample(name) for name in "abc"])
        return partial(CaseReader.open, path, plan(db, ["a", "b", "c"]).id, "ann")


def lookups(open_reader: Callable[[], CaseReader]) -> Lookups:
    return OwnedThread(open_reader, "reader", interrupt=CaseReader.break_off_when)


@pytest.fixture
def thread(open_reader: Opener) -> Iterator[Lookups]:
    thread = lookups(open_reader)
    yield thread
    asyncio.run(thread.close())


class RunNotice:
    """Work that begins and then waits until the test lets it go on."""

    def __init__(self) -> None:
        self.has_begun = threading.Event()
        self.may_go_on = threading.Event()

    def __call__(self, reader: CaseReader) -> int:
        self.has_begun.set()
        assert self.may_go_on.wait(PATIENCE_S)
        return reader.planned()


def held(thread: Lookups, subject: str = "") -> tuple[RunNotice, "Future[int]"]:
    """Work that the thread has begun with."""
    work = RunNotice()
    answer = thread.submit(work, subject=subject)
    assert work.has_begun.wait(PATIENCE_S)
    return work, answer


def test_what_is_asked_is_answered(thread: Lookups) -> None:
    assert thread.submit(lambda reader: reader.planned()).result(PATIENCE_S) == 3


def test_the_last_question_is_answered_first(thread: Lookups) -> None:
    work, _ = held(thread)
    order: list[str] = []
    answers = [thread.submit(partial(lambda name, _: order.append(name), name)) for name in "abc"]
    work.may_go_on.set()
    for answer in answers:
        answer.result(PATIENCE_S)
    assert order == ["c", "b", "a"]


def test_a_question_that_waits_is_taken_back_by_the_next_of_its_subject(thread: Lookups) -> None:
    work, first = held(thread)
    old = thread.submit(lambda _: "old", subject="list")
    other = thread.submit(lambda _: "other", subject="count")
    new = thread.submit(lambda _: "new", subject="list")
    with pytest.raises(Outdated):
        old.result(0)
    work.may_go_on.set()
    assert [one.result(PATIENCE_S) for one in (new, other)] == ["new", "other"]
    assert first.result(PATIENCE_S) == 3


def test_an_answer_that_comes_too_late_is_none(thread: Lookups) -> None:
    work, late = held(thread, "list")
    new = thread.submit(lambda reader: reader.planned() + 1, subject="list")
    work.may_go_on.set()
    assert new.result(PATIENCE_S) == 4
    with pytest.raises(Outdated):
        late.result(PATIENCE_S)


def test_a_statement_that_runs_is_broken_off_by_the_next_question_of_its_subject(
    thread: Lookups,
) -> None:
    has_begun = threading.Event()

    def endless(reader: CaseReader) -> None:
        has_begun.set()
        reader.db.conn.execute(ENDLESS).fetchone()

    old = thread.submit(endless, subject="list")
    assert has_begun.wait(PATIENCE_S)
    assert thread.submit(lambda reader: reader.planned(), subject="list").result(PATIENCE_S) == 3
    with pytest.raises(Outdated):
        old.result(PATIENCE_S)


def test_closing_breaks_off_what_runs_and_takes_back_what_waits(thread: Lookups) -> None:
    has_begun = threading.Event()

    def endless(reader: CaseReader) -> None:
        has_begun.set()
        reader.db.conn.execute(ENDLESS).fetchone()

    running = thread.submit(endless)
    assert has_begun.wait(PATIENCE_S)
    waiting = thread.submit(lambda reader: reader.planned())
    asyncio.run(thread.close())
    for answer in (running, waiting):
        with pytest.raises(Outdated):
            answer.result(PATIENCE_S)


def test_what_goes_wrong_is_raised_where_it_is_awaited_and_the_next_question_is_answered(
    thread: Lookups,
) -> None:
    def torn(_: CaseReader) -> int:
        raise DatabaseError("the disk is gone")

    with pytest.raises(DatabaseError, match="the disk is gone"):
        thread.submit(torn).result(PATIENCE_S)
    assert thread.submit(lambda reader: reader.planned()).result(PATIENCE_S) == 3


def test_a_workspace_that_cannot_be_opened_is_tried_again_with_the_next_question(open_reader: Opener) -> None:
    tries = iter([DatabaseError("locked"), None])

    def opened() -> CaseReader:
        if (error := next(tries)) is not None:
            raise error
        return open_reader()

    thread = lookups(opened)
    with pytest.raises(DatabaseError, match="locked"):
        thread.submit(lambda reader: reader.planned()).result(PATIENCE_S)
    assert thread.submit(lambda reader: reader.planned()).result(PATIENCE_S) == 3
    asyncio.run(thread.close())


def test_whoever_has_gone_is_not_answered(thread: Lookups) -> None:
    work, _ = held(thread)
    done: list[str] = []
    gone = thread.submit(lambda _: done.append("gone"))
    assert gone.cancel()
    stays = thread.submit(lambda _: done.append("stays"))
    work.may_go_on.set()
    stays.result(PATIENCE_S)
    thread.submit(lambda reader: reader.planned()).result(PATIENCE_S)
    assert done == ["stays"]


class Notebook:
    """Something to own: it remembers what was done with it, and that it was closed."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def close(self) -> None:
        self.lines.append("closed")


def test_tasks_are_done_in_the_order_of_asking_and_all_of_them_before_the_end() -> None:
    notebook, may_go_on = Notebook(), threading.Event()
    thread = OwnedThread(lambda: notebook, "notebook")

    def first(owned: Notebook) -> None:
        assert may_go_on.wait(PATIENCE_S)
        owned.lines.append("a")

    thread.submit(first)
    for name in "bc":
        thread.submit(partial(lambda name, owned: owned.lines.append(name), name))
    may_go_on.set()
    asyncio.run(thread.close())
    assert notebook.lines == ["a", "b", "c", "closed"]


def test_a_thread_that_was_given_no_task_opens_nothing() -> None:
    notebook = Notebook()
    asyncio.run(OwnedThread(lambda: notebook, "notebook").close())
    assert notebook.lines == []


async def test_whoever_asks_after_the_end_is_cancelled() -> None:
    thread = OwnedThread(Notebook, "notebook")
    await thread.close()
    with pytest.raises(asyncio.CancelledError):
        await thread.call(lambda owned: owned.lines)
    with pytest.raises(Outdated):
        thread.submit(lambda owned: owned.lines).result(0)


async def test_a_call_gives_what_it_returns_and_raises_what_it_raises() -> None:
    def torn() -> int:
        raise DatabaseError("the disk is gone")

    assert await run_blocking(lambda: 3) == 3
    with pytest.raises(DatabaseError, match="the disk is gone"):
        await run_blocking(torn)
