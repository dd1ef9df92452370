import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from tests.building import plan, sample, store
from workbench.errors import DatabaseError, UsageError
from workbench.storage.database import (
    APPLICATION_ID,
    SCHEMA_VERSION,
    open_workspace,
    schema_text,
    transaction,
    wal_is_safe,
)
from workbench.storage.results import load_results
from workbench.storage.runs import load_runs
from workbench.storage.samples import load_samples


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


def test_a_workspace_survives_power_loss_and_keeps_its_references(db: Database) -> None:
    assert pragma(db, "synchronous") == 2, "FULL"
    assert pragma(db, "foreign_keys") == 1
    with pytest.raises(DatabaseError, match="FOREIGN KEY"), transaction(db):
        db.conn.execute("INSERT INTO batch (run_id) VALUES (99)")


def test_write_ahead_logging_is_used_only_where_it_is_safe(db: Database) -> None:
    assert pragma(db, "journal_mode") == ("wal" if wal_is_safe() else "delete")


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


def test_an_empty_file_is_adopted(path: Path) -> None:
    path.touch()
    with closing(open_workspace(path)) as db:
        assert pragma(db, "application_id") == APPLICATION_ID


def test_a_workspace_that_is_not_there_is_not_made_by_looking(path: Path) -> None:
    with pytest.raises(DatabaseError, match=f"there is no workspace at {path}; `emowb import KEY PATH` makes one"):
        open_workspace(path)
    assert not path.exists()


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
    "of a newer emowb": (newer, r"was made by a newer emowb \(schema 2\); update emowb"),
    "no database": (garbage, "cannot be read: file is not a database; name another with --db"),
    "no database at all": (encrypted, "cannot be read: file is not a database"),
    "a stump": (shorter_than_a_header, "cannot be read: file is not a database"),
}


@pytest.mark.parametrize(("make", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_ours_is_refused_and_left_untouched(path: Path, make: Callable[[Path], None], message: str) -> None:
    make(path)
    before = {one.name: one.read_bytes() for one in path.parent.iterdir()}
    with pytest.raises(DatabaseError, match=f"{path}.*{message}"):
        open_workspace(path, create=True)
    assert {one.name: one.read_bytes() for one in path.parent.iterdir()} == before


def test_another_program_that_was_killed_loses_nothing_by_our_looking(path: Path) -> None:
    """What was in its log alone may move into its file, as with every program that opens it; nothing else changes."""
    original = path.with_name("original.db")
    with closing(sqlite3.connect(original)) as other:
        other.executescript("PRAGMA journal_mode = WAL; CREATE TABLE bookmarks (url TEXT);")
        other.executescript("PRAGMA wal_checkpoint; INSERT INTO bookmarks VALUES ('x');")
        for end in ("", "-wal"):
            shutil.copy(f"{original}{end}", f"{path}{end}")
    with pytest.raises(DatabaseError, match="is another program's database"):
        open_workspace(path, create=True)
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT url FROM bookmarks").fetchall() == [("x",)]
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("bookmarks",)]


def test_a_folder_is_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match=f"{tmp_path} cannot be used: .*check that its folder exists"):
        open_workspace(tmp_path, create=True)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="cannot be made: No such file or directory; name another with --db"):
        open_workspace(tmp_path / "no" / "emowb.db", create=True)


READ_ONLY = """
import importlib.metadata, os, sys
from pathlib import Path
from sqlite_utils.plugins import ensure_plugins_loaded
from workbench.errors import DatabaseError
from workbench.storage.database import open_workspace, schema_text, transaction
ensure_plugins_loaded()
schema_text()
os.setuid(65534)
try:
    db = open_workspace(Path(sys.argv[1]), create=True)
    with transaction(db):
        db.conn.execute("DELETE FROM run")
except DatabaseError as error:
    print(error)
"""


def as_a_stranger(path: Path) -> str:
    """What somebody is told who may look at the folder and not write there."""
    done = subprocess.run(
        [sys.executable, "-c", READ_ONLY, str(path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_folder_that_cannot_be_written_is_said(path: Path) -> None:
    for folder in path.parents:
        if not folder.stat().st_mode & stat.S_IXOTH:
            folder.chmod(0o755)
    said = as_a_stranger(path)
    assert said == f"the workspace {path} cannot be made: Permission denied; name another with --db"
    open_workspace(path, create=True).close()
    path.chmod(0o644)
    assert "cannot be used: attempt to write a readonly database; check that its folder" in as_a_stranger(path)


# ── damage ───────────────────────────────────────────────────────────────────────────────────────────────────────


def damaged(path: Path, damage: Callable[[bytes], bytes]) -> None:
    with closing(open_workspace(path, create=True)) as db:
        store(db, [sample(f"face_{number}", text="words " * 50) for number in range(200)])
        plan(db, [f"face_{number}" for number in range(200)])
        db.conn.execute("PRAGMA journal_mode = DELETE")
    path.write_bytes(damage(path.read_bytes()))


def read_everything(path: Path) -> None:
    with closing(open_workspace(path)) as db:
        load_samples(db, "rafdb")
        load_results(db, 1)
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
    with pytest.raises(DatabaseError, match=f"{path} cannot be read: database disk image is malformed; name another"):
        read_everything(path)


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


def test_a_commit_that_fails_leaves_nothing_and_does_not_block_the_next(db: Database, path: Path) -> None:
    db.conn.execute("PRAGMA journal_mode = DELETE")
    db.conn.execute("PRAGMA busy_timeout = 1")
    with closing(open_workspace(path)) as reader:
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


def test_the_schema_says_what_one_row_of_each_table_means() -> None:
    tables = schema_text().count("CREATE TABLE") + schema_text().count("CREATE VIEW")
    assert schema_text().count("-- One row: ") == tables
