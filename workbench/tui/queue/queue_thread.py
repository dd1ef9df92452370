"""The one thread that owns the queue's connection to the workspace; the screen only hears what it found."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from workbench.application.run_monitor import RunMonitor

T = TypeVar("T")


class QueueThread:
    """Does work with the session elsewhere; the session is opened by the first call."""

    def __init__(self, open_session: Callable[[], RunMonitor]) -> None:
        self._open = open_session
        self._session: RunMonitor | None = None
        self._executor = ThreadPoolExecutor(1, "queue-session")
        self._is_closed = False

    async def call(self, work: Callable[[RunMonitor], T]) -> T:
        """Do `work` with the session. Raises what it raises; whoever asks after the end is cancelled."""
        if self._is_closed:
            raise asyncio.CancelledError
        return await asyncio.wrap_future(self._executor.submit(self._do, work))

    async def close(self) -> None:
        """Let go of the workspace."""
        self._is_closed = True
        await asyncio.wrap_future(self._executor.submit(self._close))
        self._executor.shutdown()

    def _do(self, work: Callable[[RunMonitor], T]) -> T:
        if self._session is None:
            self._session = self._open()
        return work(self._session)

    def _close(self) -> None:
        if self._session is not None:
            self._session.db.close()
            self._session = None
