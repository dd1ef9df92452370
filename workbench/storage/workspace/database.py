"""The workspace file: how it is recognised and opened.

The application id says that a SQLite file is a workspace, the user version says of which schema. A workspace of an
older schema is brought up to date; anything else is refused and left untouched.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from sqlite3 import sqlite_version
from typing import Final

from sqlite_utils import Database

from workbench.errors import DatabaseError
from workbench.storage.workspace.connections import (
    LOCK_TIMEOUT_S,
    connected,
    pragma,
    read_snapshot,
    statements,
    transaction,
    translated,
)
from workbench.storage.workspace.copies import make_private_file
from workbench.storage.workspace.file_access import assert_readable, assert_writable, is_remote, keep_private
from workbench.storage.workspace.migrations import MIGRATIONS, migrate, record_version

__all__ = [
    "APPLICATION_ID",
    "SCHEMA_VERSION",
    "Database",  # other packages take the type from here: one package knows SQLite
    "WorkspaceFile",
    "inspect_file",
    "journal_mode",
    "open_as_it_is",
    "open_for_reading",
    "open_workspace",
    "schema_text",
    "sqlite_version",
    "transaction",
    "wal_is_safe",
]

APPLICATION_ID: Final = 0x656D6F77  # "emow"
SCHEMA_VERSION: Final = max(MIGRATIONS)
_WAL_SAFE: Final = ((3, 44, 6), (3, 45, 0)), ((3, 50, 7), (3, 51, 0)), ((3, 51, 3), (4, 0, 0))


def open_workspace(
    path: Path,
    *,
    create: bool = False,
    say: Callable[[str], None] = lambda _: None,
    lock_timeout_s: float = LOCK_TIMEOUT_S,
    any_thread: bool = False,
) -> Database:
    """Open a workspace for reading and writing; with `create`, make it where there is none.

    `say` is told what was done to the file: that it was brought up to date, or made private. The connection belongs to
    the thread that opened it (with `any_thread`, to one thread at a time), and waits `lock_timeout_s` for the locks of
    others. Raises DatabaseError for a missing, foreign, newer, damaged, locked or unwritable file.
    """
    with translated(path):
        if not path.exists():
            if not create:
                raise DatabaseError(
                    f"there is no workspace at {path}; `emowb import KEY PATH` makes one, or name another with --db"
                )
            with suppress(FileExistsError):  # another process has just made it
                make_private_file(path)
        _refuse_foreign(path)
        assert_writable(path)
        db = connected(path, lock_timeout_s=lock_timeout_s, any_thread=any_thread)
        with _closed_on_error(db):
            _prepare(db, path, say)
    return db


def open_as_it_is(path: Path, *, lock_timeout_s: float = LOCK_TIMEOUT_S) -> Database:
    """Open a workspace of any version for reading: nothing is written or brought up to date.

    Raises DatabaseError for a missing, foreign, newer, damaged or locked file.
    """
    with translated(path):
        if not path.exists():
            raise DatabaseError(f"there is no workspace at {path}; name another with --db")
        _refuse_foreign(path)
        db = connected(path, lock_timeout_s=lock_timeout_s)
        with _closed_on_error(db):
            db.conn.execute("PRAGMA query_only = ON")
            _assert_made(db, path)
    return db


def open_for_reading(path: Path, *, lock_timeout_s: float = LOCK_TIMEOUT_S) -> Database:
    """One more connection, for reading only, to a workspace that is open already and up to date.

    Raises DatabaseError for a file that is gone, locked or of another version.
    """
    with translated(path):
        db = connected(path, lock_timeout_s=lock_timeout_s, read_only=True)
        with _closed_on_error(db):
            db.conn.execute("PRAGMA query_only = ON")
            db.conn.execute("PRAGMA cache_size = -512")  # each look goes elsewhere; the system keeps what is read twice
            _assert_made(db, path)
    return db


def schema_text() -> str:
    """The text of schema.sql: beside the package in a wheel, at the top of the checkout in an editable install."""
    packaged = files("workbench") / "schema.sql"
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    return (Path(__file__).parents[3] / "schema.sql").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceFile:
    """What is in a workspace file."""

    schema: int
    """The version of its schema."""
    is_current: bool
    """Whether that is the newest version; an older file is brought up to date when it is next opened."""
    journal: str
    """`wal` or `rollback`."""
    quick_check: str
    """`ok`, or what SQLite finds damaged."""
    n_bytes: int


def inspect_file(path: Path) -> WorkspaceFile:
    """Look into a workspace without changing anything. Raises DatabaseError as `open_as_it_is`."""
    with closing(open_as_it_is(path)) as db:
        schema, journal, checked, pages, page_bytes = (
            db.conn.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("user_version", "journal_mode", "quick_check", "page_count", "page_size")
        )
    return WorkspaceFile(
        schema=schema,
        is_current=schema == SCHEMA_VERSION,
        journal="wal" if journal == "wal" else "rollback",
        quick_check=str(checked),
        n_bytes=pages * page_bytes,
    )


def wal_is_safe(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> bool:
    """Whether the linked SQLite is free of the WAL-reset corruption bug (3.51.3, with back-ports 3.44.6, 3.50.7)."""
    return any(first <= version < after for first, after in _WAL_SAFE)


def journal_mode(
    path: Path, *, version: tuple[int, ...] = sqlite3.sqlite_version_info, mounts: str | None = None
) -> str:
    """A write-ahead log where that is safe, on a disk of this machine; else a rollback journal.

    TRUNCATE, not DELETE: with `synchronous = FULL`, SQLite syncs the emptied journal to the disk, but not the removal
    of a journal, and a journal that comes back after a power cut undoes the last commit.
    """
    return "WAL" if wal_is_safe(version) and not is_remote(path, mounts) else "TRUNCATE"


@contextmanager
def _closed_on_error(db: Database) -> Iterator[None]:
    try:
        yield
    except BaseException:
        db.close()
        raise


def _refuse_foreign(path: Path) -> None:
    """Refuse a file of another program without changing a byte of it.

    `immutable`: no lock, no log, no recovery. SQLite reads it, since closing a file that was opened beside SQLite
    would drop this process's locks.
    """
    assert_readable(path)
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)) as conn:
        try:
            _assert_ours(Database(conn, execute_plugins=False), path)
        except sqlite3.DatabaseError:
            return  # half written at a crash, perhaps: opening it for real recovers it, or raises this


def _prepare(db: Database, path: Path, say: Callable[[str], None]) -> None:
    is_new = _assert_ours(db, path)
    keep_private(path, say)
    if is_new:
        _make_schema(db, path)
    db.conn.execute(f"PRAGMA journal_mode = {journal_mode(path)}")
    if pragma(db, "user_version") < SCHEMA_VERSION:
        migrate(db, path, say)
    db.conn.execute("PRAGMA foreign_keys = ON")


def _assert_ours(db: Database, path: Path) -> bool:
    """Whether the file is still empty. Raises DatabaseError for another program's and for a newer one of ours."""
    with read_snapshot(db):  # between two statements, another process can make the whole schema
        application_id = pragma(db, "application_id")
        version = pragma(db, "user_version")
        is_empty = application_id == 0 and version == 0 and not db.schema
    if is_empty:
        return True
    if application_id != APPLICATION_ID:
        raise DatabaseError(f"{path} is another program's database; name another with --db")
    if version > SCHEMA_VERSION:
        raise DatabaseError(f"{path} was made by a newer emowb (schema {version}); update emowb to open it")
    return False


def _assert_made(db: Database, path: Path) -> None:
    if _assert_ours(db, path):
        raise DatabaseError(f"there is nothing in {path} yet; name another with --db")


def _make_schema(db: Database, path: Path) -> None:
    """In one transaction, so that a kill leaves either an empty file or a whole schema."""
    with transaction(db):
        if not _assert_ours(db, path):
            return  # another process has just made it
        for statement in statements(schema_text()):
            db.conn.execute(statement)
        db.conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.conn.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        record_version(db, SCHEMA_VERSION)
