"""Storing with patience: a disk can be cleared and a lock let go, but a reply is not had twice."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from workbench.errors import DatabaseError
from workbench.storage.runs.run_control import LeaseLost
from workbench.storage.workspace.database import Database
from workbench.storage.workspace.writer import Writer

T = TypeVar("T")

PATIENCE_S: Final = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
"""Waits between tries to store what the workspace will not take."""


class RetryingWriter:
    """A writer that tries again; `tell` hears what it waits for, and that it need not wait any more ("")."""

    def __init__(self, writer: Writer, tell: Callable[[str], None], sleep: Callable[[float], Awaitable[None]]) -> None:
        self._writer = writer
        self._tell = tell
        self._sleep = sleep
        self._n_waiting = 0

    @property
    def is_waiting(self) -> bool:
        """Whether anything is still to be stored that could not be."""
        return self._n_waiting > 0

    async def store(self, work: Callable[[Database], T]) -> T:
        """Have it committed. Raises LeaseLost at once, another DatabaseError when two minutes were not enough."""
        try:
            return await self._writer.do(work)
        except LeaseLost:
            raise
        except DatabaseError as error:
            tells = self._n_waiting == 0  # one voice for all
            self._n_waiting += 1
            try:
                return await self._store_later(work, error, tells=tells)
            finally:
                self._n_waiting -= 1
                self._tell("")

    async def _store_later(self, work: Callable[[Database], T], error: DatabaseError, *, tells: bool) -> T:
        for wait_s in PATIENCE_S:
            if tells:
                self._tell(f"waiting {wait_s:.0f} s for the workspace: {error}")
            await self._sleep(wait_s)
            try:
                return await self._writer.do(work)
            except LeaseLost:
                raise
            except DatabaseError as latest:
                error = latest
        raise error
