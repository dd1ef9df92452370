import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlite_utils import Database

from tests.building import sample, store
from tests.storage.full_disk import files_no_longer_than
from workbench.errors import DatabaseError
from workbench.storage.workspace.connections import connected
from workbench.storage.workspace.copies import copy_whole, make_private_file
from workbench.storage.workspace.database import open_as_it_is, open_workspace, transaction

N_SAMPLES = 300


@pytest.fixture
def full(db: Database) -> Database:
    """A workspace of a thousand pages, more than SQLite keeps in memory: half of a copy reaches the disk."""
    store(db, [sample(f"face_{number}", text="words " * 2000) for number in range(N_SAMPLES)])
    return db


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "copies"
    folder.mkdir()
    return folder / "copy.db"


def counted(path: Path) -> tuple[int, int]:
    with closing(sqlite3.connect(path)) as copy:
        return copy.execute("SELECT (SELECT COUNT(*) FROM sample), (SELECT COUNT(*) FROM consent)").fetchone()  # type: ignore[no-any-return]  # a row of two counts


def add_consent(db: Database, host: str) -> None:
    with transaction(db):
        db.conn.execute("INSERT INTO consent VALUES ('rafdb', ?, '')", (host,))


def nothing_left(target: Path) -> bool:
    return list(target.parent.iterdir()) == []


# ── whole ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("journal", ["TRUNCATE", "WAL"])
def test_a_copy_is_one_file_that_holds_everything(full: Database, target: Path, journal: str) -> None:
    full.conn.execute(f"PRAGMA journal_mode = {journal}")
    add_consent(full, "a")
    assert copy_whole(full, target) == target.stat().st_size
    assert [one.name for one in target.parent.iterdir()] == ["copy.db"]
    assert counted(target) == (N_SAMPLES, 1)
    with closing(sqlite3.connect(target)) as copy:
        assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",), "none needs its log beside it"


def test_a_copy_that_is_overtaken_by_writers_takes_longer_steps_and_is_of_one_moment(
    full: Database, path: Path, target: Path
) -> None:
    """Somebody commits between every two steps, as long as there are two."""
    full.conn.execute("PRAGMA journal_mode = TRUNCATE")
    commits = list[str]()
    with closing(connected(path)) as writer:

        def write() -> None:
            commits.append(str(len(commits)))
            add_consent(writer, commits[-1])

        copy_whole(full, target, between_steps=write, step_pages=1)
    assert 3 < len(commits) < 30
    assert counted(target) == (N_SAMPLES, len(commits) - 1), "all but what was written after the last step"
    with closing(sqlite3.connect(target)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_with_a_log_a_copy_is_of_the_moment_it_began_whoever_writes(full: Database, path: Path, target: Path) -> None:
    full.conn.execute("PRAGMA journal_mode = WAL")
    n_pages = int(full.conn.execute("PRAGMA page_count").fetchone()[0])
    commits = list[str]()
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:

        def write() -> None:
            commits.append(str(len(commits)))
            writer.execute("INSERT INTO consent VALUES ('rafdb', ?, '')", (commits[-1],))

        copy_whole(full, target, between_steps=write, step_pages=100)
    assert len(commits) == -(-n_pages // 100), "in one go"
    assert counted(target) == (N_SAMPLES, 0)
    add_consent(full, "the connection can be used again")


def test_a_copy_that_nobody_overtakes_goes_in_steps(full: Database, target: Path) -> None:
    steps = list[None]()
    copy_whole(full, target, between_steps=lambda: steps.append(None), step_pages=10)
    assert len(steps) == -(-int(full.conn.execute("PRAGMA page_count").fetchone()[0]) // 10)


def test_what_is_not_committed_is_not_copied(full: Database, path: Path, target: Path) -> None:
    with closing(open_workspace(path)) as writer, transaction(writer):
        writer.conn.execute("INSERT INTO consent VALUES ('rafdb', 'a', '')")
        copy_whole(full, target)
    assert counted(target) == (N_SAMPLES, 0)


# ── private ──────────────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o777])
def test_a_copy_is_its_owners_alone_whatever_the_umask(full: Database, target: Path, mask: int) -> None:
    with umask(mask):
        copy_whole(full, target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_a_private_file_takes_no_others_place(target: Path) -> None:
    target.write_text("mine")
    with pytest.raises(FileExistsError):
        make_private_file(target)
    assert target.read_text() == "mine"


# ── or not at all ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_disk_without_room_is_left_alone(full: Database, target: Path) -> None:
    with pytest.raises(DatabaseError, match=r"cannot be written: it takes \d\.\d MB and 0\.0 MB are free; free"):
        copy_whole(full, target, free_bytes=lambda _: 1000)
    assert nothing_left(target)


def test_a_disk_that_fills_up_meanwhile_is_left_as_it_was(full: Database, target: Path) -> None:
    with (
        files_no_longer_than(40_000),
        pytest.raises(DatabaseError, match=r"copy\.db cannot be written: .*free some space"),
    ):
        copy_whole(full, target)
    assert nothing_left(target)


def test_a_copy_that_fails_leaves_what_was_there(full: Database, target: Path) -> None:
    target.write_text("an older copy")
    with files_no_longer_than(40_000), pytest.raises(DatabaseError, match="cannot be written"):
        copy_whole(full, target, replace=True)
    assert [one.name for one in target.parent.iterdir()] == ["copy.db"]
    assert target.read_text() == "an older copy"


def test_a_folder_that_is_not_there_is_said_of_a_copy(full: Database, tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match=r"copy\.db cannot be written: No such file or directory; name another"):
        copy_whole(full, tmp_path / "nowhere" / "copy.db")


def test_a_file_that_appears_meanwhile_is_not_replaced(full: Database, target: Path) -> None:
    with pytest.raises(DatabaseError, match=r"copy\.db cannot be written: File exists"):
        copy_whole(full, target, between_steps=target.touch)
    assert [one.read_bytes() for one in target.parent.iterdir()] == [b""]


def test_a_workspace_that_stays_locked_is_not_waited_for_without_end(full: Database, path: Path, target: Path) -> None:
    full.conn.execute("PRAGMA journal_mode = TRUNCATE")
    with closing(open_as_it_is(path, lock_timeout_s=0.001)) as reader:
        full.conn.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DatabaseError, match="locked; another program holds it"):
            copy_whole(reader, target)
        full.conn.execute("ROLLBACK")
    assert nothing_left(target)


def test_a_workspace_that_is_locked_half_way_is_not_waited_for_without_end(
    full: Database, path: Path, target: Path
) -> None:
    full.conn.execute("PRAGMA journal_mode = TRUNCATE")
    with closing(open_as_it_is(path, lock_timeout_s=0.001)) as reader:
        with pytest.raises(DatabaseError, match="cannot be copied: it is locked; another program holds it"):
            copy_whole(reader, target, between_steps=lambda: full.conn.execute("BEGIN EXCLUSIVE"), step_pages=10)
        full.conn.execute("ROLLBACK")
    assert nothing_left(target)


@pytest.mark.parametrize("where", ["second half", "last page"])
def test_a_damaged_workspace_is_not_called_a_copy(full: Database, path: Path, target: Path, where: str) -> None:
    full.conn.execute("PRAGMA journal_mode = DELETE")
    full.close()
    data = path.read_bytes()
    cut = len(data) // 2 if where == "second half" else len(data) - 4096
    path.write_bytes(data[:cut] + b"\xa5" * (len(data) - cut))
    with closing(open_workspace(path)) as db, pytest.raises(DatabaseError, match="is damaged and was not copied: "):
        copy_whole(db, target)
    assert nothing_left(target)
