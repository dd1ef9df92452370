"""Several reads of one moment."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlite_utils import Database


@contextmanager
def read_snapshot(db: Database) -> Iterator[None]:
    """Everything that is read inside is of the moment of the first read, whatever others write meanwhile.

    Without a write-ahead log others cannot commit until it is over: what takes long and reads nothing belongs outside.
    """
    if db.conn.in_transaction:
        yield
        return
    db.conn.execute("BEGIN")
    try:
        yield
    finally:
        db.conn.rollback()
