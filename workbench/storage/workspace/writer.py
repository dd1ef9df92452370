"""The only way in which a runner writes: works that are given during a commit go together into the next one.

Many requests come back at the same time, and every commit waits for the disk, however little it holds. So their works
are committed together, and each caller continues only when its own is on the disk. Statements run in the event loop:
in a thread, each would wait for the interpreter's lock, which the loop holds most of the time. Only waiting (for the
disk, for another program's lock) happens in a thread.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Self, TypeVar

from sqlite_utils import Database

T = TypeVar("T")

_MOST_TOGETHER: Final = 64
"""Works in one transaction; the event loop does nothing else while their statements run."""


@dataclass(slots=True)
class _Job:
    work: Callable[[Database], Any]
    future: "asyncio.Future[Any]"
    result: Any = None
    error: Exception | None = None


def nothing(point: str) -> None:
    """What happens at a named point, unless a test makes a fault happen there."""
    del point


class Writer:
    """Does work with the workspace, in order. Use it as an async context manager, in one event loop."""

    def __init__(self, open_db: Callable[[], Database], *, reached: Callable[[str], None] = nothing) -> None:
        """`open_db` opens a connection that any thread may use.

        `reached` is called `inside the transaction` before each commit, and `after commit`.
        """
        self._open_db = open_db
        self._reached = reached
        self._thread = ThreadPoolExecutor(1, "writer")
        self._jobs: deque[_Job] = deque()
        self._working: asyncio.Task[None] | None = None
        self._db: Database | None = None

    async def __aenter__(self) -> Self:
        self._db = await self._in_thread(self._open_db)
        return self

    async def __aexit__(self, *_: object) -> None:
        while self._working is not None:
            await asyncio.wait([self._working])
        if self._db is not None:
            await self._in_thread(self._db.close)
        self._thread.shutdown()

    async def do(self, work: Callable[[Database], T]) -> T:
        """Do `work` inside a transaction; returns when it is committed. Raises what it raises, or DatabaseError.

        The work is done even if the caller is cancelled.
        """
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.append(_Job(work, future))
        if self._working is None:
            self._start()
        return await future

    def _start(self) -> None:
        self._working = asyncio.create_task(self._work())
        self._working.add_done_callback(self._ended)

    def _ended(self, _: "asyncio.Task[None]") -> None:
        self._working = None
        if self._jobs:  # the loop ends, and has cancelled the task before its first step
            self._start()

    async def _work(self) -> None:
        while self._jobs:
            await self._do_together()

    async def _do_together(self) -> None:
        """One transaction for all works that wait when the lock is taken."""
        jobs: list[_Job] = []
        try:
            await self._in_thread(self._begin)
            while self._jobs and len(jobs) < _MOST_TOGETHER:
                jobs.append(self._jobs.popleft())
                jobs[-1].result = jobs[-1].work(self._conn)
            await self._in_thread(self._commit)
        except Exception as error:  # noqa: BLE001  (it is raised where `do` was called)
            await self._in_thread(self._roll_back)
            if _is_lock(error):  # all would wait for the same lock, one after another
                jobs += self._jobs
                self._jobs.clear()
            jobs = jobs or [self._jobs.popleft()]
            if len(jobs) == 1 or _is_lock(error):
                _fail(jobs, error)
            else:  # nothing was written: each by itself, so that one error does not affect the others
                await self._do_apart(jobs)
        _deliver(jobs)

    async def _do_apart(self, jobs: list[_Job]) -> None:
        for place, job in enumerate(jobs):
            try:
                await self._in_thread(self._begin)
                job.result = job.work(self._conn)
                await self._in_thread(self._commit)
            except Exception as error:  # noqa: BLE001  (it is raised where `do` was called)
                await self._in_thread(self._roll_back)
                _fail([job], error)
                if _is_lock(error):
                    _fail(jobs[place:], error)
                    return

    @property
    def _conn(self) -> Database:
        assert self._db is not None, "used outside of its block"
        return self._db

    def _begin(self) -> None:
        self._conn.conn.execute("BEGIN IMMEDIATE")

    def _commit(self) -> None:
        self._reached("inside the transaction")
        self._conn.conn.execute("COMMIT")
        self._reached("after commit")

    def _roll_back(self) -> None:
        with suppress(sqlite3.Error):  # on a disk that fails; the next begin says so
            if self._conn.conn.in_transaction:
                self._conn.conn.rollback()

    async def _in_thread(self, wait: Callable[[], T]) -> T:
        """Wait in the thread, even if the loop ends meanwhile: else half a transaction would be left behind."""
        waiting = asyncio.get_running_loop().run_in_executor(self._thread, wait)
        while not waiting.done():
            with suppress(asyncio.CancelledError):
                await asyncio.shield(waiting)
        return waiting.result()


def _fail(jobs: Sequence[_Job], error: Exception) -> None:
    for job in jobs:
        job.error = error


def _is_lock(error: Exception) -> bool:
    code: int = getattr(error.__cause__, "sqlite_errorcode", sqlite3.SQLITE_OK)
    return code & 0xFF == sqlite3.SQLITE_BUSY


def _deliver(jobs: list[_Job]) -> None:
    for job in jobs:
        if job.future.done():  # cancelled
            continue
        if job.error is not None:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.result)
