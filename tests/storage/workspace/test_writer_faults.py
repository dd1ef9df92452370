"""What a fault costs that meets the writer: the work that it belongs to, and nobody else's."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from workbench.errors import DatabaseError
from workbench.storage.workspace.connections import pragma
from workbench.storage.workspace.database import Database, open_workspace
from workbench.storage.workspace.writer import Writer

Work = Callable[[Database], object]
Open = Callable[[], Database]


@pytest.fixture
def other(db: Database, path: Path) -> Iterator[sqlite3.Connection]:
    """Another program's connection."""
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as conn:
        yield conn


def noting(number: int, *, blanks: int = 0) -> Work:
    """A work that leaves a row."""
    values = ("rafdb", f"host {number:02d}{' ' * blanks}", "2026-01-01")
    return lambda db: db.conn.execute("INSERT INTO consent (dataset, host, given_at) VALUES (?, ?, ?)", values)


def done(open_db: Open, *works: Work) -> list[object]:
    """What came of works that were asked for at the same time."""

    async def do() -> list[object]:
        async with Writer(open_db) as writer:
            return list(await asyncio.gather(*(writer.do(work) for work in works), return_exceptions=True))

    return asyncio.run(do())


@pytest.fixture
def opened(db: Database, path: Path) -> Open:
    """A workspace without references to be kept, so that a row stands for itself."""

    def open_db() -> Database:
        own = open_workspace(path, lock_timeout_s=0.02, any_thread=True)
        own.conn.execute("PRAGMA foreign_keys = OFF")
        return own

    return open_db


def hosts(db: Database) -> list[str]:
    return [str(host).strip() for (host,) in db.conn.execute("SELECT host FROM consent ORDER BY host")]


def test_what_is_too_long_for_the_disk_keeps_nothing_else_from_it(db: Database, opened: Open) -> None:
    def nearly_full() -> Database:
        own = opened()
        own.conn.execute(f"PRAGMA max_page_count = {pragma(own, 'page_count') + 4}")
        return own

    first, second, third = done(nearly_full, noting(1), noting(2, blanks=100_000), noting(3))
    assert isinstance(second, DatabaseError)
    assert not isinstance(first, Exception)
    assert not isinstance(third, Exception)
    assert hosts(db) == ["host 01", "host 03"]


@pytest.mark.parametrize("how", ["BEGIN EXCLUSIVE", "BEGIN; SELECT * FROM run"], ids=["at the begin", "at the commit"])
def test_all_that_wait_hear_of_a_lock_at_once_and_not_one_after_another(
    db: Database, other: sqlite3.Connection, opened: Open, how: str
) -> None:
    """Each try takes as long as the patience with a lock, which is 20 s in earnest."""
    tried: list[str] = []

    def watched() -> Database:
        own = opened()
        own.conn.set_trace_callback(tried.append)
        for statement in how.split("; "):
            other.execute(statement).fetchone()
        return own

    results = done(watched, *(noting(number) for number in range(10)))
    assert all(isinstance(one, DatabaseError) and "locked" in str(one) for one in results)
    assert tried.count("BEGIN IMMEDIATE") == 1
    other.execute("ROLLBACK")
    assert hosts(db) == []


@pytest.mark.parametrize("steps", range(4))
def test_what_was_asked_is_done_even_if_the_loop_ends_around_it(db: Database, opened: Open, steps: int) -> None:
    """Whoever reads a run fails, and with it everything that runs in the loop: the last word is still written."""

    async def writing() -> AsyncGenerator[Writer]:
        async with Writer(opened) as writer:
            try:
                yield writer
            finally:
                await writer.do(noting(2))

    asked: list[asyncio.Task[object]] = []

    async def fail() -> None:
        async for writer in writing():
            asked.append(asyncio.create_task(writer.do(noting(1))))
            for _ in range(steps):
                await asyncio.sleep(0)
            raise KeyError("reader")

    with pytest.raises(KeyError, match="reader"):
        asyncio.run(fail())
    assert hosts(db) == ["host 01", "host 02"]
