import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Barrier

import pytest
from sqlite_utils import Database

from tests.building import plan, sample, store
from tests.storage.full_disk import files_no_longer_than
from tests.waiting import PATIENCE_S
from workbench.errors import DatabaseError, UsageError
from workbench.storage.runs.results import read_results
from workbench.storage.runs.run_records import load_runs
from workbench.storage.samples import load_samples
from workbench.storage.workspace.database import (
    APPLICATION_ID,
    SCHEMA_VERSION,
    journal_mode,
    open_as_it_is,
    open_workspace,
    schema_text,
    transaction,
    wal_is_safe,
)


def pragma(db: Database, name: str) -> object:
    return db.conn.execute(f"PRAGMA {name}").fetchone()[0]


# ── making and opening ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_new_workspace_is_marked_private_and_whole(path: Path) -> None:
    before = os.umask(0)
    try:
        db = open_workspace(path, create=True)
    finally:
        os.umask(before)
    with closing(db):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert (pragma(db, "application_id"), pragma(db, "user_version")) == (APPLICATION_ID, SCHEMA_VERSION)
        assert set(db.table_names()) >= {"dataset", "sample", "run", "prediction", "batch", "attempt", "review_change"}
        assert db.view_names() == ["review"]


def test_every_connection_survives_power_loss(db: Database, path: Path) -> None:
    with closing(open_workspace(path)) as second, closing(open_as_it_is(path)) as third:
        for one in (db, second, third):
            assert pragma(one, "synchronous") == 2, "FULL"
            assert pragma(one, "fullfsync") == 1


def test_a_workspace_keeps_its_references(db: Database) -> None:
    assert pragma(db, "foreign_keys") == 1
    with pytest.raises(DatabaseError, match="FOREIGN KEY"), transaction(db):
        db.conn.execute("INSERT INTO batch (run_id) VALUES (99)")


def test_write_ahead_logging_is_used_only_where_it_is_safe(db: Database) -> None:
    assert pragma(db, "journal_mode") == ("wal" if wal_is_safe() else "truncate")


def test_write_ahead_logging_needs_a_safe_version_and_a_disk_of_this_machine(path: Path) -> None:
    here = "22 1 254:0 / / rw - ext4 /dev/vda rw"
    elsewhere = "22 1 0:40 / / rw - nfs4 server:/export rw"
    safe, unsafe = (3, 51, 3), (3, 40, 1)
    assert journal_mode(path, version=safe, mounts=here) == "WAL"
    assert journal_mode(path, version=safe, mounts=elsewhere) == "TRUNCATE"
    assert journal_mode(path, version=unsafe, mounts=here) == "TRUNCATE"


def test_a_workspace_that_was_left_with_a_log_gets_the_journal_of_this_machine(path: Path) -> None:
    open_workspace(path, create=True).close()
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA journal_mode = WAL")
    with closing(open_workspace(path)) as db:
        assert pragma(db, "journal_mode") == journal_mode(path).lower()


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        *(((3, 40, 1), False), ((3, 44, 5), False), ((3, 44, 6), True), ((3, 45, 0), False), ((3, 50, 6), False)),
        *(((3, 50, 7), True), ((3, 51, 0), False), ((3, 51, 2), False), ((3, 51, 3), True), ((3, 53, 0), True)),
    ],
)
def test_the_versions_of_sqlite_that_can_corrupt_a_log_are_known(version: tuple[int, int, int], *, safe: bool) -> None:
    assert wal_is_safe(version) is safe


def test_what_is_written_is_there_when_it_is_opened_again(path: Path) -> None:
    with closing(open_workspace(path, create=True)) as db:
        store(db, [sample("a")])
    with closing(open_workspace(path, create=True)) as db:
        assert [one.id for one in load_samples(db, "rafdb")] == ["a"]


def test_two_programs_that_make_a_workspace_at_once_make_one(path: Path) -> None:
    together = Barrier(4, timeout=PATIENCE_S)

    def opened(number: int) -> object:
        together.wait()
        with closing(open_workspace(path, create=True)) as db:
            with transaction(db):
                add_dataset(db, str(number))
            return pragma(db, "application_id")

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(opened, range(4))) == [APPLICATION_ID] * 4
    with closing(open_workspace(path)) as db:
        assert keys(db) == ["0", "1", "2", "3"]


