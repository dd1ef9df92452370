"""A copy of a workspace that is complete, private and synced to the disk, or not there at all.

SQLite's online backup copies while others write. With a write-ahead log it copies one moment. With a rollback journal
it must start again whenever another connection commits between two of its steps, so each start takes steps twice as
long: in the end one step copies all, and writers wait meanwhile (on a laptop's disk a second for some 250 MB).
"""

import os
import secrets
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, nullcontext, suppress
from errno import EEXIST
from pathlib import Path
from typing import Final

from sqlite_utils import Database

from workbench.errors import DatabaseError
from workbench.storage.workspace.connections import pragma, read_snapshot
from workbench.storage.workspace.file_access import BESIDE

_STEP_PAGES: Final = 2_000
"""About 8 MB: some milliseconds for which a writer may have to wait."""


class _Overtaken(Exception):
    """Another connection has written between two steps."""


def copy_whole(
    source: Database,
    target: Path,
    *,
    between_steps: Callable[[], object] = lambda: None,
    replace: bool = False,
    step_pages: int = _STEP_PAGES,
    free_bytes: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
) -> int:
    """Copy what is committed to `target`; returns its size in bytes.

    Only its owner can read the copy; it is checked for damage, and synced to the disk before it gets its name. Raises
    DatabaseError, and leaves nothing behind, when it cannot be written, when something is there already (unless
    `replace`), and when the source stays locked or is damaged.
    """
    beside = target.with_name(f".{secrets.token_hex(8)}.part")  # the same folder: a rename between disks is no rename
    try:
        try:
            _assert_room(source, target, free_bytes)
            while not _copied(source, beside, between_steps, step_pages):
                beside.unlink()  # half of it may be written
                step_pages *= 2
            _assert_sound(beside)
            _sync(beside, os.O_RDWR)
            n_bytes = beside.stat().st_size
            if not replace and os.path.lexists(target):
                raise FileExistsError(EEXIST, os.strerror(EEXIST))
            beside.replace(target)
            _sync(target.parent, os.O_RDONLY)  # the name, too
        finally:
            for end in ("", *BESIDE):
                with suppress(OSError):
                    Path(f"{beside}{end}").unlink(missing_ok=True)
    except sqlite3.Error as error:
        raise DatabaseError(f"{target} cannot be written: {error}; free some space, or name another place") from error
    except OSError as error:
        reason = error.strerror or error
        raise DatabaseError(f"{target} cannot be written: {reason}; name another place") from error
    return n_bytes


def make_private_file(path: Path) -> None:
    """An empty file that only its owner can read, whatever the umask: it will hold replies about faces."""
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    try:
        os.fchmod(descriptor, 0o600)  # a umask may have taken away our own right to write
    finally:
        os.close(descriptor)


def _copied(source: Database, beside: Path, between_steps: Callable[[], object], step_pages: int) -> bool:
    """Copy to a new file in steps of `step_pages`; False when another connection wrote between two steps."""
    most_done = 0

    def check(status: int, remaining: int, total: int) -> None:
        nonlocal most_done
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):  # after the connection's whole timeout
            raise DatabaseError("the workspace cannot be copied: it is locked; another program holds it, try again")
        if status == sqlite3.SQLITE_OK and total - remaining <= most_done:
            raise _Overtaken
        most_done = total - remaining
        between_steps()

    make_private_file(beside)
    with closing(sqlite3.connect(beside, isolation_level=None)) as copy:
        copy.execute("PRAGMA synchronous = OFF")  # it is synced once, at the end
        copy.execute("PRAGMA journal_mode = OFF")
        try:
            with read_snapshot(source) if source.journal_mode == "wal" else nullcontext():
                pragma(source, "schema_version")  # the snapshot is of the moment of the first read
                source.conn.backup(copy, pages=step_pages, progress=check)
        except _Overtaken:
            return False
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, also where the source had a log beside it
    return True


def _assert_room(source: Database, target: Path, free_bytes: Callable[[Path], int]) -> None:
    """A copy that fills the disk would stop the run that is writing to it."""
    needed = pragma(source, "page_count") * pragma(source, "page_size")
    free = free_bytes(target.parent)
    if free < needed:
        raise DatabaseError(
            f"{target} cannot be written: it takes {needed / 1e6:.1f} MB and {free / 1e6:.1f} MB are free; "
            "free some space, or name another place"
        )


def _assert_sound(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as db:
        try:
            (said,) = db.execute("PRAGMA integrity_check(1)").fetchone()
        except sqlite3.DatabaseError as error:
            said = str(error)
    if said != "ok":
        raise DatabaseError(f"the workspace is damaged and was not copied: {said}")


def _sync(path: Path, mode: int) -> None:
    descriptor = os.open(path, mode)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
