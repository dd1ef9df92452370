"""The workspace file: opening, checking, and the one kind of transaction.

A workspace is told from other SQLite files by its application id, and from other versions of itself by its user
version; anything else is refused and left untouched. Errors of SQLite end here as DatabaseError.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Self

from sqlite_utils import Database

from workbench.errors import DatabaseError

__all__ = [
    "APPLICATION_ID",
    "SCHEMA_VERSION",
    "Database",  # the rest of the house takes the type from here
    "open_workspace",
    "schema_text",
    "transaction",
    "translated",
    "wal_is_safe",
]

APPLICATION_ID: Final = 0x656D6F77  # "emow"
SCHEMA_VERSION: Final = 1
_BUSY_TIMEOUT_S: Final = 20.0
_WAL_SAFE: Final = ((3, 44, 6), (3, 45, 0)), ((3, 50, 7), (3, 51, 0)), ((3, 51, 3), (4, 0, 0))


def open_workspace(path: Path, *, create: bool = False) -> Database:
    """Open a workspace for reading and writing; with `create`, make it where there is none.

    The connection belongs to the thread that opened it. Raises DatabaseError for a missing, foreign, newer,
    damaged, locked or unwritable file.
    """
    if not path.exists() and not create:
        raise DatabaseError(
            f"there is no workspace at {path}; `emowb import KEY PATH` makes one, or name another with --db"
        )
    with translated(path):
        if not path.exists():
            _make_private_file(path)
        db = _connected(path)
    try:
        with translated(path):
            _prepare(db, path)
    except BaseException:
        db.close()
        raise
    return db


@contextmanager
def transaction(db: Database) -> Iterator[None]:
    """Everything inside is written, or nothing. Takes the write lock at once, so it cannot fail half-way for it."""
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


def schema_text() -> str:
    """The text of schema.sql: beside the package in a wheel, at the top of the checkout in an editable install."""
    packaged = files("workbench") / "schema.sql"
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    return (Path(__file__).parents[2] / "schema.sql").read_text(encoding="utf-8")


def wal_is_safe(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> bool:
    """Whether the linked SQLite is free of the WAL-reset corruption bug (3.51.3, with back-ports 3.44.6, 3.50.7)."""
    return any(first <= version < after for first, after in _WAL_SAFE)


class _Connection(sqlite3.Connection):
    """Its errors are ours, in whichever step of a statement they come: damage is found by reading on."""

    path: Path

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

    def fetchall(self) -> list[Any]:
        with translated(self.connection.path):
            return super().fetchall()

    def __next__(self) -> Any:
        with translated(self.connection.path):
            return super().__next__()


def _connected(path: Path) -> Database:
    conn = sqlite3.connect(path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, factory=_Connection)
    conn.path = path
    conn.create_function("casefold", 1, str.casefold, deterministic=True)  # lower() knows ASCII alone
    return Database(conn)


def _make_private_file(path: Path) -> None:
    """An empty file that only its owner can read: it will hold replies about faces."""
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    os.close(descriptor)


def _prepare(db: Database, path: Path) -> None:
    """Checked through SQLite alone: to open and close the file beside it would drop the locks of this process."""
    application_id = _pragma(db, "application_id")
    version = _pragma(db, "user_version")
    if application_id == 0 and version == 0 and not _has_tables(db):
        _make_schema(db)
    elif application_id != APPLICATION_ID:
        raise DatabaseError(f"{path} is another program's database; name another with --db")
    elif version > SCHEMA_VERSION:
        raise DatabaseError(f"{path} was made by a newer emowb (schema {version}); update emowb to open it")
    db.conn.execute(f"PRAGMA journal_mode = {'WAL' if wal_is_safe() else 'DELETE'}")
    db.conn.execute("PRAGMA synchronous = FULL")
    db.conn.execute("PRAGMA foreign_keys = ON")


def _make_schema(db: Database) -> None:
    """In one transaction, so that a kill leaves either an empty file or a whole schema."""
    db.conn.executescript(
        f"BEGIN IMMEDIATE;\n{schema_text()}\n"
        f"PRAGMA application_id = {APPLICATION_ID};\nPRAGMA user_version = {SCHEMA_VERSION};\nCOMMIT;"
    )


def _pragma(db: Database, name: str) -> int:
    return int(db.conn.execute(f"PRAGMA {name}").fetchone()[0])


def _has_tables(db: Database) -> bool:
    return db.conn.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is not None


def _advice(error: sqlite3.OperationalError) -> str:
    text = str(error)
    if "locked" in text:
        return "another program holds it; close that one and try again"
    if "readonly" in text or "unable to open" in text:
        return "check that its folder exists and can be written, or name another with --db"
    if "full" in text:
        return "free some space and run the same command again; nothing received is lost"
    return "name another with --db, or restore a copy"
