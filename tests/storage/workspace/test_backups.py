import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlite_utils import Database

from tests.building import exchange, plan, ranked, received, sample, store
from tests.storage.old_workspaces import put_old
from workbench.errors import DatabaseError, UsageError
from workbench.storage.runs.batch_rows import load_totals
from workbench.storage.runs.plans import open_batches
from workbench.storage.runs.run_control import claim_run
from workbench.storage.runs.run_records import load_run
from workbench.storage.samples import load_samples
from workbench.storage.workspace.backups import Backup, backup_workspace
from workbench.storage.workspace.database import SCHEMA_VERSION, open_workspace, transaction

WRITER = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=120)
db.execute("PRAGMA journal_mode = " + sys.argv[2])
db.execute("PRAGMA synchronous = FULL")
db.executescript("CREATE TABLE IF NOT EXISTS mark (n INTEGER); CREATE TABLE IF NOT EXISTS twin (n INTEGER, t TEXT);")
n = 0
while True:
    n += 1
    db.execute("BEGIN IMMEDIATE")
    db.execute("INSERT INTO mark VALUES (?)", (n,))
    db.execute("INSERT INTO twin VALUES (?, ?)", (n, "x" * 500))
    db.execute("COMMIT")
    print(n, flush=True)
"""


@contextmanager
def somebody_who_writes_all_the_while(path: Path, journal: str) -> Iterator["subprocess.Popen[str]"]:
    """A process that commits as fast as it can, and says each number that it has committed."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), journal], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as writer:
        try:
            yield writer
        finally:
            writer.kill()


def said_next(writer: "subprocess.Popen[str]") -> int:
    assert writer.stdout is not None
    line = writer.stdout.readline()
    assert line, writer.stderr.read() if writer.stderr else ""
    return int(line)


@pytest.mark.parametrize("journal", ["TRUNCATE", "WAL"])
def test_a_backup_is_of_one_moment_while_another_process_writes(
    db: Database, path: Path, tmp_path: Path, journal: str
) -> None:
    store(db, [sample(f"face_{number}", text="words " * 300) for number in range(2000)])
    db.close()
    target = tmp_path / "copy.db"
    with somebody_who_writes_all_the_while(path, journal) as writer:
        committed = [said_next(writer) for _ in range(20)][-1]
        backup_workspace(path, target)
        with closing(sqlite3.connect(target)) as copy:
            marks = copy.execute("SELECT n FROM mark ORDER BY n").fetchall()
        for n in range(committed + 1, len(marks) + 10):
            assert said_next(writer) == n, "the writer went on"
    with closing(sqlite3.connect(target)) as copy:
        assert marks == copy.execute("SELECT n FROM twin ORDER BY n").fetchall(), "no half of a transaction"
        assert [n for (n,) in marks] == list(range(1, len(marks) + 1))
        assert len(marks) >= committed
        assert copy.execute("SELECT COUNT(*) FROM sample").fetchone() == (2000,)
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with closing(open_workspace(target)) as workspace:
        assert len(load_samples(workspace, "rafdb")) == 2000


@pytest.fixture
def used(db: Database, path: Path) -> Path:
    """A workspace with a run that somebody is sending."""
    store(db, [sample("a"), sample("b")])
    run = plan(db, "a", "b")
    lease = claim_run(db, run, "2026-11-23T10:00:00.000+00:00")
    exchange(db, lease, open_batches(db, run.id)[0], received({"a": ranked("happy")}))
    return path


