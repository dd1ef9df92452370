"""The one thread that owns the review session.

A connection to the workspace belongs to the thread that opened it, and reading it must never hold up the screen.
What is asked is done in the order of asking: a label that was given first is written first. Cancelling whoever
awaits a call also takes the call out of the queue, so that fast walking leaves no tail of outdated reads.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from workbench.application.case_reader import CaseReader, CaseReading
from workbench.application.reviews import ReviewSession

T = TypeVar("T")


class SessionThread:
    """Does work with the session elsewhere; the session is opened by the first call."""

    def __init__(self, open_session: Callable[[], ReviewSession]) -> None:
        self._open = open_session
        self._session: ReviewSession | None = None
        self._executor = ThreadPoolExecutor(1, "review-session")
        self._is_closed = False

    async def call(self, work: Callable[[ReviewSession], T]) -> T:
        """Do `work` with the session. Raises what it raises; whoever asks after the end is cancelled."""
        if self._is_closed:
            raise asyncio.CancelledError
        return await asyncio.wrap_future(self._executor.submit(self._do, work))

    def open_reader(self) -> CaseReader:
        """A reader of what the session looks at, of the calling thread's own. Called in any thread but the screen's."""
        reading: CaseReading = self._executor.submit(self._do, lambda session: session.reading).result()
        return reading.open()

    async def close(self) -> None:
        """Finish what was asked for and close the workspace."""
        self._is_closed = True
        await asyncio.wrap_future(self._executor.submit(self._close))
        self._executor.shutdown()

    def _do(self, work: Callable[[ReviewSession], T]) -> T:
        if self._session is None:
            self._session = self._open()
        return work(self._session)

    def _close(self) -> None:
        if self._session is not None:
            self._session.db.close()
            self._session = None
