"""The one thread that writes a run: what is asked of it while it commits goes into its next transaction.

A commit waits for the disk, whatever it holds. Many requests come back at the same time, so what they want to store
is committed together: each of them hears of it only when it is on the disk.
"""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, Final, Self, TypeVar

from workbench.errors import DatabaseError
from workbench.storage.database import Database, transaction

T = TypeVar("T")

_MOST_TOGETHER: Final = 256
"""Works in one transaction, so that nobody waits long for the lock."""


@dataclass(slots=True)
class _Job:
    work: Callable[[Database], Any]
    future: "asyncio.Future[Any]"
    result: Any = None
    error: BaseException | None = None


def nothing(point: str) -> None:
    """What happens at a named point, where nobody tests what a fault there would do."""
    del point


class Writer:
    """Does work with the workspace in a thread of its own. Use it as an async context manager."""

    def __init__(self, open_db: Callable[[], Database], *, reached: Callable[[str], None] = nothing) -> None:
        """`reached` is called in the thread: `inside the transaction` before each commit, `after commit` after it."""
        self._open_db = open_db
        self._reached = reached
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="writer", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._thread.start()
        await self.do(lambda _: None)  # an error of opening comes here
        return self

    async def __aexit__(self, *_: object) -> None:
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)

    async def do(self, work: Callable[[Database], T]) -> T:
        """Do `work` inside a transaction; returns when it is committed. Raises what it raises, or DatabaseError."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.put(_Job(work, future))
        return await future

    def _serve(self) -> None:
        try:
            db = self._open_db()
        except Exception as error:  # noqa: BLE001  (whoever asks for work hears of it)
            return self._refuse_all(error)
        try:
            while jobs := self._next():
                self._do_together(db, jobs)
                self._deliver(jobs)
        finally:
            db.close()

    def _next(self) -> list[_Job]:
        """All that is waiting; nothing when the end was asked for."""
        job = self._jobs.get()
        jobs: list[_Job] = []
        while job is not None and len(jobs) < _MOST_TOGETHER:
            jobs.append(job)
            try:
                job = self._jobs.get_nowait()
            except Empty:
                return jobs
        if job is None and jobs:
            self._jobs.put(None)
        elif job is not None:
            jobs.append(job)
        return jobs

    def _do_together(self, db: Database, jobs: list[_Job]) -> None:
        try:
            with transaction(db):
                for job in jobs:
                    job.result = job.work(db)
                self._reached("inside the transaction")
            self._reached("after commit")
        except Exception as error:  # noqa: BLE001  (it belongs to whoever asked)
            if len(jobs) == 1:
                jobs[0].error = error
                return
            for job in jobs:  # nothing was written: each by itself, so that one's fault is not another's
                self._do_together(db, [job])

    def _deliver(self, jobs: list[_Job]) -> None:
        def set_all() -> None:
            for job in jobs:
                if job.future.cancelled():
                    continue
                if job.error is not None:
                    job.future.set_exception(job.error)
                else:
                    job.future.set_result(job.result)

        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(set_all)

    def _refuse_all(self, error: Exception) -> None:
        while (job := self._jobs.get()) is not None:
            job.error = error if isinstance(error, DatabaseError) else DatabaseError(str(error))
            self._deliver([job])