def test_a_backup_opens_as_a_workspace_with_what_it_said(used: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    done = backup_workspace(used, target)
    n_bytes = target.stat().st_size
    expected = {"schema": SCHEMA_VERSION, "datasets": 1, "runs": 1, "attempts": 1, "review_changes": 0}
    assert done == Backup(path=target, n_bytes=n_bytes, **expected)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with closing(open_workspace(target, say=pytest.fail)) as copy:
        assert load_totals(copy, load_run(copy, "rafdb", "main").id).by_status == {"ranked": 1}


def test_a_backup_changes_nothing_in_the_workspace(used: Path, db: Database, tmp_path: Path) -> None:
    db.close()
    before, changed_at = used.read_bytes(), used.stat().st_mtime_ns
    backup_workspace(used, tmp_path / "copy.db")
    assert (used.read_bytes(), used.stat().st_mtime_ns) == (before, changed_at)


def test_an_older_workspace_is_copied_as_it_is(path: Path, tmp_path: Path) -> None:
    put_old(path, 1)
    before = path.read_bytes()
    done = backup_workspace(path, tmp_path / "copy.db")
    assert (done.schema, done.runs, done.attempts, done.review_changes) == (1, 1, 5, 4)
    assert path.read_bytes() == before
    assert [one.name for one in sorted(tmp_path.iterdir())] == ["copy.db", "emowb.db"]


def test_a_backup_is_replaced_only_by_force(used: Path, db: Database, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    backup_workspace(used, target)
    before = target.read_bytes()
    with transaction(db):
        db.conn.execute("INSERT INTO consent VALUES ('rafdb', 'a', '')")
    with pytest.raises(UsageError, match=r"copy\.db is there already; name another file, or add --force"):
        backup_workspace(used, target)
    assert target.read_bytes() == before
    backup_workspace(used, target, force=True)
    with closing(sqlite3.connect(target)) as copy:
        assert copy.execute("SELECT host FROM consent").fetchall() == [("a",)]


@pytest.mark.parametrize("end", ["", "-journal", "-wal", "-shm"])
def test_the_workspace_is_not_its_own_backup(used: Path, end: str) -> None:
    before = used.read_bytes()
    with pytest.raises(UsageError, match="belongs to the workspace itself; name another file"):
        backup_workspace(used, used.parent / "." / f"{used.name}{end}", force=True)
    assert used.read_bytes() == before


@pytest.mark.parametrize("link", [Path.symlink_to, Path.hardlink_to])
def test_another_name_of_the_workspace_is_no_place_for_a_backup(used: Path, tmp_path: Path, link: object) -> None:
    other = tmp_path / "other.db"
    assert callable(link)
    link(other, used)
    with pytest.raises(UsageError, match="belongs to the workspace itself"):
        backup_workspace(used, other, force=True)


def test_a_folder_is_no_place_for_a_backup_but_a_file_in_it_is(used: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=rf"{tmp_path} is a folder; name a file in it, such as {tmp_path}/emowb\.db"):
        backup_workspace(used, tmp_path, force=True)


def test_what_is_no_plain_file_is_never_replaced(used: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(UsageError, match=r"pipe is there already; name another file$"):
        backup_workspace(used, pipe, force=True)
    dangling = tmp_path / "dangling"
    dangling.symlink_to(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="dangling is there already"):
        backup_workspace(used, dangling)
    assert dangling.is_symlink()


@pytest.mark.parametrize("end", ["-journal", "-wal"])
def test_a_log_that_another_database_left_would_ruin_the_backup(used: Path, tmp_path: Path, end: str) -> None:
    target = tmp_path / "copy.db"
    left = Path(f"{target}{end}")
    left.write_bytes(b"frames")
    with pytest.raises(UsageError, match=f"copy.db{end} is left of another database, or in use with it"):
        backup_workspace(used, target)
    assert not target.exists()
    left.write_bytes(b"")
    assert backup_workspace(used, target).runs == 1


def test_there_is_nothing_to_back_up_where_there_is_no_workspace(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    with pytest.raises(DatabaseError, match=f"there is no workspace at {path}"):
        backup_workspace(path, target)
    path.touch()
    with pytest.raises(DatabaseError, match=f"there is nothing in {path} yet"):
        backup_workspace(path, target)
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")
    with pytest.raises(DatabaseError, match="is another program's database"):
        backup_workspace(path, target)
    assert not target.exists()