def test_an_empty_file_is_adopted(path: Path) -> None:
    path.touch()
    with closing(open_workspace(path)) as db:
        assert pragma(db, "application_id") == APPLICATION_ID


def test_a_workspace_that_is_not_there_is_not_made_by_looking(path: Path) -> None:
    with pytest.raises(DatabaseError, match=f"there is no workspace at {path}; `emowb import KEY PATH` makes one"):
        open_workspace(path)
    assert not path.exists()


# ── private ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("mask", [0o000, 0o077, 0o777])
@pytest.mark.parametrize("journal", ["TRUNCATE", "WAL"])
def test_what_sqlite_keeps_beside_a_workspace_is_private_too(path: Path, mask: int, journal: str) -> None:
    before = os.umask(mask)
    try:
        with closing(open_workspace(path, create=True)) as db:
            db.conn.execute(f"PRAGMA journal_mode = {journal}")
            with transaction(db):
                add_dataset(db, "a")
                modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in path.parent.iterdir()}
    finally:
        os.umask(before)
    ends = ("-journal",) if journal == "TRUNCATE" else ("-journal", "-shm", "-wal")
    beside = [f"emowb.db{end}" for end in ends if f"emowb.db{end}" in modes]
    assert f"emowb.db{'-journal' if journal == 'TRUNCATE' else '-wal'}" in beside
    assert modes == dict.fromkeys(["emowb.db", *beside], 0o600)


def test_a_workspace_that_others_can_read_is_closed_to_them_and_that_is_said(path: Path) -> None:
    said = list[str]()
    open_workspace(path, create=True, say=said.append).close()
    assert said == []
    path.chmod(0o644)
    open_workspace(path, say=said.append).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert said == [f"{path} could be read by others (mode 0644) and is readable by you alone now"]


# ── what is not ours ─────────────────────────────────────────────────────────────────────────────────────────────


def foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.executescript("CREATE TABLE bookmarks (url TEXT); INSERT INTO bookmarks VALUES ('x');")


