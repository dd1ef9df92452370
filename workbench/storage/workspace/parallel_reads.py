"""Reading in two threads at once. SQLite reads without holding Python's lock, so two cores take half the time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Final, TypeVar

from sqlite_utils import Database

from workbench.storage.workspace.connections import break_off_when, breaks_off_when, path_of
from workbench.storage.workspace.database import open_for_reading

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


def opener_beside(db: Database) -> Callable[[], Database]:
    """A function with which another thread opens a connection for reading, which is broken off together with this one.

    That function raises DatabaseError for a file that is gone or locked.
    """
    path, is_outdated = path_of(db), breaks_off_when(db)

    def opened() -> Database:
        beside = open_for_reading(path)
        if is_outdated is not None:
            break_off_when(beside, is_outdated)
        return beside

    return opened
