"""One connection to a workspace: how it is opened, its transactions, and its errors as DatabaseError."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlite_utils import Database

from workbench.errors import DatabaseError

LOCK_TIMEOUT_S: Final = 20.0
"""How long a statement waits for another connection's lock."""
_STEPS: Final = 200_000
"""How many steps of SQLite's machine (some milliseconds) lie between two calls of `break_off_when`'s function."""


def connected(
    path: Path, *, lock_timeout_s: float = LOCK_TIMEOUT_S, any_thread: bool = False, read_only: bool = False
) -> Database:
    """Connect to a file that exists, as durably as SQLite can.

    The connection belongs to the calling thread. With `any_thread`, several threads may use it, one at a time, which
    is up to the caller. With `read_only`, SQLite itself opens the file for reading only.
    """
    conn = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rw'}",
        uri=True,
        timeout=lock_timeout_s,
        isolation_level=None,
        check_same_thread=not any_thread,
        factory=_Connection,
    )
    conn.path = path
    conn.create_function("casefold", 1, str.casefold, deterministic=True)  # lower() knows ASCII alone
    conn.execute("PRAGMA synchronous = FULL")  # what was committed is there after a power cut
    conn.execute("PRAGMA fullfsync = ON")  # macOS: past the disk's own cache; elsewhere fsync goes there anyway
    return Database(conn, execute_plugins=False)  # plugins that are installed here must not change a workspace


@contextmanager
def transaction(db: Database) -> Iterator[None]:
    """Everything inside is written, or nothing. Within another transaction it is a part of that one.

    The write lock is taken at the beginning: `Database.atomic` takes it with the first write, and can then fail
    because another connection has written meanwhile.
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
def read_snapshot(db: Database) -> Iterator[None]:
    """Everything that is read inside is of the moment of the first read, whatever others write meanwhile.

    Without a write-ahead log, others cannot commit until it ends: keep long work that reads nothing outside.
    """
    if db.conn.in_transaction:
        yield
        return
    db.conn.execute("BEGIN")
    try:
        yield
    finally:
        db.conn.rollback()


@contextmanager
def translated(path: Path | None = None) -> Iterator[None]:
    """Turn errors of SQLite and of the file system into DatabaseError, with one line for a person."""
    try:
        yield
    except (sqlite3.DatabaseError, OSError) as error:
        raise _in_words(error, path) from error


def pragma(db: Database, name: str) -> int:
    """The value of a pragma that is a number."""
    return int(db.conn.execute(f"PRAGMA {name}").fetchone()[0])


def path_of(db: Database) -> Path:
    """The file behind a connection."""
    return Path(db.conn.execute("PRAGMA database_list").fetchone()[2])


def break_off_when(db: Database, is_outdated: Callable[[], bool]) -> None:
    """Call `is_outdated` now and then while a statement runs; once it is true, the statement raises DatabaseError."""
    db.conn.is_outdated = is_outdated  # type: ignore[attr-defined]  # it is a _Connection
    db.conn.set_progress_handler(is_outdated, _STEPS)


def breaks_off_when(db: Database) -> Callable[[], bool] | None:
    """The function given to `break_off_when`; None: there is none."""
    found: Callable[[], bool] | None = db.conn.is_outdated  # type: ignore[attr-defined]  # it is a _Connection
    return found


def changes_seen(db: Database) -> int:
    """A number that changes when another connection has written: then it is worth reading again."""
    return pragma(db, "data_version")


def statements(script: str) -> Iterator[str]:
    """The statements of a script one by one: sqlite3 runs a whole script only outside a transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement


def _translating(method: Callable[..., Any]) -> Callable[..., Any]:
    """A method of a cursor that raises DatabaseError instead of SQLite's errors."""

    def call(cursor: sqlite3.Cursor, *given: Any) -> Any:
        try:
            return method(cursor, *given)
        except (sqlite3.DatabaseError, OSError) as error:
            raise _in_words(error, cursor.connection.path) from error  # type: ignore[attr-defined]  # _Connection

    return call


class _Cursor(sqlite3.Cursor):
    """Damage can be found in any step of a statement, also when further rows are read."""

    execute = _translating(sqlite3.Cursor.execute)
    executemany = _translating(sqlite3.Cursor.executemany)
    fetchone = _translating(sqlite3.Cursor.fetchone)
    fetchmany = _translating(sqlite3.Cursor.fetchmany)
    fetchall = _translating(sqlite3.Cursor.fetchall)
    __next__ = _translating(sqlite3.Cursor.__next__)


class _Connection(sqlite3.Connection):
    path: Path
    is_outdated: Callable[[], bool] | None = None
    """See `break_off_when`."""

    def cursor(self, *_: Any, **__: Any) -> Any:
        return super().cursor(_Cursor)

    def execute(self, *given: Any) -> Any:
        return self.cursor().execute(*given)

    def executemany(self, *given: Any) -> Any:
        return self.cursor().executemany(*given)


def _in_words(error: sqlite3.DatabaseError | OSError, path: Path | None) -> DatabaseError:
    workspace = f"the workspace {path}" if path else "the workspace"
    if isinstance(error, OSError):
        return DatabaseError(f"{workspace} cannot be made: {error.strerror or error}; name another with --db")
    if isinstance(error, sqlite3.OperationalError):
        return DatabaseError(f"{workspace} cannot be used: {error}; {_advice(str(error))}")
    return DatabaseError(f"{workspace} cannot be read: {error}; name another with --db")


def _advice(text: str) -> str:
    if "locked" in text:
        return "another program holds it; close that one and try again"
    if "readonly" in text or "unable to open" in text:
        return "check that its folder exists and can be written, or name another with --db"
    if "full" in text:
        return "free some space and run the same command again; nothing that was stored is lost"
    if "disk I/O" in text:
        return "look at the disk and its quota, then run the same command again; nothing that was stored is lost"
    return "name another with --db, or restore a copy"