def foreign_with_write_ahead_logging(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.executescript("PRAGMA journal_mode = WAL; CREATE TABLE bookmarks (url TEXT);")


def foreign_without_tables(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA application_id = 7")
        other.execute("VACUUM")


def foreign_with_a_version(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA user_version = 1")
        other.execute("VACUUM")


def newer(path: Path) -> None:
    open_workspace(path, create=True).close()
    with closing(sqlite3.connect(path)) as other:
        other.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")


def garbage(path: Path) -> None:
    path.write_bytes(b"Dear diary, today I was happy. " * 99)


def encrypted(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 16)


def shorter_than_a_header(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\x00")


REFUSED = {
    "another program's": (foreign, "is another program's database; name another with --db"),
    "another program's, with a log": (foreign_with_write_ahead_logging, "is another program's database"),
    "another program's, still empty": (foreign_without_tables, "is another program's database"),
    "another program's, without a mark": (foreign_with_a_version, "is another program's database"),
    "of a newer emowb": (newer, rf"was made by a newer emowb \(schema {SCHEMA_VERSION + 1}\); update emowb"),
    "no database": (garbage, "cannot be read: file is not a database; name another with --db"),
    "no database at all": (encrypted, "cannot be read: file is not a database"),
    "a stump": (shorter_than_a_header, "cannot be read: file is not a database"),
}


@pytest.mark.parametrize(("make", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_ours_is_refused_and_left_untouched(path: Path, make: Callable[[Path], None], message: str) -> None:
    make(path)
    path.chmod(0o644)
    before = everything_in(path.parent)
    for opened in (partial(open_workspace, create=True), open_workspace, open_as_it_is):
        with pytest.raises(DatabaseError, match=f"{path}.*{message}"):
            opened(path)
        assert everything_in(path.parent) == before


def everything_in(folder: Path) -> dict[str, tuple[bytes, int, int]]:
    """Bytes, time of the last change and mode of every file."""
    found = {one.name: (one, one.stat()) for one in folder.iterdir()}
    return {name: (one.read_bytes(), about.st_mtime_ns, about.st_mode) for name, (one, about) in found.items()}


def test_another_program_that_was_killed_finds_file_and_log_as_it_left_them(path: Path) -> None:
    original = path.with_name("original.db")
    with closing(sqlite3.connect(original)) as other:
        other.executescript("PRAGMA journal_mode = WAL; CREATE TABLE bookmarks (url TEXT);")
        other.executescript("PRAGMA wal_checkpoint; INSERT INTO bookmarks VALUES ('x');")
        for end in ("", "-wal"):
            shutil.copy(f"{original}{end}", f"{path}{end}")
    original.unlink()
    before = everything_in(path.parent)
    with pytest.raises(DatabaseError, match="is another program's database"):
        open_workspace(path, create=True)
    assert everything_in(path.parent) == before
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT url FROM bookmarks").fetchall() == [("x",)]
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("bookmarks",)]


def test_a_folder_is_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match=f"{tmp_path} is no file; name a workspace file with --db"):
        open_workspace(tmp_path, create=True)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="cannot be made: No such file or directory; name another with --db"):
        open_workspace(tmp_path / "no" / "emowb.db", create=True)


READ_ONLY = """
import importlib.metadata, os, sys
from pathlib import Path
from sqlite_utils.plugins import ensure_plugins_loaded
from workbench.errors import DatabaseError
from workbench.storage.workspace.database import open_workspace, schema_text
ensure_plugins_loaded()
schema_text()
os.setuid(65534)
try:
    db = open_workspace(Path(sys.argv[1]), create=True)
    db.close()
except DatabaseError as error:
    print(error)
"""


def as_a_stranger(path: Path) -> str:
    """What somebody is told who may look at the folder and not write there."""
    done = subprocess.run(
        [sys.executable, "-c", READ_ONLY, str(path)], capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_folder_that_cannot_be_written_is_said(path: Path) -> None:
    for folder in path.parents:
        if not folder.stat().st_mode & stat.S_IXOTH:
            folder.chmod(0o755)
    said = as_a_stranger(path)
    assert said == f"the workspace {path} cannot be made: Permission denied; name another with --db"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_workspace_that_can_only_be_read_is_refused_and_left_untouched(path: Path) -> None:
    for folder in path.parents:
        if not folder.stat().st_mode & stat.S_IXOTH:
            folder.chmod(0o755)
    open_workspace(path, create=True).close()
    path.chmod(0o644)
    before = everything_in(path.parent)
    way_out = "make both writable for yourself, or copy it elsewhere and name the copy with --db"
    assert as_a_stranger(path) == f"the workspace {path} can be read, but not written; {way_out}"
    assert everything_in(path.parent) == before
    path.chmod(0o666)
    assert as_a_stranger(path) == (
        f"the workspace {path} can be read, but not written: its folder {path.parent} cannot; {way_out}"
    )
    path.chmod(0o600)
    assert as_a_stranger(path) == f"the workspace {path} is closed to you; name another with --db"


# ── damage ───────────────────────────────────────────────────────────────────────────────────────────────────────


def damaged(path: Path, damage: Callable[[bytes], bytes]) -> None:
    with closing(open_workspace(path, create=True)) as db:
        store(db, [sample(f"face_{number}", text="words " * 50) for number in range(200)])
        plan(db, [f"face_{number}" for number in range(200)])
    path.write_bytes(damage(path.read_bytes()))


def read_everything(path: Path) -> None:
    with closing(open_workspace(path)) as db:
        load_samples(db, "rafdb")
        list(read_results(db, 1))
        load_runs(db)


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "half of it": lambda data: data[: len(data) // 2],
    "its first page alone": lambda data: data[:4096],
    "noise after the first page": lambda data: data[:4096] + b"\xa5" * (len(data) - 4096),
    "noise in the second half": lambda data: data[: len(data) // 2] + b"\xa5" * (len(data) - len(data) // 2),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_workspace_is_one_line_for_a_person_whenever_it_is_noticed(
    path: Path, damage: Callable[[bytes], bytes]
) -> None:
    damaged(path, damage)
    before = everything_in(path.parent)
    with pytest.raises(DatabaseError, match=f"{path} cannot be read: database disk image is malformed; name another"):
        read_everything(path)
    assert everything_in(path.parent) == before


# ── transactions ─────────────────────────────────────────────────────────────────────────────────────────────────


def add_dataset(db: Database, key: str) -> None:
    db.conn.execute("INSERT INTO dataset (key, root, imported_at, notes) VALUES (?, '/', '', '[]')", (key,))


def keys(db: Database) -> list[str]:
    return [row[0] for row in db.conn.execute("SELECT key FROM dataset ORDER BY key")]


def write_and_break(db: Database) -> None:
    add_dataset(db, "a")
    raise UsageError


def test_an_exception_inside_leaves_nothing(db: Database) -> None:
    with pytest.raises(UsageError), transaction(db):
        write_and_break(db)
    assert keys(db) == []
    with transaction(db):
        add_dataset(db, "b")
    assert keys(db) == ["b"]


def test_another_connection_sees_a_transaction_whole_or_not_at_all(db: Database, path: Path) -> None:
    with closing(open_workspace(path)) as reader:
        with transaction(db):
            add_dataset(db, "a")
            assert keys(reader) == []
        assert keys(reader) == ["a"]


def test_a_locked_workspace_says_who_is_in_the_way(db: Database, path: Path) -> None:
    with closing(open_workspace(path)) as other:
        other.conn.execute("PRAGMA busy_timeout = 1")
        with (
            transaction(db),
            pytest.raises(DatabaseError, match="locked; another program holds it"),
            transaction(other),
        ):
            pytest.fail("two may not write at once")
        with transaction(other):
            add_dataset(other, "a")
    assert keys(db) == ["a"]


@pytest.mark.parametrize("opened", [open_workspace, open_as_it_is])
def test_a_workspace_that_stays_locked_is_refused_in_one_line(
    db: Database, path: Path, opened: Callable[..., Database]
) -> None:
    db.conn.execute("PRAGMA journal_mode = TRUNCATE")
    db.conn.execute("BEGIN EXCLUSIVE")
    with pytest.raises(DatabaseError, match=f"^the workspace {path} cannot be used: database is locked; another pro"):
        opened(path, lock_timeout_s=0.001)
    db.conn.execute("ROLLBACK")
    opened(path, lock_timeout_s=0.001).close()


def test_a_lock_is_waited_for_as_long_as_was_said(db: Database, path: Path) -> None:
    assert pragma(db, "busy_timeout") == 20_000
    with closing(open_workspace(path, lock_timeout_s=1.5)) as other:
        assert pragma(other, "busy_timeout") == 1500


def test_a_commit_that_fails_leaves_nothing_and_does_not_block_the_next(db: Database, path: Path) -> None:
    db.conn.execute("PRAGMA journal_mode = TRUNCATE")  # with a log a reader is in nobody's way
    db.conn.execute("PRAGMA busy_timeout = 1")
    with closing(open_as_it_is(path)) as reader:
        reader.conn.execute("BEGIN")
        assert keys(reader) == []
        with pytest.raises(DatabaseError, match="locked"), transaction(db):
            add_dataset(db, "a")
        reader.conn.execute("COMMIT")
    with transaction(db):
        add_dataset(db, "b")
    assert keys(db) == ["b"]


def test_a_full_disk_is_said_with_what_to_do(db: Database) -> None:
    db.conn.execute(f"PRAGMA max_page_count = {pragma(db, 'page_count')}")
    with pytest.raises(DatabaseError, match="full; free some space and run the same command again"), transaction(db):
        add_dataset(db, "x" * 10_000_000)
    assert keys(db) == []


def test_a_disk_that_takes_no_more_costs_the_transaction_alone(db: Database, path: Path) -> None:
    with transaction(db):
        add_dataset(db, "a")
    said = (
        "disk I/O error; look at the disk and its quota, then run the same command again; "
        "nothing that was stored is lost"
    )
    with (
        files_no_longer_than(path.stat().st_size),
        pytest.raises(DatabaseError, match=f"the workspace {path} cannot be used: {said}"),
        transaction(db),
    ):
        add_dataset(db, "x" * 10_000_000)
    assert keys(db) == ["a"]
    with transaction(db):
        add_dataset(db, "b")
    with closing(open_workspace(path)) as second:
        assert keys(second) == ["a", "b"]


def test_the_schema_says_what_one_row_of_each_table_means() -> None:
    tables = schema_text().count("CREATE TABLE") + schema_text().count("CREATE VIEW")
    assert schema_text().count("-- One row: ") == tables
