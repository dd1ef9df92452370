"""Reading in two threads at once. SQLite reads without holding Python's lock, so two cores take half the time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Final, TypeVar

from sqlite_utils import Database

from workbench.storage.workspace.database import opener_beside

Part = TypeVar("Part")
Found = TypeVar("Found")
WORTH_HALVING: Final = 50_000
"""Samples from which it is worth it: fewer are read before a second thread has opened its connection."""


def read_in_parallel(
    db: Database, read: Callable[[Database, Part], Found], one: Part, other: Part
) -> tuple[Found, Found]:
    """Read one part over this connection and, at the same time, the other part over a connection of its own.

    Raises DatabaseError, also when the connection is told to break off, which ends both.
    """
    opened = opener_beside(db)

    def read_beside() -> Found:
        with closing(opened()) as beside:
            return read(beside, other)

    with ThreadPoolExecutor(1, "parallel-read") as pool:
        half = pool.submit(read_beside)
        return read(db, one), half.result()
