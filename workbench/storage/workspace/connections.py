"""One connection to a workspace: its errors are ours, and it has one kind of transaction.

Several reads of one moment.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self

from sqlite_utils import Database

from workbench.errors import DatabaseError

PATIENCE_S: Final = 20.0
"""How long a statement waits for another connection's lock."""
_STEPS: Final = 200_000
"""Of SQLite's machine, some milliseconds, between two looks at whether somebody still waits."""


def connected(
    path: Path, *, patience_s: float = PATIENCE_S, any_thread: bool = False, read_only: bool = False
) -> Database:
    """A connection of the calling thread's own, as durable as SQLite can be. Makes no file.

    With `any_thread`, threads may take turns with it; that no two use it at once is for the caller to see to. With
    `read_only`, SQLite itself opens the file for nothing else.
    """
    conn = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rw'}",
        uri=True,
        timeout=patience_s,
        isolation_level=None,
        check_same_thread=not any_thread,
        factory=_Connection,
    )
    conn.path = path
    conn.create_function("casefold", 1, str.casefold, deterministic=True)  # lower() knows ASCII alone
    conn.execute("PRAGMA synchronous = FULL")  # what was committed is there after a power cut
    conn.execute("PRAGMA fullfsync = ON")  # macOS: past the disk's own cache; elsewhere fsync goes there anyway
    return Database(conn, execute_plugins=False)  # what else is installed here has no business in a workspace


@contextmanager
def transaction(db: Database) -> Iterator[None]:
    """Everything inside is written, or nothing. Takes the write lock at once, so it cannot fail half-way for it.

    Within another transaction it is a part of that one.
    """
    if db.conn.in_transaction:
        yield
        return
    with translated():
        db.conn.execute("BEGIN IMMEDIATE")
        try:
            yield
            db.conn.execute("COMMIT")
        except BaseException:
            db.conn.rollback()
            raise


@contextmanager
def translated(path: Path | None = None) -> Iterator[None]:
    """Turn what SQLite and the file system raise into one line for a person."""
    where = f" {path}" if path else ""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise DatabaseError(f"the workspace{where} cannot be used: {error}; {_advice(error)}") from error
    except sqlite3.DatabaseError as error:
        raise DatabaseError(f"the workspace{where} cannot be read: {error}; name another with --db") from error
    except OSError as error:
        reason = error.strerror or error
        raise DatabaseError(f"the workspace{where} cannot be made: {reason}; name another with --db") from error


def pragma(db: Database, name: str) -> int:
    """The value of a pragma that is a number."""
    return int(db.conn.execute(f"PRAGMA {name}").fetchone()[0])


def path_of(db: Database) -> Path:
    """The file behind a connection."""
    return Path(db.conn.execute("PRAGMA database_list").fetchone()[2])


def break_off_when(db: Database, is_outdated: Callable[[], bool]) -> None:
    """Ask this now and then while a statement runs; once it holds, the statement raises DatabaseError."""
    db.conn.is_outdated = is_outdated  # type: ignore[attr-defined]  # it is a _Connection
    db.conn.set_progress_handler(is_outdated, _STEPS)


def breaks_off_when(db: Database) -> Callable[[], bool] | None:
    """What is asked now and then, if anything is."""
    found: Callable[[], bool] | None = db.conn.is_outdated  # type: ignore[attr-defined]  # it is a _Connection
    return found


def changes_seen(db: Database) -> int:
    """A number that is another one once a different connection has written: it says when to look again."""
    return pragma(db, "data_version")


def statements(script: str) -> Iterator[str]:
    """The statements of a script one by one: sqlite3 runs a script only outside a transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement


class _Connection(sqlite3.Connection):
    """Its errors are ours, in whichever step of a statement they come: damage is found by reading on."""

    path: Path
    is_outdated: Callable[[], bool] | None = None
    """See `break_off_when`."""

    def cursor(self, *_: Any, **__: Any) -> Any:
        return super().cursor(_Cursor)

    def execute(self, *given: Any) -> Any:
        return self.cursor().execute(*given)

    def executemany(self, *given: Any) -> Any:
        return self.cursor().executemany(*given)


class _Cursor(sqlite3.Cursor):
    connection: _Connection

    def execute(self, *given: Any) -> Self:
        with translated(self.connection.path):
            return super().execute(*given)

    def executemany(self, *given: Any) -> Self:
        with translated(self.connection.path):
            return super().executemany(*given)

    def fetchone(self) -> Any:
        with translated(self.connection.path):
            return super().fetchone()

    def fetchmany(self, size: int | None = None) -> list[Any]:
        with translated(self.connection.path):
            return super().fetchmany(self.arraysize if size is None else size)

    def fetchall(self) -> list[Any]:
        with translated(self.connection.path):
            return super().fetchall()

    def __next__(self) -> Any:
        with translated(self.connection.path):
            return super().__next__()


def _advice(error: sqlite3.OperationalError) -> str:
    text = str(error)
    if "locked" in text:
        return "another program holds it; close that one and try again"
    if "readonly" in text or "unable to open" in text:
        return "check that its folder exists and can be written, or name another with --db"
    if "full" in text:
        return "free some space and run the same command again; nothing that was stored is lost"
    if "disk I/O" in text:
        return "look at the disk and its quota, then run the same command again; nothing that was stored is lost"
    return "name another with --db, or restore a copy"


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
